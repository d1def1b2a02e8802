"""Members begin near one of them, with as many events as were seen, and reach the maxima of any other start."""

import numpy as np
from numpy.testing import assert_allclose

import stattools as st
from stattools.solvers.batches import POOLED, stacked_gamma, stacked_weibull
from tests.cases import rng

N, M = 30, POOLED
X = np.column_stack([np.full(N, 2.0), rng(1).normal(size=(N, 2))])


def test_starts_near_one_member_lead_to_the_maxima_from_the_model_s_own_start():
    g = rng(4)
    eta = np.linspace(-2.0, 2.0, M)[:, None] + 0.5 * X[:, 1]
    Y = g.gamma(2.0, np.exp(eta) / 2.0)
    seen = np.exp(eta) * g.exponential(size=(M, N)) ** 0.5
    times = st.aft("survival(t) ~ a + b", {"t": seen[0], "a": X[:, 1], "b": X[:, 2]})
    for fitted, model, y in (
        (stacked_gamma, st.gamma(Y[0], X[:, 1:]), Y),
        (stacked_weibull, times, np.stack([seen, seen], axis=2)),
    ):
        found = fitted(model, model.rows.X, y, None, None)
        expected = fitted(model, model.rows.X, y, None, None, model.start)
        assert not found.doubtful.any()
        assert_allclose(found.estimate, expected.estimate, rtol=1e-8, atol=1e-9)
