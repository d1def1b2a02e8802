"""Numbers as a reader wants them, and the tables made of them.

An estimate is rounded by its standard error: three significant digits of the standard error, and as many decimals for
the estimate, so that round-off never reaches the page. What is only round-off is printed as a bound.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from stattools.inference.fits.fit import Fit
from stattools.inference.intervals.coefficients import LARGEST_LOGARITHM
from stattools.interface.when_needed import pd
from stattools.reporting.document import Table, code, literal
from stattools.text.columns import percent as percent

DIGITS_SHOWN = 6
"""Agreeing digits beyond this are round-off, which differs between processors."""

WHOLE = 1e9
"""Numbers from here on are not written out where their standard error leaves fewer digits."""


def decimals(se: float, digits: int = 3) -> int:
    """Decimals that show `digits` significant digits of a standard error; negative left of the decimal point.

    >>> decimals(17.8), decimals(0.0123), decimals(1234567.0)
    (1, 4, -4)
    """
    if not (math.isfinite(se) and se > 0.0):
        return digits
    return digits - 1 - math.floor(math.log10(se))


def number(value: float, places: int) -> str:
    """A number with fixed decimals, never minus zero; infinities as ∞; tiny and huge scales in powers of ten.

    >>> number(-0.0001, 2), number(float("inf"), 2), number(12345.678, 1), number(1.234e-9, 11)
    ('0.00', '∞', '12,345.7', '1.23e-09')
    >>> number(12345.678, -2), number(28929667296680.0, -10), number(1e6, -10)
    ('12,346', '2.893e+13', '0')
    """
    if math.isnan(value):
        return "n/a"
    if math.isinf(value):
        return "∞" if value > 0 else "-∞"
    if places > 7 and abs(value) < 1e-3:
        shown = places + (math.floor(math.log10(abs(value))) if value else -places)
        return f"{value:.{max(shown, 0)}e}" if round(value, places) else "0"
    if places < -3 or (places < 0 and abs(value) >= WHOLE):
        shown = places + (math.floor(math.log10(abs(value))) if value else 0)
        return f"{value:.{max(shown, 0)}e}" if round(value, places) else "0"
    # A sum whose last bit another processor rounds otherwise, such as 14.2125, is the same text.
    text = f"{float(f'{value:.13g}'):,.{max(places, 0)}f}"
    return text.removeprefix("-") if not text.strip("-0.,") else text


def count(value: float) -> str:
    """A number of rows: whole where it is whole, thousands set apart.

    >>> count(6366.0), count(2.5)
    ('6,366', '2.5')
    """
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,g}"


def p_value(p: float) -> str:
    """A p-value to three decimals, or the bound 0.001.

    >>> p_value(0.0304), p_value(3e-9)
    ('0.030', '<0.001')
    """
    return "<0.001" if p < 0.001 else number(p, 3)


def p_said(p: float) -> str:
    """A p-value in a sentence.

    >>> p_said(0.0304), p_said(3e-9)
    ('p = 0.030', 'p < 0.001')
    """
    return "p < 0.001" if p < 0.001 else f"p = {p_value(p)}"


def chance(p: float) -> str:
    """A probability to three decimals, or the bound where that would say never or always.

    >>> chance(0.72559), chance(1e-9), chance(0.99999)
    ('0.726', '<0.001', '>0.999')
    """
    return "<0.001" if p < 0.0005 else ">0.999" if p > 0.9995 else number(p, 3)


def have_factors(*logarithms: float) -> bool:
    """Does float64 hold exp of each? Infinite ones are 0 and infinity; others are told by their logarithm.

    >>> have_factors(-3.0, float("inf")), have_factors(12204.0)
    (True, False)
    """
    return all(abs(value) < LARGEST_LOGARITHM or math.isinf(value) for value in logarithms)


def between_factors(low: float, high: float, places: int) -> str:
    """The ends of an interval of a factor, each with at least two significant digits and at most six.

    >>> between_factors(0.26, 94.0, 2), between_factors(3e-7, 5e12, 1)
    ('0.26 to 94.00', '3.0e-07 to 5.00000e+12')
    """
    each = [
        number(end, max(min(places, decimals(end, digits=6)), decimals(end, digits=2)) if end else places)
        for end in (low, high)
    ]
    return " to ".join(each)


def bound(value: float, floor: float) -> str:
    """The power of ten that a small positive number does not exceed, never below `floor`.

    >>> bound(3e-13, 1e-8), bound(2.5e-5, 1e-8)
    ('1e-8', '1e-4')
    """
    if not math.isfinite(value):
        return "∞"
    exponent = math.ceil(math.log10(max(abs(value), floor)) - 1e-9)
    return f"1e{exponent}" if exponent < 0 else f"{10**exponent}"


def small(value: float, floor: float = 1e-6) -> str:
    """A difference that should be nothing: `<1e-6`, or its size when it is not.

    >>> small(-4e-12), small(0.0123)
    ('<1e-6', '0.012')
    """
    return f"<1e{round(math.log10(floor))}" if abs(value) < floor else f"{abs(value):.2g}"


def small_said(value: float) -> str:
    """A difference that should be nothing, in a sentence.

    >>> small_said(-4e-12), small_said(0.0123)
    ('less than 1e-6', '0.012')
    """
    return small(value, 1e-6).replace("<", "less than ")


def agreeing(digits: float) -> str:
    """Agreeing digits, capped where round-off of the processor begins to decide how many there are.

    >>> agreeing(12.3), agreeing(5.8)
    ('≥ 6', '5')
    """
    return f"≥ {DIGITS_SHOWN}" if digits >= DIGITS_SHOWN else str(max(0, math.floor(digits)))


def between(lower: float, upper: float, places: int) -> str:
    """An interval in a cell.

    >>> between(0.26238, 0.87845, 3)
    '0.262 to 0.878'
    """
    return f"{number(lower, places)} to {number(upper, places)}"


def facts(pairs: Mapping[str, str], header: tuple[str, str]) -> Table:
    """Two columns: what, and how much; both are texts with marks."""
    return Table(header, tuple(pairs.items()), align="ll")


def coefficients(
    table: pd.DataFrame, *, statistic: str, interval: str, ratio: str | None = None, shared: int = 0
) -> Table:
    """The coefficient table of a fit; `statistic` is "t" or "z", `interval` names kind and level.

    `ratio` names a column for exp(estimate), rounded by its own standard error, exp(estimate) se, and is followed by
    the interval of the ratio. The last `shared` rows are parameters such as log alpha, for which neither a ratio nor a
    test of 0 means anything: empty cells.
    """
    rows = []
    for i, row in enumerate(table.to_dict("records"), 1 - len(table) + shared):
        places, column = decimals(row["se"]), i <= 0
        rows.append(
            (
                *_labels(row),
                number(row["estimate"], places),
                number(row["se"], places),
                between(row["lower"], row["upper"], places),
                number(row["statistic"], 2) if column else "",
                p_value(row["p_value"]) if column else "",
                *((_ratio(row) if column else ("", "")) if ratio else ()),
            )
        )
    header = ("estimate", "standard error", interval, statistic, "p", *((ratio, f"its {interval}") if ratio else ()))
    labels = tuple(name for name in ("category", "term") if name in table.columns)
    return Table((*labels, *header), tuple(rows), align="l" * len(labels) + "rrcrr" + ("rc" if ratio else ""))


def coefficient_table(fit: Fit, *, ratio: str | None = None, shared: int = 0) -> Table:
    """The coefficients of a fit with their Wald intervals, where it has any."""
    if not fit.kinds:
        head = ["estimate", *([ratio] if ratio else [])]
        few = [
            (*_labels(row), f"{row['estimate']:.4g}", *([_bare_ratio(row["estimate"], i < shared)] if ratio else []))
            for i, row in zip(range(len(fit.estimate) - 1, -1, -1), fit.table().to_dict("records"), strict=True)
        ]
        labels = [name for name in ("category", "term") if name in fit.table()]
        return Table((*labels, *head), tuple(few), align="l" * len(labels) + "r" * len(head))
    statistic, interval = "t" if fit.model.has_scale else "z", f"{percent(fit.level)} Wald interval"
    return coefficients(fit.table(), statistic=statistic, interval=interval, ratio=ratio, shared=shared)


def agreement(rows: pd.DataFrame, reference: str = "statsmodels") -> Table:
    """Two fits of one model side by side, to seven digits, and how well they agree."""
    cells = []
    for row in rows.to_dict("records"):
        places = decimals(max(abs(row["estimate"]), row["se"]), digits=7)
        cells.append(
            (
                *_labels(row),
                number(row["estimate"], places),
                number(row["reference"], places),
                "" if math.isnan(row["difference_in_se"]) else small(row["difference_in_se"]),
                agreeing(row["digits"]),
                "" if math.isnan(row["se_digits"]) else agreeing(row["se_digits"]),
            )
        )
    labels = tuple(name for name in ("category", "term") if name in rows.columns)
    header = ("stattools", reference, "difference in SE", "digits, estimate", "digits, SE")
    return Table((*labels, *header), tuple(cells), align="l" * len(labels) + "rrrrr")


def frame(data: pd.DataFrame) -> Table:
    """Any small data frame: column names as header, numbers to six digits, everything else as literal text."""
    columns = [data.iloc[:, i] for i in range(data.shape[1])]
    numeric = [column.dtype.kind in "iuf" for column in columns]
    header = tuple(literal(name) for name in data.columns)
    rows = tuple(tuple(_cell(value) for value in row) for row in data.itertuples(index=False, name=None))
    return Table(header, rows, align="".join("r" if is_number else "l" for is_number in numeric))


def _ratio(row: Mapping[Any, Any]) -> tuple[str, str]:
    """exp of an estimate, and of the ends of its interval, if it has one."""
    estimate, se, low, high = (float(row[name]) for name in ("estimate", "se", "lower", "upper"))
    has_interval = not math.isnan(low)
    if not have_factors(estimate, *((low, high) if has_interval else ())):
        places = decimals(se, digits=2)
        ends = f"exp({number(low, places)}) to exp({number(high, places)})"
        return f"exp({number(estimate, places)})", ends if has_interval else ""
    value = float(np.exp(estimate))
    places = decimals(value * se, digits=2) if math.isfinite(se) or math.isinf(value) else 3
    ends = between_factors(float(np.exp(low)), float(np.exp(high)), places) if has_interval else ""
    return number(value, places), ends


def _bare_ratio(estimate: float, is_shared: bool) -> str:
    """The ratio of a coefficient without standard error; empty for a parameter that all rows share."""
    return "" if is_shared else f"{np.exp(estimate):.4g}" if have_factors(estimate) else f"exp({estimate:.4g})"


def _labels(row: Mapping[object, object]) -> tuple[str, ...]:
    return tuple(code(row[name]) for name in ("category", "term") if name in row)


def _cell(value: object) -> str:
    return f"{value:.6g}" if isinstance(value, float) else literal(value)


def listed(names: Sequence[str], limit: int = 6) -> str:
    """Names in a sentence, the first few written out.

    >>> listed(["a", "b", "c"]), listed(["a"])
    ('`a`, `b` and `c`', '`a`')
    """
    shown = [code(name) for name in names[:limit]]
    if len(names) > limit:
        shown.append(f"{len(names) - limit} more")
    return " and ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else "".join(shown)
