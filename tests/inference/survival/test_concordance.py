"""Concordance against a loop over all pairs."""

import numpy as np
import pytest

import stattools as st
from stattools.inference.survival.cox import concordance, levels


def loop(risk, time, event, entry, weight, strata):
    """The share of concordant pairs, with ties of risk as half of one, and its infinitesimal jackknife."""
    n = len(risk)
    total, credit, pairs = 0.0, np.zeros(n), np.zeros(n)
    for i in range(n):
        for j in range(n):
            later = time[j] > time[i] or (time[j] == time[i] and not event[j])
            if i == j or not event[i] or not later or strata[i] != strata[j] or not entry[j] < time[i]:
                continue
            one = 1.0 if risk[i] > risk[j] else 0.5 if risk[i] == risk[j] else 0.0
            for a, b in ((i, j), (j, i)):
                credit[a] += weight[b] * one
                pairs[a] += weight[b]
            total += weight[i] * weight[j]
    C = 0.5 * (weight @ credit) / total
    return C, np.sqrt((weight * ((credit - C * pairs) / total) ** 2).sum())


@pytest.mark.parametrize("seed", range(3))
def test_pairs_are_counted_as_in_a_loop(seed):
    g = np.random.default_rng(seed)
    n = 45
    entry = g.integers(0, 3, n).astype(float)
    time, event = entry + g.integers(1, 6, n).astype(float), g.random(n) < 0.6
    risk, weight, strata = g.integers(0, 5, n).astype(float), g.integers(1, 4, n).astype(float), g.integers(0, 2, n)
    found = concordance(risk, time, event, entry, weight, strata)
    assert (found.estimate, found.se) == pytest.approx(loop(risk, time, event, entry, weight, strata), rel=1e-12)
    found = concordance(risk, time, event, None, None, np.zeros(n, dtype=int))
    ones = loop(risk, time, event, np.full(n, -1.0), np.ones(n), np.zeros(n))
    assert (found.estimate, found.se) == pytest.approx(ones, rel=1e-12)
    assert found.concordant + 0.5 * found.tied == pytest.approx(
        found.estimate * (found.concordant + found.discordant + found.tied)
    )


def test_risks_that_differ_by_round_off_are_one():
    assert levels(np.array([0.1 + 0.2, 0.3, -1.0, 5.0])).tolist() == [1, 1, 0, 2]


def test_where_nobody_can_be_compared_that_is_said():
    with pytest.raises(st.DomainError, match="no two rows can be compared"):
        concordance(np.zeros(2), np.ones(2), np.ones(2, dtype=bool), None, None, np.zeros(2, dtype=int))
