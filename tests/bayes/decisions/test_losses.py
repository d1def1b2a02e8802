"""Expected losses against exact sums with many digits, and identities that hold for all parameters."""

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from numpy.testing import assert_allclose
from scipy import stats

import stattools as st
from tests.sizes import examples

positive = some.floats(-2, 9).map(lambda e: 10.0**e)
betas = some.builds(st.Beta, positive, positive)
gammas = some.builds(st.Gamma, positive, positive)
normals = some.builds(st.Normal, some.floats(-1e3, 1e3), some.floats(-3, 3).map(lambda e: 10.0**e))
families = some.one_of(*(some.lists(arm, min_size=2, max_size=4) for arm in (betas, gammas, normals)))


@settings(max_examples=examples(40), deadline=None, derandomize=True)
@given(families)
def test_losses_differ_by_the_means(arms):
    """E max(B - A, 0) - E max(A - B, 0) = E[B] - E[A]."""
    a, b = arms[:2]
    gap = st.expected_loss(a, b) - st.expected_loss(b, a)
    assert_allclose(gap, b.mean - a.mean, rtol=0, atol=1e-12 * (abs(a.mean) + abs(b.mean) + a.sd + b.sd))


@settings(max_examples=25, deadline=None, derandomize=True)
@given(families)
def test_mean_plus_loss_is_the_mean_of_the_largest(arms):
    """E[theta_i] + loss_i = E[max theta] whichever arm is chosen."""
    largest = [
        arm.mean + st.expected_loss(arm, [other for j, other in enumerate(arms) if j != i])
        for i, arm in enumerate(arms)
    ]
    size = max(abs(arm.mean) + arm.sd for arm in arms)
    assert_allclose(largest, largest[0], rtol=0, atol=1e-12 * size)


def log_beta(a, b):
    return mp.loggamma(a) + mp.loggamma(b) - mp.loggamma(mp.mpf(a) + b)


def less(a, b, c, d):
    """P(Beta(a, b) < Beta(c, d)) for whole c by a finite sum."""
    a, b, d = mp.mpf(a), mp.mpf(b), mp.mpf(d)
    return mp.fsum(
        mp.exp(log_beta(a + i, b + d) - log_beta(1 + i, d) - log_beta(a, b)) / (d + i) for i in range(int(c))
    )


@pytest.mark.parametrize(
    "case",
    [(5, 3, 3, 5), (80, 3, 30, 90), (1e9, 1e9, 60, 240), (0.01, 0.3, 4, 7), (400, 100, 2, 10), (1, 1e9, 2, 1e9)],
)
def test_loss_equals_its_sum(case):
    """E max(Y - X, 0) = E[Y] P(X < Y') - E[X] P(X' < Y) with one success more for Y' and X'; 120 digits."""
    a, b, c, d = case
    with mp.workdps(120):
        mean_x, mean_y = mp.mpf(a) / (mp.mpf(a) + b), mp.mpf(c) / (mp.mpf(c) + d)
        exact = mean_y * less(a, b, c + 1, d) - mean_x * less(mp.mpf(a) + 1, b, c, d)
        value = mp.mpf(st.expected_loss(st.Beta(a, b), st.Beta(c, d)))
        assert abs(value / exact - 1) < 1e-10, (float(value), float(exact))


def test_a_tiny_loss_keeps_its_digits():
    with mp.workdps(120):
        exact = mp.mpf(30) / 120 * less(80, 3, 31, 90) - mp.mpf(80) / 83 * less(81, 3, 30, 90)
    assert 0 < exact < 1e-20
    assert_allclose(st.expected_loss(st.Beta(80, 3), st.Beta(30, 90)), float(exact), rtol=1e-10)


def test_loss_against_several_by_draws():
    arms = [st.Gamma(30, 20), st.Gamma(33, 20), st.Gamma(5, 3)]
    draws = np.stack([arm.sample(400_000, seed=i) for i, arm in enumerate(arms)])
    gain = np.maximum(draws[1:].max(axis=0) - draws[0], 0.0)
    value = st.expected_loss(arms[0], arms[1:])
    assert abs(value - gain.mean()) < 4 * stats.sem(gain)
    assert value == st.expected_loss(arms[0], {"x": arms[2], "y": arms[1]})


def test_units():
    """A loss has the units of theta: rates per hour are 60 times rates per minute."""
    per_minute = st.expected_loss(st.Gamma(30, 600), st.Gamma(35, 600))
    assert_allclose(st.expected_loss(st.Gamma(30, 10), st.Gamma(35, 10)), 60 * per_minute, rtol=1e-13)


def test_arrays_and_errors():
    values = st.expected_loss(st.Beta([5, 3], [3, 5]), st.Beta(4, 4))
    assert_allclose(
        values, [st.expected_loss(st.Beta(5, 3), st.Beta(4, 4)), st.expected_loss(st.Beta(3, 5), st.Beta(4, 4))]
    )
    with pytest.raises(st.IncompatibleError, match="one family"):
        st.expected_loss(st.Beta(1, 1), st.Normal(0, 1))
    with pytest.raises(st.IncompatibleError, match="the chosen arm first"):
        st.expected_loss([st.Beta(1, 1)], st.Beta(1, 1))
