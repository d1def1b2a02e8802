"""A softmax start from a sample: near the maximum, a metric that contracts, and None where the sample misleads."""

from dataclasses import replace

import numpy as np
import pytest

import stattools as st
from stattools.solvers.metric import Metric
from stattools.solvers.quasi_newton import Shares, unit_ascend
from stattools.solvers.softmax.maximum import _from_sample, maximize_softmax, sample_start
from stattools.solvers.softmax.passes import SoftmaxPasses


def made(n=20_000, p=6, K=4, seed=0, shift=0.0, **options):
    g = np.random.default_rng(seed)
    X = g.normal(size=(n, p))
    eta = 0.5 * X @ g.normal(size=(K, p)).T
    return st.softmax((eta + g.gumbel(size=eta.shape)).argmax(axis=1), 3.0 * X + shift, **options)


def test_the_start_is_within_sampling_error_and_its_metric_contracts():
    model = made()
    begun = sample_start(model)
    assert begun is not None
    passes = SoftmaxPasses(begun.model)
    now = passes.evaluate(begun.theta)
    decrement = Metric(now.information).norm(now.score)
    expected = np.sqrt(len(begun.theta) * 20_000 / 1050)  # sqrt(d n / m)
    assert decrement < 2.0 * expected
    single = passes.single()
    ahead = begun.ahead(single.ascent(begun.theta))
    assert ahead is not None
    theta, metric = ahead
    assert metric.norm(single.ascent(theta)) < 0.3 * decrement
    found = unit_ascend(Shares([single.ascent], len(theta)), theta, metric, 1e-3, 12)
    assert found is not None
    assert found[1] <= 6


def test_a_first_step_to_where_the_sample_tells_nothing_is_none():
    begun = sample_start(made())
    assert begun is not None
    assert begun.ahead(np.full(len(begun.theta), 1e9)) is None


WEIGHTS = np.random.default_rng(3).integers(0, 4, 20_000)


@pytest.mark.parametrize("options", [{}, {"shift": 1e5}, {"weights": WEIGHTS}])
@pytest.mark.parametrize("covariance", [True, False])
def test_the_maximum_and_the_standard_errors_are_newtons(options, covariance):
    model = made(**options)
    assert sample_start(model) is not None
    slow = st.Newton().solve(model)
    fast = maximize_softmax(model, covariance=covariance)
    se = np.sqrt(np.diagonal(slow.covariance))
    np.testing.assert_allclose((fast.estimate - slow.estimate) / se, 0.0, atol=2e-8)
    assert fast.loglik == pytest.approx(slow.loglik, rel=1e-12)
    assert fast.converged
    assert fast.decrement <= 1e-8
    if covariance:
        np.testing.assert_allclose(np.sqrt(np.diagonal(fast.covariance)), se, rtol=1e-8)


def test_offsets_are_in_every_pass():
    model = made()
    model = replace(model, rows=replace(model.rows, offset=np.random.default_rng(5).normal(size=20_000)))
    np.testing.assert_allclose(maximize_softmax(model).estimate, st.Newton().solve(model).estimate, atol=1e-9)


def test_a_column_that_the_sample_does_not_show_is_found_by_all_rows():
    model = made()
    X = model.rows.X.copy()
    X[:, 1] = 0.0
    sampled = model.rows.sample(1050).X
    missed = np.flatnonzero(~(model.rows.X[:, 2][:, None] == sampled[:, 2]).any(axis=1))[:60]
    X[missed, 1] = 1.0
    model = replace(model, rows=replace(model.rows, X=X))
    begun = sample_start(model)
    assert begun is None or _from_sample(begun, 1e-8, True) is None
    fast, slow = maximize_softmax(model), st.Newton().solve(model)
    np.testing.assert_allclose(fast.estimate, slow.estimate, atol=1e-8 * np.sqrt(slow.covariance.max()))


def test_a_rare_category_and_few_rows_have_no_sample():
    model = made()
    y = np.where((model.rows.y == 2) & (np.arange(20_000) % 50 > 0), 0.0, model.rows.y)
    assert sample_start(replace(model, rows=replace(model.rows, y=y))) is None
    assert sample_start(made(n=2000)) is None


def test_single_precision_gives_scores_and_products_to_six_digits():
    passes = SoftmaxPasses(made(shift=1e5))
    single = passes.single()
    theta = 0.3 * np.random.default_rng(1).normal(size=passes.width * passes.p)
    metric = Metric(passes.information(theta))
    assert metric.norm(single.ascent(theta) - passes.ascent(theta)) < 1e-4
    passes.evaluate(theta, order=1, keep=single)
    product = single.times(theta)
    assert metric.norm(product - metric.information @ theta) < 1e-5 * metric.norm(product)
