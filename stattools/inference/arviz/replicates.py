"""What each of many parameter values says about each row: log-likelihoods, means, and replicated outcomes.

theta has shape (S, q), coefficients then alpha or sigma, each on its own scale; answers have shape (S, rows).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from stattools.interface.arrays import Floats
from stattools.interface.memory import require_memory
from stattools.interface.seeds import generator
from stattools.models.custom import Custom
from stattools.models.model import Model
from stattools.models.own_scale import behind_links

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
        if not model.has_scale:
            return model.likelihood.loglik(eta, y) * weight
        z = (y - eta) / sigma
        return (-0.5 * z * z - np.log(sigma) - 0.5 * np.log(2.0 * np.pi)) * weight

    return _over(model, theta, part)


def rows_said(model: Any) -> Callable[[Floats], Floats] | None:
    """What makes log-likelihoods of single rows, (S, rows), of many theta; None where the model has no rows."""
    if isinstance(model, Custom):
        return model.rows_at_each if model.is_by_row else None
    return partial(log_likelihood, model) if isinstance(model, Model) else None


def expectations(model: Model, theta: Floats) -> Floats:
    """E(y_i | theta_s), (S, rows), or (S, rows, K) of probabilities for K categories."""
    return _over(model, theta, lambda eta, sigma: model.likelihood.mean(eta))


def replicates(model: Model, theta: Floats, *, seed: int | np.random.Generator, trials: Floats | None = None) -> Floats:
    """A new outcome of every row for every theta_s; successes out of `trials` for a grouped outcome."""
    random = generator(seed)

    def part(eta: Floats, sigma: Any) -> Floats:
        if model.has_scale:
            return eta + sigma * random.standard_normal(eta.shape)
        among = model.likelihood.trials_of(model.rows.y) if trials is None else trials
        return model.likelihood.with_trials(among).sample(eta, seed=random)

    return _over(model, theta, part)


def _over(model: Model, theta: Floats, part: Callable[[Floats, Any], Floats]) -> Floats:
    rows, width = len(model.rows.X), model.predictor.width
    what = f"{len(theta):,} draws of {rows:,} rows"
    require_memory(what, 2 * len(theta) * rows * width, "Take some of the draws, or fewer rows.")
    return np.concatenate([part(eta, sigma) for eta, sigma in _predictors(model, theta)])


def _predictors(model: Model, theta: Floats) -> Iterator[tuple[Floats, Any]]:
    """eta (s, rows) or (s, rows, width), and the standard deviation of each row where there is one."""
    X, predictor = model.rows.X, model.predictor
    precision = 1.0 if model.rows.precision is None else np.sqrt(model.rows.precision)
    step = max(1, CELLS // max(len(X), 1))
    for start in range(0, len(theta), step):
        some = behind_links(model, theta[start : start + step, : predictor.size])
        sigma = theta[start : start + step, -1:] / precision if model.has_scale else None
        yield predictor.forward_many(some, X, model.rows.offset), sigma
