import ast

import pytest

from stattools.data.formula.expression import BREAKS, OPERATORS, TRANSFORMS, breaks


def test_every_operation_of_a_formula_says_where_it_breaks():
    assert set(BREAKS) == {*OPERATORS, *TRANSFORMS}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("log(x + 1) * exp(x) / z", []),
        ("x ** 3", []),
        ("x ** -1", [("x", (0.0,))]),
        ("x ** z", [("x", (0.0,))]),
        ("2 ** x", []),
        ("z / (x - 1)", [("x - 1", (0.0,))]),
        ("abs(z) + sqrt(log(x))", [("log(x)", (0.0,))]),
        ("bs(x, degree=2)", [("x", (1.0,))]),
        ("bs(x, degree=2, extrapolation='clip')", [("x", (1.0,)), ("x", (-2.0, 2.0))]),
        ("bs(x)", []),
        ("cr(x, extrapolation='zero')", [("x", (-2.0, 2.0))]),
    ],
)
def test_breaks_of_what_names_the_column(text, found):
    state = {text: {"lower_bound": -2.0, "upper_bound": 2.0, "knots": [-2.0, 0.5, 1.0, 1.0, 2.0]}}
    of_x = [one for one in breaks(ast.parse(text, mode="eval").body, "x", state) if one.points]
    assert [(ast.unparse(one.argument), one.points) for one in of_x] == found
    assert not any(one.is_step for one in of_x)
