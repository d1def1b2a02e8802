"""Are the probabilities what happens? Brier score, reliability, confusion, and the temperature that repairs them.

    brier = mean over rows of sum_k (p_k - 1[y = k])^2,     p = softmax(eta / T)

Source: Brier, Monthly Weather Review 78 (1950), 1-3; Guo et al., ICML 2017 (arXiv:1706.04599).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from stattools.confusion_table import crossed, most_probable
from stattools.errors import DomainError, IncompatibleError
from stattools.likelihoods import Likelihood
from stattools.networks.dense import Floats
from stattools.networks.network_model import Network

if TYPE_CHECKING:
    import pandas as pd

NORMAL_95 = 1.959963984540054


class Predictor(Protocol):
    """A trained network, or several."""

    @property
    def model(self) -> Network: ...
    @property
    def labels(self) -> tuple[Any, ...] | None: ...
    def mean(self, X: Floats | None = None) -> Floats: ...


def confusion(fit: Predictor, data: Any) -> pd.DataFrame:
    """Counts of rows by observed (rows) and predicted label (columns)."""
    if fit.labels is None:
        raise IncompatibleError(f"{fit.model.outcome_name!r} has no classes to confuse.")
    X, y = fit.model.rows_of(data)
    return crossed(fit.labels, y, most_probable(fit.mean(X)), fit.model.own_weight(data))


def brier(fit: Predictor, data: Any) -> float:
    """Mean squared error of the probabilities, summed over labels and halved for two."""
    p, hit = probabilities_and_hits(fit, data)
    square = np.average(((p - hit) ** 2).sum(axis=1), weights=fit.model.own_weight(data))
    return float(square / (2.0 if p.shape[1] == 2 else 1.0))


def reliability(fit: Predictor, data: Any, bins: int) -> pd.DataFrame:
    """Observed share against predicted probability in groups of equal width: predicted, observed, n, lower, upper."""
    import pandas as pd

    from stattools.goodness import wilson_ends

    if isinstance(bins, bool) or not isinstance(bins, int | np.integer) or bins < 1:
        raise DomainError(f"calibration needs bins=, a whole number >= 1; got {bins!r}.")
    p, hit = probabilities_and_hits(fit, data)
    weight = fit.model.own_weight(data)
    times = np.ones(p.size) if weight is None else np.repeat(weight, p.shape[1])
    group = np.minimum((p.ravel() * bins).astype(int), bins - 1)
    n = np.bincount(group, times, bins)
    kept = n > 0
    predicted = np.bincount(group, times * p.ravel(), bins)[kept] / n[kept]
    observed = np.bincount(group, times * hit.ravel(), bins)[kept] / n[kept]
    lower, upper = wilson_ends(observed, n[kept], NORMAL_95)
    columns = {"predicted": predicted, "observed": observed, "n": n[kept].astype(int), "lower": lower, "upper": upper}
    return pd.DataFrame(columns)


def best_temperature(likelihood: Likelihood, eta: Floats, y: Floats) -> float:
    """The T at which the log-likelihood of y at eta / T is largest, between exp(-5) and exp(5)."""
    from scipy.optimize import minimize_scalar

    found: Any = minimize_scalar(
        lambda log_t: -float(likelihood.loglik(eta * np.exp(-log_t), y).mean()), bounds=(-5.0, 5.0), method="bounded"
    )
    return float(np.exp(found.x))


def probabilities_and_hits(fit: Predictor, data: Any) -> tuple[Floats, NDArray[np.bool_]]:
    """Predicted probability of each label (n, K) and whether it was observed."""
    if fit.labels is None:
        raise IncompatibleError(f"{fit.model.outcome_name!r} has no probabilities to calibrate.")
    X, y = fit.model.rows_of(data)
    mean = fit.mean(X)
    mean = np.column_stack([1.0 - mean, mean]) if mean.ndim == 1 else mean
    return mean, y[:, None] == np.arange(mean.shape[1])
