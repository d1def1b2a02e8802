"""Directions of recession against a linear program over all pairs."""

import numpy as np
import pytest
from scipy.optimize import linprog

from stattools.inference.existence.partial_likelihood import rising_direction
from stattools.models.survival.risk_sets import RiskSets


def exists(time, event, entry, X, exact):
    """A direction that no pair falls along and some pair rises along, from all of the pairs."""
    rows = []
    for t in np.unique(time[event]):
        there = (entry < t) & (t <= time)
        dead = there & (time == t) & event
        for i in np.flatnonzero(dead):
            rows += [X[:, i] - X[:, j] for j in np.flatnonzero(there & ~dead if exact else there)]
    A = np.array(rows).reshape(-1, len(X))
    found = linprog(-A.sum(axis=0), A_ub=-A, b_ub=np.zeros(len(A)), bounds=(-1, 1))
    return -found.fun > 1e-7


@pytest.mark.parametrize("exact", [False, True])
@pytest.mark.parametrize("late", [False, True])
def test_a_direction_is_found_where_there_is_one(late, exact):
    g = np.random.default_rng(17)
    seen = set()
    for _ in range(24):
        n = int(g.integers(4, 9))
        entry = g.integers(0, 3, n).astype(float) * late - 1.0
        time, event = entry + g.integers(1, 5, n), g.random(n) < 0.5
        X = g.integers(0, 3, (2, n)).astype(float)
        if not event.any():
            continue
        sets = RiskSets.of(time, event, entry if late else None)
        d = rising_direction(sets, X[:, sets.rows], exact=exact)
        assert (d is not None) == exists(time, event, entry, X, exact)
        seen.add(d is not None)
    assert seen == {True, False}
