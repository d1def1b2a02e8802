import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import statsmodels.api as sm
from numpy.testing import assert_allclose, assert_array_equal

from stattools.data.dataset import read
from stattools.errors import DomainError

FAIR = sm.datasets.fair.load_pandas().data
SPECTOR = sm.datasets.spector.load_pandas().data
ANES = sm.datasets.anes96.load_pandas().data
TOY = pd.DataFrame(
    {
        "y": [1.0, 2, 4, 3, 5, 9],
        "x": [1, 2, 3, 5, 8, 13],
        "z": [0.5, 1.5, 1.0, 2.0, 2.5, 0.1],
        "g": ["b", "a", "c", "a", "b", "c"],
        "h": pd.Categorical(["lo", "hi", "lo", "hi", "lo", "hi"], categories=["hi", "lo"]),
        "k": [1, 2, 3, 1, 2, 3],
        "flag": [True, False, True, True, False, False],
    }
)


@pytest.mark.parametrize(
    ("data", "formula"),
    [
        (SPECTOR, "GRADE ~ GPA + TUCE + PSI"),
        (FAIR, "affairs ~ rate_marriage*age + C(occupation)*children"),
        (FAIR, "affairs ~ 0 + C(rate_marriage) + C(occupation):age"),
        (FAIR, "affairs ~ C(occupation, contr.sum) + C(educ, contr.helmert) + C(religious, contr.poly)"),
        (FAIR, "affairs ~ C(occupation, contr.treatment(3)) + C(rate_marriage, contr.diff)"),
        (FAIR, "affairs ~ C(occupation, contr.SAS) + scale(age) + center(educ)"),
        (FAIR, "affairs ~ poly(age, 2) + bs(age, df=5) + cr(yrs_married, df=4, constraints='center')"),
        (FAIR, "affairs ~ 0 + cr(yrs_married, df=4) + cc(educ, df=3, constraints='center')"),
        (FAIR, "affairs ~ bs(age, df=6, include_intercept=True)*C(religious)"),
        (FAIR, "affairs ~ (age + educ + children)**3 - age:educ"),
        (FAIR, "affairs ~ C(religious):C(children) + I(age**2 / 100) + log(age)"),
        (ANES, "vote ~ logpopul + selfLR + age + educ + income"),
        (ANES, "vote ~ C(PID) + PID/age"),
        (TOY, "y ~ g*h + g:x"),
        (TOY, "y ~ 0 + h + g"),
    ],
)
def test_x_and_names_are_formulaics_own(data, formula):
    from formulaic import model_matrix

    found = read(formula, data)
    reference = model_matrix(formula.split("~")[1], data)
    assert list(found.design.names) == list(reference.columns)
    assert_array_equal(found.X, reference.to_numpy(dtype=float))
    assert found.X.flags.c_contiguous
    assert_array_equal(found.design.encode(data), found.X)


@pytest.mark.parametrize(
    "formula",
    [
        "affairs ~ C(occupation)*children + age:educ",
        "affairs ~ C(occupation, Treatment(reference=3)) + C(religious, Sum)",
        "affairs ~ bs(age, df=5) + C(rate_marriage):yrs_married",
    ],
)
def test_x_is_patsys(formula):
    import patsy

    found, reference = read(formula, FAIR), patsy.dmatrix(formula.split("~")[1], FAIR)
    assert_allclose(found.X, np.asarray(reference), rtol=0, atol=1e-12)
    if "bs(" not in formula and "Sum" not in formula and "Treatment" not in formula:
        assert list(found.design.names) == reference.design_info.column_names


FORMULAS = [
    "y ~ x + g",
    "y ~ center(x) + scale(z) + h",
    "y ~ poly(x, 2) + C(k)",
    "y ~ bs(x, df=4) + flag",
    "y ~ C(k, contr.sum)*z",
    "y ~ 0 + g:z + C(flag)",
    "y ~ C(g, levels=['c', 'b', 'a']) + I(g == 'a')",
    "y ~ log(x) + sqrt(x) + log2(x) + log10(x) + log1p(x) + exp(z) + expm1(z) + abs(z) + I(z**2)",
    "y ~ 1",
]


@pytest.mark.parametrize("formula", FORMULAS)
@pytest.mark.parametrize("make", [pl.from_pandas, pa.Table.from_pandas, dict, lambda t: t.to_dict("list")])
def test_every_table_gives_the_same_design(formula, make):
    ours, theirs = read(formula, TOY), read(formula, make(TOY))
    assert ours.design.names == theirs.design.names
    assert_array_equal(ours.X, theirs.X)
    assert_array_equal(ours.design.encode(make(TOY)), ours.X)


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_row_alone_is_coded_as_among_the_others(formula):
    data = read(formula, TOY)
    alone = [data.design.encode(TOY.drop(columns="y").iloc[[row]]) for row in range(len(TOY))]
    assert_array_equal(np.vstack(alone), data.X)
    assert_array_equal(data.design.encode(TOY.iloc[::-1]), data.X[::-1])


@pytest.mark.parametrize(
    "new",
    [
        {"x": [2.0], "g": ["a"], "h": ["hi"], "k": [2.0], "flag": [0]},
        {"x": [True + True], "g": pd.Categorical(["a"], categories=["z", "a"]), "h": ["hi"], "k": [2], "flag": [False]},
        {"x": pd.array([2], dtype="Int8"), "g": pl.Series(["a"]), "h": pa.array(["hi"]), "k": ["2"], "flag": [0.0]},
    ],
)
def test_new_rows_may_come_in_another_dress(new):
    design = read("y ~ x + g + h + C(k) + C(flag)", TOY).design
    if new["k"] == ["2"]:
        with pytest.raises(DomainError, match=r"column 'k' has the level '2' .row 0.*it knows 1, 2, 3"):
            design.encode(new)
        new = {**new, "k": [2]}
    assert_array_equal(design.encode(new), [[1, 2, 0, 0, 0, 1, 0, 0]])
    assert design.names[:5] == ("Intercept", "x", "g[T.b]", "g[T.c]", "h[T.lo]")
    assert design.names[5:] == ("C(k)[T.2]", "C(k)[T.3]", "C(flag)[T.True]")


def test_names_follow_the_order_of_the_formula_and_a_bool_is_a_number():
    assert read("y ~ flag + x:g + C(k)", TOY).design.names[:2] == ("Intercept", "flag")


def test_what_was_learned_is_plain():
    design = read("y ~ center(x) + g + C(k)", TOY).design
    assert design.levels == {"g": ("a", "b", "c"), "C(k)": (1, 2, 3)}
    assert set(design.state) == {"center(x)"}
    assert design.formula == "y ~ center(x) + g + C(k)"
    before = repr(design.state)
    design.encode(TOY.iloc[:2])
    assert repr(design.state) == before


def test_two_backticked_names_that_look_alike_to_python_are_two_columns():
    data = {"y": [1.0, 2, 3, 5], "a b": [1.0, 2, 4, 8], "a-b": [0.0, 5, 1, 1], "a b c": [2.0, 2, 2, 3]}
    found = read("y ~ center(`a b`) + center(`a-b`) + I(`a b c` * `a b`)", data)
    assert_allclose(found.X[:, 1], np.array(data["a b"]) - 3.75)
    assert_allclose(found.X[:, 2], np.array(data["a-b"]) - 1.75)
    assert_allclose(found.X[:, 3], np.multiply(data["a b c"], data["a b"]))
    assert found.design.names == ("Intercept", "center(`a b`)", "center(`a-b`)", "I(`a b c` * `a b`)")


def test_small_integers_do_not_overflow():
    data = {"y": [0, 1], "x": np.array([100, 120], dtype=np.int8)}
    assert read("y ~ I(x**2) + I(x + x)", data).X.tolist() == [[1, 10000, 200], [1, 14400, 240]]


ENCODE = "y ~ x + g + log(z)"


@pytest.mark.parametrize(
    ("new", "words"),
    [
        ({"x": [1], "g": ["a"]}, "the data have no column 'z'"),
        ({"x": [1], "G": ["a"], "z": [1]}, "no column 'g'. Did you mean|no column 'g'. The columns"),
        ({"x": [1, 2], "g": ["a", "d"], "z": [1, 1]}, "column 'g' has the level 'd' .row 1, .*it knows 'a', 'b', 'c'"),
        ({"x": [1, None], "g": ["a", None], "z": [1, 1]}, "column 'x' has no value in 1 of the 2 new rows .row 1"),
        ({"x": [1], "g": ["a"], "z": [np.inf]}, "column 'z' is not finite in 1 of 1 rows, first in row 0"),
        ({"x": [np.inf], "g": ["a"], "z": [1]}, "column 'x' is not finite in 1 of 1 rows, first in row 0"),
        ({"x": [1], "g": ["a"], "z": [0]}, "term 'log.z.' is not finite .*log needs values above 0"),
        (
            {"x": ["1"], "g": ["a"], "z": [1]},
            "column 'x' held numbers when the model was fitted and holds categories now",
        ),
        ({"x": [1], "g": ["a"], "z": ["1"]}, "'log.z.' needs numbers; column 'z' holds categories"),
        ({"x": [1], "g": [3], "z": [1]}, "column 'g' has the level 3"),
        ({"x": [], "g": [], "z": []}, "no rows; at least one"),
        ([[1, 2, 3]], "the data must be a table"),
        (pd.DataFrame({"x": pd.to_datetime(["2020-01-01"]), "g": ["a"], "z": [1]}), "column 'x' holds dates"),
    ],
)
def test_new_rows_that_cannot_be_coded(new, words):
    with pytest.raises(DomainError, match=words):
        read(ENCODE, TOY).design.encode(new)


def test_the_outcome_is_not_needed_and_other_columns_do_not_matter():
    design = read(ENCODE, TOY).design
    new = {"x": [1], "g": ["a"], "z": [1.0], "other": [pd.Timestamp("2020-01-01")], "y": [None]}
    assert design.encode(new).tolist() == [[1.0, 1.0, 0.0, 0.0, 0.0]]


@pytest.mark.parametrize(
    ("formula", "words"),
    [
        ("y ~ log(y0)", "term 'log.y0.' is not finite in 1 of 6 rows, first in row 2 .counting from 0.: -inf"),
        ("y ~ sqrt(y0 - 1)", "is not finite in 3 of 6 rows, first in row 0 .*: nan; .*sqrt values from 0"),
        ("y ~ scale(one)", "term 'scale.one.' is not finite in 6 of 6 rows.*a column that varies"),
        ("y ~ poly(k, 5)", "term 'poly.k, 5.' is not finite"),
        ("y ~ I(x / y0)", "is not finite in 1 of 6 rows, first in row 2"),
        ("y ~ big:big2", "product 'big:big2' is not finite in 6 of 6 rows.*rescale"),
        ("y ~ g0", "column 'g0' has one level only .'a'. in the 6 complete rows"),
        ("y ~ g + log(g)", "'log.g.' needs numbers; column 'g' holds categories .'a', 'b', 'c'."),
        ("y ~ I(g > 'a')", "cannot compute .I.g > 'a'.*Unordered"),
        ("y ~ I(x == 'a')", "it compares numbers with text"),
        ("y ~ bs(x, df=2)", "cannot compute 'bs.x, df=2.': Invalid value for `df`"),
        ("y ~ bs(x, df=4, knots=[2])", "cannot compute .*both `df` and `knots`"),
        (
            "y ~ C(g, contr.treatment('z'))",
            "cannot build the columns .*'z'` for `TreatmentContrasts.base` is not among",
        ),
        ("y ~ C(g, levels=['a', 'b'])", "levels= must list every level of the column: 'a', 'b', 'c'"),
        ("y ~ C(g, levels='abc')", "levels= must be a list of different levels; got 'abc'"),
        ("y ~ Intercept", "makes two columns named 'Intercept'"),
        ("y ~ x:z + `x:z`", "makes two columns named 'x:z'"),
    ],
)
def test_terms_that_cannot_be_built(formula, words):
    extra = {
        "y0": [0.5, 0.9, 0.0, 4, 5, 6],
        "one": 1.0,
        "big": 1e200,
        "big2": 1e200,
        "g0": "a",
        "Intercept": TOY["x"],
        "x:z": TOY["x"],
    }
    with pytest.raises(DomainError, match=words):
        read(formula, TOY.assign(**extra))


def test_an_identifier_is_refused_before_memory_runs_out():
    n = 30_000
    with pytest.raises(DomainError, match=r"term 'id' has 30,000 levels in 30,000 rows.*leave an identifier out"):
        read("y ~ id", {"y": np.arange(n), "id": np.arange(n).astype(str)})


def test_a_spline_beyond_its_bounds_says_so():
    design = read("y ~ bs(x, df=4)", TOY).design
    with pytest.raises(DomainError, match=r"'bs\(x, df=4\)' is a spline between .*these rows go beyond them"):
        design.encode({"x": [100]})
    extended = read("y ~ bs(x, df=4, extrapolation='extend')", TOY).design
    assert np.isfinite(extended.encode({"x": [100]})).all()


X = TOY[["x", "z"]]


@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize(
    "new",
    [
        X,
        X[["z", "x"]],
        X.assign(other=1),
        pl.from_pandas(X),
        X.to_dict("list"),
        X.to_numpy(),
        X.to_numpy().tolist(),
        X.to_records(),
    ],
)
def test_array_designs_read_frames_by_name_and_arrays_by_position(new, intercept):
    data = read(TOY["y"], X, intercept=intercept)
    assert data.design.formula is None
    assert data.design.names == (("Intercept", "x", "z") if intercept else ("x", "z"))
    assert_array_equal(data.design.encode(new), data.X)
    assert data.design.encode(new).flags.c_contiguous


def test_frames_without_names_and_models_without_names_go_by_position():
    named, nameless = read(TOY["y"], X).design, read(TOY["y"], X.to_numpy()).design
    assert nameless.names == ("Intercept", "x1", "x2")
    assert_array_equal(named.encode(pd.DataFrame(X.to_numpy())), nameless.encode(X))
    assert_array_equal(nameless.encode(X.rename(columns={"x": "x2", "z": "x1"})), nameless.encode(X[["z", "x"]]))


def test_one_row_and_one_column():
    assert read(TOY["y"], X).design.encode([2.0, 3.0]).tolist() == [[1.0, 2.0, 3.0]]
    assert read(TOY["y"], X["x"]).design.encode([2.0, 3.0]).tolist() == [[1.0, 2.0], [1.0, 3.0]]


@pytest.mark.parametrize(
    ("new", "words"),
    [
        (np.ones((2, 3)), "the model has 2 columns .'x', 'z'.; the new data have 3"),
        (np.ones(3), "the model has 2 columns .*; the new data have 1"),
        (X[["x"]], "the data have no column 'z'"),
        (X.rename(columns={"x": "u", "z": "v"}), "the data have no column 'x'"),
        ([[1.0, np.nan]], "the new data has 1 missing or infinite values"),
        (np.ones((0, 2)), "at least one row"),
        (X.assign(z="a"), "the new data, column 'z', holds categories"),
        (None, "the new data must be a matrix"),
    ],
)
def test_new_arrays_that_do_not_fit(new, words):
    with pytest.raises(DomainError, match=words):
        read(TOY["y"], X).design.encode(new)
