"""Are the probabilities what happens? Brier score, reliability, confusion, and the temperature that repairs them.

    brier = mean over rows of sum_k (p_k - 1[y = k])^2,     p = softmax(eta / T)

Source: Brier, Monthly Weather Review 78 (1950), 1-3; Guo et al., ICML 2017 (arXiv:1706.04599).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from stattools.errors import DomainError, IncompatibleError
from stattools.inference.diagnostics.goodness import wilson_ends
from stattools.inference.prediction.kinds import crossed, most_probable
from stattools.interface.arguments import whole_number
from stattools.interface.arrays import Floats
from stattools.interface.memory import require_memory
from stattools.interface.when_needed import pd
from stattools.likelihoods import Likelihood
from stattools.networks.network_model import NetworkModel

NORMAL_95 = 1.959963984540054
WIDEST = 5.0
"""Temperatures are looked for from exp(-5) to exp(5)."""


class Predictor(Protocol):
    """A trained network, or several."""

    @property
    def model(self) -> NetworkModel: ...
    @property
    def labels(self) -> tuple[Any, ...] | None: ...
    def mean(self, X: Floats | None = None) -> Floats: ...


class Trained(Predictor, Protocol):
    """A single trained network."""

    @property
    def estimate(self) -> Floats: ...


def confusion(fit: Predictor, data: object) -> pd.DataFrame:
    """Counts of rows by observed (rows) and predicted label (columns)."""
    if fit.labels is None:
        raise IncompatibleError(f"{fit.model.outcome_name!r} has no classes to confuse.")
    X, y = fit.model.rows_of(data)
    return crossed(fit.labels, y, most_probable(fit.mean(X)), fit.model.frequencies(data))


def brier(fit: Predictor, data: object) -> float:
    """Mean squared error of the probabilities, summed over labels and halved for two."""
    p, hit = probabilities_and_hits(fit, data)
    square = np.average(((p - hit) ** 2).sum(axis=1), weights=fit.model.frequencies(data))
    return float(square / (2.0 if p.shape[1] == 2 else 1.0))


def reliability(fit: Predictor, data: object, bins: int) -> pd.DataFrame:
    """Observed share against predicted probability in groups of equal width: predicted, observed, n, lower, upper."""
    bins = whole_number(bins, "bins= of calibration", at_least=1)
    require_memory(f"{bins:,} bins", 4 * bins, "Ask for fewer: bins=10 is common.")
    p, hit = probabilities_and_hits(fit, data)
    weight = fit.model.frequencies(data)
    times = np.ones(p.size) if weight is None else np.repeat(weight, p.shape[1])
    group = np.minimum((p.ravel() * bins).astype(int), bins - 1)
    n = np.bincount(group, times, bins)
    kept = n > 0
    predicted = np.bincount(group, times * p.ravel(), bins)[kept] / n[kept]
    observed = np.bincount(group, times * hit.ravel(), bins)[kept] / n[kept]
    lower, upper = wilson_ends(observed, n[kept], NORMAL_95)
    columns = {"predicted": predicted, "observed": observed, "n": n[kept].astype(int), "lower": lower, "upper": upper}
    return pd.DataFrame(columns)


def temperature_of(fits: Sequence[Trained], data: object) -> float:
    """The T that makes the rows of `data` most likely, with eta / T in each of the fits and their mean as probability.

    Raises IncompatibleError for a quantity, DomainError where no rows are given or the likelihood has no maximum.
    """
    model = fits[0].model
    if fits[0].labels is None:
        raise IncompatibleError(f"{model.outcome_name!r} has no probabilities to calibrate.")
    if data is None:
        raise DomainError("calibrated needs rows that the network was not trained on: a table, or a pair (y, X).")
    X, y = model.rows_of(data)
    etas = [fit.model.eta(fit.estimate, X) for fit in fits]
    log_t = best_log_temperature(model.likelihood, etas, y)
    if abs(log_t) > WIDEST - 1e-3:
        why = "is right in all of them" if log_t < 0 else "says no more of them than chance would"
        raise DomainError(
            f"calibrated needs rows on which one temperature is best: the network {why}, so that the likelihood of "
            f"these {len(y)} rows only rises as the temperature goes to {'0' if log_t < 0 else 'infinity'}. Use more "
            "rows that it was not trained on."
        )
    return float(np.exp(log_t))


def best_log_temperature(likelihood: Likelihood, etas: Sequence[Floats], y: Floats) -> float:
    """The log T, from -5 to 5, with the largest mean over rows of log mean over etas of p(y | eta / T)."""
    from scipy.optimize import minimize_scalar
    from scipy.special import logsumexp

    def loss(log_t: float) -> float:
        return -float(np.mean(logsumexp([likelihood.loglik(eta * np.exp(-log_t), y) for eta in etas], axis=0)))

    found: Any = minimize_scalar(loss, bounds=(-WIDEST, WIDEST), method="bounded")
    return float(found.x)


def probabilities_and_hits(fit: Predictor, data: object) -> tuple[Floats, NDArray[np.bool_]]:
    """Predicted probability of each label (n, K) and whether it was observed."""
    if fit.labels is None:
        raise IncompatibleError(f"{fit.model.outcome_name!r} has no probabilities to calibrate.")
    X, y = fit.model.rows_of(data)
    mean = fit.mean(X)
    mean = np.column_stack([1.0 - mean, mean]) if mean.ndim == 1 else mean
    return mean, y[:, None] == np.arange(mean.shape[1])
