"""Rows about times: what is read, counted, and refused with its row."""

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

import stattools as st
from stattools.data.survival_data import groups_of, strata_of, survival_rows

TABLE = {
    "entry": [0, 1, 0, 2, 0, 1],
    "time": [3, 5, 2, 9, 4, 7],
    "died": [1, 0, 1, 1, 0, 1],
    "x": [1.0, np.nan, 3.0, 4.0, 5.0, 7.0],
    "g": ["b", "a", "a", "b", "a", "b"],
    "w": [1, 2, 1, 1, 3, 1],
    "id": [1, 1, 2, 3, 4, 5],
}


def read(formula="survival(time, died) ~ x", table=None, **asked) -> Any:
    return survival_rows("st.cox", formula, TABLE if table is None else table, **asked)


@pytest.mark.parametrize("made", [dict, pd.DataFrame, pl.DataFrame])
def test_rows_are_complete_and_counted(made):
    found = read("survival(entry, time, died) ~ x", made(TABLE), weights="w", strata="g")
    assert found.time.tolist() == [3, 2, 9, 4, 7]
    assert found.event.tolist() == [True, True, True, False, True]
    assert found.entry.tolist() == [0, 0, 2, 0, 1]
    assert found.weights.tolist() == [1, 1, 1, 3, 1]
    assert (found.n_dropped, found.dropped, found.kept.tolist()) == (1, {"x": 1}, [0, 2, 3, 4, 5])
    codes, labels = found.labels["strata"]
    assert [labels[k] for k in codes] == ["b", "a", "b", "a", "b"]


@pytest.mark.parametrize("died", [np.array(TABLE["died"], dtype=bool), pd.array(TABLE["died"], dtype="boolean")])
def test_an_event_may_be_true_or_false(died):
    assert read("survival(time, d) ~ 1", TABLE | {"d": died}).event.tolist() == [True, False, True, True, False, True]


def test_labels_are_columns_their_combinations_or_an_array():
    codes, labels = read("survival(time, died) ~ 1", strata=["g", "died"]).labels["strata"]
    assert [labels[k] for k in codes] == [("b", 1), ("a", 0), ("a", 1), ("b", 1), ("a", 0), ("b", 1)]
    rows = read(strata=np.array(TABLE["g"]))
    assert rows.labels["strata"][0].tolist() == strata_of("", rows, "g")[0].tolist() == [0, 1, 0, 1, 0]


def test_groups_are_in_the_order_of_their_levels():
    codes, labels = groups_of("", read("survival(time, died) ~ g"))
    assert labels == ("a", "b")
    assert codes.tolist() == [1, 0, 0, 1, 0, 1]
    codes, labels = groups_of("", read("survival(time, died) ~ I(x > 3) + g"))
    assert labels == ("I(x > 3)=False, g=a", "I(x > 3)=False, g=b", "I(x > 3)=True, g=a", "I(x > 3)=True, g=b")
    assert codes.tolist() == [1, 0, 3, 2, 3]
    assert groups_of("", read("survival(time, died) ~ 1"))[1] == ()
    with pytest.raises(st.DomainError, match="make 101 groups; cut numbers"):
        groups_of("", read("survival(t, d) ~ t2", {"t": range(101), "t2": range(101), "d": [1] * 101}))


@pytest.mark.parametrize(
    ("column", "values", "said"),
    [
        ("died", [1, 0, 1, 2, 0, 1], r"'died' .* got 2 in row 3\. .* died == 2"),
        ("died", [1, 0, 1, 0.5, 0, 1], r"got 0\.5 in row 3"),
        ("died", list("ynynyn"), r"'died', the event, holds categories .* died == 'y'"),
        ("died", [0] * 6, r"no row of survival\(time, died\) has its event, in 5 rows"),
        ("time", [3, 5, -2, 9, 4, 7], r"'time' is negative in row 2, -2"),
        ("time", [3, 5, np.inf, 9, 4, 7], r"'time' is not finite"),
        ("time", list("abcdef"), r"'time', the time, holds categories"),
        ("w", [1, 2, 0.5, 1, 1, 1], r"weights= are frequencies.*row 2"),
    ],
)
def test_bad_values_are_named_with_their_row(column, values, said):
    with pytest.raises(st.DomainError, match=said):
        read(table=TABLE | {column: values}, weights="w")


def test_a_row_ends_after_it_begins():
    with pytest.raises(st.DomainError, match=r"row 3 ends at 'time' = 9, which is not after its entry, 'entry' = 9"):
        read("survival(entry, time, died) ~ x", TABLE | {"entry": [0, 1, 0, 9, 0, 1]})
    below = read("survival(entry, time, died) ~ 1", {"entry": [-9, -5], "time": [-3, 2], "died": [1, 1]})
    assert below.time.tolist() == [-3, 2]


def test_rows_of_one_id_do_not_overlap():
    with pytest.raises(st.DomainError, match=r"rows 0 and 1 of id 1 overlap: a row begins where one before it ends"):
        read("survival(entry, time, died) ~ 1", id="id")
    with pytest.raises(st.DomainError, match=r"rows 0 and 1 of id 1 overlap: both count from the beginning"):
        read("survival(time, died) ~ 1", id="id")
    apart = TABLE | {"entry": [0, 3, 0, 2, 0, 1]}
    assert read("survival(entry, time, died) ~ 1", apart, id="id").n == 6


def test_arrays_files_and_lengths_are_refused():
    with pytest.raises(st.IncompatibleError, match="takes a formula and its table"):
        survival_rows("st.cox", [1, 2], [3, 4])
    with pytest.raises(st.DomainError, match="strata= has 2 values and the table has 6 rows"):
        read(strata=np.array([1, 2]))
    with pytest.raises(st.DomainError, match="no column 'who'"):
        read(strata="who")
    rows = read("survival(time, died) ~ x")
    with pytest.raises(st.DomainError, match="'y' has no value in row 5"):
        strata_of("test", read("survival(time, died) ~ x", TABLE | {"y": [1, 2, 3, 4, 5, np.nan]}), "y")
    assert strata_of("test", rows, "w")[1] == (1, 3)
