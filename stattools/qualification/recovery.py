"""Parameters that are known because the data were simulated from them: how far is the estimate, in standard errors?

The largest of p distances of an estimate that is right is below 4.5 in all but p in 150,000 simulations.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from scipy.special import expit

import stattools as st
from stattools.interface.arrays import Floats
from stattools.qualification.reading import Measured, PromisedDigits

Draw = Callable[[np.random.Generator, Floats], Any]

ROWS = 4000
TRUTH = np.array([0.4, -0.8, 0.5])
LIMIT = 4.5
OF = "largest distance from the truth, in standard errors"


def measure(family: str, draw: Draw, truth: Floats, effort: float = 1.0) -> Measured:
    """The largest distance between a fit and the coefficients that its data were drawn with."""
    rng = np.random.default_rng(11)
    n = int(ROWS * effort)
    X = rng.normal(size=(n, 2))
    fit = st.fit(getattr(st, family)(*draw(rng, np.column_stack([np.ones(n), X]) @ TRUTH), X))
    return Measured(statistic=round(float(np.abs((fit.estimate - truth) / fit.se).max()), 3))


def measure_softmax(effort: float = 1.0) -> Measured:
    """The largest distance from the true coefficients for three categories and two columns."""
    rng = np.random.default_rng(12)
    n = int(ROWS * effort)
    X = rng.normal(size=(n, 2))
    B = np.array([[0.0, 0.0, 0.0], TRUTH, [-0.2, 0.3, 0.9]])
    gumbel = rng.gumbel(size=(n, 3))
    y = np.argmax(np.column_stack([np.ones(n), X]) @ B.T + gumbel, axis=1)
    fit = st.fit(st.softmax(y, X))
    return Measured(statistic=round(float(np.abs((fit.estimate - B[1:].ravel()) / fit.se).max()), 3))


def measure_level(effort: float = 1.0) -> Measured:
    """Variances of a simulated local level, whose standard errors are of the variances themselves."""
    rng = np.random.default_rng(13)
    n = int(ROWS * effort)
    y = np.cumsum(rng.normal(0.0, 0.5, n)) + rng.normal(0.0, 1.0, n)
    fit = st.fit(st.local_level(y))
    return Measured(statistic=round(float(np.abs((fit.estimate - [1.0, 0.25]) / fit.se).max()), 3))


def _gaussian(rng: np.random.Generator, eta: Floats) -> Any:
    return (eta + rng.normal(0.0, 1.5, len(eta)),)


def _logistic(rng: np.random.Generator, eta: Floats) -> Any:
    return ((rng.random(len(eta)) < expit(eta)).astype(float),)


def _probit(rng: np.random.Generator, eta: Floats) -> Any:
    return ((eta + rng.normal(size=len(eta)) > 0).astype(float),)


def _poisson(rng: np.random.Generator, eta: Floats) -> Any:
    return (rng.poisson(np.exp(eta)).astype(float),)


def _negative_binomial(rng: np.random.Generator, eta: Floats) -> Any:
    return (rng.poisson(np.exp(eta) * rng.gamma(2.0, 0.5, len(eta))).astype(float),)


def _check(model: str, family: str, draw: Draw, *more: float) -> PromisedDigits:
    truth = np.append(TRUTH, more)
    return PromisedDigits(
        "recovery", model, "simulated", "the truth", partial(measure, family, draw, truth), limit=LIMIT, of=OF
    )


CHECKS = (
    _check("linear regression", "ols", _gaussian),
    _check("logistic regression", "logistic", _logistic),
    _check("probit regression", "probit", _probit),
    _check("Poisson regression", "poisson", _poisson),
    _check("negative binomial regression", "negative_binomial", _negative_binomial, np.log(0.5)),
    PromisedDigits("recovery", "softmax regression", "simulated", "the truth", measure_softmax, limit=LIMIT, of=OF),
    PromisedDigits("recovery", "local level", "simulated", "the truth", measure_level, limit=LIMIT, of=OF),
)
