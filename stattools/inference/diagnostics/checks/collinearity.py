"""By how much other columns widen the standard errors of a term: the generalized variance inflation factor.

    GVIF = det(A_TT) det((A^-1)_TT),   GVIF^(1 / (2 df)) is a factor on standard errors, whatever the df of the term

A is the information about the coefficients with the constants free, that is, of centered columns, so that neither
origin nor unit nor the coding of a category changes it. Terms with the same variables (x and its square) are one, and
products that contain a term are left out when it is looked at: how they hang together is a matter of the origin. Equal
to car's `vif` where there are no products. Source: Fox & Monette, JASA 87 (1992), 178-183.
"""

from __future__ import annotations

import numpy as np

from stattools.inference.diagnostics.checks.check import Check, judged
from stattools.inference.diagnostics.checks.looked_at import LookedAt
from stattools.inference.diagnostics.checks.variables import Unit
from stattools.text.columns import number

NAME = "collinearity"


def collinearity(of: LookedAt) -> Check | None:
    """The largest factor, by the variables of the terms; None where there are no two."""
    _ = of.bread  # refused by a fit without standard errors
    factors = inflation(of)
    if len(factors) < 2:
        return None
    worst = max(factors, key=factors.__getitem__)
    value = factors[worst]
    advice = (
        f"Other columns make the standard errors of {worst} {number(value, 3)} times as wide. Intervals allow for it; "
        "effects of columns that go together cannot be told apart: leave one out, or test them together, fit.test."
    )
    return judged(NAME, f"factor on the standard errors of {worst}, GVIF^(1/(2 df))", value, advice, term=worst)


def inflation(of: LookedAt) -> dict[str, float]:
    """GVIF^(1 / (2 df)) of each set of variables that has terms of its own, by the names of these.

    >>> import stattools as st
    >>> data = {"y": [1.0, 3.0, 2.0, 5.0, 4.0], "x": [1, 2, 3, 4, 5], "z": [1, 2, 3, 4, 6]}
    >>> {name: round(value**2, 2) for name, value in inflation(LookedAt(st.fit(st.ols("y ~ x + z", data)))).items()}
    {'x': 37.0, 'z': 37.0}
    """
    alone, found = _alone(of), {}
    for name, variables, own in _groups(of.units):
        beside = {k for unit in of.units if not variables < unit.variables for k in unit.coefficients}
        mine = [k for k in own if k not in alone]
        others = sorted(beside.difference(own, alone))
        if not mine or not others:
            continue
        found[name] = max(of.added.inflation(mine, others), 1.0) ** (0.5 / len(mine))
    return found


def _groups(units: tuple[Unit, ...]) -> list[tuple[str, frozenset[str], list[int]]]:
    """Terms of the same variables together, but for products whose parts are terms too."""
    found: dict[frozenset[str], list[Unit]] = {}
    for unit in units:
        found.setdefault(unit.variables, []).append(unit)
    return [
        (" and ".join(unit.name for unit in some[:2]), variables, sorted(k for unit in some for k in unit.coefficients))
        for variables, some in found.items()
        if not any(other < variables for other in found)
    ]


def _alone(of: LookedAt) -> list[int]:
    """The coefficients that are not needed beside the constants: where a category stands for these, one of its columns
    for each.
    """
    found = of.added
    n_first = 0 if of.model.is_partial else of.model.predictor.n_first
    root = np.sqrt(np.abs(found.base.diagonal()))
    return [int(np.argmax(np.abs(direction) * root)) for direction in found.constants.T[:n_first]]
