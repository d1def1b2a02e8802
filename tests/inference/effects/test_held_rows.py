"""Rows with variables held, rows of one level, and the reference grid."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.errors import DomainError, IncompatibleError
from stattools.inference.effects.averages import population

DATA = pd.DataFrame({"x": [1.0, 2, 3, 4, 5, 9], "g": list("aabbcc"), "s": [0, 1, 0, 1, 0, 1], "w": [1, 2, 1, 2, 1, 2]})
DATA["y"] = [1.0, 3.0, 2.0, 5.0, 4.0, 9.0]
MODEL = st.ols("y ~ x + g + s", DATA, weights="w")
ROWS = population(MODEL)


def test_held_rows_are_those_of_the_table_with_the_value():
    held = ROWS.holding({"x": 2.5, "g": "b"})
    assert_allclose(held.model.rows.X, MODEL.design.encode(DATA.assign(x=2.5, g="b")))
    assert_allclose(held.X({"g": "c"}), MODEL.design.encode(DATA.assign(x=2.5, g="c")))
    assert ROWS.holding({}) is ROWS


def test_levels_are_those_of_categories_and_of_numbers_with_two_values():
    assert ROWS.grid_levels("g") == ("a", "b", "c")
    assert ROWS.grid_levels("s") == (0.0, 1.0)
    assert ROWS.grid_levels("x") is None
    assert ROWS.cells(None) == [()]
    assert ROWS.cells(["s", "g"])[1] == (("s", 0.0), ("g", "b"))
    with pytest.raises(DomainError, match="by= needs categories, and 'x' is a number"):
        ROWS.cells("x")


def test_rows_of_a_level_keep_their_weight():
    found = ROWS.of_level((("g", "b"),))
    assert found is not None
    assert found.model.rows.weight.tolist() == [0, 0, 1, 2, 0, 0]
    assert ROWS.of_level((("g", "a"), ("x", 9.0))) is None


def test_the_grid_counts_levels_alike_and_has_numbers_at_their_mean():
    rows = ROWS.grid({"g": "a"})
    found = rows.block(rows.X({"g": "b"}))
    assert_allclose(found.X, [[1.0, np.average(DATA.x, weights=DATA.w), 1.0, 0.0, 0.5]])
    assert found.offset is None


def test_what_cannot_be_held_is_told():
    assert ROWS.require_held({"x": 3, "g": "a"}) == {"x": 3, "g": "a"}
    for wrong, said in (
        ({"x": [1, 2]}, "a finite number"),
        ({"g": "d"}, "one of its levels"),
        ({"u": 1}, "no variable"),
    ):
        with pytest.raises(DomainError, match=said):
            ROWS.require_held(wrong)


def test_rows_in_files_have_held_rows_and_no_rows_of_a_level(tmp_path):
    DATA.to_parquet(tmp_path / "d.parquet")
    fit, there = (st.fit(st.ols("y ~ x + g", table)) for table in (DATA, st.scan(tmp_path / "d.parquet")))
    for name in ("means", "contrasts"):
        ours, theirs = (getattr(one, name)("g") for one in (fit, there))
        assert_allclose(theirs[["estimate", "se"]], ours[["estimate", "se"]], rtol=1e-7)
    ours, theirs = (one.marginal_effects(at={"x": 2.0}) for one in (fit, there))
    assert_allclose(theirs.estimate, ours.estimate, rtol=1e-6)
    with pytest.raises(IncompatibleError, match="by= averages over some of the rows"):
        there.marginal_effects(by="g")
    with pytest.raises(IncompatibleError, match="needs the means of the columns"):
        there.means("g", over="grid")
