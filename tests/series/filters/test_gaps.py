"""Weights of a signal with gaps, against the loop that their rule states."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from stattools.errors import DomainError
from stattools.series.filters.blocks_in_cache import Trouble
from stattools.series.filters.exponential import bridged, decayed, remaining, require_missing
from tests.cases import rng


def left(w, gap, kept):
    """P_t: what the past keeps of its weight since the last value, as it is written."""
    product, out = kept, []
    for weight, missing in zip(w, gap, strict=True):
        product *= 1.0 - weight
        out.append(product)
        if not missing:
            product = 1.0
    return np.array(out)


@pytest.mark.parametrize("kept", [1.0, 0.4])
def test_what_is_left_since_the_last_value(kept):
    g = rng(1)
    w, gap = g.uniform(0.05, 0.95, (3, 20)), g.random((3, 20)) < 0.4
    wanted = np.array([left(*row, kept) for row in zip(w, gap, strict=True)])
    assert_allclose(remaining(w, gap, kept), wanted, rtol=1e-14)
    assert_allclose(decayed(w, gap, kept), w / (w + wanted), rtol=1e-14)


def test_without_a_gap_weights_stay_as_they_are():
    w = rng(2).uniform(0.0, 1.0, (2, 9))
    assert decayed(w, np.zeros_like(w, dtype=bool)).tolist() == w.tolist()


def test_a_series_that_begins_with_gaps_starts_at_its_first_value():
    x, w = np.array([[np.nan, np.nan, 3.0, np.nan, 5.0]]), np.full((1, 5), 0.5)
    weight, seen, before, blank = bridged(w, x, np.zeros((1, 1)), first=True, missing="carry")
    assert weight.tolist() == [[0.0, 0.0, 0.0, 0.0, 0.5]]
    assert seen.tolist() == [[0.0, 0.0, 3.0, 0.0, 5.0]]
    assert before.tolist() == [[3.0]]
    assert blank.tolist() == [[True, True, False]]


def test_what_has_no_rule_is_refused():
    w, x, before = np.full((1, 3), 0.5), np.array([[1.0, np.nan, 2.0]]), np.zeros((1, 1))
    for change, words in (
        ({"missing": "raise"}, "missing='raise' refuses"),
        ({"x": x.astype(complex)}, "complex and missing"),
        ({"w": np.array([[0.5, np.nan, 0.5]])}, "the weight is NaN"),
        ({"x": np.array([[np.inf, 1.0, 1.0]])}, "the signal is infinite"),
        ({"w": np.full((1, 3), 1.5), "missing": "decay"}, r"weights in \[0, 1\]"),
    ):
        given = {"w": w, "x": x, "missing": "carry"} | change
        with pytest.raises(Trouble, match=words):
            bridged(given["w"], given["x"], before, first=True, missing=given["missing"])
    with pytest.raises(DomainError, match="'carry', 'decay' and 'raise'; got 'drop'"):
        require_missing("a filter", "drop")
