"""Members of any concave family are the fits that they are alone; what is in doubt is said to be."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.solvers.batches import POOLED, stacked_newton, stacks
from tests.cases import rng

N, M = 60, 4
X = rng(1).normal(size=(N, 2))
ETA = X @ [0.6, -0.4]


def times(distribution):
    g = rng(2)
    time, end = np.exp(ETA + 0.5 * np.log(g.exponential(size=(M, N)))), g.exponential(4.0, size=(M, N))
    seen = time <= end
    Y = np.stack([np.minimum(time, end), np.where(seen, time, np.inf)], axis=2)
    table = {"t": Y[0, :, 0], "d": seen[0], "a": X[:, 0], "b": X[:, 1]}
    return st.aft("survival(t, d) ~ a + b", table, distribution=distribution), Y


def ordered():
    Y = ((rng(3).logistic(size=(M, N)) + ETA)[:, :, None] > [-1.0, 0.5]).sum(axis=2).astype(float)
    return st.ordinal(Y[0], X), Y


def events():
    Y = (rng(4).normal(size=(M, N)) + ETA > 0.2).astype(float)
    return st.probit(Y[0], X), Y


def categories():
    Y = (rng(5).gumbel(size=(M, N, 3)) + ETA[:, None] * [0.0, 1.0, -1.0]).argmax(axis=2).astype(float)
    return st.softmax(Y[0].astype(int), X), Y


CASES = {
    "weibull": lambda: times("weibull"),
    "lognormal": lambda: times("lognormal"),
    "exponential": lambda: times("exponential"),
    "ordered": ordered,
    "events": events,
    "categories": categories,
}


@pytest.mark.parametrize("how", ["outcomes", "weights", "own columns"])
@pytest.mark.parametrize("case", CASES)
def test_members_are_the_fits_that_they_are_alone(case, how):
    model, Y = CASES[case]()
    assert stacks(model)
    own = model.rows.X
    W = rng(6).integers(0, 3, (M, N)).astype(float) if how == "weights" else None
    columns = np.stack([own + 0.1 * k * (np.abs(own - own[0]).max(axis=0) > 0) for k in range(M)])
    found = stacked_newton(model, columns if how == "own columns" else own, Y[:1] if how == "weights" else Y, W, None)
    assert not found.doubtful.any()
    for k in (0, M - 1):
        rows = replace(model.rows, y=Y[0 if how == "weights" else k], weight=None if W is None else W[k])
        rows = replace(rows, X=columns[k]) if how == "own columns" else rows
        fit = st.fit(replace(model, rows=rows))
        assert np.abs((found.estimate[k] - fit.estimate) / fit.se).max() < 1e-7
        assert_allclose(found.covariance[k], fit.covariance, rtol=1e-5, atol=1e-9)
        assert_allclose(found.loglik[k], fit.loglik, rtol=1e-12)


def test_members_without_a_maximum_are_doubtful():
    model, Y = events()
    Y[1] = X[:, 0] > 0.0  # separated
    Y[2] = 0.0
    assert stacked_newton(model, model.rows.X, Y, None, None).doubtful.tolist() == [
        False,
        True,
        True,
        False,
    ]
    model, Y = ordered()
    Y[0] = np.where(Y[0] == 1.0, 0.0, Y[0])  # nobody has the label between
    columns = model.rows.X
    assert stacked_newton(model, columns, Y, None, None).doubtful.tolist() == [True, False, False, False]
    W = np.ones((2, N))
    W[1, 3:] = 0.0
    assert stacked_newton(model, columns, Y[1:2], W, None).doubtful.tolist() == [False, True]
    model, Y = times("weibull")
    Y[0, 2:, 1] = np.inf  # two times were seen
    assert stacked_newton(model, model.rows.X, Y, None, None).doubtful.tolist() == [
        True,
        False,
        False,
        False,
    ]


def test_units_and_origin_change_nothing():
    model, Y = ordered()
    short = np.round(model.rows.X * 1024.0) / 1024.0  # whose distance from 2048 is exact
    moved = short.copy()
    moved[:, 1] = 2048.0 + short[:, 1] / 1024.0
    one, two = (stacked_newton(model, columns, Y, None, None) for columns in (short, moved))
    assert_allclose(two.loglik, one.loglik, rtol=1e-13)
    assert_allclose(two.estimate[:, 0] / 1024.0, one.estimate[:, 0], rtol=1e-12)


def test_many_members_start_where_one_of_them_is():
    model, Y = events()
    many = np.tile(Y, (POOLED // M + 1, 1))
    one, all_of_them = (stacked_newton(model, model.rows.X, some, None, None) for some in (Y, many))
    assert_allclose(all_of_them.estimate[-M:], one.estimate, rtol=1e-7, atol=1e-8)


def test_other_families_are_left_alone():
    assert not stacks(st.negative_binomial([0, 1, 3, 2], X[:4]))


def test_columns_whose_units_float64_does_not_hold_are_doubtful():
    y, X = np.array([1.0, 2.0, 0.5, 1.5]), np.column_stack([np.ones(4), [1e155, 0.1, -0.3, 0.7]])
    model = st.gamma(np.array([1.0, 2.0, 0.5, 1.5]), np.array([[0.0], [1.0], [2.0], [4.0]]))
    assert stacked_newton(model, X, y[None], None, None).doubtful.all()
