"""One table of coefficients written in every form that is read: what comes back must be what was written."""

from collections.abc import Callable, Sequence

Row = tuple[str, ...]
"""A term, its estimate, its standard error and its p-value, as they are printed."""


def delimited(rows: Sequence[Row], mark: str) -> str:
    return "\n".join(mark.join(row) for row in (("term", "estimate", "std.error", "p.value"), *rows)) + "\n"


def decimal_commas(rows: Sequence[Row]) -> str:
    turned = [(row[0], *(cell.replace(".", ",") for cell in row[1:])) for row in rows]
    return delimited(turned, ";")


def json(rows: Sequence[Row]) -> str:
    cells = [f'{{"term": "{a}", "estimate": {b}, "std.error": {c}, "p.value": {d}}}' for a, b, c, d in rows]
    return "[" + ",\n".join(cells) + "]\n"


def markdown(rows: Sequence[Row]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in (("", "Coef.", "SE", "P>\\|z\\|"), ("--",) * 4, *rows)) + "\n"


def latex(rows: Sequence[Row]) -> str:
    lines = [f"{a} & ${b.replace('-', '-')}$ & {c} & {d} \\\\" for a, b, c, d in rows]
    return (
        "\\begin{tabular}{lccc}\n\\hline\n & Coef. & Std. Err. & p \\\\ \\hline\n"
        + "\n".join(lines)
        + "\n\\end{tabular}"
    )


def html(rows: Sequence[Row]) -> str:
    head = "<tr><th></th><th>Coef.</th><th>SE</th><th>p</th></tr>"
    body = "\n".join(f"<tr><td>{'</td><td>'.join(row)}</td></tr>" for row in rows)
    return f"<table>{head}\n{body.replace('-', '&minus;')}</table>"


def aligned(rows: Sequence[Row]) -> str:
    head = f"{'':12}{'Estimate':>16}{'Std. Error':>16}{'Pr(>|z|)':>16}"
    return "\n".join((head, *(f"{a:12}{b:>16}{c:>16}{d:>16} **" for a, b, c, d in rows))) + "\n---\n"


def stata(rows: Sequence[Row]) -> str:
    head = f"{'y':>12} | {'Coefficient':>16}{'Std. err.':>16}{'P>|z|':>16}\n{'-' * 13}+{'-' * 60}\n"
    return head + "\n".join(f"{a:>12} | {b:>16}{c:>16}{d:>16}" for a, b, c, d in rows) + "\n" + "-" * 70


def below(rows: Sequence[Row]) -> str:
    rule = "-" * 40 + "\n"
    lines = "".join(
        f"{a:12}{b + '***':>20}\n{'':12}{'(' + c + ')':>20}\n{'':12}{'[' + d + ']':>20}\n" for a, b, c, d in rows
    )
    return f"{rule}{'':12}{'(1)':>20}\n{rule}{lines}{rule}Standard errors in parentheses, p-values in brackets\n"


def beside(rows: Sequence[Row]) -> str:
    lines = "".join(f"| {a} | {b}\N{DAGGER} ({c}) | {d} |\n" for a, b, c, d in rows)
    return f"| | Estimate (SE) | p |\n|---|---|---|\n{lines}"


FORMS: dict[str, Callable[[Sequence[Row]], str]] = {
    "csv": lambda rows: delimited(rows, ","),
    "tsv": lambda rows: delimited(rows, "\t"),
    "decimal commas": decimal_commas,
    "json": json,
    "markdown": markdown,
    "latex": latex,
    "html": html,
    "aligned": aligned,
    "stata": stata,
    "below": below,
    "beside": beside,
}
