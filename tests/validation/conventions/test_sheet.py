import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import stattools as st
from stattools.validation.conventions.sheet import replaced, sheet_of
from tests.validation.conventions.planted import COX, LOGISTIC, MIXED, OLS, TABLE

GAPS = TABLE.assign(x=TABLE.x.where(TABLE.index % 7 > 0))


@pytest.mark.parametrize("model", [OLS, LOGISTIC, COX, MIXED], ids=lambda model: model.kind)
def test_a_model_is_made_again_from_its_sheet(model):
    again = sheet_of(model).remade(model)
    assert again.names == model.names
    assert_allclose(st.fit(again).estimate, st.fit(model).estimate, rtol=1e-7)


def test_a_sheet_has_the_rows_of_its_model_and_the_whole_table():
    sheet = sheet_of(st.ols("y ~ x + g", GAPS))
    assert len(sheet.frame) == np.count_nonzero(GAPS.x.notna())
    assert len(sheet.whole) == len(GAPS)
    assert_array_equal(sheet.frame.y, GAPS.y[sheet.kept])
    assert "firm" in sheet.labels(20)
    assert "g" not in sheet.numbers()
    assert len(sheet.take(np.arange(5)).frame) == 5


def test_arrays_have_a_sheet_of_their_columns():
    model = st.ols(TABLE.y, TABLE[["x", "z"]])
    again = sheet_of(model).remade(model)
    assert_array_equal(again.rows.X, model.rows.X)
    assert sheet_of(model).whole is None


def test_factors_are_written_otherwise():
    assert replaced("y ~ a.b + `c d`:C(a)", "C(a)", "a") == "y ~ a.b + `c d`:a"
    assert replaced("a ~ a1 + a", "a", "C(a)") == "a ~ a1 + C(a)"
