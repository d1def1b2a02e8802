"""Groups and columns of random parts over rows, of the fit and new ones."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from numpy.testing import assert_array_equal

from stattools.data.dataset import mixed_rows
from stattools.errors import DomainError

TABLE = {
    "y": [1.0, 2.0, 4.0, 8.0, 3.0, 5.0, 6.0, 7.0],
    "x": [0.0, 1.0, 2.0, 3.0, 1.0, 0.0, 5.0, 2.0],
    "g": ["b", "b", "a", "a", "b", "b", "a", "a"],
    "h": [2, 2, 2, 2, 1, 1, 1, 1],
    "t": [True, True, False, False, True, True, False, False],
    "k": [0.5, 0.5, 0.5, -1.0, -1.0, -1.0, -1.0, 0.5],
}


def terms(formula, table=TABLE):
    return mixed_rows("st.linear_mixed", formula, table, {})[1].terms


@pytest.mark.parametrize("kind", [dict, pd.DataFrame, pl.DataFrame])
@pytest.mark.parametrize(
    ("column", "levels"), [("g", ("a", "b")), ("h", (1, 2)), ("t", (False, True)), ("k", (-1.0, 0.5))]
)
def test_groups_are_labels_of_any_kind(column, levels, kind):
    (term,) = terms(f"y ~ x + (1 | {column})", kind(TABLE))
    assert term.levels == levels
    assert [levels[code] for code in term.codes] == TABLE[column]
    assert_array_equal(term.z, np.ones((8, 1)))


def test_categories_keep_their_order_and_unused_ones_are_no_groups():
    table = pd.DataFrame(TABLE).assign(g=pd.Categorical(TABLE["g"], categories=["b", "unused", "a"]))
    assert terms("y ~ (1 | g)", table)[0].levels == ("b", "a")


def test_products_of_columns_make_the_groups_that_occur():
    outer, inner = terms("y ~ (1 | g/h)")
    assert (outer.name, outer.levels) == ("(1 | g)", ("a", "b"))
    assert (inner.name, inner.group, inner.levels) == ("(1 | g:h)", "g:h", (("a", 1), ("a", 2), ("b", 1), ("b", 2)))
    assert [inner.levels[code] for code in inner.codes] == list(zip(TABLE["g"], TABLE["h"], strict=True))
    three = terms("y ~ (1 | t:k:h)", {name: values * 2 for name, values in TABLE.items()})[0]
    assert [three.levels[code] for code in three.codes[:8]] == list(
        zip(TABLE["t"], TABLE["k"], TABLE["h"], strict=True)
    )


def test_columns_left_of_the_bar_are_those_of_a_formula():
    (term,) = terms("y ~ (log(x + 1) | g)")
    assert term.columns == ("Intercept", "log(x + 1)")
    assert_array_equal(term.z, np.column_stack([np.ones(8), np.log(np.array(TABLE["x"]) + 1.0)]))
    assert terms("y ~ (0 + t | g)", TABLE | {"t": list("uvuvuvuv")})[0].columns == ("t[u]", "t[v]")
    one, two = terms("y ~ (0 + poly(x, 2) || g)", TABLE)
    assert [term.columns for term in (one, two)] == [("poly(x, 2)[1]",), ("poly(x, 2)[2]",)]


def test_columns_left_of_the_bar_are_the_same_whatever_the_fixed_effects():
    """What is learned of t in y ~ t + (t | g) is learned of it beside a term more."""
    rng = np.random.default_rng(0)
    y, t = rng.normal(size=(2, 12))
    table = {"y": y, "t": t, "c": ["a", "b", "c"] * 4, "g": [1, 2] * 6}
    for right in ("t", "poly(t, 2)", "center(t) + C(c)"):
        one, apart = (
            mixed_rows("st.linear_mixed", f"y ~ {fixed} + ({right} | g)", table, {})
            for fixed in (right, f"{right} + I(t * t * t)")
        )
        (rows, one), (_, apart) = one, apart
        (term,), (other,) = one.terms, apart.terms
        assert_array_equal(term.z, rows.X)
        assert_array_equal(term.z, other.z)
        assert term.columns == other.columns
        assert one.random[0].design.parsed is one.random[0].part.left
        new = {"t": [0.1, 0.2], "c": ["b", "a"], "g": [1, 2]}
        assert_array_equal(one.random[0].terms(new)[0].z, apart.random[0].terms(new)[0].z)


def test_new_rows_are_read_as_those_of_the_fit():
    table = {name: values * 2 for name, values in TABLE.items()}
    _, rows = mixed_rows("st.linear_mixed", "y ~ (center(x) | g:h)", table, {})
    (again,) = rows.random[0].terms(table)
    assert_array_equal(again.codes, rows.terms[0].codes)
    assert_array_equal(again.z, rows.terms[0].z)
    (new,) = rows.random[0].terms({"x": [4, 5, 6], "g": ["b", "c", "a"], "h": [1.0, 1.0, 3.0]})
    assert new.codes.tolist() == [2, -1, -1]
    assert_array_equal(new.z[:, 1], np.array([4.0, 5.0, 6.0]) - np.mean(TABLE["x"]))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"g": [1, 2]}, "levels such as 1, and such as 'a' when the model was fitted"),
        ({"g": ["a", None]}, r"no value in 1 of the 2 rows \(row 1"),
        ({"x": [1.0, None]}, "column 'x' has no value"),
    ],
)
def test_new_rows_that_cannot_be_read_are_named(change, said):
    _, rows = mixed_rows("st.linear_mixed", "y ~ (x | g)", TABLE, {})
    with pytest.raises(DomainError, match=said):
        rows.random[0].terms({"x": [1.0, 2.0], "g": ["a", "b"]} | change)


@pytest.mark.parametrize(
    ("formula", "change", "said"),
    [
        ("y ~ (1 | g)", {"g": ["a"] * 8}, r"'g' of \(1 \| g\) has one level only \('a'\)"),
        ("y ~ (1 | g)", {"g": list("abcdefgh")}, "a level of its own in each of the 8 complete rows"),
        ("y ~ (x | g)", {"g": list("aabbccdd")}, "2 effects in each of 4 groups, 8 in all, and there are 8 complete"),
        ("y ~ (t || g)", {"t": list("uvuvuvuv")}, r"'t' holds categories, .* write \(1 \| g\) \+ \(1 \| g:t\)"),
        ("y ~ (log(x) | g)", {}, r"'log\(x\)' is not finite"),
    ],
)
def test_groups_that_tell_nothing_are_named(formula, change, said):
    with pytest.raises(DomainError, match=said):
        terms(formula, TABLE | change)
