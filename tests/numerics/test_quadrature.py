"""Integrals with a known value: smooth, cornered, tiny, and many at once."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.special import gammaln

from stattools.errors import ConvergenceError
from stattools.numerics.quadrature import log_integral, log_integrals


def test_gamma_functions_from_thousandth_to_million():
    """The integral of exp(k t - e^t) is Gamma(k); on the logarithmic scale even k = 0.001 has only a corner."""
    k = np.array([0.001, 0.5, 1.0, 7.0, 1e3, 1e6])
    width = np.minimum(1.0, 1.0 / np.sqrt(k))
    reach = np.array([-4e4, -100.0, -50.0, -20.0, -12.0, -12.0, -3.0, 0.0, 1.0, 3.0, 6.0, 12.0])
    marks = np.log(k)[:, None] + np.where(reach < -12.0, reach, reach * width[:, None])

    def integrand(t, row):
        with np.errstate(over="ignore"):  # far to the right the integrand is 0
            return k[row] * t - np.exp(t)

    assert_allclose(log_integral(integrand, marks), gammaln(k), rtol=1e-13, atol=1e-13)


@pytest.mark.parametrize("height", [0.0, -700.0, 300.0])
def test_the_height_of_the_integrand_does_not_matter(height):
    value = log_integral(lambda t, row: height - np.abs(t), np.array([[-90.0, -3.0, 4.0, 80.0]]))
    assert_allclose(value - height, np.log(2.0), atol=1e-13)


def test_a_peak_between_landmarks_is_found():
    value = log_integral(lambda t, row: -0.5 * (t / 0.05) ** 2, np.array([[-9.0, 4.0, 9.0, np.nan]]))
    assert_allclose(np.exp(value), 0.05 * np.sqrt(2.0 * np.pi), rtol=1e-12)


def test_nothing_integrates_to_nothing():
    marks = np.array([[0.0, 1.0], [0.0, 1.0], [2.0, 2.0]])
    value = log_integral(lambda t, row: np.where(row == 1, 0.0 * t, -np.inf), marks)
    assert_allclose(value, [-np.inf, 0.0, -np.inf], atol=1e-15)


def test_noise_is_refused():
    def noise(t, row):
        return np.where(np.sin(1e15 * t) > 0.0, 0.0, -3.0)

    with pytest.raises(ConvergenceError, match="without jumps"):
        log_integral(noise, np.array([[0.0, 1.0]]))


def test_integrals_on_common_panels_are_each_what_they_are_alone():
    """One of them is 1e-200 of the other and lies elsewhere, one is nothing."""
    marks = np.array([[-30.0, -4.0, 0.0, 4.0, 30.0], [-30.0, -4.0, 0.5, 4.0, 30.0]])

    def several(t, row):
        return np.stack([-0.5 * t**2, -460.0 - np.abs(t - 5.0), -np.inf + 0.0 * t])

    values = log_integrals(several, marks)
    assert_allclose(
        values[:2], [[0.5 * np.log(2 * np.pi)] * 2, [-460.0 + np.log(2.0 - np.exp(-35) - np.exp(-25))] * 2], atol=1e-13
    )
    assert (values[2] == -np.inf).all()
