"""Starts are the least squares of each member; a member without them begins elsewhere."""

import numpy as np
from numpy.testing import assert_allclose

import stattools as st
from stattools.solvers.batches import StackedRows, finite, least_squares, raised, stacked_gamma, stacked_weibull
from tests.cases import rng

N, M = 30, 3
X = np.column_stack([np.full(N, 2.0), rng(1).normal(size=(N, 2))])
V = rng(2).normal(size=(M, N))


def test_coefficients_are_those_of_least_squares():
    columns = np.stack([X * (1.0 + 0.1 * k) + 0.1 * k for k in range(M)])
    W = rng(3).integers(0, 3, (M, N)).astype(float)
    for own, weight in ((X, None), (columns, None), (columns, W)):
        theta, rest = least_squares(own, V, weight)
        for k in range(M):
            one = own if own.ndim == 2 else own[k]
            root = np.ones(N) if weight is None else np.sqrt(weight[k])
            expected = np.linalg.lstsq(one * root[:, None], V[k] * root, rcond=None)[0]
            assert_allclose(theta[k], expected, rtol=1e-9)
            assert_allclose(rest[k], V[k] - one @ theta[k], rtol=1e-9, atol=1e-12)


def test_linear_predictors_are_raised_where_there_is_a_constant():
    by = np.array([0.5, -1.0])
    assert_allclose(X @ (raised(np.zeros((1, 3)), X, by) - 0.0).T, np.tile(by, (N, 1)))
    assert_allclose(raised(np.zeros((2, 3)), np.stack([X, X]), by)[:, 0], by / 2.0)
    assert not raised(np.zeros((2, 3)), X[:, ::-1], by).any()


def test_aliased_columns_have_no_least_squares():
    theta, _ = least_squares(np.stack([X, X[:, [0, 1, 1]]]), V[:2], None)
    assert np.isfinite(theta[0]).all()
    assert np.isnan(theta[1]).all()
    assert finite(theta, np.ones(3))[1].tolist() == [1.0, 1.0, 1.0]


def test_fewer_steps_are_left_than_from_a_start_that_all_share(monkeypatch):
    g, looks, at = rng(4), [], StackedRows.at
    eta = np.linspace(-1.0, 1.0, M)[:, None] + 0.5 * X[:, 1]
    monkeypatch.setattr(StackedRows, "at", lambda rows, theta: looks.append(1) or at(rows, theta))
    Y = g.gamma(2.0, np.exp(eta) / 2.0)
    seen = np.exp(eta) * g.exponential(size=(M, N)) ** 0.5
    times = st.aft("survival(t) ~ a + b", {"t": seen[0], "a": X[:, 1], "b": X[:, 2]})
    for fitted, model, y in (
        (stacked_gamma, st.gamma(Y[0], X[:, 1:]), Y),
        (stacked_weibull, times, np.stack([seen, seen], axis=2)),
    ):
        found = fitted(model, model.rows.X, y, None, None)
        few = len(looks)
        expected = fitted(model, model.rows.X, y, None, None, model.start)
        assert_allclose(found.estimate, expected.estimate, rtol=1e-8, atol=1e-9)
        assert few + 1 < len(looks) - few
        looks.clear()
