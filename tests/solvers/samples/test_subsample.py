"""Samples of the rows: their sizes, and a start near the maximum of all rows with a metric for it."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.solvers.samples.subsample import DIFFERENT, sample_sizes, step_carried, subsample_start
from tests.cases import rng


@pytest.fixture(scope="module")
def model():
    g, n = rng(6), 100_000
    X = np.column_stack([np.ones(n), g.normal(size=(n, 5))])
    return st.logistic(g.random(n) < 1.0 / (1.0 + np.exp(-0.5 * X[:, 1])), X, intercept=False)


def test_sizes_are_an_eighth_and_an_eighth_of_it():
    few = st.ols(np.arange(1000.0), rng(1).normal(size=(1000, 3)))
    many = st.ols(np.arange(400_000.0), rng(1).normal(size=(400_000, 2)), intercept=False)
    assert sample_sizes(few) == []
    assert sample_sizes(many) == [6250, 50_000]


def test_the_start_is_as_near_as_its_sample_allows(model):
    start, end = subsample_start(model, sample_sizes(model)), st.fit(model, solver=st.Newton(subsample="never"))
    n, m, p = model.rows.n, start.samples[1].rows.n, 6
    # the maximum of m rows is sqrt(p n / m) standard errors away; three times that is room for chance
    assert start.metric.length(start.theta - end.estimate) < 3.0 * np.sqrt(p * n / m)
    exact = np.linalg.inv(end.covariance)
    assert_allclose(start.metric.information, exact, atol=0.05 * np.abs(exact).max())


def test_a_step_is_carried_to_where_it_leads(model):
    """With the sample itself as all rows, the metric is the information there."""
    sample = subsample_start(model, sample_sizes(model)).samples[0]
    theta = np.zeros(6)
    now = sample.evaluate(theta)
    _, metric = step_carried(theta, now, sample, 1.0)
    ahead = theta + np.linalg.solve(now.information, now.score)
    assert_allclose(metric.information, sample.evaluate(ahead).information, rtol=1e-9, atol=1e-9)


def test_a_rare_outcome_has_no_sample():
    g, n = rng(7), 100_000
    y = np.zeros(n)
    y[: 6 * DIFFERENT] = 1.0
    rare = st.logistic(y, g.normal(size=(n, 5)))
    with pytest.raises(st.IdentificationError, match="too few outcomes differ"):
        subsample_start(rare, sample_sizes(rare))
