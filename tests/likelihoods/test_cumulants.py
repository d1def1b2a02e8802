"""Cumulants against differences of the information: each is a derivative of the one before."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.likelihoods.likelihood import cumulants_of
from tests.cases import rng

H = 1e-4


@pytest.fixture
def categories():
    g = rng(1)
    eta, weight = g.normal(size=(5, 3)), g.uniform(0.5, 2.0, 5)
    Q = g.normal(size=(5, 3, 3))
    return eta, weight, Q + np.swapaxes(Q, 1, 2)


def information(eta, weight):
    return weight[:, None, None] * st.Categorical(4).information(eta)


def test_third_cumulants_of_categories(categories):
    eta, weight, Q = categories
    found = cumulants_of(st.Categorical(4), eta, np.zeros(5), weight)
    steps = H * np.eye(3)
    slopes = [(information(eta + h, weight) - information(eta - h, weight)) / (2 * H) for h in steps]
    assert_allclose(found.skewness(), np.stack(slopes, axis=-1), atol=1e-8)  # differences err by H^2
    assert_allclose(found.third(Q), np.einsum("nab,nabk->nk", Q, found.skewness()), rtol=1e-12)


def test_fourth_cumulants_of_categories(categories):
    eta, weight, Q = categories
    found = cumulants_of(st.Categorical(4), eta, np.zeros(5), weight)
    steps = H * np.eye(3)
    third = [cumulants_of(st.Categorical(4), eta + s * h, np.zeros(5), weight).third(Q) for h in steps for s in (1, -1)]
    slopes = [(ahead - behind) / (2 * H) for ahead, behind in zip(third[::2], third[1::2], strict=True)]
    assert_allclose(found.fourth(Q), np.stack(slopes, axis=-1), atol=1e-7)


def test_one_predictor_is_two_categories():
    eta, weight, Q = np.array([-1.0, 0.4]), np.array([1.0, 3.0]), np.array([[[2.0]], [[0.5]]])
    one = cumulants_of(st.Bernoulli(), eta, np.zeros(2), weight)
    two = cumulants_of(st.Categorical(2), eta, np.zeros(2), weight)
    for question in ("third", "fourth"):
        assert_allclose(getattr(one, question)(Q), getattr(two, question)(Q), rtol=1e-13)
    assert_allclose(one.skewness(), two.skewness(), rtol=1e-13)
