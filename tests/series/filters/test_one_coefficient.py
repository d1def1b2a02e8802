"""One coefficient for all times against the loop and exact rationals: runs, what enters them and what is left over."""

from fractions import Fraction

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.errors import DomainError
from stattools.series.filters.banded import LEAST, RUN, OneCoefficient
from tests.cases import rng
from tests.series.filters.twins import loop

A_THIRD = np.float64(1.0 / 3.0)


def room(series=1, times=LEAST, dtype=float):
    return np.empty((series, times), dtype)


@pytest.mark.parametrize("dtype", ["f", "d", "F", "D"])
@pytest.mark.parametrize("times", [LEAST, LEAST + 1, LEAST + RUN - 1, 1_000])
@pytest.mark.parametrize("a", [0.0, 1.0, -1.0, 0.7, -0.3, 1e-30, 1e-310])
def test_equals_the_loop(a, times, dtype):
    g = rng(times)
    b, before, y = g.normal(size=(3, times)).astype(dtype), g.normal(size=3).astype(dtype), room(3, times, dtype)
    found = OneCoefficient.of(np.dtype(dtype).type(a), 1.0, y, None)
    assert found is not None
    found.solve(b, before, y)
    for r in range(3):
        size = loop(abs(a), np.abs(b[r]), abs(before[r]))
        assert (np.abs(y[r] - loop(a, b[r], before[r])) <= 8 * np.finfo(dtype).eps * np.maximum(size, 1.0) * 4).all()


def test_is_as_right_as_the_sum_itself():
    """Against exact rationals: within a few roundings of the filter of |b|."""
    b, y = rng(2).normal(size=(1, 300)), room(times=300)
    found = OneCoefficient.of(A_THIRD, np.float64(0.25), y, None)
    assert found is not None
    found.solve(b, np.array([2.0]), y)
    exact, size = Fraction(2), Fraction(2)
    for t in range(300):
        exact = Fraction(float(A_THIRD)) * exact + Fraction(1, 4) * Fraction(float(b[0, t]))
        size = Fraction(float(A_THIRD)) * size + Fraction(1, 4) * Fraction(abs(float(b[0, t])))
        assert abs(Fraction(float(y[0, t])) - exact) <= Fraction(4 * np.finfo(float).eps) * size


def test_whole_numbers_are_summed_without_rounding():
    b, y = rng(3).integers(-9, 9, (2, 1_003)).astype(float), room(2, 1_003)
    found = OneCoefficient.of(np.float64(1.0), 1.0, y, None)
    assert found is not None
    found.solve(b, np.zeros(2), y)
    np.testing.assert_array_equal(y, b.cumsum(axis=1))


def test_what_is_not_for_it_is_left_to_the_substitution():
    assert OneCoefficient.of(None, 1.0, room(), None) is None
    assert OneCoefficient.of(np.float64(1.0 + 1e-9), 1.0, room(), None) is None
    assert OneCoefficient.of(np.float64(np.nan), 1.0, room(), None) is None
    assert OneCoefficient.of(A_THIRD, 1.0, room(times=LEAST - 1), None) is None


def test_the_matrix_is_made_once_for_the_same_numbers():
    first = OneCoefficient.of(A_THIRD, 1.0, room(), None)
    assert OneCoefficient.of(A_THIRD, 1.0, room(times=999), first) is first
    assert OneCoefficient.of(A_THIRD, 2.0, room(), first) is not first
    assert OneCoefficient.of(-A_THIRD, 1.0, room(), first) is not first


@pytest.mark.parametrize("a", [0.0, 0.5])
def test_a_gap_shows_from_its_own_time_on(a):
    """Though it spoils its whole run at first: an earlier time is not NaN, another series neither."""
    b = np.ones((2, 100_003))
    b[0, 70_007] = np.nan
    y = st.linear_recurrence(a, b, engine="lapack")
    assert np.isnan(y[0]).tolist() == [False] * 70_007 + [True] * (100_003 - 70_007)
    assert_allclose(y[1], loop(a, b[1]), rtol=1e-15)
    with pytest.raises(DomainError, match=r"b is infinite at index 70007 of series 0"):
        st.linear_recurrence(a, np.where(np.isnan(b), np.inf, b), engine="lapack")


@pytest.mark.parametrize("n", [5_000, 40_000, 65_536, 100_003])
def test_blocks_hand_over_their_last_value(n, monkeypatch):
    b = rng(n).normal(size=(2, n))
    found = [st.linear_recurrence(0.9, b, initial=[3.0, -1.0], engine="lapack")]
    found.append(st.exponential_filter(b, 0.1, initial=[3.0, -1.0], engine="lapack"))
    monkeypatch.setattr(OneCoefficient, "of", lambda *_: None)
    assert_allclose(found[0], st.linear_recurrence(0.9, b, initial=[3.0, -1.0], engine="lapack"), atol=1e-13)
    assert_allclose(found[1], st.exponential_filter(b, 0.1, initial=[3.0, -1.0], engine="lapack"), atol=1e-14)
