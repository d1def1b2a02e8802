"""Curves against mgcv 1.9-3, and against dense matrices. The numbers of R:

i <- 1:90; d <- data.frame(x=((i*37)%%97)/97, v=((i*53)%%101)/101, z=((i*13)%%17)/17, g=factor(letters[i%%3+1]),
  h=factor(i%%10)); d$y <- round(sin(6*d$x), 3) + c(0,.5,-.5)[i%%3+1]*d$x + ((i*29)%%23)/23 + ((i%%10)*7)/10
m <- gam(y ~ z + s(x,bs="ps",k=10,m=c(2,2)), data=d, method="REML",
         control=gam.control(newton=list(conv.tol=1e-12), epsilon=1e-12))
m$gcv.ubre; summary(m)$edf; m$sig2; predict(m, data.frame(x=c(.5,1.2),z=.3,v=.2,g="a",h="1"), se.fit=TRUE)
"""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import stats

import stattools as st
from tests.latent.curve_cases import NEW, TABLE

MGCV = [
    (
        "y ~ z + s(x, k=10)", -192.612508834, [3.0332222], 4.245940975, [3.78724041, 5.20763479],
        [0.396327362, 2.044416793],
    ),
    (
        "y ~ s(x, k=10) + s(v, k=10) + z", -190.317933197, [1.0, 1.0], 4.385763153, [3.24275434, 1.77264138],
        [0.354916867, 0.739263252],
    ),
    (
        "y ~ g + s(x, by=g, k=10)", -185.704251076, [3.9148455, 4.3588635, 4.2099881], 3.080980761,
        [2.96193535, -2.83450490], [0.646191811, 6.617349261],
    ),
    (
        "y ~ s(x, by=g, k=10)", -186.861410773, [3.9178056, 4.5888603, 4.2396615], 3.045390091,
        [3.02155426, -2.36505232], [0.585336801, 6.216829941],
    ),
    (
        "y ~ s(x, by=z, k=10)", -188.956129635, [2.2610879], 4.273561091, [3.68493963, 2.90908251],
        [0.2742487, 0.537709362],
    ),
    (
        "y ~ s(x, k=10) + (1 | h)", -78.993614073, [5.2822718], 0.160862237, [1.35370391, 3.18489013],
        [0.160351463, 0.842233911],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("formula", "loglik", "edf", "s2", "mean", "se"), MGCV, ids=[row[0] for row in MGCV])
def test_everything_is_mgcvs(formula, loglik, edf, s2, mean, se):
    """x = 1.2 lies beyond the data, where the curve is a straight line; `(1 | h)` is mgcv's s(h, bs="re")."""
    fit = st.fit(st.glm(formula, TABLE, family="normal"))
    assert_allclose(fit.loglik, loglik, atol=1e-8)
    assert_allclose([one.edf for one in fit.found.of_curves], edf, atol=1e-6)  # mgcv stops there
    assert_allclose(fit.found.s2, s2, rtol=1e-7)
    frame = fit.predict(NEW, interval=0.95)
    assert_allclose(frame["mean"], mean, rtol=1e-6)
    half = (frame["upper"] - frame["lower"]) / 2.0
    assert_allclose(half / stats.t.ppf(0.975, fit.t_df), se, rtol=1e-5)


def test_maximum_likelihood_is_mgcvs():
    """method="ML": 194.059075399, edf 2.7965460."""
    fit = st.fit(st.linear_mixed("y ~ z + s(x, k=10)", TABLE), reml=False)
    assert_allclose(fit.loglik, -194.059075399, atol=1e-8)
    assert_allclose(fit.found.of_curves[0].edf, 2.7965460, atol=1e-6)


@pytest.mark.parametrize("formula", ["y ~ z + s(x, k=10)", "y ~ g + s(x, by=g, k=10) + (1 | h)"])
@pytest.mark.parametrize("reml", [True, False])
def test_everything_is_that_of_dense_matrices(formula, reml):
    from stattools.validation.references.statsmodels import dense

    fit = st.fit(st.linear_mixed(formula, TABLE), reml=reml)
    again = dense(fit.model, fit.found.covariances, fit.found.s2, reml)
    assert_allclose(fit.loglik, again.loglik, rtol=1e-11)
    assert_allclose(fit.estimate, again.estimate, rtol=1e-8)
    assert_allclose(fit.se, again.se, rtol=1e-8)
    found, model = fit.found, fit.model
    V = found.s2 * np.eye(len(model.y)) + sum(
        term.shared(cov) for term, cov in zip(model.varying, found.covariances, strict=True)
    )
    left = np.linalg.solve(V, model.y - model.X @ found.beta)
    for curve in found.of_curves:
        assert_allclose(curve.wiggly, curve.sd**2 * curve.term.columns.T @ left, atol=1e-8)
        spread = np.diff(np.diff(curve.covariance, 2, axis=0), 2, axis=1)  # of b: second differences
        W = curve.term.columns.T @ np.linalg.inv(V)
        P = W - W @ model.X @ np.linalg.solve(model.X.T @ np.linalg.solve(V, model.X), model.X.T) @ np.linalg.inv(V)
        exact = curve.sd**2 * np.eye(len(spread)) - curve.sd**4 * P @ curve.term.columns
        assert_allclose(spread, exact, atol=1e-8 * max(curve.sd**2, 1e-10))
        assert_allclose(curve.edf, 1.0 + curve.sd**2 * np.trace(P @ curve.term.columns), atol=1e-8)
