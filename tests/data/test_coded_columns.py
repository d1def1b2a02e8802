"""Columns of a factor kept as codes are those of all its levels, in their order and by their names."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal

import stattools as st
from stattools.data.dataset import read
from stattools.data.design import design
from stattools.numerics.columns import Columns

rng = np.random.default_rng(0)
N = 40
DATA = pd.DataFrame({
    "y": rng.standard_normal(N), "x": rng.standard_normal(N), "z": rng.standard_normal(N),
    "g": list("cabedcab") * 5, "h": list("pqpq") * 10, "k": rng.integers(0, 6, N) + 0.5,
})  # fmt: skip
RIGHT = {
    "x * G": (4, 2), "G + G:x": (4, 2), "0 + G + G:x": (5, 2), "G:x": (5, 1), "x + G:x": (4, 1),
    "0 + G + x + G:x": (4, 2),
    "poly(x, 2) * G": (4, 3), "G:h": (4, 2), "x:G:h": (5, 2), "h * G * x": (4, 4), "z + G:center(x) + h": (5, 1),
    "0 + x:G + z:G": (5, 2), "h:G + x:G": (4, 3),
}  # fmt: skip


@pytest.mark.parametrize("factor", ["g", "C(g)", "C(k)"])
@pytest.mark.parametrize("right", RIGHT)
def test_slopes_by_level_are_the_columns_of_all_levels(right, factor, monkeypatch):
    formula, (levels, kinds) = "y ~ " + right.replace("G", factor), RIGHT[right]
    plain = read(formula, DATA)
    monkeypatch.setattr(design, "MANY", 4)
    coded = read(formula, DATA, coded=True)
    assert type(coded.X) is Columns
    assert coded.X.places.shape == (levels + (factor == "C(k)"), kinds)
    assert coded.design.names == plain.design.names
    assert_array_equal(np.asarray(coded.X), plain.X)
    assert_array_equal(np.asarray(coded.design.encode(DATA[3:9])), plain.X[3:9])


def test_a_factor_in_no_product_has_one_column_for_each_level(monkeypatch):
    monkeypatch.setattr(design, "MANY", 4)
    assert read("y ~ x + g", DATA, coded=True).X.slopes is None
    ones = read("y ~ g:x", DATA.assign(x=1.0), coded=True)
    assert ones.X.slopes is not None  # whatever the numbers are: new rows may have others


@pytest.mark.parametrize("right", ["C(g, contr.sum) * x", "g:C(k)", "g:poly(x, 3):h + g:z", "g:x + C(g)"])
def test_factors_whose_columns_are_made(right, monkeypatch):
    monkeypatch.setattr(design, "MANY", 4)
    monkeypatch.setattr(design, "MOST_SLOPES", 3)
    assert isinstance(read("y ~ " + right, DATA, coded=True).X, np.ndarray)


def test_levels_that_are_codes_need_no_room_for_columns(monkeypatch):
    data = pd.DataFrame({"y": np.arange(40.0) % 7, "x": np.arange(40.0) ** 0.5, "g": list("abcdefgh") * 5})
    monkeypatch.setattr(design, "LARGEST", 300)  # of 40 rows times 8 levels
    with pytest.raises(st.DomainError, match=r"the term 'x:C\(g\)' has 8 levels in 40 rows|the term 'C\(g\)'"):
        st.ols("y ~ x*C(g)", data)
    monkeypatch.setattr(design, "MANY", 4)
    assert len(st.ols("y ~ x*C(g)", data).names) == 16
