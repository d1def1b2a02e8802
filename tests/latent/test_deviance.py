import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import stats

from stattools.latent.deviance import Deviance
from tests.latent.certified import made, term
from tests.latent.dense_structure import DenseStructure

R = np.random.default_rng(3)
N = 30
G = np.repeat(np.arange(6), 5)
X = np.column_stack([np.ones(N), R.normal(size=N)])
Y = 5.0 + R.normal(size=6)[G] + R.normal(size=N)


@pytest.mark.parametrize("reml", [False, True])
def test_the_value_is_that_of_the_normal_distribution(reml):
    found, deviance = made(Y, X, term(G, X), reml=reml)
    at = deviance.at(np.array([0.7, -0.3, 0.2]))
    s2, T = at.s2 * found.unit**2, found.to_effects[0] @ at.factors[0]
    Z = X[:, None, :] * (np.arange(6) == G[:, None])[:, :, None]
    V = s2 * (np.eye(N) + np.einsum("njq,qr,mjr->nm", Z, T @ T.T, Z))
    beta = found.beta + found.to_beta @ at.b * found.unit
    assert_allclose(beta, np.linalg.solve(X.T @ np.linalg.solve(V, X), X.T @ np.linalg.solve(V, Y)), rtol=1e-9)
    if reml:
        K = np.linalg.svd(X.T)[2][2:].T
        contrasts = stats.multivariate_normal(np.zeros(N - 2), K.T @ V @ K).logpdf(K.T @ Y)
        expected = -2.0 * contrasts + np.linalg.slogdet(X.T @ X)[1]  # the constant of R
    else:
        expected = -2.0 * stats.multivariate_normal(X @ beta, V).logpdf(Y)
    assert_allclose(at.value, expected, rtol=1e-11)


@pytest.mark.parametrize("reml", [False, True])
@pytest.mark.parametrize("theta", [[0.7, -0.3, 0.2], [0.0, 0.0, 0.0], [0.5, 0.2, 0.0]])
def test_the_gradient_is_the_slope_of_the_value(theta, reml):
    _, deviance = made(Y, X, term(G, X), reml=reml)
    theta = np.array(theta)
    slope = [(deviance.at(theta + h).value - deviance.at(theta - h).value) / 2e-5 for h in 1e-5 * np.eye(3)]
    assert_allclose(deviance.at(theta).gradient, slope, rtol=1e-7, atol=1e-7)


def test_theta_and_factors_are_the_same_numbers():
    found, deviance = made(Y, X, term(G, X), term(G, R.normal(size=(N, 1))))
    theta = np.array([1.0, 2.0, 3.0, 4.0])
    factors = deviance.factors(theta)
    assert [T.tolist() for T in factors] == [[[1.0, 0.0], [2.0, 3.0]], [[4.0]]]
    assert deviance.theta(factors).tolist() == theta.tolist()
    dense = Deviance.of(DenseStructure(found.columns), found, True)
    assert_allclose(deviance.at(theta).value, dense.at(theta).value, rtol=1e-12)
