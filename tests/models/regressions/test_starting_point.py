"""Starts: near the maximum of a model that the moments determine, from a sample where the rows are many."""

import numpy as np
from numpy.testing import assert_allclose

import stattools as st
from stattools.data.design import design
from stattools.numerics.columns import Columns
from tests.cases import rng


def test_counts_start_at_their_mean():
    g = rng(0)
    model = st.poisson(g.poisson(7.0, 5000), g.normal(size=5000))
    assert_allclose(model.start, [np.log(model.rows.y.mean()), 0.0])


def test_a_column_that_varies_late_is_no_intercept():
    X = np.ones((2000, 2))
    X[1500:, 0] = 2.0
    model = st.poisson(rng(1).poisson(3.0, 2000), X, intercept=False)
    assert model.start[0] == 0.0
    assert_allclose(model.start[1], np.log(model.rows.y.mean()))


def test_columns_beyond_float64_start_at_zero():
    x = 5e-324 * np.arange(20.0)
    model = st.probit(np.arange(20) % 2, x[:, None], offset=np.arange(20) / 10)
    assert np.isfinite(model.start).all()
    model = st.poisson(np.arange(20) % 3, np.full((20, 1), 5e-324), intercept=False)
    assert model.start.tolist() == [0.0]


def test_an_offset_is_undone_from_a_sample():
    g = rng(2)
    X = np.column_stack([np.ones(60_000), g.normal(size=60_000)])
    offset = 300.0 + 50.0 * X[:, 1] + g.normal(size=60_000)
    model = st.logistic(g.random(60_000) < 0.3, X, offset=offset, intercept=False)
    assert_allclose(model.start, [-300.0, -50.0], rtol=1e-3)


def test_offsets_of_rows_that_do_not_count_move_no_start():
    """Rates are sums of exp(offset) less the largest one, all 0 where that is of a row of weight 0."""
    offset = np.array([0.0, 0.1, -0.2, 5000.0])
    for maker in (st.poisson, st.negative_binomial, st.zero_inflated, st.hurdle):
        start = maker([0, 3, 2, 9], np.ones((4, 1)), intercept=False, weights=[2, 1, 1, 0], offset=offset).start
        some = maker([0, 3, 2], np.ones((3, 1)), intercept=False, weights=[2, 1, 1], offset=offset[:3]).start
        assert_allclose(start, some)


def test_levels_without_an_intercept_start_at_their_means_beside_slopes_and_an_offset(monkeypatch):
    """Slopes that went with other constants stayed: far from 0 the climb began at -2e135 and came to no end."""
    monkeypatch.setattr(design, "MANY", 4)
    g = np.random.default_rng(5)
    level, z = np.arange(120) % 6, g.normal(size=120)
    table = {"y": g.poisson(np.exp(0.5 + 0.4 * z)), "g": level, "x": 1000.0 + z, "o": 0.1 * g.normal(size=120)}
    model = st.poisson("y ~ 0 + C(g) + C(g):x", table, offset="o")
    assert isinstance(model.rows.X, Columns)
    eta = model.eta(model.start)
    assert np.abs(eta).max() < 3.0
    assert st.fit(model).solution.converged
