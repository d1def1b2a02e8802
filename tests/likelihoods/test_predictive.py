"""Intervals of a new count against the integral over its linear predictor."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import integrate, special, stats

import stattools as st
from stattools.likelihoods.predictive import count_interval, crossing, mixture_interval


def test_a_predictor_that_is_known_gives_the_quantiles_of_its_family():
    eta, V = np.log([[0.3], [4.0], [900.0]]), np.zeros((3, 1, 1))
    lower, upper = count_interval(st.Poisson(), eta, V, 0.9)
    assert lower.tolist() == stats.poisson.ppf(0.05, np.exp(eta[:, 0])).tolist()
    assert upper.tolist() == stats.poisson.ppf(0.95, np.exp(eta[:, 0])).tolist()
    trials = np.array([5.0, 40.0, 1000.0])
    lower, upper = count_interval(st.Binomial(), np.full((3, 1), -0.4), V, 0.9, trials)
    assert upper.tolist() == stats.binom.ppf(0.95, trials, special.expit(-0.4)).tolist()


@pytest.mark.parametrize("se", [0.1, 0.5, 1.5])
def test_ends_hold_the_probability_of_the_integral(se):
    def probability(y):
        return integrate.quad(lambda z: stats.norm.pdf(z) * stats.poisson.cdf(y, np.exp(1.2 + se * z)), -9, 9)[0]

    (lower,), (upper,) = count_interval(st.Poisson(), np.array([[1.2]]), np.array([[[se**2]]]), 0.8)
    assert probability(lower - 1) < 0.1 <= probability(lower)
    assert probability(upper - 1) < 0.9 <= probability(upper)


def test_both_ways_agree():
    eta, V = np.array([[0.2], [3.0]]), np.full((2, 1, 1), 0.09)
    for one, other in zip(
        count_interval(st.Poisson(), eta, V, 0.95), mixture_interval(st.Poisson(), eta, V, 0.95), strict=True
    ):
        assert one.tolist() == other.tolist()
    eta, V = np.array([[0.2, -1.0], [3.0, 0.5]]), np.array([0.09 * np.eye(2), [[0.04, 0.01], [0.01, 0.09]]])
    one = count_interval(st.NegativeBinomial(), eta, V, 0.9)
    other = mixture_interval(st.NegativeBinomial(), eta, V, 0.9)
    assert_allclose(one, other, atol=1)  # 15 nodes of Gauss in each predictor may miss by one count


def test_a_normal_mixture_is_normal():
    lower, upper = mixture_interval(st.Gaussian(2.0), np.array([[1.0]]), np.array([[[2.25]]]), 0.95)
    assert_allclose([lower[0], upper[0]], stats.norm(1.0, 2.5).ppf([0.025, 0.975]), rtol=1e-6)


def test_quantiles_are_found_far_from_the_mean():
    one = np.ones(1)
    assert crossing(stats.poisson(1e6).cdf, 0.5, one, one, whole=True).tolist() == [1e6]
    assert_allclose(crossing(stats.norm(1e6, 3.0).cdf, 0.975, one, one), stats.norm(1e6, 3.0).ppf(0.975), rtol=1e-12)
