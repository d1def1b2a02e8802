"""Signals of any kind become arrays of one floating dtype with time last, or say what they are."""

import numpy as np
import pandas as pd
import polars as pl
import pytest

import stattools as st
from stattools.errors import DomainError
from stattools.series.filters.signals import along, apart, common, numbers, per_series, result, time_last

WHO = "a filter"


@pytest.mark.parametrize(
    ("given", "dtype"),
    [
        ([1, 2], "d"),
        ([True, False], "d"),
        (np.array([1, 2], np.float16), "f"),
        (np.array([1, 2], np.complex64), "F"),
        (np.ma.array([1.0, 2.0], mask=[False, True]), "d"),
        (pd.Series([1, None], dtype="Int64"), "d"),
        (np.array([1, 2.5], object), "d"),
    ],
    ids=["list", "bool", "half", "complex", "masked", "nullable", "objects"],
)
def test_numbers_keep_their_values_and_gaps(given, dtype):
    found = numbers(given, "signal", WHO)
    assert found.dtype.char == dtype
    assert found[0] == 1
    assert np.isnan(found[1]) == (isinstance(given, np.ma.MaskedArray | pd.Series))


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ([2**53 + 2], "whole numbers up to 2\\^53"),
        ([2**80], "whole numbers up to 2\\^53"),
        (np.array([1.0], np.longdouble), "got .*128. Convert it"),
        (np.array(["a", 1], object), "needs numbers for signal; got 'a'"),
        (np.array(["2020-01-01"], "datetime64[D]"), "got datetime64"),
    ],
)
def test_what_float64_does_not_hold_is_refused(given, words):
    with pytest.raises(DomainError, match=words):
        numbers(given, "signal", WHO)


def test_one_number_does_not_widen_the_dtype():
    single = np.zeros(3, np.float32)
    assert common(single, np.array(0.5)).char == "f"
    assert common(single, np.zeros(1)).char == "d"


def test_time_is_last_and_weights_run_along_it():
    signal = np.arange(6.0).reshape(2, 3)
    assert time_last(signal, 0, WHO).tolist() == signal.T.tolist()
    assert along(np.array([7.0, 8.0]), signal.shape, 0, "w", WHO).tolist() == [[7.0, 8.0]] * 3
    assert along(np.array(7.0), signal.shape, 1, "w", WHO).tolist() == [[7.0] * 3] * 2
    assert per_series(np.array(2.0), (2,), "initial", WHO).tolist() == [2.0, 2.0]
    for ask, words in (
        (lambda: time_last(np.array(1.0), 0, WHO), "one number"),
        (lambda: time_last(signal, 2, WHO), "one of the 2 axes"),
        (lambda: time_last(signal, True, WHO), "one of the 2 axes"),
        (lambda: time_last(np.zeros((2, 0)), 1, WHO), "at least one time"),
        (lambda: along(np.zeros(4), signal.shape, 1, "w", WHO), "w has 4 values and the signal 3 times"),
        (lambda: along(np.zeros((4, 1)), signal.shape, 1, "w", WHO), r"w of shape \(4, 1\) does not fit"),
        (lambda: per_series(np.zeros(3), (2,), "initial", WHO), r"series of shape \(2,\)"),
        (lambda: result(np.zeros(3), signal, signal.dtype, WHO), "writeable array of float64"),
    ):
        with pytest.raises(DomainError, match=words):
            ask()


def test_what_is_written_to_is_not_read():
    out = np.arange(3.0)
    kept = apart(out[1:], out)
    out[:] = 0.0
    assert kept.tolist() == [1.0, 2.0]
    assert result(out, out, out.dtype, WHO) is out


FILTERS = {
    "exponential_filter": lambda x: st.exponential_filter(x, 0.3),
    "linear_recurrence": lambda x: st.linear_recurrence(0.5, x),
    "whittaker": lambda x: st.whittaker(x, 10.0),
    "hodrick_prescott, cycle": lambda x: st.hodrick_prescott(x).cycle,
    "hodrick_prescott, trend": lambda x: st.hodrick_prescott(x).trend,
    "decay_weights": lambda x: st.decay_weights(x, half_life=2.0),
    **{
        f"exponential_moments, {part}": lambda x, part=part: getattr(st.exponential_moments(x, half_life=2.0), part)
        for part in ("mean", "variance", "sum", "weight", "std")
    },
}


@pytest.mark.parametrize("name", FILTERS)
def test_series_go_out_as_series(name):
    values = np.array([1.0, 2.0, 4.0, 4.5, 7.0])
    bare = FILTERS[name](values)
    assert type(bare) is np.ndarray
    assert type(FILTERS[name](values.tolist())) is np.ndarray
    index = pd.date_range("2024-01-01", periods=5, name="day")
    found = FILTERS[name](pd.Series(values, index, name="x"))
    assert found.index.equals(index)
    assert found.name == "x"
    np.testing.assert_array_equal(found, bare)
    polars = FILTERS[name](pl.Series("x", values))
    assert isinstance(polars, pl.Series)
    assert polars.name == "x"
    assert polars.is_null().to_list() == np.isnan(bare).tolist()


def test_what_is_written_to_comes_back_itself():
    out = np.empty(2)
    assert st.exponential_filter(pd.Series([1.0, 2.0]), 0.5, out=out) is out
    assert st.exponential_filter(pd.DataFrame([[1.0, 2.0]]), 0.5).shape == (1, 2)
