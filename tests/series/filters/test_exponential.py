from fractions import Fraction

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from numpy.testing import assert_allclose, assert_array_equal
from scipy.linalg import solve_triangular
from scipy.signal import lfilter

from stattools.errors import DomainError
from stattools.series.filters.blocks_in_cache import BLOCK as IN_CACHE
from stattools.series.filters.exponential import BLOCK, SMALL, exponential_filter, mean_of_small
from tests.cases import rng
from tests.series.filters.twins import dense, exact_filter, filter_loop, long_filter

ENGINES = ("lapack", "numba")


@pytest.mark.parametrize("engine", ENGINES)
def test_the_loop_of_a_hundred_values(engine):
    """A signal from 1 to 3, weights uniform below 0.1, the first value kept: equal to the loop to 1e-15."""
    signal = np.linspace(1, 3, 100)
    for seed in range(200):
        weights = rng(seed).uniform(0, 0.1, 100)
        found = exponential_filter(signal, weights, engine=engine)
        assert found[0] == 1.0
        assert_allclose(found, filter_loop(signal, weights), rtol=1e-15, atol=0)


values = some.floats(-1e6, 1e6)
weights_01 = some.floats(0, 1)


@settings(max_examples=40)
@given(some.lists(some.tuples(values, weights_01), min_size=1, max_size=25))
def test_equals_exact_rationals(pairs):
    x, w = np.array(pairs).T
    exact, sizes = exact_filter(x, w)
    for engine in ENGINES:
        found = exponential_filter(x, w, engine=engine)
        for value, truth, size in zip(found.tolist(), exact, sizes, strict=True):
            assert abs(Fraction(value) - truth) <= Fraction(5e-16) * size + Fraction(5e-324)


N = 60_000
WEIGHTS = {
    "uniform(0, 0.1)": lambda: rng(1).uniform(0, 0.1, N),
    "uniform(0, 1)": lambda: rng(2).uniform(0, 1, N),
    "zeros and ones": lambda: rng(3).integers(0, 2, N).astype(float),
    "zeros and ones among others": lambda: np.where(rng(4).random(N) < 0.3, rng(5).integers(0, 2, N), rng(6).random(N)),
    "1e-7": lambda: np.full(N, 1e-7),
    "1e-4": lambda: np.full(N, 1e-4),
    "just above the limit of refinement": lambda: np.full(N, 0.0101),
    "near 1": lambda: 1.0 - rng(7).uniform(0, 1e-9, N),
    "first large, then small": lambda: np.where(np.arange(N) < N // 2, 0.5, 1e-6),
    "small in less than a block": lambda: np.where(np.arange(N) % (2 * BLOCK) < BLOCK // 2, 1e-8, 0.9),
}
SIGNALS = {
    "normal about 3": lambda: rng(8).normal(3, 1, N),
    "of 300 powers of ten": lambda: 10.0 ** rng(9).uniform(-150, 150, N) * rng(10).choice([-1, 1], N),
}


@pytest.mark.parametrize("signal", SIGNALS)
@pytest.mark.parametrize("weights", WEIGHTS)
def test_accuracy_relative_to_the_filter_of_absolute_values(weights, signal):
    """The promise is 1e-12; what is measured is below 1e-14 at this length."""
    x, w = SIGNALS[signal](), WEIGHTS[weights]()
    truth, size = long_filter(x, w)
    for engine in ENGINES:
        error = np.abs(exponential_filter(x, w, engine=engine) - truth)
        assert float(np.max(error / size)) < 2e-13, engine


@pytest.mark.slow
def test_ten_million_values_at_a_weight_of_1e_7():
    """Forms that round 1 - w lose 3e-10 here. The truth is in closed form: 1 - (1 - w)^t for a step."""
    n, w = 10_000_000, 1e-7
    x = np.ones(n)
    x[0] = 0.0
    truth = -np.expm1(np.arange(n) * np.log1p(-w))
    for engine in ENGINES:
        assert_allclose(exponential_filter(x, w, engine=engine)[1:], truth[1:], rtol=2e-13)
    rounded = exponential_filter(x, 1e-7)  # and the plain recurrence shows what the refinement is for
    from stattools.series.filters.recurrence import linear_recurrence

    plain = linear_recurrence(1.0 - w, w * x)
    assert abs(plain[-1] / truth[-1] - 1.0) > 1e-11 > abs(rounded[-1] / truth[-1] - 1.0)


def test_equals_the_dense_solve():
    x, w = rng(11).normal(size=80), rng(12).uniform(0, 1, 80)
    M = dense((1.0 - w)[None], 80)
    assert_allclose(exponential_filter(x, w, initial=0.0), solve_triangular(M, w * x, lower=True), rtol=0, atol=1e-14)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_constant_weight_is_scipys_lfilter(engine):
    x = rng(13).normal(size=5000)
    zero = lfilter([0.3], [1.0, -0.7], x)
    first, _ = lfilter([0.3], [1.0, -0.7], x, zi=[0.7 * x[0]])
    assert_allclose(exponential_filter(x, 0.3, initial="zero", engine=engine), zero, rtol=0, atol=1e-14)
    assert_allclose(exponential_filter(x, 0.3, engine=engine), first, rtol=0, atol=1e-14)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("ignore_na", [True, False])
@pytest.mark.parametrize("alpha", [0.01, 0.3, 0.99, 1.0])
def test_gaps_are_those_of_pandas(alpha, ignore_na, engine):
    x = rng(14).normal(size=400)
    x[rng(15).random(400) < 0.4] = np.nan
    x[:3] = np.nan
    theirs = pd.Series(x).ewm(alpha=alpha, adjust=False, ignore_na=ignore_na).mean()
    ours = exponential_filter(x, alpha, missing="carry" if ignore_na else "decay", engine=engine)
    assert_allclose(ours, theirs, rtol=0, atol=2e-14)
    assert_array_equal(np.isnan(ours), np.isnan(theirs))


@pytest.mark.parametrize("alpha", [0.05, 0.5])
def test_adjusted_pandas_is_a_weight_that_starts_at_one_and_falls(alpha):
    """adjust=True divides by the weight so far: w_t = alpha / (1 - (1 - alpha)^(t + 1))."""
    x = rng(16).normal(size=200)
    w = alpha / -np.expm1(np.arange(1, 201) * np.log1p(-alpha))
    assert_allclose(exponential_filter(x, w), pd.Series(x).ewm(alpha=alpha, adjust=True).mean(), rtol=0, atol=1e-14)


def gap_loop(x, w, rule):
    """The definition of `missing`, value by value."""
    y, kept, out = np.nan, 1.0, []
    for value, gain in zip(x, w, strict=True):
        kept = kept * (1.0 - gain) if not np.isnan(y) else 1.0
        if not np.isnan(value):
            if np.isnan(y):
                y = value
            else:
                share = gain if rule == "carry" else gain / (gain + kept)
                y = y + share * (value - y)
            kept = 1.0
        out.append(y)
    return np.array(out)


@pytest.mark.parametrize("rule", ["carry", "decay"])
def test_gaps_with_weights_that_vary(rule):
    x, w = rng(17).normal(size=(30, 50)), rng(18).uniform(0, 1, (30, 50))
    x[rng(19).random((30, 50)) < 0.4] = np.nan
    x[3], x[4, :49], x[5, 10:] = np.nan, np.nan, np.nan
    found = exponential_filter(x, w, missing=rule)
    for row in range(30):
        assert_allclose(found[row], gap_loop(x[row], w[row], rule), rtol=0, atol=1e-14)
    assert np.isnan(found[3]).all()
    started = exponential_filter(x, w, missing=rule, initial=2.0)
    assert_array_equal(started[3], 2.0)
    assert not np.isnan(started).any()
    assert_array_equal(exponential_filter(x.T, w.T, missing=rule, axis=0).T, found)


def test_the_first_value_that_is_there_starts_the_filter_exactly():
    x = np.array([np.nan, np.nan, 0.1, 0.3])
    found = exponential_filter(x, 0.7)
    assert np.isnan(found[:2]).all()
    assert found[2] == 0.1


def test_carry_and_decay_are_the_same_without_gaps():
    x, w = rng(20).normal(size=100), rng(21).uniform(0, 1, 100)
    assert_array_equal(exponential_filter(x, w, missing="decay"), exponential_filter(x, w, missing="carry"))


@pytest.mark.parametrize("engine", ENGINES)
def test_initial_values(engine):
    x, w = rng(22).normal(size=(3, 40)), rng(23).uniform(0, 1, 40)
    start = np.array([1.0, -2.0, 0.5])
    found = exponential_filter(x, w, initial=start, engine=engine)
    for row in range(3):
        assert_allclose(found[row], filter_loop(x[row], w, start[row]), rtol=0, atol=1e-14)
    zero = exponential_filter(x, w, initial="zero", engine=engine)
    assert_array_equal(zero, exponential_filter(x, w, initial=0.0, engine=engine))
    assert_array_equal(exponential_filter(x, w, engine=engine)[:, 0], x[:, 0])


@pytest.mark.parametrize("engine", ENGINES)
def test_batches_out_and_tiles(engine):
    x, w = rng(24).normal(size=(2, IN_CACHE + 5)), rng(25).uniform(0, 1, (2, IN_CACHE + 5))
    found = exponential_filter(x, w, engine=engine)
    for row in range(2):
        assert_allclose(found[row], filter_loop(x[row], w[row]), rtol=0, atol=1e-14)
    same = x.copy()
    assert exponential_filter(same, w, out=same, engine=engine) is same
    assert_array_equal(same, found)
    many = rng(26).normal(size=(500, 90))
    row = filter_loop(many[321], np.full(90, 0.2))
    assert_allclose(exponential_filter(many, 0.2, engine=engine)[321], row, rtol=0, atol=1e-14)


@pytest.mark.parametrize("dtype", ["f", "F", "D"])
@pytest.mark.parametrize("engine", ENGINES)
def test_other_dtypes(dtype, engine):
    x = (rng(27).normal(size=400) + 1j * rng(28).normal(size=400)).astype("D")
    x = (x if dtype in "FD" else x.real).astype(dtype)
    w = rng(29).uniform(0, 1, 400).astype(np.float32 if dtype in "fF" else np.float64)
    found = exponential_filter(x, w, engine=engine)
    assert found.dtype == np.dtype(dtype)
    twin = filter_loop(x.astype("D"), w.astype("d"))
    assert_allclose(found, twin, rtol=0, atol=1e-6 if dtype in "fF" else 1e-14)


def test_weights_beyond_one_overshoot_and_those_beyond_two_grow():
    x = np.ones(5)
    assert_allclose(exponential_filter(x, 1.5, initial="zero"), [1.5, 0.75, 1.125, 0.9375, 1.03125], rtol=1e-15)
    w = np.array([0.1, -0.5, 2.5, 1.2, -3.0])
    assert_allclose(exponential_filter(x, w, initial=2.0), filter_loop(x, w, 2.0), rtol=1e-13)
    for engine in ENGINES:
        with pytest.raises(DomainError, match=r"overflows float64 at index 6\d\d\. Weights outside"):
            exponential_filter(rng(30).normal(size=5000), 4.0, engine=engine)


def test_series_of_other_libraries():
    x = [1.0, np.nan, 3.0]
    expected = exponential_filter(np.array(x), 0.5)
    for series in (x, pd.Series(x), pd.Series([1, None, 3], dtype="Int64"), pl.Series(x), np.ma.masked_invalid(x)):
        assert_array_equal(exponential_filter(series, 0.5), expected)


@pytest.mark.parametrize("engine", ENGINES)
def test_what_does_not_fit_is_an_error(engine):
    x = np.ones(4)
    hole = np.array([1.0, 2.0, np.nan, 4.0])
    cases = {
        "5 values and the signal 4 times": lambda: exponential_filter(x, np.ones(5), engine=engine),
        "at least one time": lambda: exponential_filter([], 0.5, engine=engine),
        "the weight is NaN at index 2": lambda: exponential_filter(x, hole, engine=engine),
        "the weight is NaN at index 3": lambda: exponential_filter(0 * x, [0, 0, 0, np.nan], engine=engine),
        "the weight is infinite at index 1": lambda: exponential_filter(x, [0, np.inf, 0, 0], engine=engine),
        "the signal is infinite at index 3": lambda: exponential_filter([1, 2, 3, -np.inf], 0.5, engine=engine),
        "missing .NaN., which missing='raise' refuses, at index 2": lambda: exponential_filter(
            hole, 0.5, missing="raise", engine=engine
        ),
        "complex and missing": lambda: exponential_filter(hole * 1j, 0.5, engine=engine),
        "needs weights in .0, 1.": lambda: exponential_filter(hole, 1.5, missing="decay", engine=engine),
        "has missing=": lambda: exponential_filter(x, 0.5, missing="drop", engine=engine),  # type: ignore[arg-type]
        "has initial=": lambda: exponential_filter(x, 0.5, initial="mean", engine=engine),
        "finite initial": lambda: exponential_filter(x, 0.5, initial=np.nan, engine=engine),
        "index 1 of series 2": lambda: exponential_filter(
            np.where(np.arange(12).reshape(3, 4) == 9, np.inf, 1.0), 0.5, engine=engine
        ),
    }
    for words, call in cases.items():
        with pytest.raises(DomainError, match=words):
            call()
    with pytest.raises(TypeError):
        exponential_filter(x, 0.5, adjust=True)  # type: ignore[call-arg]


@pytest.mark.parametrize("missing", ["carry", "decay"])
def test_a_series_that_is_missing_everywhere_has_nothing_to_start_from(missing):
    with pytest.raises(DomainError, match="the signal is missing everywhere"):
        exponential_filter([np.nan] * 3, 0.5, missing=missing)
    assert exponential_filter([np.nan] * 3, 0.5, initial=2.0, missing=missing).tolist() == [2.0] * 3


@pytest.mark.parametrize("n", [7, 1024, 5000])
def test_the_mean_of_small_weights_is_exact_where_it_is_small_and_a_bound_elsewhere(n):
    g = np.random.default_rng(n)
    for w in (
        g.uniform(0.0, 1e-3, (1, n)),
        g.uniform(-1e-3, 1e-3, (1, n)),
        np.full((1, n), 0.5),
        0.5 - np.ones((1, n)),
    ):
        starts = range(0, max(n - BLOCK + 1, 1), BLOCK)
        ends = [*starts[1:], n]
        exact = min(np.abs(w[0, a:b]).sum() for a, b in zip(starts, ends, strict=True)) / BLOCK
        found = mean_of_small(w)
        assert found <= exact * (1 + 1e-12)
        assert found == pytest.approx(exact, rel=1e-12) or found >= SMALL
    assert mean_of_small(np.broadcast_to(1e-3, (1, n))) == pytest.approx(1e-3 * min(n / BLOCK, 1.0))
    for bad in (np.nan, np.inf):
        w[0, n // 2] = bad
        assert np.isnan(mean_of_small(w))
        assert np.isnan(mean_of_small(np.broadcast_to(bad, (1, n))))


def test_one_weight_of_many_blocks_is_the_filter_of_as_many_weights():
    x = np.random.default_rng(3).normal(size=100_000)
    for weight in (1e-4, 0.3, 0.9):
        one = exponential_filter(x, weight, engine="lapack")
        many, size = (exponential_filter(part, np.full(100_000, weight), engine="lapack") for part in (x, np.abs(x)))
        assert (np.abs(one - many) <= 1e-14 * size).all()
        assert one[0] == x[0]
