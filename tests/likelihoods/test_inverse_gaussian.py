"""The inverse Gaussian far out: tails beside mpmath's digits, no loss where the dispersion is large or small."""

import mpmath
import numpy as np
import pytest
from numpy.testing import assert_allclose

from stattools.errors import DomainError
from stattools.likelihoods import InverseGaussian
from stattools.likelihoods.positive import _mills_fall

FAMILY = InverseGaussian()


@pytest.mark.parametrize(
    ("a", "b"), [(0.0, 1e-9), (0.5, 0.5001), (2.0, 2.9), (3.0, 4.5), (30.0, 30.0001), (5.0, 500.0)]
)
def test_a_difference_of_mills_ratios_has_its_digits(a, b):
    def ratio(x):
        return mpmath.sqrt(mpmath.pi / 2) * mpmath.exp(x * x / 2) * mpmath.erfc(x / mpmath.sqrt(2))

    with mpmath.workdps(60):
        exact = float(ratio(mpmath.mpf(a)) - ratio(mpmath.mpf(b)))
    assert_allclose(_mills_fall(np.array([a]), np.array([b])), exact, rtol=1e-9)


@pytest.mark.parametrize("log_dispersion", [-12.0, -2.0, 3.0])
def test_both_tails_are_integrals_of_the_density(log_dispersion):
    eta = np.array([[0.3, log_dispersion]])
    sd = float(np.sqrt(FAMILY.variance(eta, np.ones(1))[0]))
    for y in (1.35 * np.exp(-0.2 * sd), 1.35 + 3.0 * sd):
        with mpmath.workdps(30):
            phi, m = mpmath.exp(mpmath.mpf(log_dispersion)), mpmath.exp(mpmath.mpf(0.3))
            root = mpmath.sqrt(phi * mpmath.mpf(y))
            a, b = (y / m - 1) / root, (y / m + 1) / root
            below = mpmath.ncdf(a) + mpmath.exp(2 / (phi * m)) * mpmath.ncdf(-b)
            wanted = float(below), float(1 - below)
        assert_allclose(FAMILY.cdf(eta, np.array([y]))[0], wanted[0], rtol=1e-9)
        assert_allclose(FAMILY.survival(eta, np.array([y]))[0], wanted[1], rtol=1e-9)


def test_the_unit_of_the_outcome_moves_the_dispersion():
    eta, y = np.array([[0.2, -1.0]]), np.array([1.7])
    for unit in (1e-60, 1e60):
        moved = eta + np.log(unit) * np.array([1.0, -1.0])
        assert_allclose(FAMILY.loglik(moved, y * unit), FAMILY.loglik(eta, y) - np.log(unit), rtol=1e-12)
        assert_allclose(FAMILY.score(moved, y * unit), FAMILY.score(eta, y), rtol=1e-11)


def test_the_start_is_the_maximum_without_columns():
    y, weight = np.array([0.5, 2.0, 3.5]), np.array([1.0, 2.0, 1.0])
    near = FAMILY.start(y, weight, np.zeros(3))
    assert_allclose(weight @ FAMILY.score(np.tile(near, (3, 1)), y), 0.0, atol=1e-12)


def test_observed_information_needs_y():
    with pytest.raises(DomainError, match=r"give information\(eta, y\)"):
        FAMILY.information([[0.0, 0.0]])


def test_probabilities_next_to_0_and_far_out_stay_in_float64():
    """b^2 overflowed where a dispersion or an outcome is tiny."""
    eta = np.array([[0.0, -290.0], [0.0, 0.0], [-160.0, -200.0], [160.0, -290.0]])
    for y in (1e-300, 1e-120, 1.0, 1e120):
        below, above = InverseGaussian().cdf(eta, np.full(4, y)), InverseGaussian().survival(eta, np.full(4, y))
        assert_allclose(below + above, 1.0, rtol=1e-9)
