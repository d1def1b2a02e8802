"""Curves by Laplace's restricted likelihood, against mgcv and against a dense matrix.

R 4.5, mgcv 1.9-3: gam(y ~ s(x, bs = "ps", k = 12, m = c(2, 2)), method = "REML",
control = gam.control(epsilon = 1e-12, newton = list(conv.tol = 1e-12))) of the table that `TABLE` writes.
"""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.solvers.mixed.marginal_maximum import curve_parts, laplace_maximum

n = np.arange(1.0, 151.0)
X = (n * 0.6180339887498949) % 1.0
U = (n * 0.4142135623730951) % 1.0
MEAN = np.exp(1.0 + np.sin(6.0 * X))
TABLE = {
    "x": X,
    "count": np.floor(MEAN * 2.0 * U),
    "event": (1.0 / (1.0 + np.exp(-3.0 * np.sin(6.0 * X))) > U).astype(float),
    "amount": MEAN * (0.2 + U),
    "label": np.digitize(np.sin(6.0 * X) + 2.0 * U, [0.5, 1.5]),
    "g": (n % 7).astype(int),
}

GAMMA = {"family": "gamma", "link": "log"}
MGCV = [
    (st.poisson, "count ~ s(x, k=12)", {}, -307.8111103361, 6.177268101),
    (st.logistic, "event ~ s(x, k=12)", {}, -60.75938150395, 4.901789513),
    (st.negative_binomial, "count ~ s(x, k=12)", {}, -292.2011011412, 5.691242937),
    (st.glm, "amount ~ s(x, k=12)", GAMMA, -189.1702469487, 6.401655043),
    (st.ordinal, "label ~ s(x, k=12)", {}, -116.4968090001, 5.5629624),
    (st.poisson, "count ~ s(x, k=12) + (1 | g)", {}, -307.8111103362, 6.177268101),
    (st.poisson, "count ~ s(x, k=12, by=amount)", {}, -221.335706284, 6.265631152),
]
"""The restricted log-likelihood, and effective degrees of freedom with the constant."""


SLOWLY = {2, 3, 4}
"""A dispersion or thresholds are searched beside the curve."""


@pytest.mark.parametrize(
    ("kind", "formula", "options", "loglik", "edf"),
    [pytest.param(*one, marks=pytest.mark.slow if k in SLOWLY else ()) for k, one in enumerate(MGCV)],
    ids=[f"{one[0].__name__}: {one[1]}" for one in MGCV],
)
def test_mgcvs_restricted_likelihood_and_degrees_of_freedom(kind, formula, options, loglik, edf):
    found = laplace_maximum(kind(formula, TABLE, **options))
    assert found.converged
    assert_allclose(found.loglik, loglik, rtol=1e-11)
    assert_allclose(1.0 + sum(curve.edf for curve in found.of_curves), edf, rtol=1e-8)


@pytest.mark.slow
def test_a_curve_for_each_level():
    """Seven curves: mgcv says -314.2590981462 and 27.99621312."""
    found = laplace_maximum(st.poisson("count ~ C(g) + s(x, k=12, by=C(g))", TABLE))
    assert_allclose(found.loglik, -314.2590981462, rtol=1e-11)
    assert_allclose(7.0 + sum(curve.edf for curve in found.of_curves), 27.99621312, rtol=1e-8)


@pytest.mark.slow
def test_the_curve_and_its_band_are_those_of_the_rows():
    """The linear predictor of a row is the constant and the curve, and its variance that of both together."""
    found = laplace_maximum(st.negative_binomial("count ~ s(x, k=12)", TABLE))
    (curve,), term = found.of_curves, found.model.smooths[0]
    B = np.zeros((150, 12))
    for a in range(4):
        B[np.arange(150), term.first + a] = term.values[:, a]
    mode = found.marginal.at(found.at).mode
    assert_allclose(found.estimate[0] + B @ curve.coefficients, mode.eta[:, 0], atol=1e-9)
    b, covariance, _ = curve_parts(found)
    rows = np.column_stack([np.ones(150), np.asarray(found.model.fixed.rows.X)[:, 1], np.zeros(150), term.columns])
    both = np.einsum("ij,jk,ik->i", rows, covariance, rows)
    assert_allclose(curve.wiggly, b)
    assert (both > mode.penalized.leverage).all()  # with what is not known of alpha
    assert_allclose(both, mode.penalized.leverage, rtol=0.02)
