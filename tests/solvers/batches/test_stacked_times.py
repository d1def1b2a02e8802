"""Weibull regressions as regressions of counts are the fits that they are alone; what is in doubt is said to be."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.solvers.batches import POOLED, Hazards, climbed, stacked_newton, stacked_weibull, together
from tests.cases import rng

N, M = 50, 4
X = rng(1).normal(size=(N, 2))


def times(sigma=0.5, unit=1.0, censored=True):
    g = rng(2)
    time = unit * np.exp(X @ [0.6, -0.4] + sigma * np.log(g.exponential(size=(M, N))))
    end = unit * g.exponential(4.0, size=(M, N)) if censored else np.inf
    seen = time <= end
    Y = np.stack([np.minimum(time, end), np.where(seen, time, np.inf)], axis=2)
    table = {"t": Y[0, :, 0], "d": seen[0].astype(float), "a": X[:, 0], "b": X[:, 1], "o": 0.3 * X[:, 0]}
    return st.aft("survival(t, d) ~ a + b", table, offset="o"), Y


@pytest.mark.parametrize("how", ["outcomes", "weights", "own columns", "near"])
@pytest.mark.parametrize(("sigma", "unit", "censored"), [(0.5, 1.0, True), (2.0, 1e5, False), (0.02, 1e-4, True)])
def test_members_are_the_fits_that_they_are_alone(sigma, unit, censored, how):
    model, Y = times(sigma, unit, censored)
    own, offset = model.rows.X, model.rows.offset
    W = rng(3).integers(0, 3, (M, N)).astype(float) if how == "weights" else None
    columns = np.stack([own + 0.1 * k * (np.abs(own - own[0]).max(axis=0) > 0) for k in range(M)])
    near = st.fit(model).estimate if how == "near" else None
    found = stacked_weibull(model, columns if how == "own columns" else own, Y, W, offset, near)
    assert not found.doubtful.any()
    assert (found.decrement < 1e-8).all()
    for k in range(M):
        rows = replace(model.rows, y=Y[k], weight=None if W is None else W[k])
        fit = st.fit(replace(model, rows=replace(rows, X=columns[k]) if how == "own columns" else rows))
        assert np.abs((found.estimate[k] - fit.estimate) / fit.se).max() < 1e-7
        assert_allclose(found.covariance[k], fit.covariance, rtol=1e-5, atol=1e-9)
        assert_allclose(found.loglik[k], fit.loglik, rtol=1e-12)


def test_one_sample_drawn_again_shares_its_columns():
    model, Y = times()
    W = rng(4).integers(0, 3, (M, N)).astype(float)
    one = stacked_weibull(model, model.rows.X, Y[:1], W, model.rows.offset)
    each = stacked_weibull(model, model.rows.X, np.repeat(Y[:1], M, axis=0), W, model.rows.offset)
    assert_allclose(one.estimate, each.estimate, rtol=1e-12)
    assert_allclose(one.loglik, each.loglik, rtol=1e-13)


def test_many_members_start_where_one_of_them_is():
    model, Y = times()
    many = np.tile(Y, (POOLED // M + 1, 1, 1))
    found = [stacked_weibull(model, model.rows.X, some, None, None) for some in (Y, many)]
    assert_allclose(found[1].estimate[-M:], found[0].estimate, rtol=1e-7, atol=1e-8)


def test_members_without_a_maximum_are_doubtful():
    model, Y = times()
    Y[0, 3:, 1] = np.inf  # three times were seen, as many as there are columns
    Y[1, :, 1] = np.where(X[:, 0] > 0.5, np.inf, Y[1, :, 0])  # no time of a group was seen
    columns = np.column_stack([np.ones(N), (X[:, 0] > 0.5).astype(float), X[:, 1]])
    Y[2] = np.exp(columns @ [1.0, 0.6, -0.4])[:, None]  # all in line
    assert stacked_weibull(model, columns, Y, None, None).doubtful.tolist() == [True, True, True, False]


def test_times_between_two_ends_are_fitted_as_they_stand():
    model, Y = times()
    Y[:, :5, 1] = Y[:, :5, 0] + 0.1
    found, expected = (of(model, model.rows.X, Y, None, None) for of in (stacked_weibull, stacked_newton))
    assert_allclose(found.estimate, expected.estimate, rtol=1e-14)


def test_other_distributions_and_late_rows_take_their_own_ways():
    table = {"e": np.zeros(N), "t": 1.0 + rng(5).exponential(size=N), "x": X[:, 0], "d": np.ones(N)}
    table["e"][0] = 0.5
    assert not together(st.aft("survival(e, t, d) ~ x", table))
    assert not together(st.aft("survival(t) ~ x", table, distribution="gamma"))
    model = st.aft("survival(t) ~ x", table, distribution="lognormal")
    found = climbed(model, model.rows.X, model.rows.y[None], None, None)
    assert_allclose(found.estimate[0], st.fit(model).estimate, rtol=1e-7)


def test_the_derivatives_of_the_hazards_are_differences():
    eta, y, h = np.array([0.3, -1.0]), np.array([1.0, 0.0]), 1e-6
    up, here, down = (Hazards().evaluate(eta + move, y) for move in (h, 0.0, -h))
    assert_allclose(here[1], (up[0] - down[0]) / (2 * h), rtol=1e-7)
    assert_allclose(here[2], -(up[1] - down[1]) / (2 * h), rtol=1e-7)
