"""Sums over event times with a weight for each are those of a loop."""

import numpy as np
import pytest

from stattools.models.survival.partial_likelihood import AtPoint, gram
from stattools.models.survival.risk_sets import RiskSets, efron


def test_an_information_with_weights_is_a_sum_over_times():
    g = np.random.default_rng(0)
    time, event, X = g.integers(1, 6, 40).astype(float), g.random(40) < 0.6, g.standard_normal((2, 40))
    sets = RiskSets.of(time, event)
    at = AtPoint(sets, X[:, sets.rows], np.zeros(len(sets.rows)), efron)
    weights, total = g.random(sets.m), np.zeros((2, 2))
    for weight, t in zip(weights, sets.times, strict=True):
        there = time >= t
        dead = there & (time == t) & event
        for share in np.arange(dead.sum()) / dead.sum():
            r = there - share * dead
            total += weight * np.cov(X, aweights=r, ddof=0)
    assert at.information(weights) == pytest.approx(total, rel=1e-12)


def test_a_gram_matrix_in_parts(monkeypatch):
    monkeypatch.setattr("stattools.models.survival.partial_likelihood.AT_A_TIME", 7)
    g = np.random.default_rng(1)
    X, w = g.standard_normal((3, 50)), g.random(50)
    assert gram(X, w) == pytest.approx((X * w) @ X.T, rel=1e-13)


@pytest.mark.parametrize("times", [5, 300])
@pytest.mark.parametrize("strata", [None, 3])
def test_an_information_in_parts(monkeypatch, times, strata):
    """Few times and many, in one stratum and in several: what is in the cache at once changes nothing."""
    g = np.random.default_rng(2)
    n = 90
    time, event, X = g.integers(1, times, n).astype(float), g.random(n) < 0.7, g.standard_normal((2, n))
    sets = RiskSets.of(time, event, strata=None if strata is None else g.integers(0, strata, n))
    at = AtPoint(sets, X[:, sets.rows], 0.3 * X[0, sets.rows], efron)
    whole = at.information()
    monkeypatch.setattr("stattools.models.survival.partial_likelihood.AT_A_TIME", 14)
    assert AtPoint(sets, at.X, at.eta, efron).information() == pytest.approx(whole, rel=1e-12)
    known = AtPoint(sets, at.X, at.eta, efron)
    assert known.first_sums.shape == (2, sets.m)  # from then on it is used
    assert known.information() == pytest.approx(whole, rel=1e-12)
