"""Coin flips and counts from any container, and every refusal."""

import math

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.models.samples.proportions import BernoulliTrials

FLIPS = [0, 1, 0, 1, 1, 1, 0, 0, 1, 1]


def test_the_sequence_and_the_count():
    assert_allclose(st.coin(FLIPS).loglik(0.2), math.log(2.62144e-05), rtol=1e-15)
    assert_allclose(st.binomial(6, 10).loglik(0.2), math.log(0.005505024), rtol=1e-14)
    theta = np.linspace(0.05, 0.95, 19)
    difference = st.binomial(6, 10).loglik(theta) - st.coin(FLIPS).loglik(theta)
    assert_allclose(difference, math.log(math.comb(10, 6)), rtol=1e-14)


def test_order_does_not_matter():
    assert st.coin(FLIPS) == st.coin(FLIPS[::-1]) == BernoulliTrials(6, 10, "coin") != st.binomial(6, 10)


def test_a_million_flips_do_not_underflow():
    flips = np.arange(1_000_000) % 5 < 2
    assert_allclose(st.coin(flips).loglik(0.4), 4e5 * math.log(0.4) + 6e5 * math.log(0.6), rtol=1e-15)


@pytest.mark.parametrize(
    "flips",
    [
        (0, 1, 1),
        [False, True, True],
        range(2),
        np.array([0.0, 1.0, 1.0]),
        np.array([0, 1, 1], dtype=object),
        np.ma.array([0, 1, 1]),
        pd.Series([0, 1, 1]),
        pd.Series([0, 1, 1], dtype="Int64"),
        pd.Series([0.0, 1.0, 1.0], dtype="Float64"),
        pd.Series([False, True, True], dtype="boolean"),
        pd.Series([0, 1, 1], dtype="category"),
        pd.Series([0, 1, 1], dtype="int64[pyarrow]"),
        pl.Series([0, 1, 1]),
        pl.Series([False, True, True]),
        pa.array([0, 1, 1]),
        pa.array([False, True, True]),
        pa.chunked_array([[0, 1], [1]]),
    ],
    ids=lambda flips: f"{type(flips).__module__}-{getattr(flips, 'dtype', '')}",
)
def test_flips_come_in_any_container(flips):
    heads = len(flips) - 1
    assert st.coin(flips) == BernoulliTrials(heads, len(flips), "coin")


MISSING = "Missing flips are not dropped for you"
FLAT = "one sequence of flips"


@pytest.mark.parametrize(
    ("flips", "message"),
    [
        ([0, 0.5], r"0 or 1; got 0\.5 at position 1\. For a count of heads use st\.binomial"),
        ([1, 2], "got 2 at position 1"),
        ([0, -1], "got -1 at position 1"),
        (np.array([np.timedelta64(1, "D")] * 2, dtype=object), "0 or 1; got .*timedelta"),
        (["H", "T"], r"got 'H' at position 0\. Code the flips first, for example \[flip == 'H' for flip in flips\]"),
        ([0, "H"], "got 'H' at position 1"),
        (["0", "1"], "got '0' at position 0"),
        (pd.Series(["H", "T"]), "got 'H' at position 0"),
        (np.array(["H"]), "got 'H' at position 0"),
        ([1, float("nan")], f"got nan at position 1. {MISSING}"),
        ([0, None], f"got None at position 1. {MISSING}"),
        ([0, pd.NA], f"got <NA> at position 1. {MISSING}"),
        (pd.Series([1, None], dtype="Int64"), MISSING),
        (pd.Series([True, None], dtype="boolean"), MISSING),
        (pl.Series([1, None]), MISSING),
        (pl.Series([True, None]), MISSING),
        (pa.array([True, None]), MISSING),
        (np.ma.array([1, 0], mask=[False, True]), f"at position 1. {MISSING}"),
        ([], "at least one flip; got an empty sequence"),
        (np.array([]), "at least one flip"),
        ([[0, 1]], rf"{FLAT}; got shape \(1, 2\)"),
        ([[0, 1], [1]], FLAT),
        (pd.DataFrame({"flip": [1]}), FLAT),
        (1, f"{FLAT}; got 1"),
        ("HTH", f"{FLAT}; got 'HTH'"),
        ({0, 1}, FLAT),
        (None, f"{FLAT}; got None"),
    ],
)
def test_what_is_not_a_flip_is_refused(flips, message):
    with pytest.raises(st.DomainError, match=message):
        st.coin(flips)


@pytest.mark.parametrize("successes", [6, 6.0, np.int64(6), np.float64(6), np.array(6)])
def test_whole_numbers_come_in_any_type(successes):
    assert st.binomial(successes, 10.0) == BernoulliTrials(6, 10, "binomial")


@pytest.mark.parametrize(
    ("successes", "trials", "message"),
    [
        (0, 0, "trials is one whole number, at least 1; got 0"),
        (1, -1, "trials is one whole number, at least 1; got -1"),
        (1, 1.5, "trials is one whole number, at least 1; got 1.5"),
        (1, float("nan"), "trials is one whole number, at least 1; got nan"),
        (1, float("inf"), "trials is one whole number, at least 1; got inf"),
        (1, "2", "trials is one whole number, at least 1; got '2'"),
        (1, None, "trials is one whole number, at least 1; got None"),
        (1, 2**60, r"trials is at most 2\*\*53"),
        ([[1]], 2, r"successes is one whole number, at least 0; got \[\[1\]\]"),
        (-1, 3, "successes is one whole number, at least 0; got -1"),
        (0.5, 3, "successes is one whole number, at least 0; got 0.5"),
        (True, 3, "successes is one whole number, at least 0; got True"),
        (3, 2, "successes <= trials; got 3 successes in 2 trials. Check their order"),
    ],
)
def test_what_is_not_a_count_is_refused(successes, trials, message):
    with pytest.raises(st.DomainError, match=message):
        st.binomial(successes, trials)
