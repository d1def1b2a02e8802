"""Tables of counts are read the same whether whole or counted from rows."""

import numpy as np
import pandas as pd
import pytest

from stattools.errors import DomainError
from stattools.models.samples.tables import counted

ROWS = pd.DataFrame(
    {"g": ["a", "b", "b", "a", None, "b"], "y": ["no", "yes", "yes", "no", "no", "no"], "w": [2, 1, 1, 3, 1, 4]}
)


def test_rows_are_counted_and_missing_ones_dropped():
    found = counted("it", "y ~ g", ROWS, None, None)
    assert found.counts.tolist() == [[[2, 0], [1, 2]]]
    assert (found.rows, found.columns, found.names) == (("a", "b"), ("no", "yes"), ("g", "y"))
    assert found.n_dropped == 1
    assert counted("it", "y ~ g", ROWS, None, "w").counts.tolist() == [[[5, 0], [4, 2]]]
    strata = counted("it", "y ~ g", ROWS, ["p", "p", "q", "q", "q", "p"], None)
    assert strata.counts.sum(axis=0).tolist() == found.counts[0].tolist()
    assert len(strata.counts) == 2


def test_a_frame_keeps_its_labels():
    frame = pd.crosstab(ROWS.g, ROWS.y)
    found = counted("it", frame, None, None, None)
    assert (found.rows, found.columns) == (("a", "b"), ("no", "yes"))
    assert found.counts.tolist() == [frame.to_numpy().tolist()]


@pytest.mark.parametrize(
    ("given", "match"),
    [
        ([[1, -2], [3, 4]], "got -2 in row 0, column 1"),
        ([[1, 2.5], [3, 4]], "got 2.5 in row 0, column 1"),
        ([[1, np.nan], [3, 4]], "NaN|nan|missing"),
        ([[0, 0], [0, 0]], "all cells are 0"),
        ([1, 2], "needs a table of counts"),
        ([[1, 2], [3]], "table"),
        ("y", "formula of two columns"),
    ],
)
def test_what_is_no_table_is_told(given, match):
    with pytest.raises(DomainError, match=match):
        counted("it", given, None, None, None)


def test_what_goes_with_rows_only_is_told():
    with pytest.raises(DomainError, match="takes weights= after a formula"):
        counted("it", [[1, 2], [3, 4]], None, None, "w")
    with pytest.raises(DomainError, match="within=, a column"):
        counted("it", "y ~ g", ROWS, "nobody", None)
    with pytest.raises(DomainError, match="how often each row"):
        counted("it", "y ~ g", ROWS, None, [0.5] * 6)
