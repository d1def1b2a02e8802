"""What the leverage of a row takes from its score is given back, and a leverage of 1 is refused."""

import numpy as np
import pytest
import statsmodels.api as sm
from numpy.testing import assert_allclose

import stattools as st
from stattools.errors import DomainError
from stattools.inference.covariance.leverage import unshrunk
from tests.inference.covariance.test_estimate import HC, refused, sandwich


def test_hc2_makes_the_variance_of_a_residual_that_of_the_error():
    """Var(u) = W - W G W where the model is true; (I - W G)^-1/2 takes it to W, also for singular W."""
    g = np.random.default_rng(3)
    root, half = g.standard_normal((2, 5, 3, 3))
    W, G = root @ root.transpose(0, 2, 1), half @ half.transpose(0, 2, 1)
    W[0] = np.outer([1.0, 2.0, 0.0], [1.0, 2.0, 0.0])
    G /= 2.0 * np.trace(W @ G, axis1=1, axis2=2)[:, None, None]
    B = np.stack([unshrunk(np.tile(e, (5, 1)), W, G, 0.5, "HC2", 0) for e in np.eye(3)], axis=-1)
    assert_allclose(B @ (W - W @ G @ W) @ B.transpose(0, 2, 1), W, atol=1e-12 * np.abs(W).max())
    B = np.stack([unshrunk(np.tile(e, (5, 1)), W, G, 1.0, "HC3", 0) for e in np.eye(3)], axis=-1)
    assert_allclose(B @ (np.eye(3) - W @ G), np.broadcast_to(np.eye(3), (5, 3, 3)), atol=1e-12)


@pytest.mark.parametrize("cov", HC)
def test_precision_weights_leverages_too(cov):
    g = np.random.default_rng(3)
    x, w = g.normal(size=30), g.uniform(0.2, 5.0, 30)
    y = x + g.normal(size=30) / np.sqrt(w)
    fit = st.fit(st.ols(y, x, precision=w), cov=cov)
    assert_allclose(fit.covariance, sm.WLS(y, sm.add_constant(x), weights=w).fit(cov_type=cov).cov_params(), rtol=1e-8)


@pytest.mark.parametrize("kind", ["ols", "softmax"])
def test_leverage_of_one(kind):
    X = np.column_stack([np.arange(12.0) == 7, np.tile([0.0, 1.0, 2.0], 4)])
    model = st.ols(np.arange(12.0) ** 2, X)
    if kind == "softmax":  # one column for one row separates it; at an arbitrary point the leverage is still refused
        u, W = np.array([[0.3, 0.1]]), np.array([[[0.2, -0.1], [-0.1, 0.2]]])
        with pytest.raises(DomainError, match=r"HC3 divides by 1 - leverage, and row 5 .* leverage 1"):
            unshrunk(u, W, np.linalg.inv(W), 1.0, "HC3", 5)
        return
    for cov in ("HC2", "HC3"):
        refused(model, cov, rf"{cov} divides by 1 - leverage, and row 7 \(counting from 0\) has leverage")
    assert np.isfinite(sandwich(model, "HC1").matrix).all()
