"""What reports and pages of objects share in HTML: tables whose header cells say what they head."""

from __future__ import annotations

from collections.abc import Sequence


def table(
    head: Sequence[str], rows: Sequence[Sequence[str]], looks: Sequence[str], labels: int = 1, opening: str = "<table>"
) -> str:
    """A table of cells in HTML; `looks` are the attributes of each column, the first `labels` columns head their rows.

    >>> print(table(["", "n"], [["x", "1"]], ["", ' class="r"']))
    <table>
    <thead><tr><th scope="col"></th><th scope="col" class="r">n</th></tr></thead>
    <tbody>
    <tr><th scope="row">x</th><td class="r">1</td></tr>
    </tbody>
    </table>
    """
    heads = "".join(f'<th scope="col"{look}>{cell}</th>' for cell, look in zip(head, looks, strict=bool(head)))
    lines = [opening, *([f"<thead><tr>{heads}</tr></thead>"] if heads else []), "<tbody>"]
    for row in rows:
        cells = [
            f'<th scope="row"{look}>{cell}</th>' if j < labels else f"<td{look}>{cell}</td>"
            for j, (cell, look) in enumerate(zip(row, looks, strict=True))
        ]
        lines.append(f"<tr>{''.join(cells)}</tr>")
    return "\n".join([*lines, "</tbody>", "</table>"])
