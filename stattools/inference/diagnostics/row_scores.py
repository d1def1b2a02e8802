"""How far one row is from what was predicted of it, beside its log-likelihood: what goes with each kind of outcome.

Source: Gneiting & Raftery, JASA 102 (2007), 359-378; Brier, Monthly Weather Review 78 (1950), 1-3.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from stattools.inference.prediction.confusion_table import most_probable
from stattools.interface.arrays import Floats
from stattools.likelihoods.outcomes import Outcome


def squared_error(mean: Floats, y: Floats) -> Floats:
    """(y - mean)^2 of each row."""
    return (y - mean) ** 2


def absolute_error(mean: Floats, y: Floats) -> Floats:
    """|y - mean| of each row."""
    return np.abs(y - mean)


def brier(mean: Floats, y: Floats) -> Floats:
    """Squared error of the probabilities: of P(1) where there are two labels, else summed over all of them."""
    if mean.ndim == 1:
        return (y - mean) ** 2
    hit = np.zeros_like(mean)
    hit[np.arange(len(y)), y.astype(int)] = 1.0
    return ((hit - mean) ** 2).sum(axis=1)


def accuracy(mean: Floats, y: Floats) -> Floats:
    """1 where the most probable label is the observed one."""
    return (most_probable(mean) == y).astype(float)


NUMBERS: dict[str, Callable[[Floats, Floats], Floats]] = {
    "squared error": squared_error,
    "absolute error": absolute_error,
}
LABELS: dict[str, Callable[[Floats, Floats], Floats]] = {"Brier score": brier, "accuracy": accuracy}

SCORES: dict[Outcome, dict[str, Callable[[Floats, Floats], Floats]]] = {
    Outcome.REAL: NUMBERS,
    Outcome.POSITIVE: NUMBERS,
    Outcome.UNIT: NUMBERS,
    Outcome.COUNT: NUMBERS,
    Outcome.TRIALS: NUMBERS,
    Outcome.BINARY: LABELS,
    Outcome.ORDERED: LABELS,
    Outcome.CATEGORY: LABELS,
    Outcome.TIME: {},  # of a censored time only the density is known
}
"""What is said of an outcome beside the log score; of trials it is the share of successes."""
