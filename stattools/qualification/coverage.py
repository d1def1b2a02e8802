"""How often intervals hold the truth: exactly, by adding up all outcomes, where there are finitely many; by simulation
elsewhere.

Student's t intervals of least squares cover as often as they say, to the last digit; Wald and profile intervals of a
logistic regression nearly so. A simulated share is judged by its own binomial standard error.
"""

from __future__ import annotations

from functools import partial

import numpy as np
from scipy import stats

import stattools as st
from stattools.qualification.reading import Measured, PromisedDigits

LEVEL = 0.95
SIMULATIONS = 300


def least_squares(effort: float = 1.0) -> Measured:
    """Distance of the simulated coverage of t intervals from 0.95, in its own standard errors: 12 rows, 3 columns."""
    rng = np.random.default_rng(21)
    times = int(SIMULATIONS * effort)
    X, truth = rng.normal(size=(12, 2)), np.array([1.0, -2.0, 0.5])
    held = 0
    for _ in range(times):
        y = truth[0] + X @ truth[1:] + rng.normal(size=12)
        lower, upper = st.fit(st.ols(y, X)).interval(LEVEL)
        held += int(lower[1] <= truth[1] <= upper[1])
    return _judged(held, times)


def logistic(kind: str, effort: float = 1.0) -> Measured:
    """The coverage for a slope of a logistic regression with 400 rows."""
    rng = np.random.default_rng(22)
    times = int(SIMULATIONS * effort)
    x, held = rng.normal(size=(400, 1)), 0
    for _ in range(times):
        y = (rng.random(400) < 1.0 / (1.0 + np.exp(0.3 - 0.7 * x[:, 0]))).astype(float)
        lower, upper = st.fit(st.logistic(y, x)).interval(LEVEL, kind=kind)
        held += int(lower[1] <= 0.7 <= upper[1])
    return _judged(held, times)


def proportion(kind: str, least: float, effort: float = 1.0) -> Measured:
    """How far the exact coverage of an interval of a proportion falls below `least`, at 20 trials.

    "clopper-pearson" is held to the level at each theta, the others to it on the average over theta.
    """
    n = 20
    ends = np.array([np.ravel(st.fit(st.binomial(k, n)).interval(LEVEL, kind=kind)) for k in range(n + 1)])
    theta = (np.arange(1000) + 0.5) / 1000
    chance = stats.binom.pmf(np.arange(n + 1)[:, None], n, theta)
    covered = (chance * ((ends[:, :1] <= theta) & (theta <= ends[:, 1:]))).sum(axis=0)
    worst = covered.min() if kind == "clopper-pearson" else covered.mean()
    return Measured(statistic=round(float(max(0.0, least - worst)), 4))


def _judged(held: int, times: int) -> Measured:
    off = abs(held / times - LEVEL) / np.sqrt(LEVEL * (1.0 - LEVEL) / times)
    return Measured(statistic=round(float(off), 3))


_SIMULATED = "distance of the coverage from 95 %, in its standard errors"
_SHORT = "shortfall of the exact coverage"


def _exact(kind: str, least: float) -> PromisedDigits:
    return PromisedDigits(
        "coverage",
        f"proportion, {kind}",
        "20 trials",
        "all outcomes",
        partial(proportion, kind, least),
        limit=0.0,
        of=_SHORT,
    )


CHECKS = (
    PromisedDigits("coverage", "linear regression, t", "simulated", "0.95", least_squares, limit=4.0, of=_SIMULATED),
    *(
        PromisedDigits(
            "coverage",
            f"logistic regression, {kind}",
            "simulated",
            "0.95",
            partial(logistic, kind),
            limit=4.0,
            of=_SIMULATED,
        )
        for kind in ("wald", "profile")
    ),
    _exact("clopper-pearson", 0.95),
    _exact("wilson", 0.945),
    _exact("likelihood-ratio", 0.935),
)
