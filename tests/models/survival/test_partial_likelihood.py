"""Sums over event times with a weight for each are those of a loop."""

import numpy as np
import pytest

from stattools.models.survival.partial_likelihood import AtPoint, gram
from stattools.models.survival.risk_sets import RiskSets
from stattools.models.survival.tied_times import efron


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
