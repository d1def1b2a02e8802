"""The inverse gamma distribution and its root: scipy, mpmath, and the conditions that define their intervals."""

import mpmath as mp
import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import stats

import stattools as st
from stattools.bayes.conjugate.inverse_gamma import RootInverseGamma

CASES = [(3.0, 4.0), (0.5, 2.0), (60.0, 1e-6), (1e5, 3e7)]


@pytest.mark.parametrize(("shape", "scale"), CASES)
def test_equals_scipy(shape, scale):
    ours, theirs = st.InverseGamma(shape, scale), stats.invgamma(shape, scale=scale)
    p = np.array([1e-12, 0.01, 0.3, 0.5, 0.97, 1 - 1e-9])
    x = theirs.ppf(p)
    assert_allclose(ours.quantile(p), x, rtol=1e-12)
    assert_allclose(ours.density(x), theirs.pdf(x), rtol=1e-9)  # scipy's log-gamma loses digits at 1e5
    assert_allclose(ours.median, theirs.median(), rtol=1e-12)
    if shape > 2:
        assert_allclose([ours.mean, ours.sd], [theirs.mean(), theirs.std()], rtol=1e-9)
    else:
        assert (ours.mean, ours.sd) == (np.inf, np.inf)
    assert_allclose([ours.probability(0, v) for v in x], p, rtol=1e-9)
    assert_allclose([ours.probability(low=v) for v in x], theirs.sf(x), rtol=1e-9)


def test_density_keeps_its_digits_for_large_shapes():
    for shape in (0.1, 3.0, 1e9):
        x = 1.0 / shape * 1.00002
        with mp.workdps(50):
            a, v = mp.mpf(shape), mp.mpf(x)
            exact = a * mp.log(1) - mp.loggamma(a) - (a + 1) * mp.log(v) - 1 / v
        assert_allclose(
            st.InverseGamma(shape, 1.0).log_density(x), float(exact), rtol=1e-13, atol=1e-12
        )  # x itself has 16 digits


def test_slope_is_the_derivative_and_vanishes_at_the_mode():
    belief = st.InverseGamma(2.5, 3.0)
    x, h = np.array([0.1, 1.0, 7.0]), 1e-5
    slope = (belief.log_density(x + h) - belief.log_density(x - h)) / (2 * h)
    assert_allclose(belief.slope(x), slope, rtol=1e-6)  # differences
    assert_allclose(belief.slope(belief.mode), 0.0, atol=1e-14)


@pytest.mark.parametrize("prob", [0.5, 0.94, 0.9999])
@pytest.mark.parametrize(("shape", "scale"), CASES)
def test_highest_density_interval(shape, scale, prob):
    belief = st.InverseGamma(shape, scale)
    low, high = belief.interval(prob)
    central = belief.interval(prob, kind="eti")
    assert_allclose(belief.probability(low, high), prob, rtol=1e-10)
    at_low, at_high = belief.log_density([low, high])
    assert_allclose(at_low, at_high, atol=1e-7)
    assert high - low < central.upper - central.lower
    assert_allclose(belief.probability(high=central.lower), belief.probability(low=central.upper), rtol=1e-9)


def test_arrays_are_arms():
    arms = st.InverseGamma([3.0, 5.0], 2.0)
    low, high = arms.interval(0.9)
    for i, shape in enumerate((3.0, 5.0)):
        one = st.InverseGamma(shape, 2.0)
        assert_allclose([low[i], high[i]], np.asarray(one.interval(0.9)), rtol=1e-12)
        assert_allclose([arms.mean[i], arms.sd[i]], [one.mean, one.sd], rtol=1e-14)
    assert arms.sample(7, seed=1).shape == (7, 2)
    assert arms == st.InverseGamma([3, 5], [2, 2])
    assert arms != st.InverseGamma([3, 5], [2, 1])
    assert list(arms.table().columns) == ["arm", "mean", "sd", "median", "lower", "upper"]


def test_draws_follow_the_distribution():
    belief = st.InverseGamma(4.0, 3.0)
    assert stats.kstest(belief.sample(4000, seed=3), stats.invgamma(4, scale=3).cdf).pvalue > 0.01


@pytest.mark.parametrize("bad", [(0, 1), (1, -1), (np.nan, 1), ("a", 1), ([1, 2], [1, 2, 3]), (True, 1), ([], 1)])
def test_bad_parameters(bad):
    with pytest.raises(st.DomainError, match="InverseGamma needs"):
        st.InverseGamma(*bad)


def test_bad_questions():
    belief = st.InverseGamma(1, 1)
    for ask in (
        lambda: belief.log_density(-1.0),
        lambda: belief.log_density(np.nan),
        lambda: belief.probability(2, 1),
        lambda: belief.quantile(1.5),
        lambda: belief.interval(1.0),
        lambda: belief.interval(kind="central"),
        lambda: belief.sample(0, seed=1),
    ):
        with pytest.raises(st.DomainError):
            ask()


def test_its_support_is_the_positive_half_line():
    assert st.InverseGamma(3.0, 2.0).support == (0.0, np.inf)


@pytest.mark.parametrize("shape", [1.2, 3.0, 400.0, 1100.0, 1e9])
def test_moments_of_the_root(shape):
    belief = RootInverseGamma(shape, 5.0)
    with mp.workdps(60):
        a = mp.mpf(shape)
        ratio = mp.exp(mp.loggamma(a - 0.5) - mp.loggamma(a))
        mean, sd = mp.sqrt(5) * ratio, mp.sqrt(5 / (a - 1) - 5 * ratio**2)
    assert_allclose(belief.mean, float(mean), rtol=1e-13)
    assert_allclose(belief.sd, float(sd), rtol=1e-10)  # half the digits of a difference of 1e-3


def test_density_and_intervals_of_the_root():
    belief, square = RootInverseGamma(3.0, 4.0), st.InverseGamma(3.0, 4.0)
    s, h = np.array([0.6, 1.1, 3.0]), 1e-6
    assert_allclose(belief.density(s), 2 * s * square.density(s**2), rtol=1e-13)
    assert_allclose(belief.slope(s), (belief.log_density(s + h) - belief.log_density(s - h)) / (2 * h), rtol=1e-7)
    assert_allclose(belief.slope(belief.mode), 0.0, atol=1e-13)
    low, high = belief.interval(0.9)
    assert_allclose(belief.probability(low, high), 0.9, rtol=1e-12)
    assert_allclose(*belief.log_density([low, high]), atol=1e-8)
    central = belief.interval(0.9, kind="eti")
    assert high - low < central.upper - central.lower
    assert_allclose(np.asarray(central) ** 2, np.asarray(square.interval(0.9, kind="eti")), rtol=1e-12)
    assert belief.mean == pytest.approx(belief.sample(100_000, seed=1).mean(), rel=5e-3)


def test_infinite_moments_and_equality_of_the_root():
    assert (RootInverseGamma(0.5, 1).mean, RootInverseGamma(1, 1).sd) == (np.inf, np.inf)
    assert RootInverseGamma([1, 2], 1) == RootInverseGamma([1, 2], [1, 1]) != RootInverseGamma([1, 3], 1)
    with pytest.raises(st.DomainError, match="standard deviation is a number"):
        RootInverseGamma(1, 1).density(-1.0)
