import datetime
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as some

from stattools.data.columns import clean, finite, listing, missing
from stattools.data.table import series, table
from stattools.errors import DomainError

FLAGS, WHOLE, REAL, TEXT = [True, None, False, True], [3, None, 1, 2], [0.5, None, -1.25, 2.0], ["b", None, "a", "b"]
DECIMALS = [None if value is None else Decimal(str(value)) for value in REAL]
DICTIONARY = pd.ArrowDtype(pa.dictionary(pa.int32(), pa.string()))
WITH_GAP = {  # the same four values, the second missing, in every dress that users bring
    "bool": {
        "object": pd.Series(FLAGS, dtype=object),
        "boolean": pd.Series(FLAGS, dtype="boolean"),
        "arrow-backed": pd.Series(FLAGS, dtype="bool[pyarrow]"),
        "polars": pl.Series(FLAGS),
        "arrow": pa.array(FLAGS),
        "list": FLAGS,
        "numpy objects": np.array([np.True_, None, np.False_, np.True_], dtype=object),
    },
    "int64": {
        "object": pd.Series(WHOLE, dtype=object),
        "Int64": pd.Series(WHOLE, dtype="Int64"),
        "UInt8": pd.Series(WHOLE, dtype="UInt8"),
        "arrow-backed": pd.Series(WHOLE, dtype="int32[pyarrow]"),
        "polars": pl.Series(WHOLE),
        "polars Int8": pl.Series(WHOLE, dtype=pl.Int8),
        "arrow": pa.chunked_array([WHOLE[:2], WHOLE[2:]]),
        "list": WHOLE,
        "masked": np.ma.MaskedArray([3, 0, 1, 2], mask=[0, 1, 0, 0]),
    },
    "float64": {
        "numpy": np.array([0.5, np.nan, -1.25, 2.0]),
        "float32": pd.Series(REAL, dtype="float32"),
        "float16": np.array([0.5, np.nan, -1.25, 2.0], dtype=np.float16),
        "big-endian": np.array([0.5, np.nan, -1.25, 2.0], dtype=">f8"),
        "object": pd.Series(REAL, dtype=object),
        "pd.NA": [0.5, pd.NA, -1.25, 2.0],
        "Float64": pd.Series(REAL, dtype="Float64"),
        "Float64 with NaN inside": pd.Series([0.5, 0.0, -1.25, 2.0], dtype="Float64") / pd.Series([1.0, 0, 1, 1]),
        "arrow-backed": pd.Series(REAL, dtype="double[pyarrow]"),
        "sparse": pd.Series(REAL, dtype=pd.SparseDtype(float)),
        "decimals": DECIMALS,
        "polars": pl.Series(REAL),
        "polars NaN": pl.Series([0.5, float("nan"), -1.25, 2.0]),
        "polars Decimal": pl.Series(DECIMALS),
        "arrow": pa.array(REAL),
        "arrow decimal": pa.array(DECIMALS, type=pa.decimal128(5, 2)),
        "arrow-backed decimal": pd.Series(DECIMALS, dtype=pd.ArrowDtype(pa.decimal128(5, 2))),
        "fractions": [Fraction(1, 2), float("nan"), -1.25, 2],
    },
    "category": {
        "object": pd.Series(TEXT, dtype=object),
        "str": pd.Series(TEXT, dtype="str"),
        "string": pd.Series(TEXT, dtype="string"),
        "string[pyarrow]": pd.Series(TEXT, dtype="string[pyarrow]"),
        "large_string": pd.Series(TEXT, dtype=pd.ArrowDtype(pa.large_string())),
        "category": pd.Series(TEXT, dtype="category"),
        "polars": pl.Series(TEXT),
        "polars Categorical": pl.Series(TEXT, dtype=pl.Categorical),
        "polars Enum": pl.Series(TEXT, dtype=pl.Enum(["a", "b"])),
        "arrow": pa.array(TEXT),
        "arrow dictionary": pa.array(["a", *TEXT]).dictionary_encode()[1:],
        "arrow-backed dictionary": pd.Series(["a", *TEXT], dtype=DICTIONARY)[1:],
        "list": TEXT,
        "NaN among text": ["b", float("nan"), "a", "b"],
    },
}
EXPECTED = {"bool": [True, False, True], "int64": [3, 1, 2], "float64": [0.5, -1.25, 2.0], "category": ["b", "a", "b"]}


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        pytest.param(kind, values, id=f"{kind} {name}")
        for kind, group in WITH_GAP.items()
        for name, values in group.items()
    ],
)
def test_every_dress_of_the_same_values_gives_the_same_column(kind, values):
    column = table({"x": values}).column("x")
    gaps = missing(column)
    assert gaps.tolist() == [False, True, False, False]
    found = clean(column[~gaps])
    assert found.dtype.name == kind
    assert found.tolist() == EXPECTED[kind]
    if kind == "category":
        assert found.cat.categories.tolist() == ["a", "b"]


@pytest.mark.parametrize(
    "dtype", [np.int8, np.uint8, np.int16, np.uint32, np.int64, np.uint64, "Int8", "uint16[pyarrow]"]
)
def test_integers_of_every_width_are_int64(dtype):
    found = clean(series(pd.Series([1, 2, 100], dtype=dtype), "x"))
    assert found.dtype == np.int64
    assert found.tolist() == [1, 2, 100]


def test_unsigned_integers_beyond_int64_become_floats():
    assert clean(series(np.array([2**63, 1], dtype=np.uint64), "x")).tolist() == [2.0**63, 1.0]
    assert clean(series([2**70, 1], "x")).tolist() == [2.0**70, 1.0]


@pytest.mark.parametrize(
    "values",
    [
        pd.Series(pd.Categorical(["low", "high"], categories=["low", "mid", "high"], ordered=True)),
        pl.Series(["low", "high"], dtype=pl.Enum(["low", "mid", "high"])),
        pa.DictionaryArray.from_arrays(pa.array([0, 2]), pa.array(["low", "mid", "high"])),
    ],
    ids=["pandas", "polars", "arrow"],
)
def test_categories_keep_their_order_and_lose_unused_levels(values):
    assert clean(series(values, "x")).cat.categories.tolist() == ["low", "high"]


def test_text_is_sorted_whatever_the_order_in_which_polars_met_it():
    pl.Series(["z", "y", "x"], dtype=pl.Categorical)
    assert clean(series(pl.Series(["x", "z", "a"], dtype=pl.Categorical), "g")).cat.categories.tolist() == [
        "a",
        "x",
        "z",
    ]


def test_levels_that_are_intervals_become_text():
    found = clean(series(pd.cut(pd.Series([1.0, 5.0]), [0, 2, 6]), "x"))
    assert found.cat.categories.tolist() == ["(0, 2]", "(2, 6]"]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (pd.date_range("2020-01-01", periods=2), "holds dates .dtype datetime64.*turn it into numbers"),
        (pd.date_range("2020-01-01", periods=2, tz="UTC"), "holds dates"),
        (pd.period_range("2020-01", periods=2, freq="M"), "holds dates .dtype period"),
        (pl.Series([datetime.date(2020, 1, 1)]), "holds dates .dtype object, type date"),
        (pa.array([datetime.datetime(2020, 1, 1)]), "holds dates"),
        (np.array(["2020-01-01"], dtype="datetime64[D]"), "holds dates"),
        (pd.Series([datetime.date(2020, 1, 1)], dtype=pd.ArrowDtype(pa.date32())), "holds dates .dtype date32"),
        ([datetime.timedelta(1)], "holds durations.*total_seconds"),
        (np.array([1 + 2j]), "holds complex numbers .dtype complex128.*real part"),
        ([[1], [2]], "holds nested values.*own column"),
        (pl.Series([[1], [2]]), "holds nested values"),
        ([b"a"], "holds bytes.*decode"),
        (np.array([b"a"]), "holds bytes"),
        ([object()], "holds object objects"),
        (["a", 1.5], r"mixes text \('a'\) with other values \(1.5\)"),
        ([True, "no"], r"mixes text \('no'\) with other values \(True\)"),
    ],
)
def test_what_a_model_cannot_use_is_refused_with_a_remedy(values, words):
    with pytest.raises(DomainError, match=f"column 'when' {words}"):
        clean(series(values, "when"))


@given(some.lists(some.one_of(some.none(), some.floats(-10, 10)), min_size=1))
def test_missing_counts_as_a_loop_does(values):
    gaps = [missing(table({"x": kind(values)}).column("x")).tolist() for kind in (list, pl.Series, pa.array)]
    assert gaps == [[value is None for value in values]] * 3


def test_finite_names_the_count_and_the_row_of_the_table():
    finite(np.array([1.0, 2.0]), "column 'x'", "replace it.", np.arange(2))
    with pytest.raises(
        DomainError, match=r"column 'x' is not finite in 2 of 3 rows, first in row 7 .*: inf; replace it"
    ):
        finite(np.array([1.0, np.inf, np.nan]), "column 'x'", "replace it.", np.array([2, 7, 9]))


def test_listing_is_cut():
    assert listing("abc") == "'a', 'b', 'c'"
    assert listing(range(20), 2) == "0, 1, ... (20 in all)"
