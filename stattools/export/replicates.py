"""What each of many parameter values says about each row: log-likelihoods, means, and replicated outcomes.

theta has shape (S, q), coefficients then alpha or sigma, each on its own scale; answers have shape (S, rows).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.likelihoods import BetaBinomial, Binomial, Gaussian
from stattools.memory import require_memory
from stattools.model import Model
from stattools.predictors.dispersed import Dispersed
from stattools.seeds import generator

Floats = NDArray[np.float64]

CELLS = 2_000_000
"""Draws are taken together until rows times draws reach this."""


def log_likelihood(model: Model, theta: Floats) -> Floats:
    """log p(y_i | theta_s), times the frequency of row i: leaving a row out leaves out all that it stands for.

    >>> import stattools as st
    >>> model = st.ols("y ~ 1", {"y": [0.0, 1.0]})
    >>> log_likelihood(model, np.array([[0.0, 1.0]])).round(6).tolist()
    [[-0.918939, -1.418939]]
    """
    weight = 1.0 if model.rows.weight is None else model.rows.weight

    def part(eta: Floats, sigma: Any) -> Floats:
        y = np.broadcast_to(model.rows.y, (*eta.shape[:2], *model.rows.y.shape[1:]))
        if not isinstance(model.likelihood, Gaussian):
            return model.likelihood.loglik(eta, y) * weight
        z = (y - eta) / sigma
        return (-0.5 * z * z - np.log(sigma) - 0.5 * np.log(2.0 * np.pi)) * weight

    return _over(model, theta, part)


def expectations(model: Model, theta: Floats) -> Floats:
    """E(y_i | theta_s), (S, rows), or (S, rows, K) of probabilities for K categories."""
    return _over(model, theta, lambda eta, sigma: model.likelihood.mean(eta))


def replicates(model: Model, theta: Floats, *, seed: int | np.random.Generator, trials: Floats | None = None) -> Floats:
    """A new outcome of every row for every theta_s; successes out of `trials` for a grouped outcome."""
    random = generator(seed)

    def part(eta: Floats, sigma: Any) -> Floats:
        if isinstance(model.likelihood, Gaussian):
            return eta + sigma * random.standard_normal(eta.shape)
        if isinstance(model.likelihood, Binomial | BetaBinomial):
            among = model.rows.y[:, 1] if trials is None else trials
            if isinstance(model.likelihood, BetaBinomial):
                return replace(model.likelihood, trials=among).sample(eta, seed=random)
            return random.binomial(among.astype(int), model.likelihood.mean(eta)).astype(float)
        return model.likelihood.sample(eta, seed=random)

    return _over(model, theta, part)


def _over(model: Model, theta: Floats, part: Callable[[Floats, Any], Floats]) -> Floats:
    rows, width = len(model.rows.X), model.predictor.width
    what = f"{len(theta):,} draws of {rows:,} rows"
    require_memory(what, 2 * len(theta) * rows * width, "Take some of the draws, or fewer rows.")
    return np.concatenate([part(eta, sigma) for eta, sigma in _predictors(model, theta)])


def _predictors(model: Model, theta: Floats) -> Iterator[tuple[Floats, Any]]:
    """eta (s, rows) or (s, rows, width), and the standard deviation of each row where there is one."""
    X, offset, predictor = model.rows.X, model.rows.offset, model.predictor
    p, width = predictor.columns, predictor.width
    precision = 1.0 if model.rows.precision is None else np.sqrt(model.rows.precision)
    step = max(1, CELLS // max(len(X), 1))
    for start in range(0, len(theta), step):
        some = theta[start : start + step]
        if isinstance(predictor, Dispersed):
            first = some[:, :p] @ X.T + (0.0 if offset is None else offset)
            yield np.stack([first, np.broadcast_to(np.log(some[:, p, None]), first.shape)], axis=-1), None
        elif width == 1:
            eta = some[:, :p] @ X.T + (0.0 if offset is None else offset)
            yield eta, (some[:, p, None] / precision if model.has_scale else None)
        else:
            eta = np.einsum("skp,np->snk", some.reshape(len(some), width, p), X, optimize=True)
            yield eta if offset is None else eta + offset[:, None], None
