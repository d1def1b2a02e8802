"""What stands in for the information: exact where all probabilities are alike, positive definite everywhere."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.solvers.metric import Metric
from stattools.solvers.softmax.passes import (
    Inverse,
    OwnMetrics,
    SharedMetric,
    SoftmaxPasses,
    metric_at,
)
from tests.cases import rng
from tests.solvers.softmax.problems import problem


@pytest.mark.parametrize("ridge", [None, np.array([0.0, 1.0, 2.0])])
@pytest.mark.parametrize("centered", [False, True])
def test_shared_is_the_information_where_all_are_alike(ridge, centered):
    passes, score = SoftmaxPasses(problem(), ridge, centered), rng(1).normal(size=6)
    passes.keep_probabilities(np.zeros(6))
    step = SharedMetric(passes, passes.rows).solve(score)
    assert_allclose(step, np.linalg.solve(passes.information(np.zeros(6)), score), rtol=2e-5)  # single precision


@pytest.mark.parametrize("own", [False, True])
def test_steps_lead_upwards_where_probabilities_part(own):
    passes, theta = SoftmaxPasses(problem()), 0.8 * rng(2).normal(size=6)
    metric = metric_at(passes, theta, own)
    assert isinstance(metric, OwnMetrics if own else SharedMetric)
    solved = np.column_stack([metric.solve(unit) for unit in np.eye(6)])
    assert_allclose(solved, solved.T, rtol=1e-4, atol=1e-6)
    assert (np.linalg.eigvalsh(0.5 * (solved + solved.T)) > 0).all()
    assert 0.0 < metric.rcond <= 1.0


def test_an_inverse_in_single_precision_has_six_digits():
    for gram in (np.diag([1e30, 2.0]), np.array([[4.0, 1.0], [1.0, 3.0]]), np.array([[1.0, 0.999], [0.999, 1.0]])):
        score = gram @ np.array([1.0, 2.0])
        assert_allclose(Inverse(gram).solve(np.array([score, 2.0 * score])), [[1.0, 2.0], [2.0, 4.0]], rtol=1e-3)
        assert_allclose(Inverse(gram).rcond, Metric(gram).rcond, rtol=1e-4)


@pytest.mark.parametrize(("kind", "near"), [(SharedMetric, 2e-5), (OwnMetrics, 2e-3)])
def test_of_two_categories_both_are_the_information(kind, near):
    g = rng(3)
    X = g.normal(size=(80, 3))
    passes = SoftmaxPasses(st.logistic(g.integers(0, 2, 80), X), np.array([0.0, 1.0, 2.0, 0.5]))
    theta, score = g.normal(size=4), g.normal(size=4)
    passes.keep_probabilities(theta)
    step = kind(passes, passes.rows).solve(score)
    assert_allclose(step, np.linalg.solve(passes.information(theta), score), rtol=near, atol=near * np.abs(step).max())
