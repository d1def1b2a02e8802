"""Rank beside slopes by level: the same coefficients are refused as with all columns."""

import numpy as np
import pandas as pd
import pytest

import stattools as st
from stattools.data.design import design

rng = np.random.default_rng(2)
DATA = pd.DataFrame({"y": rng.standard_normal(60), "g": list("abcdef") * 10, "x": rng.standard_normal(60)})
STILL = DATA.assign(x=DATA["x"].where(DATA["g"] != "c", 7.3))
"""x is the same in all rows of level c."""


def error(formula, data, many, **beside):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(design, "MANY", many)
        model = st.ols(formula, data, **beside)
    with pytest.raises(st.IdentificationError) as raised:
        st.fit(model)
    return str(raised.value)


@pytest.mark.parametrize("formula", ["y ~ x * g", "y ~ 0 + g + g:x", "y ~ g + g:x"])
def test_a_slope_in_a_level_whose_number_does_not_vary_is_named(formula):
    found, expected = (error(formula, STILL, many) for many in (4, 10**9))
    name = next(name for name in st.ols(formula, STILL).names if ":" in name and "c]" in name)
    assert f"cannot tell 1 of its 12 columns from the others: {name} " in found
    assert f"cannot tell 1 of its 12 columns from the others: {name} " in expected


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("order", ["z * g + x * g", "x * g + z * g"])
def test_what_rounding_leaves_of_a_number_beside_another_slope_is_no_column(order, seed):
    own = np.random.default_rng(seed)
    g, (x, y, z) = own.choice(list("abcdef"), 81), own.standard_normal((3, 81))
    data = pd.DataFrame({"y": y, "g": g, "z": z, "x": np.where(g == "c", 1.0, x + 1000.0) * own.lognormal(0.0, 5.0)})
    for many in (4, 10**9):
        assert "cannot tell 1 of its 18 columns" in error(f"y ~ {order}", data, many)


def test_a_level_whose_number_does_not_vary_is_enough_for_a_slope_alone():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(design, "MANY", 4)
        found = st.fit(st.ols("y ~ 0 + g:x", STILL))
    assert np.abs(found.estimate - st.fit(st.ols("y ~ 0 + g:x", STILL)).estimate).max() < 1e-12


def test_what_the_levels_make_of_other_columns_is_named():
    data = DATA.assign(z=DATA["x"] * DATA["g"].map("abcdef".index))
    found = error("y ~ z + 0 + g + g:x", data, 4)
    assert "z is a combination of" in found
    assert "the levels of g" in found
    error("y ~ z + 0 + g + g:x", data, 10**9)


def test_a_level_without_columns_is_named_with_the_slopes_of_the_others():
    still = DATA.assign(x=DATA["x"].where(DATA["g"] != "a", 7.3))
    found = error("y ~ x * g", still, 4)
    assert "x is a combination of Intercept and the levels of g (columns such as g[T.b] and x:g[T.b])" in found


def test_a_number_that_is_0_in_a_level_and_a_level_without_weight():
    zero = DATA.assign(x=DATA["x"].where(DATA["g"] != "c", 0.0))
    assert "g[c]:x is 0 in all rows that count" in error("y ~ g:x", zero, 4)
    weighed = DATA.assign(w=(DATA["g"] != "c") * 1)
    assert "all have weight 0. Leave the rows of such levels of g out" in error("y ~ g:x", weighed, 4, weights="w")
