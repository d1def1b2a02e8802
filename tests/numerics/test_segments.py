"""Sums by segments against a loop over segments."""

import numpy as np
import pytest

from stattools.numerics.sums import changes, running_sums, sums_to_the_end


def test_sums_begin_anew_without_the_round_off_of_segments_before():
    g = np.random.default_rng(0)
    values = g.random((2, 60)) * np.repeat([1e12, 1e-6, 1.0], 20)
    first = np.array([0, 20, 40])
    for k in range(3):
        part = slice(20 * k, 20 * k + 20)
        assert running_sums(values, first)[:, part] == pytest.approx(np.cumsum(values[:, part], axis=1), rel=1e-14)
        back = np.cumsum(values[:, part][:, ::-1], axis=1)[:, ::-1]
        assert sums_to_the_end(values, first)[:, part] == pytest.approx(back, rel=1e-14)
    assert running_sums(values, first[:1]).tolist() == np.cumsum(values, axis=1).tolist()


def test_one_segment_is_summed_to_its_end():
    values = np.random.default_rng(1).random((2, 9))
    assert sums_to_the_end(values, np.array([0])) == pytest.approx(
        np.array([[row[k:].sum() for k in range(9)] for row in values]), rel=1e-14
    )


@pytest.mark.parametrize("values", [[], [0], [3, 3], [0, 0, 1, 4, 4], [1, 0, 1]], ids=str)
def test_places_of_changes_are_those_of_a_loop(values):
    expected = [k for k, value in enumerate(values) if k == 0 or value != values[k - 1]]
    assert changes(np.array(values, dtype=np.intp)).tolist() == expected
