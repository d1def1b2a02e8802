"""Every likelihood, predictor and solver once: the contract tests run over these lists. A new one adds a row here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

import stattools as st
from stattools.predictors.dispersed import Dispersed
from stattools.predictors.linear import Linear

Floats = NDArray[np.float64]


def rng(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


@dataclass(frozen=True)
class LikelihoodCase:
    """A likelihood, a reference log-likelihood of it, outcomes to try, and outcomes that it must refuse."""

    name: str
    likelihood: Any
    reference: Callable[[Floats, Floats], Floats]
    outcomes: Callable[[np.random.Generator, int], Floats]
    refused: tuple[Any, ...]
    spread: float = 2.0

    def draw(self, generator: np.random.Generator, n: int = 40) -> tuple[Floats, Floats]:
        width = self.likelihood.width
        eta = self.spread * generator.standard_normal(n if width == 1 else (n, width))
        return eta, self.outcomes(generator, n)

    def __str__(self) -> str:
        return self.name


def _categorical_reference(eta: Floats, y: Floats) -> Floats:
    full = np.column_stack([np.zeros(len(eta)), eta])
    p = special.softmax(full, axis=1)
    return stats.multinomial.logpmf(np.eye(full.shape[1])[y.astype(int)], 1, p)


LIKELIHOODS = [
    LikelihoodCase(
        "bernoulli",
        st.Bernoulli(),
        lambda eta, y: stats.bernoulli.logpmf(y, special.expit(eta)),
        lambda g, n: g.integers(0, 2, n).astype(float),
        (0.5, 2, -1, np.nan, np.inf, "yes"),
    ),
    LikelihoodCase(
        "binomial",
        st.Binomial(trials=12),
        lambda eta, y: stats.binom.logpmf(y, 12, special.expit(eta)),
        lambda g, n: g.integers(0, 13, n).astype(float),
        (0.5, 13, -1, np.nan, "yes"),
    ),
    LikelihoodCase(
        "binomial with trials in y",
        st.Binomial(),
        lambda eta, y: stats.binom.logpmf(y[:, 0], y[:, 1], special.expit(eta)),
        lambda g, n: np.sort(g.integers(0, 9, (n, 2)), axis=1).astype(float),
        ([3, 2], [1, 2.5], [np.nan, 2], [-1, 2]),
    ),
    LikelihoodCase(
        "gaussian",
        st.Gaussian(scale=1.7),
        lambda eta, y: stats.norm.logpdf(y, eta, 1.7),
        lambda g, n: 3.0 * g.standard_normal(n),
        (np.nan, np.inf, "tall"),
    ),
    LikelihoodCase(
        "poisson",
        st.Poisson(),
        lambda eta, y: stats.poisson.logpmf(y, np.exp(eta)),
        lambda g, n: g.poisson(4.0, n).astype(float),
        (0.5, -1, np.nan, np.inf, "many"),
    ),
    LikelihoodCase(
        "probit",
        st.Probit(),
        lambda eta, y: stats.norm.logcdf((2 * y - 1) * eta),
        lambda g, n: g.integers(0, 2, n).astype(float),
        (0.5, 2, -1, np.nan, "yes"),
    ),
    LikelihoodCase(
        "negative binomial",
        st.NegativeBinomial(),
        lambda eta, y: stats.nbinom.logpmf(y, np.exp(-eta[:, 1]), 1 / (1 + np.exp(eta.sum(axis=1)))),
        lambda g, n: g.poisson(4.0, n).astype(float),
        (0.5, -1, np.nan, np.inf, "many"),
        spread=1.0,
    ),
    LikelihoodCase(
        "beta-binomial",
        st.BetaBinomial(trials=12),
        lambda eta, y: stats.betabinom.logpmf(
            y, 12, np.exp(eta[:, 1] + special.log_expit(eta[:, 0])), np.exp(eta[:, 1] + special.log_expit(-eta[:, 0]))
        ),
        lambda g, n: g.integers(0, 13, n).astype(float),
        (0.5, 13, -1, np.nan, "yes"),
        spread=1.0,
    ),
    LikelihoodCase(
        "categorical",
        st.Categorical(4),
        _categorical_reference,
        lambda g, n: g.integers(0, 4, n).astype(float),
        (4, -1, 0.5, np.nan, "red"),
    ),
    LikelihoodCase(
        "categorical of two",
        st.Categorical(2),
        lambda eta, y: stats.bernoulli.logpmf(y, special.expit(eta)),
        lambda g, n: g.integers(0, 2, n).astype(float),
        (2, 0.5),
        spread=1.0,
    ),
]

PREDICTORS = [Linear(3), Linear(3, width=2), Dispersed(3)]

SOLVERS = [st.Newton(), st.LBFGS(), st.GradientDescent()]
"""Solvers that take any regression; LeastSquares takes the Gaussian one only."""
