"""Steps by the score of shares of the rows: where they lead, and how near after so many reads."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.solvers.metric import Metric
from stattools.solvers.samples.subsampled_newton import sample_sizes, subsample_start
from stattools.solvers.unit_steps import Shares, ascend
from tests.cases import rng


@pytest.fixture(scope="module")
def begun():
    """A start, and where it should lead."""
    g, n, p = rng(8), 300_000, 12
    X = g.normal(size=(n, p))
    X[:, 0] = 1.0
    y = g.random(n) < 1.0 / (1.0 + np.exp(-0.4 * X @ np.cos(range(p))))
    model = st.logistic(y, X, intercept=False)
    return subsample_start(model, sample_sizes(model)), st.fit(model, solver=st.Newton(subsample="never"))


def test_shares_sum_to_the_score(begun):
    start, _ = begun
    shares = Shares.of(start.model)
    assert len(shares.ascents) == 8
    for number in range(len(shares.ascents)):
        shares.visit(number, start.theta)
    center, score = shares.stand()
    assert_allclose(center, start.theta, rtol=1e-14)
    assert_allclose(score, start.model.ascent(start.theta), rtol=1e-9, atol=1e-9)


def test_shares_come_nearer_in_a_read(begun):
    start, end = begun
    exact = Metric(start.model.evaluate(end.estimate).information)
    after = {}
    for name, shares in (("all", Shares([start.model.ascent], 12)), ("shares", Shares.of(start.model))):
        found = ascend(shares, start.theta, start.metric, np.inf, 1)
        assert found is not None
        after[name] = exact.length(found[0] - end.estimate)
    before = exact.length(start.theta - end.estimate)
    assert after["shares"] < 0.5 * after["all"] < 0.1 * before


def test_the_tolerance_is_kept(begun):
    start, end = begun
    exact = Metric(start.model.evaluate(end.estimate).information)
    for tolerance in (1e-1, 1e-3, 1e-5):
        theta, reads = ascend(Shares.of(start.model), start.theta, start.metric, tolerance, 12)
        assert exact.length(theta - end.estimate) <= 2.0 * tolerance
        assert reads < 6


def test_a_metric_that_is_none_gives_none(begun):
    start, _ = begun
    assert ascend(Shares.of(start.model), start.theta, Metric(np.eye(12)), 1e-6, 8) is None
