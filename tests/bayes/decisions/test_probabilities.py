"""P(B > A) and P(best) against mpmath, scipy on a fine grid, and identities that hold for all parameters."""

from itertools import permutations

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from numpy.testing import assert_allclose, assert_array_equal
from scipy import integrate, stats

import stattools as st

positive = some.floats(-2, 9).map(lambda e: 10.0**e)
betas = some.builds(st.Beta, positive, positive)
gammas = some.builds(st.Gamma, positive, positive)
normals = some.builds(st.Normal, some.floats(-1e3, 1e3), some.floats(-3, 3).map(lambda e: 10.0**e))


@settings(max_examples=50, deadline=None, derandomize=True)
@given(some.one_of(*(some.tuples(arm, arm) for arm in (betas, gammas, normals))))
def test_one_of_two_is_greater(arms):
    b, a = arms
    greater, less = st.probability_greater(b, a), st.probability_greater(a, b)
    assert isinstance(greater, float)
    assert_allclose(greater + less, 1.0, rtol=0, atol=1e-14)
    assert_allclose(st.probability_best([a, b]), [less, greater], rtol=0, atol=0)
    assert st.probability_greater(a, a) == 0.5


@settings(max_examples=50, deadline=None, derandomize=True)
@given(positive, positive, some.floats(-12, 12), some.floats(-9, 9))
def test_two_gammas_keep_their_tails(p, q, z, scale):
    """Chosen z standard errors of the log apart; mpmath's incomplete beta function by its series, 60 digits."""
    rate = float(10.0**scale)
    other = float(rate * p / q * np.exp(z * np.sqrt(1.0 / p + 1.0 / q)) if abs(z) < 3 or min(p, q) > 1 else rate)
    if not 1e-15 < other < 1e15 or max(p, q) > 1e4:
        return
    with mp.workdps(60):
        x = mp.mpf(rate) / (mp.mpf(rate) + mp.mpf(other))
        exact = mp.betainc(mp.mpf(p), mp.mpf(q), 0, x, regularized=True)
        value = st.probability_greater(st.Gamma(q, other), st.Gamma(p, rate))
        if exact > 1e-280:
            assert_allclose(value, float(exact), rtol=1e-9)  # SciPy's incomplete beta function, and x to 1e-16


def test_two_normals():
    with mp.workdps(40):
        for gap in (0.0, 0.3, -5.0, -11.6, 8.0):
            exact = mp.erfc(-mp.mpf(gap) / mp.sqrt(2 * (mp.mpf(3) ** 2 + 16))) / 2
            value = st.probability_greater(st.Normal(1.0 + gap, 3), st.Normal(1.0, 4))
            assert_allclose(value, float(exact), rtol=1e-14)
    assert_allclose(
        st.probability_greater(st.Normal(0, 1), st.Normal(16, 1)), stats.norm.sf(16 / np.sqrt(2)), rtol=1e-13
    )


FROZEN = {
    st.Beta: lambda p, q: stats.beta(p, q),
    st.Gamma: lambda p, q: stats.gamma(p, scale=1 / q),
    st.Normal: lambda p, q: stats.norm(p, q),
}
TRIPLES = [
    (st.Beta, [(5, 3), (4, 4), (2, 9)]),
    (st.Beta, [(30, 71), (28, 70), (300, 712), (1, 1)]),
    (st.Gamma, [(5, 3), (4, 4), (2, 9)]),
    (st.Gamma, [(50, 30), (1, 1), (47, 30)]),
    (st.Normal, [(0, 1), (1, 2), (0.5, 0.1)]),
]


@pytest.mark.parametrize(("family", "parameters"), TRIPLES)
def test_best_of_several_by_scipy(family, parameters):
    dists = [FROZEN[family](*p) for p in parameters]
    low, high = min(d.ppf(1e-15) for d in dists), max(d.isf(1e-15) for d in dists)
    marks = np.unique([low, high, *(d.ppf(q) for d in dists for q in (1e-6, 0.01, 0.3, 0.7, 0.99, 1 - 1e-6))])
    marks = marks[(marks >= low) & (marks <= high)]
    values = st.probability_best([family(*p) for p in parameters])
    for i, d in enumerate(dists):

        def product(t, i=i, d=d):
            return d.pdf(t) * np.prod([e.cdf(t) for j, e in enumerate(dists) if j != i], axis=0)

        pieces = zip(marks[:-1], marks[1:], strict=True)  # noqa: RUF007
        exact = sum(integrate.quad(product, left, right, epsabs=1e-14, epsrel=1e-12)[0] for left, right in pieces)
        assert_allclose(values[i], exact, atol=1e-11)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(some.one_of(*(some.lists(arm, min_size=3, max_size=4) for arm in (betas, gammas, normals))))
def test_the_order_of_arms_does_not_matter(arms):
    values = st.probability_best(arms)
    assert_allclose(values.sum(), 1.0, rtol=0, atol=1e-15)
    assert_array_equal(st.probability_best(arms[::-1]), values[::-1])


def test_equal_arms_share():
    for arm in (st.Beta(0.01, 0.01), st.Beta(1e9, 2e9), st.Gamma(0.3, 1e9), st.Normal(3, 0.1)):
        assert_allclose(st.probability_best([arm] * 3), 1 / 3, rtol=1e-15)
    for order in permutations([st.Beta(3, 2), st.Beta(3, 2), st.Beta(9, 9)]):
        values = st.probability_best(list(order))
        assert len({v for v, arm in zip(values, order, strict=True) if arm == st.Beta(3, 2)}) == 1


def test_a_hopeless_arm_keeps_its_digits():
    """An arm of no use leaves the others' probabilities alone, and has the probability to beat the better of two."""
    hopeless = st.Beta(3, 300)
    values = st.probability_best([st.Beta(70, 30), st.Beta(10, 990), hopeless])
    pair = st.probability_greater(hopeless, st.Beta(70, 30))
    assert 0 < pair < 1e-25
    assert_allclose(values[2], pair, rtol=1e-9)
    assert_allclose(values[1], st.probability_greater(st.Beta(10, 990), st.Beta(70, 30)), rtol=1e-6)


def test_arms_of_very_different_widths():
    """The narrow arms lie at the median of the wide one: it wins half, they share the rest as they do between them."""
    wide, x, y = st.Beta(0.01, 0.01), st.Beta(1e9, 1e9), st.Beta(1e9 + 1e4, 1e9)
    values = st.probability_best([wide, x, y])
    assert_allclose(values[0], 0.5, atol=1e-6)
    share = st.probability_greater(x, y)
    assert_allclose(values[1] / (values[1] + values[2]), share, atol=1e-6)


def test_many_groups_at_once_are_each_group():
    r = np.random.default_rng(0)
    a, b, c, d = r.uniform(0.5, 50, (4, 6))
    each = [st.probability_greater(st.Beta(a[i], b[i]), st.Beta(c[i], d[i])) for i in range(6)]
    assert_allclose(st.probability_greater(st.Beta(a, b), st.Beta(c, d)), each, rtol=1e-13)
    against_one = st.probability_greater(st.Beta(a, b), st.Beta(2, 3))
    assert_allclose(against_one[4], st.probability_greater(st.Beta(a[4], b[4]), st.Beta(2, 3)), rtol=1e-13)
    best = st.probability_best([st.Beta(a, b), st.Beta(c, d), st.Beta(2, 3)])
    assert best.shape == (3, 6)
    alone = st.probability_best([st.Beta(a[5], b[5]), st.Beta(c[5], d[5]), st.Beta(2, 3)])
    assert_allclose(best[:, 5], alone, rtol=1e-12)


def test_draws_agree():
    arms = [st.Beta(30, 70), st.Beta(33, 70), st.Beta(5, 9)]
    draws = np.stack([arm.sample(200_000, seed=i) for i, arm in enumerate(arms)])
    share = np.bincount(draws.argmax(axis=0), minlength=3) / 200_000
    assert_allclose(st.probability_best(arms), share, atol=4 * np.sqrt(0.25 / 200_000))
