"""Single numbers of a claim that somebody wrote down wrongly: a sign lost, a decimal point moved, a digit, two digits
exchanged; each proven by the right number, which the others around it agree with.
"""

from __future__ import annotations

import numpy as np

from stattools.validation.claims.printed import Printed
from stattools.validation.claims.standing import ClaimStanding, beyond
from stattools.validation.explaining.exchanged import Left, shown
from stattools.validation.explaining.finding import Finding

CALLED = {
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
            evidence = f"{CALLED[name]} of {term} is {target} and stands as {value}{alone}."
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
