"""Differences against derivatives known exactly: the step decides how many digits they have."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.models.evaluation import H, best_steps, differences, information_of, noise


def cauchy(x):
    """log(1 / (1 + t^2)) per coordinate, whose sixth derivative is large beside its second."""
    return -float(np.log1p(np.square(x)).sum())


def slope(x):
    return -2.0 * x / (1.0 + x**2)


def bend(x):
    return (2.0 - 2.0 * x**2) / (1.0 + x**2) ** 2


def test_derivatives_have_the_digits_of_the_right_step():
    """A step ten times as long has errors of 1e-6 and 1e-5 here, one ten times as short of 1e-11 and 1e-6."""
    x, W = np.array([0.3, -0.2]), np.eye(2) * np.sqrt(0.5)
    at = differences(cauchy, x, W, 2, H, H)
    assert_allclose(at.score, np.sqrt(0.5) * slope(x), rtol=0, atol=2e-10)
    assert_allclose(at.information, 0.5 * np.diag(bend(x)), rtol=0, atol=2e-9)


def test_a_custom_model_is_differentiated_with_them():
    """Through the model, in its own units: 1 / sqrt(2) at the start."""
    model = st.custom(cauchy, start=[0.0, 0.0])
    at = model.evaluate([0.3, -0.2])
    assert_allclose(at.score, slope(np.array([0.3, -0.2])), rtol=0, atol=1e-9)
    assert_allclose(at.information, np.diag(bend(np.array([0.3, -0.2]))), rtol=0, atol=1e-8)


def test_information_from_slopes():
    at = information_of(slope, np.array([0.3, -0.2]), np.eye(2))
    assert_allclose(at, np.diag(bend(np.array([0.3, -0.2]))), rtol=0, atol=1e-8)


def test_steps_follow_the_shape():
    """Along a curved ridge steps are short; where f has few digits they are long."""
    ridge = best_steps(lambda x: -1e6 * float(x[1] - x[0] ** 2) ** 2 - float(x[0]) ** 2, np.zeros(2), np.eye(2), 1e-15)
    plain = best_steps(cauchy, np.zeros(2), np.eye(2), 1e-15)
    rough = best_steps(lambda x: 1e9 + cauchy(x), np.zeros(2), np.eye(2), 2.2e-7)
    assert ridge.information <= plain.information < rough.information
    assert plain.score_error < 1e-11 < rough.score_error < 1e-4


@pytest.mark.parametrize("size", [1e-3, 1e-6, 1e-9])
def test_noise_is_measured(size):
    generator = np.random.default_rng(0)
    found = noise(lambda x: cauchy(x) + size * float(generator.normal()), np.array([1.0]), np.eye(1))
    assert 0.1 * size < found < 4.0 * size  # seven sixth differences of the same values
    assert noise(lambda x: -np.inf, np.zeros(1), np.eye(1)) == np.inf
