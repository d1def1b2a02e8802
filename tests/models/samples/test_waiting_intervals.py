"""Intervals from waits: ends leave their tails of the negative binomial, and are closed at 1 without failures."""

import pytest
from numpy.testing import assert_allclose
from scipy import stats

from stattools.models.samples.waiting_intervals import exact, wald


@pytest.mark.parametrize(("successes", "trials", "level"), [(1, 4, 0.95), (3, 10, 0.9), (40, 1000, 0.99)])
def test_exact_ends_leave_their_tails(successes, trials, level):
    lower, upper = exact(successes, trials, level)
    failures, tail = trials - successes, 0.5 * (1.0 - level)
    assert_allclose(stats.nbinom.cdf(failures, successes, lower), tail, rtol=1e-9)
    assert_allclose(stats.nbinom.sf(failures - 1, successes, upper), tail, rtol=1e-9)


def test_wald_is_the_estimate_and_its_standard_error_cut():
    p = 0.3
    half = stats.norm.isf(0.025) * (p**2 * (1 - p) / 3) ** 0.5
    assert_allclose(wald(3, 10, 0.95), (p - half, p + half), rtol=1e-13)
    assert wald(1, 2, 0.999) == (0.0, 1.0)


def test_without_failures_the_end_is_1():
    assert exact(3, 3, 0.95)[1] == 1.0
    assert_allclose(exact(3, 3, 0.95)[0], 0.025 ** (1 / 3), rtol=1e-12)
