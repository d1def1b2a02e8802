"""L-BFGS on a parabola and beyond: it ends at the maximum, in any metric, and says so in the metric's units."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.models.evaluation import Evaluation
from stattools.solvers.metric import Metric
from stattools.solvers.quasi_newton import Shares, ascend, unit_ascend
from stattools.solvers.subsampling import sample_sizes, subsample_start
from tests.cases import rng

G = rng(5)
A = np.diag([1.0, 10.0, 100.0, 1000.0]) + 0.2 * np.ones((4, 4))
TOP = G.normal(size=4)


def parabola(theta):
    gap = theta - TOP
    return Evaluation(float(-0.5 * gap @ A @ gap), -A @ gap)


def climbed(metric, **options):
    limits = {"tolerance": 1e-9, "max_steps": 200, "rebuild": (), "n": 1.0} | options
    return ascend(parabola, np.zeros(4), lambda theta: Metric(metric), **limits)


@pytest.mark.parametrize(("metric", "most"), [(A, 1), (3.0 * A, 3), (np.eye(4), 60)], ids=["own", "scaled", "unit"])
def test_the_maximum_is_reached_in_any_metric(metric, most):
    found = climbed(metric)
    assert found.steps <= most
    assert found.here.decrement <= 1e-9
    assert_allclose(found.here.theta, TOP, atol=1e-8)
    assert_allclose(found.here.now.loglik, 0.0, atol=1e-16)


def test_values_rise_and_steps_are_counted():
    found = climbed(np.eye(4))
    assert [entry.step for entry in found.trace] == list(range(found.steps + 1))
    assert (np.diff([entry.loglik for entry in found.trace]) >= 0).all()


def test_it_stops_where_it_is_told_and_goes_on_from_there():
    first = climbed(np.eye(4), max_steps=3)
    assert first.steps == 3
    seen = []
    whole = ascend(
        parabola, first.here.theta, lambda theta: Metric(np.eye(4)), tolerance=1e-9, max_steps=200, rebuild=(6,), n=1.0,
        watch=lambda theta: seen.append(theta.copy()), after=first,
    )  # fmt: skip
    assert_allclose(whole.here.theta, TOP, atol=1e-8)
    assert len(seen) == 1
    assert [entry.step for entry in whole.trace] == list(range(whole.steps + 1))


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
        found = unit_ascend(shares, start.theta, start.metric, np.inf, 1)
        assert found is not None
        after[name] = exact.length(found[0] - end.estimate)
    before = exact.length(start.theta - end.estimate)
    assert after["shares"] < 0.5 * after["all"] < 0.1 * before


def test_the_tolerance_is_kept(begun):
    start, end = begun
    exact = Metric(start.model.evaluate(end.estimate).information)
    for tolerance in (1e-1, 1e-3, 1e-5):
        theta, reads = unit_ascend(Shares.of(start.model), start.theta, start.metric, tolerance, 12)
        assert exact.length(theta - end.estimate) <= 2.0 * tolerance
        assert reads < 6


def test_a_metric_that_is_none_gives_none(begun):
    start, _ = begun
    assert unit_ascend(Shares.of(start.model), start.theta, Metric(np.eye(12)), 1e-6, 8) is None
