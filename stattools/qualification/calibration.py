"""Simulation-based calibration, and draws against what is known exactly.

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

import stattools as st
from stattools.qualification.reading import Measured, PromisedDigits

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


CHECKS = (
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
