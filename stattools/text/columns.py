"""Columns and numbers as a terminal shows them: aligned, with the digits that their errors leave."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from stattools.text.characters import escaped
from stattools.text.printing import printable_on_stdout


def aligned(head: Sequence[str], rows: Sequence[Sequence[str]], left: int = 1) -> list[str]:
    """Lines of a text table: the first `left` columns to the left, the others to the right, a rule below the head."""
    head, rows = _printable(head), [_printable(row) for row in rows]
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head))]

    def line(row: Sequence[str]) -> str:
        cells = [c.ljust(w) if i < left else c.rjust(w) for i, (c, w) in enumerate(zip(row, widths, strict=True))]
        return "  ".join(cells).rstrip()

    return [line(head), "─" * (sum(widths) + 2 * (len(widths) - 1)), *(line(row) for row in rows)]


def _printable(cells: Sequence[str]) -> list[str]:
    """Cells as they will be printed, so that columns stay columns."""
    return [printable_on_stdout(escaped(cell)) for cell in cells]


def number(value: float, digits: int = 5) -> str:
    """`digits` significant digits, without exponent from 1e-4 to 1e6."""
    if not np.isfinite(value):
        return "∞" if value > 0 else "-∞" if value < 0 else "—"
    text = f"{value:.{digits}g}"
    return f"{value:.0f}" if "e+" in text and abs(value) < 1e9 else text.replace("e+", "e")


def decimals(se: float) -> int | None:
    """Decimal places that show four significant digits of a standard error; None where an exponent reads better."""
    if not (np.isfinite(se) and 1e-6 < se < 1e6):
        return None
    return max(0, 3 - int(np.floor(np.log10(se))))


def place(value: float, places: int | None) -> str:
    """`value` with so many decimal places."""
    return number(value) if places is None or not np.isfinite(value) else f"{value:.{places}f}"


def p_text(p: float) -> str:
    """A p-value: three decimals, or `<0.001`."""
    return "<0.001" if p < 0.001 else f"{p:.3f}"
