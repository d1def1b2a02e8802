"""Zellner's g-prior is as informative as 1 / g of the data, and shrinks estimates by g / (1 + g)."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.bayes.conjugate.normal_inverse_gamma_regression import zellner
from tests.cases import rng

G = rng(3)
X = G.normal(size=(25, 2)) + [0.0, 5.0]
MODEL = st.ols(1.0 + X @ [1.0, -2.0] + G.normal(size=25), X, weights=G.integers(1, 3, 25))


def test_its_precision_is_that_of_the_data_over_g():
    mean, root, shape, _ = zellner(MODEL, 10.0)
    XtX = MODEL.rows.X.T @ (MODEL.rows.weight[:, None] * MODEL.rows.X)
    assert_allclose(root.T @ root, XtX / 10.0, rtol=1e-10)
    assert_allclose(mean, [np.average(MODEL.rows.y, weights=MODEL.rows.weight), 0.0, 0.0], rtol=1e-12)
    assert shape == 0.5


def test_the_posterior_mean_is_a_weighted_mean():
    center = np.array([0.5, 0.0, 1.0])
    prior = st.NormalInverseGammaRegression.g_prior(MODEL, g=4.0, mean=center)
    found = st.posterior(MODEL, prior=prior)
    assert_allclose(found.mean, (4.0 * st.fit(MODEL).estimate + center) / 5.0, rtol=1e-9)


def test_what_it_cannot_take_is_refused():
    with pytest.raises(st.DomainError, match="one number per coefficient"):
        zellner(MODEL, 10.0, mean=[1.0, 2.0])
    with pytest.raises(st.DomainError, match="needs g"):
        zellner(MODEL, -1.0)
    exact = st.ols([1.0, 2.0], [0.0, 1.0])
    with pytest.raises(st.DomainError, match="needs scale=, as these data leave nothing"):
        zellner(exact, 10.0)
