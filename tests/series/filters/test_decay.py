import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from stattools.errors import DomainError
from stattools.series.filters.decay import decay_weights, exponential_moments
from stattools.series.filters.exponential import exponential_filter
from tests.cases import rng

TIMES = np.cumsum(rng(1).exponential(size=300))
DATES = pd.Timestamp("2020-01-01") + pd.to_timedelta(TIMES, unit="h")


def test_half_lives():
    assert_allclose(decay_weights([0.0, 1.0, 3.0], half_life=1.0), [1, 0.5, 0.75], rtol=1e-15)
    assert_allclose(decay_weights([5, 7], half_life=2), [1, 0.5], rtol=1e-15)
    # A small step keeps its digits: 1 - 2^-d is not formed.
    assert_allclose(decay_weights([0.0, 1e-20], half_life=1.0)[1], np.log(2) * 1e-20, rtol=1e-15)


def test_dates_are_times():
    """To 1e-9: dates are whole nanoseconds."""
    expected = decay_weights(TIMES, half_life=2.0)
    for dates in (DATES, DATES.to_numpy(), pd.Series(DATES), DATES.tz_localize("Europe/Rome"), list(DATES)):
        for half_life in ("2h", pd.Timedelta("2h"), np.timedelta64(2, "h")):
            assert_allclose(decay_weights(dates, half_life=half_life), expected, rtol=0, atol=1e-9)


def test_the_filter_of_irregular_times_forgets_by_elapsed_time():
    """Thinning a constant stretch changes nothing: what counts is the time between."""
    times = np.array([0.0, 1.0, 2.0, 3.0, 4.0])
    y = exponential_filter([1.0, 2.0, 2.0, 2.0, 2.0], decay_weights(times, half_life=1.5))
    thin = exponential_filter([1.0, 2.0], decay_weights([0.0, 4.0], half_life=1.5))
    assert_allclose(y[-1], thin[-1], rtol=1e-15)


@pytest.mark.parametrize("ignore_na", [True, False])
@pytest.mark.parametrize("bias", [True, False])
def test_moments_are_those_of_pandas(bias, ignore_na):
    x = rng(2).normal(100.0, 1.0, 300)
    x[rng(3).random(300) < 0.3] = np.nan
    x[:4] = np.nan
    theirs = pd.Series(x).ewm(halflife=7.0, adjust=True, ignore_na=ignore_na)
    ours = exponential_moments(x, half_life=7.0, bias=bias, missing="carry" if ignore_na else "decay")
    assert_allclose(ours.mean, theirs.mean(), rtol=1e-13)
    assert_allclose(ours.sum, theirs.sum(), rtol=1e-12)
    assert_allclose(ours.variance, theirs.var(bias=bias), rtol=1e-9, atol=1e-12)  # pandas cancels about the mean
    assert_allclose(ours.std, theirs.std(bias=bias), rtol=1e-9, atol=1e-6)


def test_the_mean_of_irregular_times_is_that_of_pandas():
    x = rng(4).normal(size=300)
    theirs = pd.Series(x).ewm(halflife="2h", times=DATES).mean()
    # pandas rounds dates to float64 before it subtracts them: 128 ns of 2 hours in our century.
    assert_allclose(exponential_moments(x, half_life="2h", times=DATES).mean, theirs, rtol=0, atol=1e-10)


@pytest.mark.parametrize("bias", [True, False])
def test_all_moments_of_irregular_times_are_weighted_sums(bias):
    x = rng(5).normal(1e6, 1.0, 300)
    x[rng(6).random(300) < 0.3] = np.nan
    x[0] = np.nan
    ours = exponential_moments(x, half_life=3.0, times=TIMES, bias=bias)
    for t in (1, 5, 77, 299):
        seen = np.flatnonzero(~np.isnan(x[: t + 1]))
        w = np.exp2(-(TIMES[t] - TIMES[seen]) / 3.0)
        mean = w @ x[seen] / w.sum()
        assert_allclose(ours.mean[t], mean, rtol=1e-14)
        assert_allclose(ours.sum[t], w @ x[seen], rtol=1e-13)
        assert_allclose(ours.weight[t], w.sum(), rtol=1e-13)
        if len(seen) > 1:
            spread = w @ (x[seen] - mean) ** 2 / w.sum()
            correction = 1.0 if bias else w.sum() ** 2 / (w.sum() ** 2 - w @ w)
            assert_allclose(ours.variance[t], spread * correction, rtol=1e-10)
    assert np.isnan(ours.mean[0])
    assert (ours.variance[5:] >= 0).all()


def test_the_variance_of_two_values_far_apart_keeps_its_digits():
    """(sum w)^2 - sum w^2 would cancel: the old value has weight 2^-40."""
    found = exponential_moments([0.0, 2.0], half_life=1.0, times=[0.0, 40.0])
    assert_allclose(found.variance[1], 2.0, rtol=1e-14)


def test_moments_stay_at_a_gap_and_batches_are_rows():
    x = rng(7).normal(size=(4, 60))
    x[:, 20:30] = np.nan
    whole = exponential_moments(x, half_life=5.0)
    assert_array_equal(whole.mean[:, 29], whole.mean[:, 19])
    assert_array_equal(whole.std[:, 29], whole.std[:, 19])
    assert (whole.sum[:, 29] != whole.sum[:, 19]).all()
    for row in range(4):
        one = exponential_moments(x[row], half_life=5.0)
        assert_allclose(whole.variance[row], one.variance, rtol=1e-14)
    down = exponential_moments(x.T, half_life=5.0, axis=0)
    assert_array_equal(down.mean.T, whole.mean)


def test_what_does_not_fit_is_an_error():
    cases = {
        r"increase; times\[2\] = 1.0 follows 1.0": lambda: decay_weights([0.0, 1.0, 1.0], half_life=1.0),
        r"times\[1, 1\]": lambda: decay_weights([[0.0, 1.0], [1.0, 0.0]], half_life=1.0),
        "positive and finite": lambda: decay_weights([0.0, 1.0], half_life=0.0),
        "half_life, a number": lambda: decay_weights([0.0, 1.0], half_life="2h"),
        "as a timedelta": lambda: decay_weights(DATES, half_life=2.0),
        "such as": lambda: decay_weights(DATES, half_life="a while"),
        "NaT": lambda: decay_weights(pd.DatetimeIndex(["2020-01-01", None]), half_life="1D"),
        "real and finite": lambda: decay_weights([0.0, np.nan], half_life=1.0),
        "at least one time": lambda: decay_weights([], half_life=1.0),
        "numbers or dates": lambda: decay_weights(["soon", "later"], half_life=1.0),
        "numbers or dates; got np.str_": lambda: decay_weights([1, "1", 2], half_life=1.0),
        "got np.str_..2020-01-01": lambda: decay_weights(["2020-01-01", 2], half_life="1D"),
        "differences of times, .* multiply it by 1e-308": lambda: decay_weights([-1e308, 1e308], half_life=1.0),
        "squares the signal, .* multiply it by 1e-308": lambda: exponential_moments([1e308, -1e308], half_life=1.0),
        # A variance of 0 before: that of the numbers is 1e-400.
        "squares the signal, .* multiply it by 1e.200": lambda: exponential_moments([1e-200, 3e-200], half_life=1.0),
        "299 times|times has shape": lambda: exponential_moments(np.ones(299), half_life=1.0, times=TIMES),
        "real signal": lambda: exponential_moments([1j], half_life=1.0),
        "infinite at index 1": lambda: exponential_moments([1.0, np.inf], half_life=1.0),
        "refuses, at index 1": lambda: exponential_moments([1.0, np.nan], half_life=1.0, missing="raise"),
    }
    for words, call in cases.items():
        with pytest.raises(DomainError, match=words):
            call()


def test_moments_of_nothing_are_refused():
    with pytest.raises(DomainError, match="missing everywhere"):
        exponential_moments([np.nan, np.nan], half_life=1.0)
