"""Numbers of a claim that are right in another place: columns under other headings, rows under other terms.

Each is proven by the right numbers: all of a column hold as those of another, all of a row as those of another term.

Single numbers of a claim that somebody wrote down wrongly: a sign lost, a decimal point moved, a digit, two digits
exchanged; each proven by the right number, which the others around it agree with.

Single numbers of a claim that do not hold, and what they count instead.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.interface.arrays import Floats
from stattools.models.model import Model
from stattools.text.columns import number
from stattools.validation.claims.printed import Printed
from stattools.validation.claims.standing import ClaimStanding, beyond
from stattools.validation.verdict import Finding

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


MISTYPED = {
    "estimate": "Estimate",
    "se": "Standard error",
    "statistic": "Statistic",
    "p": "P-value",
    "lower": "Lower end",
    "upper": "Upper end",
}
"""A number of each column, in words."""

SHIFTS = (10.0, 0.1, 100.0, 0.01, 1000.0, 0.001)

SLIPS = 0.25
"""Where more than this share of a claim's numbers is wrong, they are no slips of the pen."""


def turned_signs(standing: ClaimStanding, left: Left) -> tuple[list[Finding], Left]:
    """Rows whose estimates have the other sign, with their statistics and intervals."""
    if "estimate" not in left:
        return [], left
    right = standing.right
    turned = {name: -right[name] for name in ("estimate", "statistic")}
    turned |= {"lower": -right["upper"], "upper": -right["lower"], "se": right["se"], "p": right["p"]}
    holds = {
        name: ~(beyond(name, standing.claim.columns[name], turned, standing.unit, standing.solved) > 0) | ~mask
        for name, mask in left.items()
    }
    rows = left["estimate"] & np.logical_and.reduce(list(holds.values()))
    if not rows.any() or 2 * rows.sum() > max(len(rows), 2):
        return [], left
    terms = [term for term, is_turned in zip(standing.claim.terms, rows, strict=True) if is_turned]
    evidence = f"{', '.join(terms[:6])}: with the other sign all numbers of the row hold."
    rest = {name: mask & ~rows for name, mask in left.items()}
    return [Finding("sign lost", evidence, "Write the sign that the data say.")], rest


def mistyped(standing: ClaimStanding, left: Left) -> tuple[list[Finding], Left]:
    """Numbers that a slip of the pen explains, where there are few."""
    found, rest = [], {name: mask.copy() for name, mask in left.items()}
    wrong = int(sum(mask.sum() for mask in left.values()))
    if wrong > max(1, SLIPS * standing.count):
        return [], left
    for name, mask in left.items():
        for k in np.flatnonzero(mask).tolist():
            given, term = standing.claim.columns[name], standing.claim.terms[k]
            how = slip(given, k, float(standing.right[name][k]))
            around = sum(int(seen[k]) - int(left[other][k]) for other, seen in standing.checked.items())
            if how is None and around < 2 and standing.count < 4:
                continue
            target, value = shown(float(standing.right[name][k]), given, k), shown(float(given.value[k]), given, k)
            alone = "" if how else ", and it alone is wrong"
            evidence = f"{MISTYPED[name]} of {term} is {target} and stands as {value}{alone}."
            found.append(Finding(how or "one wrong number", evidence, f"Write {target}."))
            rest[name][k] = False
    return found, rest


def slip(given: Printed, k: int, right: float) -> str | None:
    """What was done to a right number to make the claimed one, in words; None where no slip does.

    >>> one = Printed(np.array([2.38, 0.28]), np.array([0.005, 0.005]))
    >>> slip(one, 0, 23.81), slip(one, 0, 2.83), slip(one, 0, -2.38), slip(one, 1, 0.23)
    ('decimal point moved', 'digits exchanged', 'sign lost', 'wrong digit')
    """
    value, half = float(given.value[k]), float(given.half[k]) * (1.0 + 1e-9)
    if abs(value + right) <= max(half, 1e-6 * abs(right)) and value != 0:
        return "sign lost"
    for shift in SHIFTS:
        near = max(half * max(shift, 1.0), 1e-6 * abs(right))
        if abs(value * shift - right) <= near and abs(value) > 10.0 * half:
            return "decimal point moved"
    if half == 0:
        one, two = f"{abs(value):.9g}", f"{abs(right):.9g}"
    else:
        one, two = (shown(abs(number), given, k) for number in (value, right))
    if len(one) != len(two) or np.sign(value) != np.sign(right):
        return None
    other = [i for i, (a, b) in enumerate(zip(one, two, strict=True)) if a != b]
    digits = [i for i in other if one[i] != "." and two[i] != "."]
    if len(other) == 2 and sorted(one) == sorted(two) and (other[1] - other[0] == 1 or "." in one[other[0] : other[1]]):
        return "digits exchanged"
    if len(other) == len(digits) == 1 and len(one) > 2:
        return "wrong digit"
    return None


SAID = {
    "n": "number of rows, n",
    "loglik": "log-likelihood",
    "df": "degrees of freedom",
    "aic": "AIC",
    "bic": "BIC",
    "r_squared": "R²",
    "scale": "scale",
    "deviance": "deviance",
}


def wrong_facts(standing: ClaimStanding, model: Any) -> tuple[list[Finding], int]:
    """A finding for each single number that is wrong, and how many stay without a cause: none where the coefficients
    hold, so that it alone is wrong.
    """
    wrong = [name for name, words in standing.facts.items() if words is None]
    if not wrong:
        return [], 0
    estimates = standing.holds.get("estimate")
    if estimates is not None and not estimates.all():
        return [], len(wrong)
    found = []
    for name in wrong:
        value = float(np.ravel(standing.claim.facts[name].value)[0])
        said = SAID.get(name, name)
        evidence = f"The {said} is {number(standing.values[name], 7)} and stands as {number(value, 7)}."
        if name == "n":
            evidence += _what_n_counts(value, model)
        found.append(Finding(f"wrong {said}", evidence, "Write that of the rows of this fit."))
    return found, 0


def _what_n_counts(value: float, model: Model) -> str:
    """What a wrong n is the number of."""
    n, dropped = float(model.n), float(model.n_dropped)
    counts = {"the rows of the table with those that miss a value, which no fit uses": n + dropped}
    counts["the rows that were left out"] = dropped
    words = next((words for words, count in counts.items() if dropped and count == value), None)
    return "" if words is None else f" It counts {words}."
