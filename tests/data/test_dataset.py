import builtins
import datetime

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as some
from numpy.testing import assert_array_equal

import stattools as st
from stattools.data.dataset import read
from stattools.errors import DomainError, IncompatibleError
from tests.data.attacks import ATTACKS, PLANTED, Trap

GAPS = pd.DataFrame(
    {
        "y": [1.0, 2.0, np.nan, 4.0, 5.0, 6.0, 7.0],
        "x": [1.0, None, None, 3.0, 5.0, 8.0, 2.0],
        "g": ["a", "b", "a", None, "b", "a", "rare"],
        "w": [1.0, 1.0, 1.0, 1.0, 1.0, 2.0, np.nan],
        "unused": [None] * 7,
    }
)
TABLES = [GAPS, pl.from_pandas(GAPS), pa.Table.from_pandas(GAPS), GAPS.to_dict("list")]
X = np.array([[1.0, 2.0], [3.0, 5.0], [5.0, 6.0]])


@pytest.mark.parametrize("table", TABLES, ids=["pandas", "polars", "arrow", "dict"])
def test_rows_with_a_gap_are_dropped_and_counted_by_column(table):
    found = read("y ~ x + g", table, columns={"weights": "w", "offset": None})
    assert found.dropped == {"y": 1, "x": 2, "g": 1, "w": 1}
    assert found.n_dropped == 4
    assert found.design.names == ("Intercept", "x", "g[T.b]")  # "rare" went with its row
    assert found.X.tolist() == [[1, 1, 0], [1, 5, 1], [1, 8, 0]]
    assert found.outcome.tolist() == [1, 5, 6]
    assert found.outcome_name == "y"
    assert {key: values.tolist() for key, values in found.numbers.items()} == {"weights": [1, 1, 2]}


@given(some.lists(some.tuples(*[some.booleans()] * 3), min_size=4, max_size=30))
def test_counts_equal_a_slow_loop(pattern):
    names = ["y", "x", "z"]
    complete = [(False,) * 3]  # so that some row stays
    rows = complete + pattern
    table = {name: [None if gaps[j] else float(i) for i, gaps in enumerate(rows)] for j, name in enumerate(names)}
    found = read("y ~ x + z", table)
    by_column, whole = dict.fromkeys(names, 0), 0
    for gaps in rows:
        whole += any(gaps)
        for name, gap in zip(names, gaps, strict=True):
            by_column[name] += gap
    assert found.n_dropped == whole
    assert found.dropped == {name: count for name, count in by_column.items() if count}
    assert found.outcome.tolist() == [float(i) for i, gaps in enumerate(rows) if not any(gaps)]


@pytest.mark.parametrize(
    "values", [np.array([1, np.nan, 3]), [1, None, 3], pd.Series([1, None, 3]), pl.Series([1, None, 3])]
)
def test_extras_may_be_arrays_as_long_as_the_table(values):
    found = read("y ~ x", {"y": [1, 2, 3], "x": [4, 5, 7]}, columns={"offset": values})
    assert found.numbers["offset"].tolist() == [1, 3]
    assert found.dropped == {"offset": 1}
    assert found.X[:, 1].tolist() == [4, 7]


def test_an_array_and_a_column_of_one_name_are_counted_apart():
    table = {"y": [1, 2, 3], "weights": [None, 5, 7]}
    assert read("y ~ weights", table, columns={"weights": [1, None, 1]}).dropped == {"weights": 1, "weights=": 1}


def test_the_dot_leaves_extras_out():
    assert read("y ~ .", GAPS.drop(columns="unused"), columns={"weights": "w"}).design.names == (
        "Intercept",
        "x",
        "g[T.b]",
    )


@pytest.mark.parametrize(
    ("formula", "name", "values", "kind"),
    [
        ("y ~ x", "y", [1, 2, 4], "int64"),
        ("log2(y) ~ x", "log2(y)", [0, 1, 2], "float64"),
        ("I(y > 1) ~ x", "I(y > 1)", [False, True, True], "bool"),
        ("I(g == 'a') ~ x", "I(g == 'a')", [False, True, False], "bool"),
        ("g ~ x", "g", ["b", "a", "b"], "category"),
        ("C(y) ~ x", "C(y)", [1, 2, 4], "category"),
        ("flag ~ x", "flag", [True, False, True], "bool"),
        ("`y y` ~ x", "y y", [0.5, 1, 2], "float64"),
    ],
)
def test_outcomes(formula, name, values, kind):
    table = {"y": [1, 2, 4], "x": [1, 2, 2], "g": ["b", "a", "b"], "flag": [True, False, True], "y y": [0.5, 1, 2]}
    found = read(formula, table)
    assert (found.outcome_name, found.outcome.name, found.outcome.dtype.name) == (name, name, kind)
    assert found.outcome.tolist() == values


@pytest.mark.parametrize(
    ("formula", "table", "words"),
    [
        ("y ~ x", {"y": [1.0], "z": [1]}, "no column 'x'"),
        ("y ~ x", {"y": [1, None], "x": [None, 1]}, "no row is complete: of 2 rows, .*missing: 'y' in 1, 'x' in 1"),
        ("y ~ x", {"y": [], "x": []}, "no rows; at least one"),
        (
            "y ~ x",
            {"y": [1, 2, 3], "x": [1, np.inf, -np.inf]},
            "column 'x' is not finite in 2 of 3 rows, first in row 1",
        ),
        ("y ~ x", {"y": [None, np.inf], "x": [1, 1]}, "column 'y' is not finite in 1 of 1 rows, first in row 1"),
        ("log(y) ~ x", {"y": [0, 1], "x": [1, 2]}, "term 'log.y.' is not finite in 1 of 2 rows"),
        ("poly(y, 2) ~ x", {"y": [0, 1], "x": [1, 2]}, "the outcome 'poly.y, 2.' makes several columns"),
        ("y ~ t", {"y": [0, 1], "t": [datetime.date(2020, 1, 1)] * 2}, "column 't' holds dates"),
        ("y ~ x", "data.csv", "the data must be a table"),
        ("y ~ x", None, "the data must be a table"),
    ],
)
def test_tables_that_cannot_be_read(formula, table, words):
    with pytest.raises(DomainError, match=words):
        read(formula, table)


@pytest.mark.parametrize(
    ("extra", "words"),
    [
        ("nope", "no column 'nope'"),
        ("g", "weights= needs numbers; 'g' holds categories .'a', 'b'"),
        ([1, 2], "weights has 2 values and the table has 7 rows"),
        (np.ones((7, 2)), r"one value per row; got an array of shape \(7, 2\)"),
        ([1, 1, 1, np.inf, 1, 1, 1], None),  # row 3 has no g: it does not matter
        ([np.inf, 1, 1, 1, 1, 1, 1], "column 'weights' is not finite in 1 of 4 rows, first in row 0"),
        (3.0, "must be a list or an array with one value per row; got 3.0"),
        (pd.Series(1.0, index=range(1, 8)), "the table and weights= have different pandas indexes"),
    ],
)
def test_extras_that_do_not_fit(extra, words):
    if words is None:
        assert read("y ~ x + g", GAPS, columns={"weights": extra}).n_dropped == 3
    else:
        with pytest.raises(DomainError, match=words):
            read("y ~ x + g", GAPS, columns={"weights": extra})


def test_a_table_that_was_filtered_keeps_its_own_index():
    some_rows = GAPS[GAPS["y"] > 3]
    assert read("y ~ x", some_rows, columns={"weights": some_rows["y"]}).numbers["weights"].tolist() == [4, 5, 6, 7]


@pytest.mark.parametrize("options", [{"names": ["a"]}, {"intercept": False}])
def test_options_of_arrays_do_not_go_with_a_formula(options):
    with pytest.raises(IncompatibleError, match=r"names= and intercept= belong to arrays; .*0 \+ x"):
        read("y ~ x", {"y": [1], "x": [1]}, **options)


@pytest.mark.parametrize("order", ["C", "F"])
def test_arrays_without_an_intercept_are_not_copied(order):
    values, y = np.array(X, order=order), np.array([0.0, 1.0, 1.0])
    found = read(y, values, intercept=False)
    assert np.shares_memory(found.X, values)
    assert found.outcome is y
    assert (found.dropped, found.n_dropped, found.outcome_name) == ({}, 0, "y")


@pytest.mark.parametrize(
    ("y", "values", "options", "names", "outcome_name"),
    [
        ([0, 1, 1], X, {}, ("Intercept", "x1", "x2"), "y"),
        ([0, 1, 1], X, {"names": ["a", "b"]}, ("Intercept", "a", "b"), "y"),
        ([0, 1, 1], X, {"names": ["a", "b"], "intercept": False}, ("a", "b"), "y"),
        (pd.Series([0, 1, 1], name="z"), pd.DataFrame(X, columns=["p", "q"]), {}, ("Intercept", "p", "q"), "z"),
        (pd.DataFrame({"z": [0, 1, 1]}), pl.DataFrame(X, schema=["p", "q"]), {}, ("Intercept", "p", "q"), "z"),
        (pl.Series("z", [0, 1, 1]), X[:, 0], {}, ("Intercept", "x1"), "z"),
        (pa.table({"z": [0, 1, 1]}), pa.table({"p": X[:, 0]}), {}, ("Intercept", "p"), "z"),
        (np.array([[0], [1], [1]]), X[:, 0].tolist(), {"names": "p"}, ("Intercept", "p"), "y"),
        ([0, 1, 1], X[:, :0], {}, ("Intercept",), "y"),
    ],
)
def test_arrays(y, values, options, names, outcome_name):
    found = read(y, values, **options, columns={"weights": [1, 2, 3], "offset": None})
    assert found.design.names == names
    assert found.outcome_name == outcome_name
    assert np.asarray(found.outcome).tolist() == [0, 1, 1]
    start = 1 if "Intercept" in names else 0
    assert_array_equal(found.X[:, start:], X[:, : len(names) - start])
    assert found.X[:, :start].tolist() == [[1.0] * start] * 3
    assert found.numbers["weights"].tolist() == [1, 2, 3]


def test_text_outcomes_of_arrays_are_categories():
    assert read(["b", "a", "b"], X).outcome.cat.categories.tolist() == ["a", "b"]


@pytest.mark.parametrize(
    ("y", "values", "options", "words"),
    [
        ([0, 1], X, {}, "y has 2 values and X has 3 rows"),
        (
            [0, 1, np.nan],
            X,
            {},
            "y has 1 missing or infinite values; the first is nan in row 2 .*a table with a formula",
        ),
        ([0, 1, None], X, {}, "y has 1 missing or infinite values"),
        (
            [0, 1, 1],
            np.where(X > 4, np.nan, X),
            {},
            "X has 3 missing or infinite values; the first is nan in row 1, column 1",
        ),
        ([0, 1, 1], X[..., None], {}, r"got shape \(3, 2, 1\)"),
        (np.ones((3, 2)), X, {}, r"y must have one value per row .*got shape \(3, 2\)"),
        ([0, 1, 1], X, {"names": ["a"]}, "names= needs one name for each of the 2 columns"),
        ([0, 1, 1], X, {"names": ["a", "a"]}, "two columns of X have the name 'a'"),
        ([0, 1, 1], X, {"names": ["Intercept", "a"]}, "X has a column named 'Intercept' already; pass intercept=False"),
        ([0, 1, 1], X[:, :0], {"intercept": False}, "X has no columns"),
        (
            [0, 1, 1],
            X,
            {"columns": {"weights": "w"}},
            "weights='w' names a column, and there is no table; give 3 numbers",
        ),
        ([0, 1, 1], X, {"columns": {"weights": [1, 2]}}, "weights= has 2 values and X has 3 rows"),
        ([0, 1, 1], X, {"columns": {"weights": [1, 2, np.nan]}}, "weights= has 1 missing or infinite values"),
        ([0, 1, 1], X, {"columns": {"weights": ["a", "b", "c"]}}, "weights= needs numbers"),
        (pd.DataFrame({"y": [1]}), "y ~ x", {}, r"the formula comes first, then its table: \('y ~ x', table\)"),
        ([0, 1, 1], None, {}, "X must be a matrix of predictors; got None"),
        (pd.Series([0, 1, 1], index=[2, 1, 0]), pd.DataFrame(X), {}, "y and X have different pandas indexes"),
    ],
)
def test_arrays_that_do_not_fit(y, values, options, words):
    with pytest.raises(DomainError, match=words):
        read(y, values, **options)


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda source: source[:40])
def test_no_attack_runs_on_planted_data(attack, monkeypatch):
    monkeypatch.setattr(builtins, "trap", Trap(), raising=False)
    table = {
        "y": [1.0, 2.0],
        "x": [1.0, 2.0],
        "z": [1.0, 3.0],
        "g": ["a", "b"],
        "trap": [Trap(), Trap()],
        "np": [np, np],
    }
    for formula in (f"y ~ {attack}", f"{attack} ~ x"):
        with pytest.raises(DomainError):
            read(formula, table)
    assert PLANTED == []


def test_a_column_named_like_a_transform_is_a_column_and_the_transform_stays():
    found = read("y ~ log + C(C) + log(log)", {"y": [1.0, 2, 3, 4], "log": [1.0, 2, 3, 3], "C": ["a", "b", "a", "b"]})
    assert_array_equal(found.X[:, -1], np.log([1, 2, 3, 3]))


def test_reading_does_not_touch_the_data_nor_the_global_random_state():
    before, state = GAPS.copy(), np.random.get_state()[1].copy()  # noqa: NPY002 (the global state is the point)
    read("y ~ center(x) + g + I(`x` * w)", GAPS, columns={"weights": "w"})
    pd.testing.assert_frame_equal(GAPS, before)
    assert_array_equal(np.random.get_state()[1], state)  # noqa: NPY002


def test_swapped_arrays_of_one_column_are_noticed():
    table = pd.DataFrame({"x": [1.0, 2.0, 3.0], "y": [1.0, 3.0, 2.0]})
    for X, y in ((table[["x"]], table.y), (table[["x"]].to_numpy(), table.y.to_numpy())):
        with pytest.raises(st.DomainError, match=r"the outcome comes first, \(y, X\); got one column of a table"):
            st.ols(X, y)
    assert st.ols(table[["y"]], table[["x"]]).names == ("Intercept", "x")
    with pytest.raises(st.DomainError, match=r"a path: st\.scan\(path\)"):
        st.ols("y ~ x", "rows.csv")
