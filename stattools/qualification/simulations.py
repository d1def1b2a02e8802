"""Checks on simulated data: recovery, coverage and calibration.

Recovery: parameters are known because the data were simulated from them. How far is the estimate, in standard errors?

The largest of p distances of an estimate that is right is below 4.5 in all but p in 150,000 simulations.

Coverage: how often intervals hold the truth, exactly, by adding up all outcomes, where there are finitely many; by
simulation elsewhere.

Student's t intervals of least squares cover as often as they say, to the last digit; Wald and profile intervals of a
logistic regression nearly so. A simulated share is judged by its own binomial standard error.

Calibration, by simulation, and draws against what is known exactly.

Draw parameters from the prior, data given them, and the posterior given the data: the probability that the posterior
puts below the drawn value is then uniform. Its distance from uniform is Kolmogorov's, sqrt(n) times the largest gap of
distribution functions; it exceeds 2.2 once in 8,000 times.

Source: Talts et al., Validating Bayesian inference algorithms with simulation-based calibration (2018).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats
from scipy.special import expit

import stattools as st
from stattools.interface.arrays import Floats
from stattools.qualification.reading import Measured, PromisedDigits

Draw = Callable[[np.random.Generator, Floats], tuple[Floats]]

ROWS = 4000
TRUTH = np.array([0.4, -0.8, 0.5])
FARTHEST = 4.5
DISTANCE = "largest distance from the truth, in standard errors"


def measure(family: str, draw: Draw, truth: Floats, effort: float = 1.0) -> Measured:
    """The largest distance between a fit and the coefficients that its data were drawn with."""
    rng = np.random.default_rng(11)
    n = int(ROWS * effort)
    X = rng.normal(size=(n, 2))
    fit = st.fit(getattr(st, family)(*draw(rng, np.column_stack([np.ones(n), X]) @ TRUTH), X))
    return Measured(statistic=round(float(np.abs((fit.estimate - truth) / fit.se).max()), 3))


def of_softmax(effort: float = 1.0) -> Measured:
    """The largest distance from the true coefficients for three categories and two columns."""
    rng = np.random.default_rng(12)
    n = int(ROWS * effort)
    X = rng.normal(size=(n, 2))
    B = np.array([[0.0, 0.0, 0.0], TRUTH, [-0.2, 0.3, 0.9]])
    gumbel = rng.gumbel(size=(n, 3))
    y = np.argmax(np.column_stack([np.ones(n), X]) @ B.T + gumbel, axis=1)
    fit = st.fit(st.softmax(y, X))
    return Measured(statistic=round(float(np.abs((fit.estimate - B[1:].ravel()) / fit.se).max()), 3))


def of_level(effort: float = 1.0) -> Measured:
    """Variances of a simulated local level, whose standard errors are of the variances themselves."""
    rng = np.random.default_rng(13)
    n = int(ROWS * effort)
    y = np.cumsum(rng.normal(0.0, 0.5, n)) + rng.normal(0.0, 1.0, n)
    fit = st.fit(st.local_level(y))
    return Measured(statistic=round(float(np.abs((fit.estimate - [1.0, 0.25]) / fit.se).max()), 3))


def _gaussian(rng: np.random.Generator, eta: Floats) -> tuple[Floats]:
    return (eta + rng.normal(0.0, 1.5, len(eta)),)


def _logistic(rng: np.random.Generator, eta: Floats) -> tuple[Floats]:
    return ((rng.random(len(eta)) < expit(eta)).astype(float),)


def _probit(rng: np.random.Generator, eta: Floats) -> tuple[Floats]:
    return ((eta + rng.normal(size=len(eta)) > 0).astype(float),)


def _poisson(rng: np.random.Generator, eta: Floats) -> tuple[Floats]:
    return (rng.poisson(np.exp(eta)).astype(float),)


def _negative_binomial(rng: np.random.Generator, eta: Floats) -> tuple[Floats]:
    return (rng.poisson(np.exp(eta) * rng.gamma(2.0, 0.5, len(eta))).astype(float),)


def _recovery(model: str, family: str, draw: Draw, *more: float) -> PromisedDigits:
    truth = np.append(TRUTH, more)
    return PromisedDigits(
        "recovery", model, "simulated", "the truth", partial(measure, family, draw, truth), limit=FARTHEST, of=DISTANCE
    )


RECOVERIES = (
    _recovery("linear regression", "ols", _gaussian),
    _recovery("logistic regression", "logistic", _logistic),
    _recovery("probit regression", "probit", _probit),
    _recovery("Poisson regression", "poisson", _poisson),
    _recovery("negative binomial regression", "negative_binomial", _negative_binomial, np.log(0.5)),
    PromisedDigits("recovery", "softmax regression", "simulated", "the truth", of_softmax, limit=FARTHEST, of=DISTANCE),
    PromisedDigits("recovery", "local level", "simulated", "the truth", of_level, limit=FARTHEST, of=DISTANCE),
)


LEVEL = 0.95
TIMES = 300


def least_squares(effort: float = 1.0) -> Measured:
    """Distance of the simulated coverage of t intervals from 0.95, in its own standard errors: 12 rows, 3 columns."""
    rng = np.random.default_rng(21)
    times = int(TIMES * effort)
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
    times = int(TIMES * effort)
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


COVERAGES = (
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


LIMIT = 2.2
OF = "Kolmogorov distance from uniform, times √n"
SIMULATIONS = 200


def pairs(name: str, effort: float = 1.0) -> Measured:
    """Calibration of an exact posterior."""
    rng = np.random.default_rng(31)
    below = [EXACT[name](rng) for _ in range(int(SIMULATIONS * effort))]
    return Measured(statistic=kolmogorov(below))


def drawn(effort: float = 1.0) -> Measured:
    """Calibration of weighted draws from the posterior of a logistic regression, 25 rows, prior Normal(0, 1)."""
    rng = np.random.default_rng(32)
    below = []
    for i in range(int(40 * effort)):
        theta, x = rng.normal(size=2), rng.normal(size=(25, 1))
        y = (rng.random(25) < 1.0 / (1.0 + np.exp(-theta[0] - theta[1] * x[:, 0]))).astype(float)
        if 0 < y.sum() < 25:
            posterior = st.posterior(
                st.logistic(y, x), prior=st.Normal(0, 1), method="importance", draws=500, chains=1, seed=i
            )
            below.append(float(np.mean(posterior.flat[:, 1] < theta[1])))
    return Measured(statistic=kolmogorov(below))


def hamiltonian(effort: float = 1.0) -> Measured:
    """Draws by NUTS against the exact posterior of the same coin: the larger distance of mean and sd, in their
    simulation errors.
    """
    model = st.binomial(6, 10)
    exact = st.posterior(model, prior=st.Beta(2, 3))
    posterior = st.posterior(model, prior=st.Beta(2, 3), method="nuts", draws=int(500 * effort), chains=2, seed=33)
    flat = posterior.flat[:, 0]
    size = float(np.min(posterior.diagnostics.ess_bulk))
    error = float(exact.sd) / np.sqrt(size)
    off = max(abs(flat.mean() - float(exact.mean)) / error, abs(flat.std() - float(exact.sd)) / error)
    return Measured(statistic=round(float(off), 3))


def kolmogorov(below: ArrayLike) -> float:
    """sqrt(n) times the largest gap between the distribution of `below` and the uniform one.

    >>> kolmogorov((np.arange(100) + 0.5) / 100)
    0.05
    """
    ordered = np.sort(np.asarray(below, dtype=float))
    n = len(ordered)
    steps = np.arange(n + 1) / n
    gap = max(np.max(steps[1:] - ordered), np.max(ordered - steps[:-1]))
    return round(float(np.sqrt(n) * gap), 4)


def _beta(rng: np.random.Generator) -> float:
    theta = rng.beta(2, 3)
    posterior = st.posterior(st.binomial(int(rng.binomial(15, theta)), 15), prior=st.Beta(2, 3))
    return float(posterior.probability(0.0, theta))


def _gamma(rng: np.random.Generator) -> float:
    rate = rng.gamma(2.0, 1.0)
    posterior = st.posterior(st.poisson_rate(rng.poisson(3.0 * rate, size=4), exposure=[3.0] * 4), prior=st.Gamma(2, 1))
    return float(posterior.probability(0.0, rate))


def _normal(rng: np.random.Generator) -> float:
    mean = rng.normal(1.0, 2.0)
    posterior = st.posterior(st.normal(rng.normal(mean, 0.7, size=5), sd=0.7), prior=st.Normal(1.0, 2.0))
    return float(posterior.probability(-np.inf, mean))


EXACT: dict[str, Callable[[np.random.Generator], float]] = {"Beta": _beta, "Gamma": _gamma, "normal": _normal}


def _check(model: str, measure: Callable[[float], Measured], **more: Any) -> PromisedDigits:
    return PromisedDigits("calibration", model, "simulated", "uniform", measure, limit=LIMIT, of=OF, **more)


CALIBRATIONS = (
    *(_check(f"{name} posterior", partial(pairs, name)) for name in EXACT),
    _check("logistic regression, importance", drawn),
    PromisedDigits(
        "draws",
        "coin, NUTS",
        "6 of 10",
        "the exact posterior",
        hamiltonian,
        limit=4.5,
        of="distance of mean and spread, in simulation errors",
    ),
)
