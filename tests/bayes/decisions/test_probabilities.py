"""P(B > A) and P(best) against mpmath, scipy on a fine grid, and identities that hold for all parameters."""

from itertools import permutations

import mpmath as mp
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from numpy.testing import assert_allclose, assert_array_equal
from scipy import integrate, stats

import stattools as st
from stattools.bayes.decisions.arms import FAMILIES
from stattools.bayes.decisions.beta_arm import BetaArm
from stattools.interface import memory
from stattools.numerics.quadrature import log_integral

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


def test_labels_and_shapes():
    named = st.probability_best({"old": st.Beta(1, 1), "new": st.Beta(2, 1), "other": st.Beta(1, 1)})
    assert isinstance(named, pd.Series)
    assert_allclose(named[["new", "old", "other"]], [0.5, 0.25, 0.25], rtol=1e-13)
    posterior = st.Beta([1, 2, 1], [1, 1, 1], arms=("old", "new", "other"))
    pd.testing.assert_series_equal(st.probability_best(posterior), named, rtol=1e-15)
    assert_array_equal(st.probability_best(st.Beta([1, 2, 1], [1, 1, 1])), named)
    groups = {"x": st.Gamma([1, 2], [1, 1], arms=("g", "h")), "y": st.Gamma([1, 3], [2, 1], arms=("g", "h"))}
    table = st.probability_best(groups)
    assert (list(table.columns), list(table.index)) == (["x", "y"], ["g", "h"])
    assert_allclose(table.loc["h", "y"], st.probability_greater(st.Gamma(3, 1), st.Gamma(2, 1)), rtol=1e-15)
    assert_allclose(table.loc["g"], [2 / 3, 1 / 3], rtol=1e-14)


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


def test_what_arms_are():
    with pytest.raises(st.IncompatibleError, match="one family; got Beta and Gamma"):
        st.probability_greater(st.Beta(1, 1), st.Gamma(1, 1))
    with pytest.raises(st.IncompatibleError, match=r"arms that are st.Beta, st.Gamma or st.Normal; got float"):
        st.probability_greater(0.5, st.Beta(1, 1))
    with pytest.raises(st.IncompatibleError, match="a list or a dict of arms"):
        st.probability_best("AB")
    with pytest.raises(st.DomainError, match="at least 2 arms; got 1"):
        st.probability_best([st.Beta(1, 1)])
    with pytest.raises(st.DomainError, match="a row of at least 2 arms in it; got one number"):
        st.probability_best(st.Beta(1, 1))
    with pytest.raises(st.IncompatibleError, match=r"arms of one shape, or single ones; got shapes \(2,\), \(3,\)"):
        st.probability_greater(st.Beta([1, 2], 1), st.Beta([1, 2, 3], 1))
    with pytest.raises(st.IncompatibleError, match="arms with the same labels"):
        st.probability_greater(st.Beta([1, 2], 1, arms=("x", "y")), st.Beta([1, 2], 1, arms=("x", "z")))
    with pytest.raises(TypeError):
        st.probability_greater(st.Beta(1, 1), a=st.Beta(1, 1))


def test_many_arms_are_what_each_of_them_is_alone():
    """Against an integral of its own for every arm, on all landmarks of all arms: the panels are shared, the numbers
    are not.
    """
    g = np.random.default_rng(5)
    n = g.integers(5, 3000, 9)
    k = g.binomial(n, 0.3)
    arms = [BetaArm(np.array([1.0 + a]), np.array([1.0 + b])) for a, b in zip(k, n - k, strict=True)]
    marks = np.concatenate([arm.landmarks() for arm in arms], axis=1)
    alone = []
    for i, arm in enumerate(arms):

        def product(t, row, i=i, arm=arm):
            others = [other.log_tails(t, row)[0] for j, other in enumerate(arms) if j != i]
            return arm.log_density(t, row) + np.sum(others, axis=0)

        alone.append(float(np.exp(log_integral(product, marks))[0]))
    assert min(alone) < 1e-4
    assert_allclose(
        st.probability_best([st.Beta(1 + a, 1 + b) for a, b in zip(k, n - k, strict=True)]), alone, rtol=1e-12
    )


@pytest.mark.parametrize("arm", [st.Beta(30, 70), st.Gamma(30, 2), st.Normal(0, 1)])
def test_a_hundred_arms_take_no_longer_than_a_few(arm, monkeypatch):
    asked = 0
    kind = FAMILIES[type(arm)][1]
    tails = kind.log_tails

    def counted(self, t, row):
        nonlocal asked
        asked += np.size(t)
        return tails(self, t, row)

    monkeypatch.setattr(kind, "log_tails", counted)
    assert_allclose(st.probability_best([arm] * 100), 0.01, rtol=1e-13)
    assert asked < 100 * 1500  # each distribution function once at each node of one set of panels


def test_so_many_arms_that_memory_ends_are_refused(monkeypatch):
    monkeypatch.setattr(memory, "free_memory", lambda: 1e7)
    with pytest.raises(st.DomainError, match=r"integrals of 1,000 arms would take .*B of memory.*Leave out"):
        st.probability_best(st.Normal(np.arange(1000.0), np.ones(1000)))
