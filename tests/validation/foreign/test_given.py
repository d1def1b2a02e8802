"""What a caller passes beside an object."""

import numpy as np
import pytest

from stattools.errors import DomainError, IncompatibleError
from stattools.validation.foreign.description import Given


def test_a_table_gives_the_columns_that_were_fitted():
    table = {"a": [1.0, 2.0], "b": [3.0, 4.0], "y": [0, 1], "w": [1.0, 2.0]}
    X, y, weights = Given(table, y="y", weights="w").arrays("it", ["b", "a"])
    assert X.columns.tolist() == ["b", "a"]
    assert np.asarray(y).tolist() == [0, 1]
    assert np.asarray(weights).tolist() == [1.0, 2.0]


def test_what_was_not_asked_for_is_refused():
    Given(y=[1]).refuse("no weights here", "weights")
    with pytest.raises(IncompatibleError, match="no weights here"):
        Given(weights=[1]).refuse("no weights here", "weights")
    with pytest.raises(DomainError, match="it carries no data"):
        Given().arrays("it", None)
