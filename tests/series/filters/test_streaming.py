from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from numpy.testing import assert_allclose, assert_array_equal

from stattools.errors import DomainError
from stattools.series.filters.exponential import exponential_filter, exponential_filter_state
from tests.cases import rng


def streamed(x, w, cuts, **options):
    state = exponential_filter_state(**options)
    ends = [0, *cuts, x.shape[-1]]
    parts = [state.update(x[..., i:j], w[..., i:j]) for i, j in pairwise(ends)]
    assert state.n == x.shape[-1]
    return np.concatenate(parts, axis=-1)


@settings(max_examples=40)
@given(
    some.lists(some.integers(0, 60), max_size=6).map(sorted),
    some.sampled_from(["carry", "decay"]),
    some.sampled_from(["first", "zero", 2.5]),
    some.integers(0, 9),
)
def test_chunks_give_what_one_call_gives(cuts, missing, initial, seed):
    x, w = rng(seed).normal(size=(3, 60)), rng(seed + 50).uniform(0, 1, (3, 60))
    x[rng(seed + 100).random(x.shape) < 0.4] = np.nan
    x[1, :20] = np.nan
    whole = exponential_filter(x, w, missing=missing, initial=initial)
    found = streamed(x, w, cuts, missing=missing, initial=initial)
    assert_array_equal(np.isnan(found), np.isnan(whole))
    assert_allclose(found, whole, rtol=0, atol=2e-15)


def test_an_endless_signal():
    """A thousand chunks of a thousand, against one call: the values differ by no more than rounding."""
    x, w = rng(1).uniform(1, 2, 1_000_000), rng(2).uniform(0, 0.1, 1_000_000)
    assert_allclose(streamed(x, w, range(1000, 1_000_000, 1000)), exponential_filter(x, w, engine="lapack"), rtol=2e-15)


def test_one_value_at_a_time_with_a_constant_weight():
    x = rng(3).normal(size=50)
    state = exponential_filter_state(0.3)
    found = np.array([state.update(value) for value in x])
    assert_allclose(found, exponential_filter(x, 0.3), rtol=0, atol=1e-15)
    assert state.value == found[-1]


def test_float32_stays_and_empty_chunks_do_nothing():
    state = exponential_filter_state(0.5)
    assert state.update(np.ones(3, np.float32)).dtype == np.float32
    assert state.update(np.empty(0, np.float32)).shape == (0,)
    assert state.n == 3


def test_a_copy_goes_its_own_way_and_an_error_leaves_the_state():
    state = exponential_filter_state(0.5, missing="raise")
    state.update([1.0, 2.0])
    other = state.copy()
    other.update([9.0])
    assert (state.n, float(state.value)) == (2, 1.5)
    with pytest.raises(DomainError, match="refuses, at index 1"):
        state.update([1.0, np.nan])
    assert (state.n, float(state.value)) == (2, 1.5)


def test_what_does_not_fit_is_an_error():
    state = exponential_filter_state()
    with pytest.raises(DomainError, match="update needs weights="):
        state.update([1.0])
    state.update(np.ones((2, 3)), 0.5)
    with pytest.raises(DomainError, match=r"series of shape \(3,\)"):
        state.update(np.ones((3, 3)), 0.5)
    with pytest.raises(DomainError, match="one finite number"):
        exponential_filter_state(np.ones(3))  # type: ignore[arg-type]
    with pytest.raises(DomainError, match="missing="):
        exponential_filter_state(missing="drop")  # type: ignore[arg-type]
