"""Which terms keep their meaning wherever the origin is."""

import stattools as st
from stattools.inference.hypotheses.wald import units_of
from tests.inference.diagnostics.checks.r_rows import TABLE


def test_parts_of_products_and_of_curves_depend_on_an_origin():
    units = units_of(st.ols("y ~ x * g + z + I(z**2) + b", TABLE))
    assert {unit.name for unit in units if unit.is_part} == {"x", "g", "z"}


def test_categories_have_their_coefficients_in_each_linear_predictor():
    model = st.softmax("g ~ x + b", TABLE)
    units = units_of(model)
    assert [model.names[k] for k in units[0].coefficients] == ["1: x", "2: x"]
    assert units[0].columns == (1,)


def test_arrays_have_a_unit_for_each_column():
    assert [unit.name for unit in units_of(st.ols([1.0, 2.0, 4.0], [[1.0, 2.0], [2.0, 1.0], [0.0, 1.0]]))] == [
        "x1",
        "x2",
    ]
