"""Difference and ratio against mpmath, the conditions that define their intervals, moments and draws."""

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from numpy.testing import assert_allclose
from scipy import stats

import stattools as st
from stattools.bayes.decisions.contrasts import NormalDifference
from tests.sizes import slowly

moderate = some.floats(-0.5, 4).map(lambda e: 10.0**e)
positive = some.floats(-2, 9).map(lambda e: 10.0**e)
PAIRS = [
    (st.Beta(30, 70), st.Beta(20, 80)),
    (st.Beta(0.5, 10.5), st.Beta(3.5, 7.5)),
    (st.Beta(2, 3), st.Beta(1, 1)),
    (st.Beta(1e9, 1e9), st.Beta(1e9 + 1e5, 1e9)),
    (st.Beta(3, 1e6), st.Beta(2, 1e6)),
    (st.Gamma(30, 10), st.Gamma(20, 10)),
    (st.Gamma(0.5, 1), st.Gamma(2.7, 2)),
    (st.Gamma(1e9, 1e9), st.Gamma(1e9, 1e9 + 1e4)),
    (st.Normal(1, 1), st.Normal(2, 3)),
]
CONTRASTS = [st.difference(*pair) for pair in PAIRS] + [st.ratio(*pair) for pair in PAIRS[:-1]]
names = [repr(contrast) for contrast in CONTRASTS]
LONGER = [str(CONTRASTS[k]) for k in (0, 1, 2, 4, 5, 7, 10, 11, 13, 14, 16)]


def beta_density(x, a, b):
    return x ** (a - 1) * (1 - x) ** (b - 1) / mp.beta(a, b)


@settings(max_examples=20, deadline=None, derandomize=True)
@given(positive, positive, positive, positive, some.sampled_from([st.Beta, st.Gamma]))
def test_at_no_difference_the_larger_is_greater(p, q, r, s, family):
    b, a = family(p, q), family(r, s)
    greater = st.probability_greater(b, a)
    less = st.probability_greater(a, b)
    assert_allclose(st.difference(b, a).probability(low=0.0), greater, rtol=1e-9, atol=1e-290)
    assert_allclose(st.difference(b, a).probability(high=0.0), less, rtol=1e-9, atol=1e-290)
    assert_allclose(st.ratio(b, a).probability(low=1.0), greater, rtol=1e-9, atol=1e-290)
    # A hair away from 1, the quadrature that the ratio has elsewhere gives the same where the density is bounded.
    if family is st.Beta and q + s >= 2.0:
        assert_allclose(st.ratio(b, a).probability(low=1.0 - 1e-16), greater, rtol=1e-7, atol=1e-9)


@settings(max_examples=20, deadline=None, derandomize=True)
@given(positive, positive, positive, positive, some.floats(-0.99, 0.99))
def test_exchanging_the_arms_mirrors(a, b, c, d, z):
    x, y = st.Beta(a, b), st.Beta(c, d)
    forward, back = st.difference(y, x), st.difference(x, y)
    assert_allclose(forward.cdf(z), back.sf(-z), rtol=1e-12, atol=1e-300)
    others = st.difference(st.Beta(d, c), st.Beta(b, a))  # failures: 1 - y less 1 - x
    assert_allclose(forward.cdf(z), others.sf(-z), rtol=1e-9, atol=1e-12)
    r = float(np.exp(5 * z))
    assert_allclose(st.ratio(y, x).cdf(r), st.ratio(x, y).sf(1 / r), rtol=1e-9, atol=1e-12)


def test_a_density_may_be_unbounded():
    assert st.difference(st.Beta(0.3, 2), st.Beta(0.5, 3)).density(0.0) == np.inf
    assert st.difference(st.Beta(2, 0.3), st.Beta(3, 0.5)).density(0.0) == np.inf
    assert st.difference(st.Gamma(0.3, 2), st.Gamma(0.5, 3)).density([0.0])[0] == np.inf
    assert st.ratio(st.Beta(0.3, 2), st.Beta(0.5, 3)).density(0.0) == np.inf
    assert st.ratio(st.Beta(2, 0.3), st.Beta(3, 0.5)).density(1.0) == np.inf


@pytest.mark.parametrize("contrast", slowly(CONTRASTS, *LONGER), ids=names)
def test_density_is_the_slope_of_the_tail(contrast):
    for p in (0.01, 0.4, 0.9):
        x = contrast.quantile(p)
        h = 3e-4 * (contrast.quantile(0.6) - contrast.quantile(0.4))
        if contrast.name == "ratio":  # a density like a power of x near 0
            h = min(h, 3e-4 * x)
        slope = (contrast.cdf(x + h) - contrast.cdf(x - h)) / (2 * h)
        # the second difference is h^2 = 1e-7; a ratio of n = 1e9 loses another digit to rounding
        assert_allclose(contrast.density(x), slope, rtol=3e-6)


@pytest.mark.parametrize("contrast", slowly(CONTRASTS, *LONGER), ids=names)
def test_intervals_hold_what_they_say(contrast):
    for prob in (0.5, 0.97):
        low, high = eti = contrast.interval(prob, kind="eti")
        assert_allclose([contrast.cdf(low), contrast.sf(high)], 0.5 * (1 - prob), rtol=1e-8)
        assert (eti.level, eti.kind, eti.names) == (prob, "eti", (contrast.name,))
        low, high = contrast.interval(prob, kind="hdi")
        assert_allclose(contrast.probability(low, high), prob, rtol=1e-8)
        assert high - low <= (eti.upper - eti.lower) * (1 + 1e-9)
        if low > contrast.support[0]:
            assert_allclose(contrast.log_density(low), contrast.log_density(high), atol=1e-6)
    assert_allclose(contrast.cdf(contrast.median), 0.5, rtol=1e-10)


@pytest.mark.parametrize("contrast", slowly(CONTRASTS, *LONGER), ids=names)
def test_draws_and_moments(contrast):
    draws = contrast.sample(300, seed=1)
    if max(getattr(contrast.a, "a", 1), getattr(contrast.a, "shape", 1)) < 1e6:  # Generator.beta at 1e9 is too coarse
        assert stats.kstest(draws, contrast.cdf).pvalue > 1e-4
    if not np.isfinite(contrast.sd):
        return
    if contrast.name == "difference":
        center, spread = contrast.mean, contrast.sd
        ends = np.concatenate([contrast.quantile([1e-11, 1e-3, 0.1, 0.5, 0.9, 0.999, 1 - 1e-11]), [0.0]])
        ends = np.unique(np.clip(ends, ends[0], ends[-2]))  # 0 may be a corner
        nodes, weights = np.polynomial.legendre.leggauss(24)
        half = 0.5 * np.diff(ends)[:, None]
        x = ends[:-1, None] + half * (nodes + 1)
        mass = contrast.density(x) * weights * half
        assert_allclose(mass.sum(), 1.0, rtol=1e-4 if contrast.density(0.0) > 10 / spread else 1e-7)
        assert_allclose((mass * (x - center) ** 2).sum(), spread**2, rtol=1e-6)
        assert_allclose((mass * (x - center)).sum(), 0.0, atol=1e-6 * spread)


def test_rope():
    b, a = st.Beta(5, 3), st.Beta(4, 4)
    lift = st.difference(b, a)
    inside = st.rope_probability(b, a, low=-0.05, high=0.05)
    assert_allclose(inside, lift.cdf(0.05) - lift.cdf(-0.05), rtol=1e-12)
    assert_allclose(inside + lift.probability(high=-0.05) + lift.probability(low=0.05), 1.0, rtol=1e-12)
    far = st.rope_probability(st.Beta(900, 100), st.Beta(100, 900), low=-0.01, high=0.01)
    assert 0 < far < 1e-200
    both = st.rope_probability(st.Beta([5, 4], [3, 4]), a, low=-0.05, high=[0.05, 0.1])
    assert_allclose(both, [inside, st.rope_probability(a, a, low=-0.05, high=0.1)], rtol=1e-12)
    with pytest.raises(st.DomainError, match="low <= high"):
        st.rope_probability(b, a, low=0.1, high=-0.1)


@pytest.mark.slow
def test_arrays_are_each_entry():
    b, a = st.Beta([5, 30, 2], [3, 70, 9], arms=("x", "y", "z")), st.Beta([4, 20, 3], [4, 80, 3], arms=("x", "y", "z"))
    for make in (st.difference, st.ratio):
        many, one = make(b, a), make(st.Beta(30, 70), st.Beta(20, 80))
        for answer in ("mean", "sd", "median"):
            assert_allclose(getattr(many, answer)[1], getattr(one, answer), rtol=1e-12)
        assert_allclose(many.probability(0.1, 0.4)[1], one.probability(0.1, 0.4), rtol=1e-12)
        assert_allclose(many.density(0.3)[1], one.density(0.3), rtol=1e-12)
        assert_allclose(many.quantile([0.1, 0.2, 0.3])[1], one.quantile(0.2), rtol=1e-12)
        for kind in ("hdi", "eti"):
            assert_allclose(
                np.asarray(many.interval(0.8, kind=kind))[1], tuple(one.interval(0.8, kind=kind)), rtol=1e-9
            )
        assert many.interval().names == ("x", "y", "z")
        assert many.sample(5, seed=0).shape == (5, 3)
    against = st.difference(b, st.Beta(4, 4)).sample(2000, seed=0)
    assert against.shape == (2000, 3)
    assert abs(np.corrcoef(against.T)[0, 1]) < 0.1  # each entry has its own draws of the single arm


def test_what_is_refused():
    with pytest.raises(st.IncompatibleError, match="ratio needs positive arms"):
        st.ratio(st.Normal(0, 1), st.Normal(1, 1))
    with pytest.raises(st.IncompatibleError, match="one family"):
        st.difference(st.Beta(1, 1), st.Gamma(1, 1))
    lift = st.difference(st.Beta(0.5, 0.5), st.Beta(0.5, 0.5))
    with pytest.raises(st.DomainError, match='kind="eti"'):
        lift.interval(0.9)
    assert_allclose(sum(lift.interval(0.9, kind="eti")), 0.0, atol=1e-9)
    with pytest.raises(st.DomainError, match="got kind='wald'"):
        lift.interval(0.9, kind="wald")
    with pytest.raises(st.DomainError, match="prob is a probability"):
        lift.interval(94)
    apart = st.difference(st.Normal(0, 1), st.Normal(0, 2))
    for arms in (apart, st.ratio(st.Beta(3, 7), st.Beta(2, 8)), st.Beta(3, 7)):
        for prob in (5e-324, 1e-7):  # NaN with a warning before, or a place next to the mode
            with pytest.raises(st.DomainError, match=r"at least 1e-06.*eti"):
                arms.interval(prob)
    for kind in ("hdi", "eti"):
        with pytest.raises(st.DomainError, match=r"prob up to 1 - 1e-15; got 0\.99"):
            apart.interval(1 - 2**-53, kind=kind)
    with pytest.raises(st.DomainError, match="p between 0 and 1; got 0"):
        lift.quantile(0)
    with pytest.raises(st.DomainError, match="a number; got nan"):
        lift.cdf(float("nan"))
    with pytest.raises(st.DomainError, match="a number, of a shape"):
        st.difference(st.Beta([1, 2], 1), st.Beta(1, 1)).cdf([0, 1, 2])


@pytest.mark.parametrize(
    ("make", "b", "a"),
    [
        (st.ratio, st.Beta(44.93, 0.69), st.Beta(0.0104, 5.9)),  # a ratio of 1e126
        (st.ratio, st.Gamma(471.2, 0.1), st.Gamma(0.0172, 69.3)),
        (st.difference, st.Gamma(0.0129, 0.046), st.Gamma(0.81, 49.2)),
        (st.difference, st.Gamma(0.65, 0.026), st.Gamma(46.0, 147.3)),
        (st.difference, st.Gamma(0.165, 0.0245), st.Gamma(0.0113, 5.13)),
        (st.difference, st.Beta(0.013, 0.0112), st.Beta(1.5, 0.392)),
        (st.difference, st.Beta(1.9, 45.2), st.Beta(1.19, 0.44)),
    ],
)
def test_quantiles_of_arms_with_parameters_of_a_hundredth(make, b, a):
    contrast = make(b, a)
    lower, upper = contrast.interval(0.9, kind="eti")
    assert_allclose([contrast.cdf(lower), contrast.sf(upper)], 0.05, rtol=1e-7)
    if make is st.difference:
        assert_allclose(contrast.probability(low=0.0), st.probability_greater(b, a), rtol=1e-9)


@pytest.mark.slow
def test_the_highest_density_next_to_a_point_without_bound():
    contrast = st.difference(st.Gamma(0.52, 1.035), st.Gamma(0.0106, 3.22))
    low, high = contrast.interval(0.9)
    assert low < 0.0 < high
    assert_allclose(contrast.probability(low, high), 0.9, rtol=1e-9)
    assert_allclose(contrast.log_density(low), contrast.log_density(high), rtol=1e-8)


def test_gammas_of_a_size_beside_which_a_bound_is_beyond_float64():
    tiny = st.Gamma(1.0, 1e100)
    assert_allclose(st.rope_probability(tiny, tiny, low=0.0, high=1e300), 0.5, rtol=1e-9)


PAIR = NormalDifference(np.array([1.0, 0.0]), np.array([3.0, 1.0]), np.array([2.0, -5.0]), np.array([4.0, 1e-3]))
REFERENCE = stats.norm([1.0, -5.0], np.hypot([3.0, 1.0], [4.0, 1e-3]))


def test_equals_scipy():
    z = np.array([0.3, -7.0])
    below, above = PAIR.tails(z)
    assert_allclose([below, above], [REFERENCE.cdf(z), REFERENCE.sf(z)], rtol=1e-12)
    assert_allclose(PAIR.log_density(z), REFERENCE.logpdf(z), rtol=1e-13)
    assert_allclose(PAIR.moments(), [REFERENCE.mean(), REFERENCE.std()], rtol=1e-15)


def test_it_has_one_peak_inside():
    assert PAIR.one_peak().all()
    assert not PAIR.falls_from_lower_end().any()
