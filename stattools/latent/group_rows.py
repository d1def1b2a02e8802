"""Rows of a regression in the order of their groups, those of a group together, so that sums over groups are sums over
consecutive rows.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np

from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.latent.small_blocks import Codes
from stattools.likelihoods import Likelihood
from stattools.likelihoods.likelihood import Terms


@record
class GroupRows:
    """Outcomes `y` and weights of rows in the order of their groups, which have `counts` (J,) rows each, none 0."""

    likelihood: Likelihood
    y: Floats
    weight: Floats | None
    counts: Codes

    @cached_property
    def first(self) -> Codes:
        """The first row of each group."""
        return np.concatenate([[0], np.cumsum(self.counts[:-1])]).astype(np.intp)

    @cached_property
    def even(self) -> int:
        """The number of rows of every group, where all have as many; else 0."""
        size = int(self.counts[0])
        return size if (self.counts == size).all() else 0

    def sums(self, values: Floats) -> Floats:
        """Sums over the rows of each group: (n, ...) makes (J, ...)."""
        if self.even:
            return values.reshape(-1, self.even, *values.shape[1:]).sum(axis=1)
        return np.add.reduceat(values, self.first, axis=0)

    def sums_along(self, values: Floats) -> Floats:
        """Sums over the rows of each group along the last axis: (..., n) makes (..., J)."""
        return np.add.reduceat(values, self.first, axis=-1)

    def spread(self, values: Floats) -> Floats:
        """What each group has, for each of its rows: (J, ...) makes (n, ...)."""
        return np.repeat(values, self.counts, axis=0)

    def of_groups(self, which: Codes) -> tuple[GroupRows, Codes]:
        """The rows of some groups, and their numbers."""
        mask = np.zeros(len(self.counts), dtype=bool)
        mask[which] = True
        rows = np.flatnonzero(np.repeat(mask, self.counts))
        weight = None if self.weight is None else self.weight[rows]
        return GroupRows(self.likelihood, self.y[rows], weight, self.counts[which]), rows

    def part(self, groups: slice) -> tuple[GroupRows, slice]:
        """The rows of consecutive groups, and where they are."""
        counts = self.counts[groups]
        start = int(self.first[groups.start])
        rows = slice(start, start + int(counts.sum()))
        weight = None if self.weight is None else self.weight[rows]
        return GroupRows(self.likelihood, self.y[rows], weight, counts), rows

    # Far from a maximum a likelihood may overflow: who asks sees numbers that are not finite.
    @np.errstate(over="ignore", invalid="ignore", divide="ignore")
    def terms(self, eta: Floats) -> Terms:
        """The log-likelihood (n,), score and information of each row, times its weight."""
        found = self.likelihood.evaluate(eta, self.y)
        if self.weight is None:
            return found
        return tuple(_times(values, self.weight) for values in found)  # type: ignore[return-value]

    @np.errstate(over="ignore", invalid="ignore", divide="ignore")
    def loglik(self, eta: Floats) -> Floats:
        """The log-likelihood (n,) of each row, times its weight."""
        found = self.likelihood.loglik(eta, self.y)
        return found if self.weight is None else _times(found, self.weight)

    def repeated(self, times: int) -> GroupRows:
        """Each row so many times, one after the other: what is known of a row at each of several nodes."""
        if times == 1:
            return self
        weight = None if self.weight is None else np.repeat(self.weight, times)
        return GroupRows(self.likelihood, np.repeat(self.y, times, axis=0), weight, self.counts * times)


def shifted(eta: Floats, by: Floats) -> Floats:
    """Linear predictors (n,) or (n, width) of which the first is moved by (n, K): (n K,) or (n K, width).

    >>> shifted(np.array([[1.0, 5.0]]), np.array([[0.0, 2.0]])).tolist()
    [[1.0, 5.0], [3.0, 5.0]]
    """
    if eta.ndim == 1:
        return (eta[:, None] + by).ravel()
    found = np.repeat(eta, by.shape[1], axis=0)
    found[:, 0] += by.ravel()
    return found


def first_of(values: Floats, rank: int) -> Floats:
    """The part of the first linear predictor, of scores (rank 1) or informations (rank 2)."""
    return values if values.ndim == 1 else values[(slice(None), *(0,) * rank)]


def _times(values: Floats, weight: Floats) -> Floats:
    """Values of rows times their weights; of rows of weight 0 nothing, whatever they say."""
    found = values * weight.reshape(-1, *(1,) * (values.ndim - 1))
    none = weight == 0.0
    if none.any():
        found[none] = 0.0
    return found
