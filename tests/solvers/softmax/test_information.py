"""Both ways to form the information are the sum over rows that it is."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.special import softmax

from stattools.solvers.softmax import information as ways
from stattools.solvers.softmax.passes import SoftmaxPasses
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
    assert_allclose(ways.information(passes, theta), whole, rtol=1e-12, atol=1e-12)


def test_a_ridge_about_the_mean_of_all_categories():
    passes = SoftmaxPasses(problem(), np.array([0.0, 1.0, 4.0]), centered=True)
    bare = SoftmaxPasses(problem())
    ridge = ways.information(passes, np.zeros(6)) - ways.information(bare, np.zeros(6))
    assert_allclose(ridge, np.kron(np.eye(2) - 1.0 / 3.0, np.diag([0.0, 1.0, 4.0])), atol=1e-12)
