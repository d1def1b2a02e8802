"""What a computation prints: the columns and the facts that a claim may have, from a fit or at a point.

statistic = estimate / se,   p = P(|T| > |statistic|),   ends = estimate -+ q se
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from stattools.inference.estimates import quantile_of
from stattools.inference.hypotheses import against_zero
from stattools.inference.intervals.coefficients import interval, tests_of_zero
from stattools.interface.arrays import Floats
from stattools.validation.claims.facts import FactPoint, facts_at, facts_of

COLUMNS = ("estimate", "se", "statistic", "p", "lower", "upper")
"""What a claim may say of a parameter."""
SOLVED = ("LeastSquares", "ClosedForm")
"""Solvers without a loop."""


@dataclass(frozen=True, eq=False)
class Right:
    """The right numbers: `columns` by the names of `COLUMNS`, each (p,) in the order of `names`, NaN where there is
    none. `unit` (p,) are the standard errors that distances are measured in, and `solved` is True of estimates that are
    solved for, which nobody's loop approaches. `fact(name)` are the values of a single
    number by the words of its definition, the model's own under ""; empty where the model has no such number.
    """

    names: tuple[str, ...]
    columns: Mapping[str, Floats]
    unit: Floats
    fact: Callable[[str], Mapping[str, float]]
    solved: bool = False


def right_of_fit(fit: Any, level: float) -> Right:
    """What a fit of ours says, with Wald intervals of this level.

    >>> import stattools as st
    >>> right = right_of_fit(st.fit(st.ols([1.0, 2.0, 4.0], [0.0, 1.0, 2.0], names=["x"])), 0.9)
    >>> right.columns["estimate"].round(3).tolist(), right.fact("n")[""]
    ([0.833, 1.5], 3.0)
    """
    if not fit.kinds:  # a penalized fit has no standard errors
        return right_at(fit.names, fit.estimate, np.full(len(fit.names), np.nan), np.inf, level, facts_of(fit))
    statistic, p = tests_of_zero(fit)
    lower, upper = interval(fit, level, "wald")
    se = fit.se
    columns = {"estimate": fit.estimate, "se": se, "statistic": statistic, "p": p}
    ends = {"lower": np.atleast_1d(lower), "upper": np.atleast_1d(upper)}
    return Right(tuple(fit.names), columns | ends, se, facts_of(fit), fit.solution.solver in SOLVED)


def right_at(
    names: tuple[str, ...], theta: Floats, se: Floats, df: float | Floats, level: float, fact: Any = None
) -> Right:
    """What estimates and standard errors lead to, with t of these degrees of freedom; `fact` as in `Right`, or the
    point that facts are evaluated at.
    """
    with np.errstate(invalid="ignore", over="ignore"):
        statistic, p = against_zero(theta, se, df)
        half = quantile_of(df, level) * se
    columns = {
        "estimate": theta,
        "se": se,
        "statistic": statistic,
        "p": p,
        "lower": theta - half,
        "upper": theta + half,
    }
    told = facts_at(fact) if isinstance(fact, FactPoint) else fact
    return Right(tuple(names), columns, se, told or (lambda name: {}))
