import datetime
import re
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import scipy.sparse
from hypothesis import given
from hypothesis import strategies as some

import stattools as st
from stattools.data.tables.columns import checked, clean, finite, listing, missing, sorted_codes
from stattools.data.tables.table import series, table
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
        (np.array([np.timedelta64(1, "D")], dtype=object), "holds durations.*total_seconds"),
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


N = 12
FRAME = {
    "y": [1.0, 3.0, 2.0, 5.0, 4.0, 6.0, 5.0, 8.0, 7.0, 9.0, 8.0, 11.0],
    "x": list(range(N)),
    "c": [0, 1, 2, 1] * 3,
}
OLS = st.fit(st.ols("y ~ x", FRAME))
RATE = st.fit(st.poisson("c ~ x", FRAME, exposure="y"))


def objects(*values):
    """An array of objects that repeats the values."""
    found = np.empty(N, dtype=object)
    for place in range(N):
        found[place] = values[place % len(values)]
    return found


DAY, LONG = datetime.datetime(2020, 1, 1), datetime.timedelta(1)
HOSTILE = {
    "signaling NaN": objects(Decimal(1), Decimal("sNaN")),
    "endless decimal": objects(Decimal(1), Decimal("Infinity")),
    "decimal beyond float64": objects(Decimal(1), Decimal("1e400")),
    "fraction beyond float64": objects(Fraction(10**400, 3), 1),
    "whole number beyond float64": objects(10**400, 1),
    "thousands of digits": objects(10**5000, 1.5),
    "longdouble": np.full(N, np.longdouble("1e4000")),
    "complex": np.arange(N) + 1j,
    "complex objects": objects(1j, 2),
    "dates": pd.Series(pd.date_range("2020", periods=N)),
    "dates of NumPy": np.arange(N).astype("M8[D]"),
    "dates of Python": objects(DAY, DAY + LONG),
    "dates of Polars": pl.Series([DAY] * N),
    "dates of Arrow": pa.array([DAY] * N),
    "dates with a zone": pd.Series(pd.date_range("2020", periods=N, tz="UTC")),
    "periods": pd.Series(pd.period_range("2020", periods=N, freq="D")),
    "durations": np.arange(N).astype("m8[D]"),
    "durations of Python": objects(LONG),
    "durations of Polars": pl.Series([LONG] * N),
    "intervals": pd.Series(pd.interval_range(0, N)),
    "lists": objects([1], [2, 3]),
    "ragged": [[1], [1, 2]] * (N // 2),
    "dicts": objects({}, {1: 2}),
    "structs": pl.Series([{"a": 1}] * N),
    "bytes": objects(b"a", b"b"),
    "bytes as categories": pd.Categorical(objects(b"a", b"b")),
    "structured": np.zeros(N, dtype=[("a", float), ("b", int)]),
    "void": np.zeros(N, "V8"),
    "sparse matrix": scipy.sparse.csr_matrix(np.ones((N, 1))),
    "sparse array": scipy.sparse.coo_array(np.ones((N, 1))),
    "sparse vector": scipy.sparse.coo_array(np.ones(N)),
    "two columns": pd.DataFrame({"a": range(N), "b": range(N)}),
    "index of two levels": pd.MultiIndex.from_arrays([range(N), range(N)]),
    "one number": np.array(2.0),
    "nothing": [],
    "a set": set(range(N)),
    "text and numbers": objects("a", 1),
    "half a character": objects("\ud800", "a"),
    "levels that read the same": pd.Categorical(objects(1, "1")),
    "truth and its text": pd.Categorical(objects(True, "True")),
    "a date and its text": pd.Categorical(objects(DAY.date(), "2020-01-01")),
    "all masked": np.ma.masked_all(N),
    "all missing": objects(pd.NA),
    "objects": objects(object()),
}
TAKERS = {
    "predictor": lambda v: st.ols("y ~ v", FRAME | {"v": v}),
    "category": lambda v: st.ols("y ~ C(v)", FRAME | {"v": v}),
    "outcome": lambda v: st.ols("v ~ x", FRAME | {"v": v}),
    "X": lambda v: st.ols(FRAME["y"], v),
    "y": lambda v: st.ols(v, FRAME["x"]),
    "labels": lambda v: st.softmax("v ~ x", FRAME | {"v": v}),
    "weights": lambda v: st.ols("y ~ x", FRAME, weights=v),
    "offset of arrays": lambda v: st.ols(FRAME["y"], FRAME["x"], offset=v),
    "new rows": lambda v: OLS.predict({"x": v}),
    "new exposure": lambda v: RATE.predict(FRAME, exposure=v),
    "many outcomes": lambda v: st.fit_many(OLS.model, outcomes=[v, v]),
    "series": lambda v: st.local_level(v),
    "series of a formula": lambda v: st.smooth_trend("v ~ x", FRAME | {"v": v}),
    "smoothing": lambda v: st.exponential_smoothing(v),
    "filter": lambda v: st.exponential_filter(v, 0.5),
    "flips": lambda v: st.coin(v),
    "counts": lambda v: st.binomial(v, 5),
    "rate": lambda v: st.poisson_rate(v),
    "exposure": lambda v: st.poisson_rate(FRAME["c"], exposure=v),
    "waits": lambda v: st.geometric(v),
    "sample": lambda v: st.normal(v),
    "known sd": lambda v: st.normal(FRAME["y"], sd=v),
    "rows": lambda v: st.multivariate_normal(v),
    "prior": lambda v: st.Beta(v, 1.0),
}
FINE = {
    ("filter", "complex"),  # a signal may be complex, and its values may be missing everywhere where they are masked
    ("category", "intervals"),  # categories of anything become their text
    ("rows", "two columns"),
    ("X", "two columns"),
    ("rows", "structured"),
    ("X", "structured"),
    ("series", "structured"),  # two series
    ("series", "two columns"),
    ("filter", "two columns"),
    ("counts", "one number"),
    ("exposure", "one number"),
    ("waits", "one number"),
    ("prior", "one number"),
    ("known sd", "one number"),
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("taker", TAKERS)
def test_what_no_column_can_be_is_an_error_of_ours(taker):
    for name, values in HOSTILE.items():
        if (taker, name) in FINE:
            continue
        try:
            TAKERS[taker](values)
        except st.StattoolsError:
            continue
        raise AssertionError(f"{name} is taken as {taker}")


@pytest.mark.parametrize("name", ["lists", "dicts", "ragged", "sparse matrix", "sparse vector", "two columns"])
def test_labels_that_cannot_be_compared(name):
    with pytest.raises(st.StattoolsError):
        st.fit(OLS.model, cov=st.Cluster(HOSTILE[name]))
    with pytest.raises(st.StattoolsError):
        st.fit_many("y ~ 1", FRAME | {"v": HOSTILE[name]}, by="v")


@pytest.mark.parametrize("name", ["sparse matrix", "sparse array", "sparse vector"])
def test_sparse_columns_are_called_sparse(name):
    thing = HOSTILE[name]
    for ask in (
        lambda: st.ols(thing, np.arange(N)),
        lambda: st.ols("v ~ 1", {"v": thing, "y": np.arange(N)}),
        lambda: st.ols("y ~ v", FRAME | {"v": thing}),
        lambda: st.ols("y ~ 1", FRAME, weights=thing),
        lambda: st.fit(OLS.model, cov=st.Cluster(thing)),
        lambda: OLS.check(order=thing),
    ):
        with pytest.raises(st.DomainError, match="is a sparse matrix; make it dense") as caught:
            ask()
        assert "\n" not in str(caught.value)


def test_dates_are_labels():
    by_day = st.fit(OLS.model, cov=st.Cluster(np.repeat(np.arange(6), 2).astype("M8[D]")))
    np.testing.assert_array_equal(by_day.se, st.fit(OLS.model, cov=st.Cluster(np.repeat(np.arange(6), 2))).se)
    assert len(st.fit_many("y ~ 1", FRAME | {"v": np.repeat(np.arange(6), 2).astype("M8[D]")}, by="v")) == 6


def test_no_groups_at_all():
    with pytest.raises(st.DomainError, match="Cluster needs groups"):
        st.Cluster(None)  # type: ignore[arg-type]
    with pytest.raises(st.IncompatibleError, match="cov= is one of"):
        st.fit(OLS.model, cov=None)  # type: ignore[arg-type]


def test_numbers_in_any_dress_are_the_same_series():
    whole = st.local_level(FRAME["y"])
    for dress in (
        objects(*map(Decimal, FRAME["y"])),
        objects(*map(Fraction, FRAME["y"])),
        pd.array(FRAME["y"], dtype="Float64"),
        pl.Series(FRAME["y"]),
        pa.array(FRAME["y"]),
    ):
        np.testing.assert_array_equal(st.local_level(dress).y, whole.y)


@pytest.mark.parametrize(
    "values",
    [[0, 1, 2, 1], [2, 0, 2], [3, 3], [7, 1, 0], [-1, 0, 1], [2**62, 0], [True, False, True], [0.5, 0.0], [2, 2, 2, 2]],
    ids=str,
)
def test_values_that_occur_and_their_places_are_those_of_a_sort(values):
    labels, codes = sorted_codes(pd.Series(values))
    sorted_labels, sorted_places = np.unique(values, return_inverse=True)
    assert labels == sorted_labels.tolist()
    assert codes.tolist() == sorted_places.tolist()


@pytest.mark.parametrize("values", [[1.0, 2.0], [1, 2], [True, False]])
def test_a_column_of_numbers_is_what_cleaning_makes_of_it(values):
    column = pd.Series(values)
    assert not missing(column).any()
    assert checked(column, np.arange(2)) is column


@pytest.mark.parametrize("dtype", ["<f8", ">f8"])
def test_missing_groups_are_dropped_in_any_byte_order(dtype):
    group = np.array([1.0, 1.0, 2.0, 2.0, np.nan, 3.0, 3.0], dtype=dtype)
    model = st.linear_mixed("y ~ (1 | g)", {"y": np.arange(7.0) ** 2, "g": group})
    assert "6 rows, 3 levels of g, 1 dropped" in " ".join(str(model).split())


TEXT_OF_NUMBERS = {
    "dots": ["1.5", ".", "2", "-3e1"],
    "decimal commas": ["1,5", "NA", "2,25", "3"],
    "blank": ["1", " ", "2", "1"],
}
TEXT_OF_NUMBERS |= {"mixed": [1.5, ".", 2, 3], "categories": pd.Categorical(["1", "?", "2", "1"])}


@pytest.mark.parametrize("name", TEXT_OF_NUMBERS)
def test_marks_of_missing_values_among_numbers_are_told(name, tmp_path):
    rows = pd.DataFrame({"x": TEXT_OF_NUMBERS[name], "z": [1.0, 3.0, 2.0, 5.0], "n": [5, 6, 7, 8]})
    mark = next(repr(value) for value in rows.x if isinstance(value, str) and not value[-1].isdigit())
    said = re.escape(
        f"it holds numbers, and {mark} where a value seems to be missing. Read it as missing, as by pandas."
    )
    for ask in (
        lambda: st.ols("z ~ x", rows),
        lambda: st.ols("z ~ C(x)", rows),
        lambda: st.ols("x ~ z", rows),
        lambda: st.softmax("x ~ z", rows),
        lambda: st.ols("z ~ n", rows, weights="x"),
        lambda: st.linear_mixed("z ~ n + (1 | x)", rows),
        lambda: st.kaplan_meier("survival(x) ~ 1", rows),
    ):
        with pytest.raises(st.DomainError, match=f"column 'x' is text: {said}"):
            ask()
    if name not in ("mixed", "categories"):
        rows.to_parquet(tmp_path / "rows.parquet")
        with pytest.raises(st.DomainError, match=f"column 'x' is text: {said}"):
            st.ols("z ~ x", st.scan(tmp_path / "rows.parquet"))
        with pytest.raises(st.DomainError, match=said):
            st.fit(st.ols("z ~ 1", rows), cov=st.Cluster("x"))


def test_a_file_of_dots_is_read_as_the_message_says(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text("x,z\n1.5,1\n.,3\n2,2.5\n4,6\n", encoding="utf-8")
    with pytest.raises(st.DomainError, match=r"na_values=\['\.'\]"):
        st.ols("z ~ x", pd.read_csv(path))
    assert st.ols("z ~ x", pd.read_csv(path, na_values=["."])).dropped == {"x": 1}


def test_categories_beside_marks_stay_categories():
    for levels in (["a", ".", "b"], ["1", "3+", "-"], [".", ".", "-"], ["1", "2", "other"]):
        assert clean(pd.Series(levels)).dtype == "category"
