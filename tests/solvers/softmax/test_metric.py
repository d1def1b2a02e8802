"""What stands in for the information: exact where all probabilities are alike, positive definite everywhere."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.errors import IdentificationError
from stattools.solvers.metric import Metric
from stattools.solvers.softmax.passes import (
    OwnMetrics,
    SharedMetric,
    SinglePrecisionInverse,
    SoftmaxPasses,
    inverse,
    metric_at,
)
from tests.cases import rng
from tests.solvers.softmax.problems import problem


def test_a_matrix_beyond_single_precision_is_inverted_in_double():
    assert_allclose(inverse(np.diag([1e300, 2.0])).solve(np.array([1e300, 1.0])), [1.0, 0.5])


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


def test_a_matrix_that_single_precision_cannot_factor_is_kept_in_double():
    gram = np.array([[1.0, 1.0 - 1e-9], [1.0 - 1e-9, 1.0]])
    with pytest.raises(IdentificationError, match="single precision"):
        SinglePrecisionInverse(gram)
    assert isinstance(inverse(gram), Metric)
    gram = np.array([[4.0, 1.0], [1.0, 3.0]])
    assert_allclose(inverse(gram).solve(np.eye(2)), np.linalg.inv(gram), rtol=1e-6)
    assert_allclose(SinglePrecisionInverse(gram).rcond, Metric(gram).rcond, rtol=1e-4)


@pytest.mark.parametrize(("kind", "near"), [(SharedMetric, 2e-5), (OwnMetrics, 2e-3)])
def test_of_two_categories_both_are_the_information(kind, near):
    g = rng(3)
    X = g.normal(size=(80, 3))
    passes = SoftmaxPasses(st.logistic(g.integers(0, 2, 80), X), np.array([0.0, 1.0, 2.0, 0.5]))
    theta, score = g.normal(size=4), g.normal(size=4)
    passes.keep_probabilities(theta)
    step = kind(passes, passes.rows).solve(score)
    assert_allclose(step, np.linalg.solve(passes.information(theta), score), rtol=near, atol=near * np.abs(step).max())
