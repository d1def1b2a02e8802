"""Life tables against counting row by row."""

import numpy as np

from stattools.models.survival.risk_sets import LifeTable


def test_a_life_table_counts_rows_that_are_repeated():
    g = np.random.default_rng(0)
    entry = g.integers(0, 6, 80).astype(float)
    time = entry + g.integers(1, 8, 80).astype(float)
    event, weights = g.random(80) < 0.6, g.integers(0, 4, 80).astype(float)
    found = LifeTable.of(time, event, entry, weights)
    for k, t in enumerate(found.times):
        assert found.at_risk[k] == weights[(entry < t) & (t <= time)].sum()
        assert found.events[k] == weights[(time == t) & event].sum()
        assert found.censored[k] == weights[(time == t) & ~event].sum()
    asked = np.array([-1.0, 0.5, 3.0, 7.5, 40.0])
    assert found.at(asked, entry, weights).tolist() == [weights[(entry < t) & (t <= time)].sum() for t in asked]
    plain = LifeTable.of(time, event)
    assert plain.at_risk.tolist() == [(time >= t).sum() for t in plain.times]
    assert plain.at(asked, None, None).tolist() == [(time >= t).sum() for t in asked]


def test_times_of_rows_of_weight_0_are_no_times():
    """A last time at which nobody is at risk would make a share of 0 / 0."""
    time, event, weight = np.array([1.0, 2.0, 5.0]), np.array([True, True, True]), np.array([1.0, 2.0, 0.0])
    table = LifeTable.of(time, event, None, weight)
    assert (table.times.tolist(), table.at_risk.tolist()) == ([1.0, 2.0], [3.0, 2.0])
    late = LifeTable.of(time, event, np.array([0.0, 1.5, 0.0]), weight)
    assert late.at_risk.tolist() == [1.0, 2.0]
