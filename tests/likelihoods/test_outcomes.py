"""What a kind of outcome promises is true of what its families draw."""

import numpy as np
import pytest

from stattools.likelihoods.outcomes import Outcome
from tests.cases import LIKELIHOODS, rng


@pytest.mark.parametrize("case", LIKELIHOODS, ids=str)
def test_outcomes_are_whole_and_in_range_where_their_kind_says_so(case):
    _, y = case.draw(rng(0), 200)
    outcome, y = case.likelihood.outcome, np.asarray(y, dtype=float)
    low, high = outcome.range
    assert ((low <= y) & (y <= high)).all()
    assert (y == np.floor(y)).all() == outcome.is_whole
    assert (y.min() >= 0) == (outcome is not Outcome.REAL)


def test_labels_are_codes_and_shares_are_not():
    assert {kind for kind in Outcome if kind.has_labels} == {Outcome.BINARY, Outcome.ORDERED, Outcome.CATEGORY}
    assert {kind for kind in Outcome if not kind.is_whole} == {
        Outcome.REAL,
        Outcome.POSITIVE,
        Outcome.UNIT,
        Outcome.TIME,
    }
