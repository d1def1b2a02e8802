"""Predictions of an outcome with labels: a probability for each, with intervals on the scale of its log odds."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import special

from stattools.errors import IncompatibleError
from stattools.inference.estimates import Estimates
from stattools.inference.prediction.ends import Quantile, eta_covariance, quantiles
from stattools.interface.arrays import Floats
from stattools.interface.when_needed import pd
from stattools.likelihoods.outcomes import Outcome
from stattools.models.model import Model

CUMULATIVE, SCORE = "cumulative", "score"
"""Kinds of predictions of labels in order: P(y <= label), and the mean of the labels, or of their numbers."""

COLUMNS = {"mean": slice(None), CUMULATIVE: slice(None, -1)}
"""Which labels have a column, by the kind; linear predictors have one for all but the reference."""


def require_order(model: Model, kind: str) -> None:
    """IncompatibleError for outcomes whose labels have no order."""
    if model.likelihood.outcome is not Outcome.ORDERED:
        raise IncompatibleError(
            f"predict(kind={kind!r}) belongs to labels in order, as of st.ordinal; an outcome of {model.title} is "
            f'{model.likelihood.outcome.value}. Use kind="mean".'
        )


def scores(fit: Estimates, at: Model, interval: float | None) -> Any:
    """The mean of the labels where they are numbers, else of 1, 2, ... in their order."""
    labels: Any = at.labels or ()
    numbers = all(isinstance(label, int | float) and not isinstance(label, bool) for label in labels)
    values = np.array(labels if numbers else np.arange(1.0, len(labels) + 1.0), dtype=float)
    eta = at.eta(fit.estimate)
    value = at.likelihood.mean(eta) @ values
    if interval is None:
        return value
    slope = np.einsum("nkw,k->nw", at.likelihood.slope(eta), values)
    V = eta_covariance(at.predictor, at.rows.X, fit.covariance)
    half = quantiles(fit, at, interval)(slope) * _errors(slope[:, None, :], V)[:, 0]
    return pd.DataFrame({SCORE: value, "lower": value - half, "upper": value + half})


def is_of_categories(at: Model, kind: str) -> bool:
    """Is there a number for each category: probabilities, or linear predictors that each belong to one?"""
    if kind == CUMULATIVE:
        return True
    return at.likelihood.outcome.has_several if kind == "mean" else at.likelihood.by_category


def names_of_categories(at: Model, kind: str) -> list[str]:
    """Names of the columns of such a prediction."""
    return [str(label) for label in at.labels or ()][COLUMNS.get(kind, slice(1, None))]


def long_frame(kind: str, n: int, names: list[str], value: Floats, lower: Floats, upper: Floats) -> Any:
    """One row for each row and category."""
    row, category = np.repeat(np.arange(n), len(names)), np.tile(np.array(names, dtype=object), n)
    return pd.DataFrame({"row": row, "category": category, kind: value, "lower": lower, "upper": upper})


def categories(fit: Estimates, at: Model, interval: float | None, kind: str) -> Any:
    """Probabilities, cumulative ones of labels in order, or log odds of several categories."""
    names, eta = names_of_categories(at, kind), at.eta(fit.estimate)
    value = eta.reshape(len(eta), -1) if kind == "link" else _probabilities(at, eta, kind)[0]
    if interval is None:
        return pd.DataFrame(value, columns=names)
    parts = []
    eta = eta.reshape(len(eta), -1)
    for start in range(0, len(eta), 4096):
        part = slice(start, start + 4096)
        V = eta_covariance(at.predictor, at.rows.X[part], fit.covariance)
        reach = quantiles(fit, at.subset(part), interval)
        if kind != "link":
            logit, slope = _logits(at, eta[part], kind)
            half = _reach(reach, slope) * _errors(slope, V)
            parts.append((special.expit(logit - half), special.expit(logit + half)))
        else:
            each = np.broadcast_to(np.eye(V.shape[1]), V.shape)
            half = _reach(reach, each) * np.sqrt(np.diagonal(V, axis1=1, axis2=2))
            parts.append((eta[part] - half, eta[part] + half))
    lower, upper = (np.concatenate(end).ravel() for end in zip(*parts, strict=True))
    return long_frame(kind, len(eta), names, value.ravel(), lower, upper)


def _reach(quantile: Quantile, slope: Floats) -> Floats:
    """Quantiles of what has the slopes (m, K, width), (m, K)."""
    return np.stack([np.broadcast_to(quantile(slope[:, k]), len(slope)) for k in range(slope.shape[1])], axis=1)


def _probabilities(at: Model, eta: Floats, kind: str, sloped: bool = False) -> tuple[Floats, Floats]:
    """The probability of each label, or that an outcome is at most it, with slopes where those are asked for."""
    family: Any = at.likelihood
    slope = family.slope(eta) if sloped else eta
    if kind != CUMULATIVE:
        return family.mean(eta), slope
    return family.cumulative(eta)[:, :-1], slope.cumsum(axis=1)[:, :-1] if sloped else slope


def _logits(at: Model, eta: Floats, kind: str) -> tuple[Floats, Floats]:
    """logit p_k of all K categories, (m, K), and their slopes, (m, K, width).

    logit p_k = eta_k - L_k with L_k = log sum of exp(eta_j) over j != k; its slope is 1 in eta_k, -exp(eta_j - L_k) in
    the others.
    """
    if not at.likelihood.by_category:
        wide = eta if at.likelihood.width > 1 else eta[:, 0]
        p, slope = _probabilities(at, wide, kind, sloped=True)
        return special.logit(p), slope / (p * (1.0 - p))[:, :, None]
    full = np.column_stack([np.zeros(len(eta)), eta])
    own = np.eye(full.shape[1], dtype=bool)
    others: Floats = np.asarray(special.logsumexp(np.where(own, -np.inf, full[:, None, :]), axis=2))  # L_k
    slope = np.where(own, 1.0, -np.exp(np.where(own, 0.0, full[:, None, :] - others[:, :, None])))[:, :, 1:]
    return full - others, slope


def _errors(slope: Floats, V: Floats) -> Floats:
    return np.sqrt(np.maximum(((slope @ V) * slope).sum(axis=2), 0.0))
