"""Both ways to form the information are the sum over rows that it is, and in place it is the metric that it is
elsewhere.
"""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.special import softmax

from stattools.errors import IdentificationError
from stattools.solvers.metric import Metric
from stattools.solvers.softmax import passes as ways
from stattools.solvers.softmax.passes import MetricInPlace, SoftmaxPasses
from tests.cases import rng
from tests.solvers.softmax.problems import problem


@pytest.mark.parametrize("columns", [0, 96], ids=["wide", "narrow"])
def test_it_is_the_sum_over_rows(columns, monkeypatch):
    monkeypatch.setattr(ways, "KHATRI_RAO", columns)
    monkeypatch.setattr(ways, "PRODUCTS", 8 * 40)  # blocks of 40 rows
    model = problem()
    passes, theta = SoftmaxPasses(model), 0.5 * rng(1).normal(size=6)
    X, B = passes.columns(slice(None)), theta.reshape(2, 3)
    eta = X @ B.T
    P = softmax(np.column_stack([np.zeros(len(X)), eta]), axis=1)[:, 1:]
    whole = np.zeros((6, 6))
    for x, p, w in zip(X, P, model.rows.weight, strict=True):
        whole += w * np.kron(np.diag(p) - np.outer(p, p), np.outer(x, x))
    assert_allclose(passes.information(theta), whole, rtol=1e-12, atol=1e-12)


def test_a_ridge_about_the_mean_of_all_categories():
    passes = SoftmaxPasses(problem(), np.array([0.0, 1.0, 4.0]), centered=True)
    bare = SoftmaxPasses(problem())
    ridge = passes.information(np.zeros(6)) - bare.information(np.zeros(6))
    assert_allclose(ridge, np.kron(np.eye(2) - 1.0 / 3.0, np.diag([0.0, 1.0, 4.0])), atol=1e-12)


@pytest.mark.parametrize("strip", [4, 7, 512])
def test_all_is_as_in_the_metric(monkeypatch, strip):
    monkeypatch.setattr(ways, "STRIP", strip)
    g = np.random.default_rng(0)
    Z = g.normal(size=(60, 15)) * 10.0 ** g.integers(-6, 6, 15)
    information, score = Z.T @ Z, Z.T @ g.normal(size=60)
    plain, there = Metric(information), information.copy()
    metric = MetricInPlace(there)
    assert metric.norm(score) == pytest.approx(plain.norm(score), rel=1e-12)
    assert metric.rcond == pytest.approx(plain.rcond, rel=1e-8)
    np.testing.assert_allclose(metric.solve(score), plain.solve(score), rtol=1e-9)
    C = metric.covariance()
    np.testing.assert_allclose(C, plain.covariance(), rtol=1e-8)
    assert np.array_equal(C, C.T)
    assert np.shares_memory(C, there)


def test_what_is_singular_is_named():
    with pytest.raises(IdentificationError, match="singular at coefficient 1"):
        MetricInPlace(np.ones((3, 3)))
    with pytest.raises(IdentificationError, match="about coefficient 2 is 0"):
        MetricInPlace(np.diag([1.0, 2.0, 0.0]))
