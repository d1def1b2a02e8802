"""Highest-density intervals of beta distributions: they hold their probability, at equal heights, or reach an end."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import stats

import stattools as st
from stattools.bayes.conjugate.beta_binomial import beta_ends, mode, require_one_peak

A, B = np.array([5.0, 1.5, 400.0, 2.0]), np.array([3.0, 8.0, 9000.0, 2.0])


@pytest.mark.parametrize("prob", [0.1, 0.5, 0.94, 0.999])
def test_ends_hold_the_probability_at_equal_heights(prob):
    low, high = beta_ends(prob, A, B)
    assert_allclose(stats.beta.cdf(high, A, B) - stats.beta.cdf(low, A, B), prob, rtol=1e-9)
    assert_allclose(stats.beta.logpdf(low, A, B), stats.beta.logpdf(high, A, B), atol=1e-8)


def test_a_density_that_falls_or_rises_has_an_end_at_0_or_1():
    a, b = np.array([1.0, 4.0, 0.5]), np.array([4.0, 1.0, 1.0])
    low, high = beta_ends(0.9, a, b)
    assert_allclose(low, [0.0, 1.0 - stats.beta.ppf(0.9, 1, 4), 0.0], rtol=1e-10)
    assert_allclose(high, [stats.beta.ppf(0.9, 1, 4), 1.0, stats.beta.ppf(0.9, 0.5, 1)], rtol=1e-10)


def test_exchanging_successes_and_failures_mirrors():
    low, high = beta_ends(0.8, A, B)
    other = beta_ends(0.8, B, A)
    assert_allclose([1.0 - high, 1.0 - low], other, rtol=1e-9)


@pytest.mark.parametrize(("a", "b"), [(3.0, 5.0), (1.5, 40.0), (200.0, 2.0)])
def test_the_mode_is_the_highest_point(a, b):
    at = mode(st.Beta(a, b))
    beside = at + np.array([-1e-4, 1e-4])
    assert (stats.beta.logpdf(beside, a, b) < stats.beta.logpdf(at, a, b)).all()


def test_a_density_that_rises_to_an_end_has_its_mode_there():
    assert_allclose(mode(st.Beta([1.0, 3.0, 0.5], [3.0, 1.0, 2.0])), [0.0, 1.0, 0.0])


def test_no_single_mode_is_refused_with_its_arm():
    with pytest.raises(st.DomainError, match="is flat and has no mode"):
        mode(st.Beta(1, 1))
    with pytest.raises(st.DomainError, match=r"Beta\(0.5, 0.4\) .*is U-shaped, .*: it has no single mode"):
        mode(st.Beta([2.0, 0.5], [2.0, 0.4]))
    with pytest.raises(st.DomainError, match="it has no interval"):
        require_one_peak(st.Beta(0.5, 0.5), "no interval", "Do this.")
