"""The partial likelihood where linear predictors are so far apart that sums over a stratum lose those at risk late.

Exponentials are relative to the largest of a stratum: those of rows 300 below it have a square of 0.
The same likelihood is then written with more strata, each with event times whose risk sets have their largest linear
predictor within `APART` of each other, in which rows that are at risk at several stand several times. With late entry
sums are differences, and each event time is a stratum of its own. Climbs come here only where there is no maximum.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from stattools.models.survival.partial_likelihood import AtPoint
from stattools.models.survival.risk_sets import RiskSets

Ints = NDArray[np.intp]
APART = 150.0
WIDE, WIDE_IF_LATE = 300.0, 20.0
"""Linear predictors of rows that are farther apart than this are looked at."""


def near(at: AtPoint) -> AtPoint:
    """This likelihood with strata in which nothing is lost; itself where linear predictors are near each other."""
    eta, sets = at.eta, at.sets
    if not float(np.ptp(eta)) > (WIDE if sets.leaves is None else WIDE_IF_LATE):
        return at
    parts = list(_nested(at) if sets.leaves is None else _one_by_one(at))
    rows = np.concatenate([some for some, _ in parts])
    begins = np.repeat([start for _, start in parts], [len(some) for some, _ in parts])
    codes = np.repeat(np.arange(len(parts)), [len(some) for some, _ in parts])
    joins = sets.joins[rows]
    again = RiskSets.of(
        -np.maximum(joins, begins).astype(float), sets.died[rows] & (joins >= begins), None, sets.weight[rows], codes
    )
    chosen = rows[again.rows]
    return AtPoint(again, at.X[:, chosen], eta[chosen], at.ties)


def _nested(at: AtPoint) -> Iterator[tuple[Ints, int]]:
    """The rows of each new stratum, and its first event time."""
    sets = at.sets
    highest = np.maximum.reduceat(at.eta, sets.starts)
    for first, last in zip(sets.first, np.append(sets.first[1:], sets.m), strict=True):
        so_far = np.maximum.accumulate(highest[first:last])
        begin, start = int(sets.starts[first]), int(first)
        while start < last:
            top = so_far[start - first]
            stop = int(first + np.searchsorted(so_far, top + APART, side="right"))
            end = int(sets.starts[stop]) if stop < sets.m else len(at.eta)
            rows = np.arange(begin, end)
            yield rows[(sets.joins[rows] >= start) | (at.eta[rows] > top - 745.0)], start
            start = stop


def _one_by_one(at: AtPoint) -> Iterator[tuple[Ints, int]]:
    leaves = at.sets.leaves
    assert leaves is not None
    for k in range(at.sets.m):
        yield np.flatnonzero((at.sets.joins <= k) & (leaves > k)), k
