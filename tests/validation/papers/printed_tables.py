"""Tables as papers print them, from simulated estimates and counts: right ones, in many layouts."""

import numpy as np
from scipy import stats


def pipes(head, rows):
    return "\n".join("| " + " | ".join(row) + " |" for row in (head, ["---"] * len(head), *rows))


def hypertext(head, rows):
    lines = [f"<tr>{''.join(f'<td>{escaped(cell)}</td>' for cell in row)}</tr>" for row in (head, *rows)]
    return "<table>\n" + "\n".join(lines) + "\n</table>"


def latex(head, rows):
    lines = [" & ".join(cell.replace("%", "\\%") for cell in row) + " \\\\" for row in (head, *rows)]
    return "\\begin{tabular}{lrrr}\n\\toprule\n" + "\n".join(lines) + "\n\\bottomrule\n\\end{tabular}"


def aligned(head, rows):
    sizes = [max(len(row[k]) for row in (head, *rows)) + 3 for k in range(len(head))]
    lines = ["".join(cell.ljust(size) for cell, size in zip(row, sizes, strict=True)) for row in (head, *rows)]
    return "\n".join(line.rstrip() for line in lines)


def separated(head, rows):
    return "\n".join(",".join(f'"{cell}"' for cell in row) for row in (head, *rows))


LAYOUTS = {"pipes": pipes, "HTML": hypertext, "LaTeX": latex, "aligned": aligned, "CSV": separated}


def escaped(text):
    return text.replace("<", "&lt;").replace(">", "&gt;")


def coefficients(rng, style):
    """The head and the rows of a table of coefficients in one of five styles."""
    df, digits = int(rng.integers(15, 300)), int(rng.integers(2, 4))
    q = stats.t.ppf(0.975, df)
    rows = []
    for k in range(6):
        b, se = rng.normal(), abs(rng.normal()) * 0.5 + 0.05
        t, z = 2 * stats.t.sf(abs(b / se), df), 2 * stats.norm.sf(abs(b / se))
        t, z = ("<.001" if p < 0.001 else f"{p:.3f}" for p in (t, z))
        b_, se_, low, high = (f"{value:.{digits}f}" for value in (b, se, b - q * se, b + q * se))
        ratio, least, most = (f"{np.exp(b + step * 1.96 * se):.2f}" for step in (0, -1, 1))
        cells = {
            "plain": [b_, se_, f"{b / se:.2f}", t],
            "brackets": [f"{b_} ({se_})", t],
            "ratios": [f"{ratio} ({least} to {most})", z],
            "interval": [b_, f"[{low}, {high}]", t],
            "printout": [b_, se_, f"{b / se:.3f}", t, low, high],
        }
        rows.append([f"term {k}", *cells[style]])
    return HEADS[style], rows


HEADS = {
    "plain": ["Variable", "B", "SE", "t", "p"],
    "brackets": ["Variable", "B (SE)", "p"],
    "ratios": ["Variable", "OR (95% CI)", "P value"],
    "interval": ["Variable", "Estimate", "95% CI", "p"],
    "printout": ["Variable", "coef", "std err", "t", "P>|t|", "[0.025", "0.975]"],
}


def counts(rng, style):
    """The head and the rows of a table of counts in one of three styles."""
    n, m, digits = *rng.integers(40, 400, 2).tolist(), int(rng.integers(0, 3))
    a, b = (rng.multinomial(total, rng.dirichlet(np.full(4, 3.0))).tolist() for total in (n, m))
    pairs = [
        [f"{x} ({100 * x / n:.{digits}f}%)", f"{y} ({100 * y / m:.{digits}f}%)"] for x, y in zip(a, b, strict=True)
    ]
    shares = [[f"{x}", f"{100 * x / n:.{digits}f}"] for x in a] + [[f"{n}", f"{100:.{digits}f}"]]
    sums = [[f"{x}", f"{y}", f"{x + y}"] for x, y in zip([*a, n], [*b, m], strict=True)]
    head, cells = {
        "pairs": (["Level", f"A (n = {n})", f"B (n = {m})"], pairs),
        "shares": (["Level", "n", "%"], shares),
        "sums": (["Answer", "Men", "Women", "Total"], sums),
    }[style]
    labels = ["one", "two", "three", "four", "Total"]
    return head, [[label, *row] for label, row in zip(labels, cells, strict=False)]
