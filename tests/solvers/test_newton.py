"""Steps, covariance and decrement are those of the formula."""

from itertools import pairwise

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from tests.cases import rng


@pytest.fixture
def model():
    g = rng(2)
    X = g.normal(size=(80, 2))
    return st.logistic(g.random(80) < 1.0 / (1.0 + np.exp(-X @ [1.0, -0.5])), X)


def test_steps_are_those_of_the_formula(model):
    theta = np.asarray(model.start)
    for steps in range(1, 4):
        now = model.evaluate(theta)
        theta = theta + np.linalg.solve(now.information, now.score)
        found = st.Newton(tolerance=1e-30).within(model, steps)
        now = model.evaluate(theta)
        assert_allclose(found.estimate, theta, rtol=1e-11)
        assert_allclose(found.covariance, np.linalg.inv(now.information), rtol=1e-10)
        decrement = np.sqrt(now.score @ np.linalg.solve(now.information, now.score))
        assert_allclose(found.decrement, decrement, rtol=1e-6, atol=1e-12)  # a score near 0 keeps few digits


def test_it_converges_quadratically(model):
    """Each decrement is about the square of the one before: half the digits of the next are known."""
    decrements = [st.Newton(tolerance=1e-30).within(model, steps).decrement for steps in range(1, 5)]
    for before, after in pairwise(decrements):
        assert after <= max(before**2, 1e-13)


def test_bad_options_are_refused():
    with pytest.raises(st.DomainError, match="subsample to be one of 'auto', 'never'; got 'often'"):
        st.Newton(subsample="often")
