"""Confusion tables: how often each label was observed and each was predicted."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.interface.when_needed import pd


def most_probable(mean: NDArray[np.float64]) -> NDArray[np.intp]:
    """The code of the most probable label: of probabilities (n, K), or of P(1) (n,), where one half is label 0.

    >>> most_probable(np.array([0.2, 0.5, 0.7])).tolist()
    [0, 0, 1]
    """
    return mean.argmax(axis=1) if mean.ndim == 2 else (mean > 0.5).astype(np.intp)


def crossed(
    labels: tuple[Any, ...],
    observed: NDArray[Any],
    predicted: NDArray[Any],
    weight: NDArray[np.float64] | None = None,
) -> pd.DataFrame:
    """Counts of rows by observed (rows) and predicted label (columns); `weight` says how often each row was seen.

    >>> crossed(("no", "yes"), np.array([0, 1, 1]), np.array([0, 0, 1])).to_numpy().tolist()
    [[1, 0], [1, 1]]
    """
    k = len(labels)
    counts = np.bincount(observed.astype(int) * k + predicted, weight, minlength=k * k).reshape(k, k)
    index = pd.Index([str(label) for label in labels], name="observed")
    return pd.DataFrame(counts.round().astype(int), index=index, columns=pd.Index(index, name="predicted"))
