import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as some
from numpy.testing import assert_allclose, assert_array_equal

import stattools as st
from stattools.data.formula.formula import grouped_formula
from stattools.data.tables.arrays import binary, categories, numeric
from stattools.errors import DomainError
from tests.cases import rng

YES = pd.Series(pd.Categorical(["yes", "no", "yes"], categories=["yes", "no", "never"]))


@pytest.mark.parametrize(
    "values", [[1, 0, 2], np.array([1, 0, 2], np.uint8), np.array([1.0, 0.0, 2.0]), pd.Series([1, 0, 2], dtype="Int64")]
)
def test_numbers_are_numeric(values):
    found = numeric(values, "y")
    assert found.dtype == np.float64
    assert found.tolist() == [1.0, 0.0, 2.0]


def test_truth_values_are_numeric():
    assert numeric(np.array([True, False]), "y").tolist() == [1.0, 0.0]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (["a", "b"], "needs an outcome of numbers; 'y' holds 2 categories .'a', 'b'.: use st.logistic"),
        (["a", "b", "c"], "3 categories .*: use st.ordinal .*, st.softmax"),
        ([1.0, np.nan], "outcome 'y' has 1 missing or infinite values; the first is nan in row 1"),
        ([], "at least one row"),
        (np.ones((2, 2)), r"one value per row .* got shape \(2, 2\)"),
        ({"y": [1]}, "must be a list or an array"),
        (3, "one value per row"),
    ],
)
def test_what_is_not_numeric(values, words):
    with pytest.raises(DomainError, match=words):
        numeric(values, "y")


@pytest.mark.parametrize(
    ("values", "y", "labels"),
    [
        ([0, 1, 1], [0, 1, 1], None),
        (np.array([0.0, 1.0, 1.0]), [0, 1, 1], None),
        (pd.Series([0, 1, 1], dtype="Int8"), [0, 1, 1], None),
        ([False, True, True], [0, 1, 1], (False, True)),
        (pd.Series([False, True, True], dtype="boolean"), [0, 1, 1], (False, True)),
        (["no", "yes", "yes"], [0, 1, 1], ("no", "yes")),
        (np.array(["no", "yes", "yes"]), [0, 1, 1], ("no", "yes")),
        (YES, [0, 1, 0], ("yes", "no")),  # a categorical column has its own order; "never" does not occur
        (pd.Series([2, 1, 2], dtype="category"), [1, 0, 1], (1, 2)),
    ],
)
def test_yes_or_no(values, y, labels):
    found, names = binary(values, "y")
    assert found.dtype == np.float64
    assert found.tolist() == y
    assert names == labels
    assert labels is None or [type(name) for name in names] == [type(label) for label in labels]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ([1, 2, 1], r"is 0 or 1; 'y' holds 1, 2: recode it, for example .I\(y == 2\) ~"),
        ([0.0, 0.5], "'y' holds 0.0, 0.5: recode"),
        ([3, 3], "'y' holds 3: recode"),
        ([0, 1, 2, 3], r"has two classes; 'y' has 4 .0, 1, 2, 3.: use st.ordinal"),
        (["a", "b", "c"], "'y' has 3 .'a', 'b', 'c'.: use st.ordinal"),
        ([1, 1], "'y' has one class only: all its values are 1; a model needs both"),
        ([0.0, 0.0], "all its values are 0.0"),
        ([True, True], "all its values are True"),
        (["a", "a"], "all its values are 'a'"),
        (np.arange(20), r"'y' has 20 .0, 1, 2, 3, 4, \.\.\.\)"),
        ([0.0, np.inf], "the first is inf in row 1"),
        (["a", None], "outcome 'y' has 1 missing or infinite values; the first is None in row 1"),
    ],
)
def test_what_is_not_yes_or_no(values, words):
    with pytest.raises(DomainError, match=words):
        binary(values, "y")


@pytest.mark.parametrize(
    ("values", "reference", "codes", "labels"),
    [
        (["b", "a", "c", "a"], None, [1, 0, 2, 0], ("a", "b", "c")),
        (["b", "a", "c", "a"], "c", [2, 1, 0, 1], ("c", "a", "b")),
        ([3, 1, 2, 1], None, [2, 0, 1, 0], (1, 2, 3)),
        ([3, 1, 2, 1], 2, [2, 1, 0, 1], (2, 1, 3)),
        ([3.0, 1.0, 2.0, 1.0], 3, [0, 1, 2, 1], (3, 1, 2)),
        ([True, False], True, [0, 1], (True, False)),
        (YES, None, [0, 1, 0], ("yes", "no")),
        (pd.Series(["b", "a"], dtype="string"), None, [1, 0], ("a", "b")),
    ],
)
def test_categories(values, reference, codes, labels):
    found, names = categories(values, "y", reference)
    assert found.dtype == np.int64
    assert found.tolist() == codes
    assert names == labels
    assert [type(name) for name in names] == [type(label) for label in labels]


@given(some.lists(some.sampled_from("abcde"), min_size=2).filter(lambda values: len(set(values)) > 1), some.data())
def test_labels_of_codes_are_the_values_whatever_the_reference(values, data):
    reference = data.draw(some.sampled_from(values))
    codes, labels = categories(values, "y", reference)
    assert_array_equal(np.array(labels)[codes], values)
    assert labels[0] == reference
    assert sorted(labels) == sorted(set(values))


@pytest.mark.parametrize(
    ("values", "reference", "words"),
    [
        (["a", "b"], "z", "reference='z' is not a category of 'y'; they are 'a', 'b'"),
        (["a", "a"], None, "'y' has one class only .'a'."),
        ([2, 2], None, "'y' has one class only .2."),
        ([0.5, 1.0], None, r"'y' holds numbers that are not whole .0.5, 1.0.: use st.ols"),
        ([1.0, np.nan], None, "missing or infinite"),
    ],
)
def test_what_is_not_categories(values, reference, words):
    with pytest.raises(DomainError, match=words):
        categories(values, "y", reference)


@pytest.mark.parametrize("kind", ["i1", "u8", "i8", "f8"])
@pytest.mark.parametrize("values", [[3, 0, 5, 3, 0, 7], [2, 1, 1], [100, 7, 100], [0, 9, 2]])
def test_small_whole_numbers_are_counted_to_the_same_categories(values, kind):
    codes, labels = categories(np.array(values, kind), "y")
    found, places = np.unique(values, return_inverse=True)
    assert labels == tuple(found.tolist())
    assert {type(label) for label in labels} == {int}
    assert_array_equal(codes, places)
    assert categories(np.array([-3, 2, -3]), "y")[1] == (-3, 2)


def table():
    g = rng(0)
    data = pd.DataFrame({"dose": g.normal(size=40), "n": g.integers(0, 9, 40)})
    data["dead"] = g.binomial(data.n, 0.4)
    return data.assign(alive=data.n - data.dead)


def singles(data):
    rows = [(r.dose, k < r.dead) for r in data.itertuples() for k in range(int(r.n))]
    return {"dose": [x for x, _ in rows], "dead": [y for _, y in rows]}


def test_grouped_counts_are_the_single_trials():
    data = table()
    grouped = st.fit(st.logistic("dead + alive ~ dose", data))
    by_trials = st.fit(st.logistic("dead ~ dose", data, trials="n"))
    by_arrays = st.fit(st.logistic(data.dead, data[["dose"]], trials=data.n))
    single = st.fit(st.logistic("dead ~ dose", singles(data)))
    for fit in (grouped, by_trials, by_arrays):
        assert_allclose(fit.estimate, single.estimate, rtol=1e-9)
        assert_allclose(fit.se, single.se, rtol=1e-9)
    assert "P(dead), successes out of" in str(grouped)
    assert_allclose(grouped.predict(align=False), single.predict({"dose": data.dose[data.n > 0]}), rtol=1e-9)


def test_names_in_backticks():
    data = table().rename(columns={"dead": "no more", "alive": "still here"})
    fit = st.fit(st.logistic("`no more` + `still here` ~ dose", data))
    assert_allclose(fit.estimate, st.fit(st.logistic("dead + alive ~ dose", table())).estimate)


@pytest.mark.parametrize("formula", ["dead ~ dose", "log(a) + b ~ x", "a * b ~ x", "a + b + c ~ x"])
def test_other_left_sides_are_left_alone(formula):
    assert grouped_formula(formula) == (formula, None)


@pytest.mark.parametrize(
    ("formula", "options", "message"),
    [
        ("dead + alive ~ dose", {"trials": "n"}, "give one of the two"),
        ("dead + alive ~ dose + alive", {}, "part of the outcome"),
        ("dead ~ dose", {"trials": [1] * 39 + [900]}, "do not exceed their trials"),
        ("dead + nothing ~ dose", {}, "nothing"),
    ],
)
def test_bad_groups_are_refused(formula, options, message):
    with pytest.raises(st.DomainError, match=message):
        st.logistic(formula, table(), **options)


def test_one_class_only():
    data = table().assign(dead=0)
    with pytest.raises(st.DomainError, match="no success in any row"):
        st.logistic("dead ~ dose", data, trials="n")


def test_the_dot_leaves_the_failures_out():
    assert st.logistic("dead + alive ~ .", table()[["dead", "alive", "dose"]]).names == ("Intercept", "dose")
    assert np.isfinite(st.fit(st.logistic("dead + alive ~ dose", table())).estimate).all()


@pytest.mark.parametrize("read", [numeric, binary])
def test_more_than_two_categories_are_sent_to_models_of_an_order_and_of_none(read):
    values = pd.Series(pd.Categorical(["low", "mid", "high", "mid"], categories=["low", "mid", "high"], ordered=True))
    with pytest.raises(DomainError, match=r"st\.ordinal for categories in an order, st\.softmax for other"):
        read(values, "pain")
