"""Numbers of a claim that are right in another place: columns under other headings, rows under other terms.

Each is proven by the right numbers: all of a column hold as those of another, all of a row as those of another term.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from stattools.interface.arrays import Floats
from stattools.validation.claims.printed import Printed
from stattools.validation.claims.standing import ClaimStanding, beyond
from stattools.validation.explaining.finding import Finding

CALLED = {
    "estimate": "estimates",
    "se": "standard errors",
    "statistic": "statistics",
    "p": "p-values",
    "lower": "lower ends",
    "upper": "upper ends",
}
"""What a column holds, in words."""

TELLING = 3.0
"""A column has at least so many digits in all where it proves a heading wrong."""

type Left = dict[str, NDArray[np.bool_]]
"""The numbers of each column that are wrong and not explained yet."""


def wrong_numbers(standing: ClaimStanding) -> Left:
    """Everything that does not hold."""
    return {name: ~mask for name, mask in standing.holds.items()}


def exchanged_columns(standing: ClaimStanding, left: Left) -> tuple[list[Finding], Left]:
    """Columns whose numbers are all right under another heading."""
    found: dict[str, str] = {}
    for name, mask in left.items():
        seen = standing.checked[name]
        if 2 * np.count_nonzero(mask) <= np.count_nonzero(seen) or not mask.any():
            continue
        others = [other for other in CALLED if other not in (name, found.get(name))]
        home = next((other for other in others if _all_hold(standing, name, other)), None)
        if home is not None:
            found[name] = home
    if not found or (len(found) == 1 and standing.count < 3):
        return [], left
    said = "; ".join(f"the column of {CALLED[name]} has the {CALLED[home]}" for name, home in found.items())
    rest = {name: np.zeros_like(mask) if name in found else mask for name, mask in left.items()}
    count = sum(int(standing.checked[name].sum()) for name in found)
    evidence = f"{said[0].upper()}{said[1:]}: under these headings {_all(count)} hold."
    return [Finding("swapped columns", evidence, "Put the headings over their own columns.")], rest


def _all_hold(standing: ClaimStanding, name: str, other: str) -> bool:
    given, seen = standing.claim.columns[name], standing.checked[name]
    gap = beyond(other, given, standing.right, standing.unit, standing.solved)[seen]
    return bool(np.isfinite(gap).all() and (gap <= 0).all() and _digits(given.value[seen], given.half[seen]) >= TELLING)


def _digits(value: Floats, half: Floats) -> float:
    """How many digits the numbers have in all; few agree by chance."""
    with np.errstate(divide="ignore", invalid="ignore"):
        each = np.where(half > 0, np.log10(np.abs(value) / half), 9.0)
    return float(np.maximum(each, 0.0).sum())


def _all(count: int) -> str:
    return f"all {count} numbers" if count > 2 else "both numbers" if count == 2 else "the number"


def exchanged_rows(standing: ClaimStanding, left: Left) -> tuple[list[Finding], Left]:
    """Rows whose numbers are all right for another term; and single columns of which this is so."""
    wrong = np.logical_or.reduce(list(left.values())) if left else np.zeros(0, dtype=bool)
    places = np.flatnonzero(wrong)
    if len(places) < 2:
        return [], left
    fits = _fits(standing, tuple(left), places)
    whole = _permutation(places, lambda i, j: all(fits[name][i, j] for name in left))
    terms = standing.claim.terms
    if whole:
        rest = {name: mask & ~np.isin(np.arange(len(mask)), list(whole)) for name, mask in left.items()}
        return [_rows_finding(whole, terms, "")], rest
    found, rest = [], dict(left)
    for name, mask in left.items():
        swaps = _permutation(np.flatnonzero(mask), lambda i, j, table=fits[name]: table[i, j])
        if swaps:
            found.append(_rows_finding(swaps, terms, f" in the column of {CALLED[name]}"))
            rest[name] = mask & ~np.isin(np.arange(len(mask)), list(swaps))
    return found, rest


def _rows_finding(swaps: dict[int, int], terms: tuple[str, ...], where: str) -> Finding:
    said = ", ".join(f"{terms[i]} has the numbers of {terms[j]}" for i, j in list(swaps.items())[:6])
    return Finding(
        "rows exchanged",
        f"{said}{', ...' if len(swaps) > 6 else ''}{where}: at these terms they hold.",
        "Put each row beside its own term.",
    )


def _fits(standing: ClaimStanding, names: tuple[str, ...], places: NDArray[np.intp]) -> dict[str, NDArray[np.bool_]]:
    """For each column, whether the number of row i is right for row j; of rows that are in `places`."""
    tables = {}
    for name in names:
        given, table = standing.claim.columns[name], np.zeros((len(standing.claim.terms),) * 2, dtype=bool)
        for j in places:
            moved = {column: np.full(len(table), values[j]) for column, values in standing.right.items()}
            gap = beyond(name, given, moved, np.full(len(table), standing.unit[j]), standing.solved)
            table[:, j] = ~(gap > 0)  # what is not claimed says nothing
        tables[name] = table
    return tables


def _permutation(places: NDArray[np.intp], fits: Callable[[int, int], bool]) -> dict[int, int]:
    """A way to move some rows to others' places, each to one; empty where there is none."""
    homes = {int(i): [int(j) for j in places if j != i and fits(int(i), int(j))] for i in places}
    homes = {i: js for i, js in homes.items() if js}
    found: dict[int, int] = {}
    for i in sorted(homes, key=lambda i: len(homes[i])):
        free = [j for j in homes[i] if j not in found.values() and j in homes]
        if free:
            found[i] = free[0]
    return found if len(found) > 1 and set(found) == set(found.values()) else {}


def shown(value: float, given: Printed, k: int) -> str:
    """A right number with as many digits as the claimed one, for a sentence."""
    half = float(given.half[k])
    digits = max(int(np.ceil(-np.log10(2.0 * half))), 0) if half > 0 else None
    return f"{value:.6g}" if digits is None or digits > 12 else f"{value:.{digits}f}"


def remaining(left: Left) -> int:
    """How many numbers are wrong and not explained."""
    return int(sum(mask.sum() for mask in left.values()))
