"""P(X < Y) of two betas against exact sums, a twin in extended precision, a recurrence, and its own symmetries."""

from fractions import Fraction
from itertools import pairwise
from math import comb

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from numpy.polynomial.legendre import leggauss
from numpy.testing import assert_allclose, assert_array_equal
from scipy.special import expit, log_expit

from stattools.numerics.distributions.beta import (
    landmarks,
    log_density_and_below,
    log_density_of_logit,
    log_tails,
    probability_less,
)
from tests.sizes import examples, first

parameters = some.floats(-2, 9).map(lambda e: 10.0**e)


@pytest.fixture(autouse=True)
def _fifty_digits():
    with mp.workdps(50):
        yield


def log_beta(a, b):
    return mp.loggamma(a) + mp.loggamma(b) - mp.loggamma(mp.mpf(a) + b)


def relative(value, exact):
    return float(abs((mp.mpf(float(value)) - exact) / exact))


def successes_at_most(k, n, a, b):
    """P(K <= k) for K ~ BetaBinomial(n, a, b) = P(Beta(a, b) < Beta(k + 1, n - k)), added up."""
    a, b = mp.mpf(a), mp.mpf(b)
    term = total = mp.exp(log_beta(a, b + n) - log_beta(a, b))
    for j in range(k):
        term *= (a + j) / (b + n - j - 1) * mp.mpf(n - j) / (j + 1)
        total += term
    return total


@settings(max_examples=examples(40), deadline=None, derandomize=True)
@given(parameters, parameters, some.integers(1, 300), some.data())
def test_probability_less_equals_the_sum(a, b, n, data):
    k = data.draw(some.integers(0, n - 1))
    exact = successes_at_most(k, n, a, b)
    if exact > 1e-280:
        assert relative(probability_less(a, b, k + 1, n - k), exact) < 1e-11
    if 1 - exact > 1e-25:  # of 50 digits, mpmath has spent some on loggamma; failures mirror successes
        assert relative(probability_less(b, a, n - k, k + 1), 1 - exact) < 1e-11


def test_whole_parameters_by_rationals():
    """P(Y > X) = sum_(i < c) B(a + i, b + d) / ((d + i) B(1 + i, d) B(a, b)), Miller (2014)."""

    def beta(p, q):
        return Fraction(1, (p + q - 1) * comb(p + q - 2, p - 1))

    for a, b, c, d in [(1, 1, 1, 1), (5, 3, 3, 5), (30, 71, 45, 12), (90, 10, 3, 70), (1, 400, 300, 2)]:
        exact = sum(beta(a + i, b + d) / ((d + i) * beta(1 + i, d) * beta(a, b)) for i in range(c))
        assert_allclose(probability_less(a, b, c, d), float(exact), rtol=1e-12)


def twin(a, b, c, d):
    """Nested Gauss rules on the logit in 80-bit floats; both densities relative to their centers, scaled to mass 1."""
    a, b, c, d = (np.longdouble(v) for v in (a, b, c, d))
    marks = np.unique(np.concatenate([landmarks(float(a), float(b)), landmarks(float(c), float(d))]))
    cuts = [np.linspace(left, right, 9) for left, right in pairwise(marks)]
    ends = np.unique(np.concatenate(cuts)).astype(np.longdouble)
    nodes, weights = (v.astype(np.longdouble) for v in leggauss(24))

    def density(t, a, b):
        if a > b:
            t, a, b = -t, b, a
        t, p, q = t - np.log(a / b), a / (a + b), b / (a + b)
        left, right = np.minimum(t, 40), np.maximum(t, 40)  # a form without cancellation for each
        near = a * left - (a + b) * np.log1p(p * np.expm1(left))
        return np.exp(np.where(t <= 40, near, -b * right - (a + b) * np.log1p(q * np.expm1(-right))))

    half = 0.5 * np.diff(ends)[:, None]
    t = ends[:-1, None] + half * (nodes + 1)
    outer, whole = density(t, c, d) * weights * half, (density(t, a, b) * weights * half).sum(axis=1)
    part = 0.5 * (t - ends[:-1, None])[:, :, None]
    inner = (density(ends[:-1, None, None] + part * (nodes + 1), a, b) * weights * part).sum(axis=2)
    below = np.concatenate([[0], np.cumsum(whole)[:-1]])[:, None] + inner
    return float((outer * below).sum() / outer.sum() / whole.sum())


EXTREMES = [
    (0.01, 0.01, 0.01, 0.02),
    (0.01, 1e9, 0.01, 1e3),
    (0.01, 1e9, 0.5, 1e9),
    (1e9, 0.02, 4e7, 0.03),
    (1e9, 1e9, 1e9 + 2e4, 1e9 - 3e4),
    (5e8, 5e8, 5e8 - 1e5, 5e8 + 1e5),
    (1.0, 1.0, 3e8, 7e8),
    (3.0, 4.0, 1e5, 2e9),
    (120.0, 1e9, 119.0, 1e9),
    (2e6, 1e9, 2.01e6, 1e9),
]


@pytest.mark.skipif(np.finfo(np.longdouble).eps > 2e-19, reason="needs 80-bit floats")
@pytest.mark.parametrize("case", first(5, EXTREMES), ids=str)
def test_extreme_parameters_equal_the_twin(case):
    a, b, c, d = case
    for value, exact in [
        (probability_less(a, b, c, d), twin(a, b, c, d)),
        (probability_less(c, d, a, b), twin(c, d, a, b)),
    ]:
        assert_allclose(value, exact, rtol=3e-12, atol=0)


@settings(max_examples=examples(40), deadline=None, derandomize=True)
@given(parameters, parameters, parameters, parameters)
def test_one_more_success_adds_one_term(a, b, c, d):
    """P(X < Y) with a + 1 for a is less by B(a + c, b + d) / (a B(a, b) B(c, d)): an exact recurrence in any a."""
    with mp.workdps(60):
        term = mp.exp(log_beta(mp.mpf(a) + c, mp.mpf(b) + d) - log_beta(a, b) - log_beta(c, d)) / mp.mpf(a)
    fall = probability_less(a, b, c, d) - probability_less(a + 1.0, b, c, d)
    assert_allclose(fall, float(term), rtol=0, atol=1e-11)


@pytest.mark.slow
@settings(max_examples=examples(50), deadline=None, derandomize=True)
@given(parameters, parameters, parameters, parameters)
def test_one_of_two_is_less(a, b, c, d):
    less, greater = probability_less(a, b, c, d), probability_less(c, d, a, b)
    assert_allclose(less + greater, 1.0, rtol=0, atol=3e-16)
    assert_allclose(less, probability_less(d, c, b, a), rtol=1e-9, atol=1e-300)


def test_tails_of_1e_minus_30_keep_their_digits():
    for a, b, n, k in [(80.0, 3.0, 120, 20), (1e9, 1e9, 300, 60), (40.0, 0.01, 300, 3)]:
        exact = successes_at_most(k, n, a, b)
        assert 1e-80 < exact < 1e-20
        assert relative(probability_less(a, b, k + 1, n - k), exact) < 1e-10


@pytest.mark.parametrize("size", [0.01, 1.0, 3.0, 1e5, 1e9])
def test_equal_distributions_give_exactly_a_half(size):
    for a, b in [(size, size), (0.01, size), (1.0, size), (size, 1e9)]:
        assert probability_less(a, b, a, b) == 0.5


def test_many_pairs_at_once_are_each_pair():
    a, b, c, d = 10 ** np.random.default_rng(0).uniform(-2, 6, (4, 5, 4))
    each = [[probability_less(*(v[i, j] for v in (a, b, c, d))) for j in range(4)] for i in range(5)]
    assert_allclose(probability_less(a, b, c, d), each, rtol=1e-13)
    assert_array_equal(probability_less(a[:, :0], 1.0, 1.0, 1.0).shape, (5, 0))


@settings(max_examples=examples(40), deadline=None, derandomize=True)
@given(parameters, parameters, some.floats(-5, 0.5))
def test_log_tails_are_continuous_where_the_formula_changes(a, b, z):
    """Near an end the tail is x^a / (a B(a, b)); that formula and SciPy's meet at (a + b) x = 1e-17."""
    edge = np.log(1e-17) - np.log(a + b)
    below = [float(log_tails(edge + h, -np.exp(edge), a, b)[0]) for h in (-1e-9, 1e-9)]
    assert_allclose(below[1] - below[0], 2e-9 * a, rtol=1e-3, atol=1e-12 * max(1.0, abs(below[0])))
    far = float(log_tails(100.0 * z - 50.0, 0.0, a, b)[0])
    with mp.workdps(30):
        exact = mp.mpf(a) * (100.0 * z - 50.0) - mp.log(a) - log_beta(a, b)
    if (a + b) * np.exp(100.0 * z - 50.0) < 1e-18:
        assert_allclose(far, float(exact), rtol=1e-13, atol=1e-13)


@pytest.mark.parametrize("a", [0.01, 1.0, 40.0, 1e6, 1e9])
@pytest.mark.parametrize("b", [0.02, 3.0, 1e3, 1e9])
def test_the_lower_tail_alone_is_that_of_both_tails(a, b):
    """From the far lower tail, where it is the density over its slope, to the far upper one, where it is 1."""
    t = np.sort(np.concatenate([np.linspace(ends, other, 40) for ends, other in pairwise(landmarks(a, b))]))
    log_x, log_y, x, y = log_expit(t), log_expit(-t), expit(t), expit(-t)
    a, b = np.full(t.shape, a), np.full(t.shape, b)
    density, below = log_density_and_below(t, a, b)
    assert_array_equal(density, log_density_of_logit(x, y, a, b, log_x, log_y))
    exact = log_tails(log_x, log_y, a, b)[0]
    apart = exact > -660.0  # below 1e-290 both are asymptotic
    assert_allclose(below[apart], exact[apart], rtol=1e-10, atol=1e-15)  # of 2e9 trials the last bit of x moves 3e-11
    assert_allclose(below[~apart], exact[~apart], rtol=1e-8)
    assert (below <= 0.0).all()
    assert (np.diff(below) >= -1e-9 * np.abs(below[1:])).all()
