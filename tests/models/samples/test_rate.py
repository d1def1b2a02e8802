"""Intervals of a rate against the equations that their ends solve."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import stats

from stattools.models.samples import rates as rate

CASES = [(1, 2.0, 0.95), (4, 0.5, 0.9), (250, 1e3, 0.999), (10**9, 1e-3, 0.5)]
LEVELS = pytest.mark.parametrize(("events", "exposure", "level"), CASES)


def z(level):
    return stats.norm.isf(0.5 * (1.0 - level))


@LEVELS
def test_wald_and_score_ends_solve_their_equations(events, exposure, level):
    mean = np.array(rate.wald(events, exposure, level)) * exposure
    assert_allclose(mean, [max(0.0, events - z(level) * events**0.5), events + z(level) * events**0.5], rtol=1e-12)
    mean = np.array(rate.score(events, exposure, level)) * exposure
    assert_allclose((events - mean) ** 2, z(level) ** 2 * mean, rtol=1e-5)  # the square is of a small difference


@LEVELS
def test_likelihood_ratio_ends_solve_their_equation(events, exposure, level):
    if events > 1e6:
        return  # twice a difference of log-likelihoods of 1e10 has no digits: the score interval is the same there
    mean = np.array(rate.likelihood_ratio(events, exposure, level)) * exposure
    assert_allclose(2.0 * (events * np.log(events / mean) - events + mean), z(level) ** 2, rtol=1e-8)


@LEVELS
def test_exact_ends_leave_their_tails(events, exposure, level):
    tail = 0.5 * (1.0 - level)
    lower, upper = np.array(rate.garwood(events, exposure, level)) * exposure
    assert_allclose([stats.poisson.sf(events - 1, lower), stats.poisson.cdf(events, upper)], tail, rtol=1e-6)
    lower, upper = np.array(rate.waiting(events, exposure, level)) * exposure
    assert_allclose([stats.gamma.cdf(lower, events), stats.gamma.sf(upper, events)], tail, rtol=1e-6)


def test_nothing_happened():
    for kind in (rate.wald, rate.score, rate.likelihood_ratio, rate.garwood):
        assert kind(0, 2.0, 0.95)[0] == 0.0
    assert_allclose(rate.garwood(0, 2.0, 0.95)[1], -np.log(0.025) / 2.0, rtol=1e-12)
    assert_allclose(rate.likelihood_ratio(0, 2.0, 0.95)[1], z(0.95) ** 2 / 4.0, rtol=1e-12)
