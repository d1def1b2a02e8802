"""Generalized variance inflation, against car."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.inference.diagnostics.assumptions import inflation
from stattools.inference.diagnostics.check import LookedAt
from tests.inference.diagnostics.checks.planted import of, rows
from tests.inference.diagnostics.checks.r_rows import TABLE

VIF = {"x": 1.39574374265, "z": 1.40263549876, "g": 1.00354891297}
"""vif(lm(y ~ x + z + g)) of car 3.1, its last column."""
OF_LOGIT = {"x": 1.354941841, "z": 1.362088306, "g": 1.004756828}
"""vif(glm(b ~ x + z + g, family = binomial)), whose fit has as many digits."""


def found(formula, table=TABLE, make=st.ols):
    return inflation(LookedAt(st.fit(make(formula, table))))


def test_factors_are_those_of_car():
    ours = found("y ~ x + z + g")
    assert_allclose([ours[name] for name in VIF], list(VIF.values()), rtol=1e-11)
    ours = found("b ~ x + z + g", make=st.logistic)
    assert_allclose([ours[name] for name in OF_LOGIT], list(OF_LOGIT.values()), rtol=1e-7)


@pytest.mark.parametrize("formula", ["y ~ 0 + g + x + z", "y ~ C(g, contr.sum) + z + x"])
def test_coding_of_a_category_changes_nothing(formula):
    ours = found(formula)
    assert_allclose(sorted(ours.values()), sorted(VIF.values()), rtol=1e-11)


def test_origin_and_unit_change_nothing_where_there_are_products_and_curves_too():
    formula = "y ~ x * z + I(z**2) + g"
    moved = TABLE | {"x": 1000.0 * TABLE["x"] + 5e5, "z": TABLE["z"] + 2000.0}
    ours, other = found(formula), found(formula, moved)
    assert set(ours) == {"x", "z and I(z ** 2)", "g"}
    assert_allclose(list(other.values()), list(ours.values()), rtol=1e-6)  # z^2 + 4e6 has lost six digits


def test_columns_that_go_together_are_named():
    R = rows()
    R["twin"] = R["x"] + 0.1 * R["z"]
    row = of(st.fit(st.ols("eta ~ x + twin", R | {"eta": R["eta"] + R["noise"]})), "collinearity")
    assert row.verdict == "no"
    assert "x" in row.advice or "twin" in row.advice


def test_the_constant_among_categories_is_no_collinearity():
    g = np.repeat(["a", "b"], 30)
    assert found("y ~ 0 + g + x", TABLE | {"g": g})["x"] < 2.0
