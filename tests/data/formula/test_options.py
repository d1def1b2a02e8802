"""Every constant of every transform and contrast is of its kind, given in order or by name."""

import numpy as np
import pytest

import stattools as st
from stattools.data.formula.expression import expression
from stattools.data.formula.transforms import CONTRASTS, TRANSFORMS

VALUES = ["True", "False", "0", "1", "3", "-1", "2.5", "1e400", "1" * 400, "'no'", "''", "'center'", "'clip'", "'b'"]
VALUES += ["[]", "[1.0, 2.0]", "[2.0, 1.0]", "[1, 1]", "['a', 'b']", "['a', 'a']", "[1e400]"]
CALLS = [(f"{name}(x", ")", transform.constants) for name, transform in TRANSFORMS.items()]
CALLS += [(f"C(g, {name}(", "))", constants) for name, constants in CONTRASTS.items()]
OPTIONS = [(head, tail, key, option) for head, tail, constants in CALLS for key, option in constants.items()]


def taken(text: str) -> bool:
    try:
        expression(text)
    except st.DomainError as error:
        return "must be" not in str(error)
    return True


@pytest.mark.parametrize(("head", "tail", "key", "option"), [case for case in OPTIONS if case[2] != "contrasts"])
def test_a_constant_is_taken_if_it_is_of_its_kind(head, tail, key, option):
    comma = "" if head.endswith("(") else ", "
    good = {value for value in VALUES if taken(f"{head}{comma}{key}={value}{tail}")}
    assert good == {value for value in VALUES if option.accepts(eval(value))}
    assert 0 < len(good) < len(VALUES)


@pytest.mark.parametrize(
    "text",
    [
        "poly(x, 3, raw='no')",
        "poly(x, 3, 'no')",
        "poly(x, 3, 1)",
        "poly(x, 0)",
        "C(g, contr.helmert(scale='x'))",
        "C(g, Helmert('x'))",
        "C(g, contr.diff(0))",
        "C(g, contr.poly([1, 1, 2]))",
        "bs(x, 4, None)",
        "bs(x, df=4, include_intercept=0)",
        "bs(x, knots=[0.6, 0.4])",
        "bs(x, knots=0.5)",
        "cr(x, knots=[0.4, 0.4])",
        "cc(x, df=4, constraints='centre')",
        "cr(x, df=True)",
        "scale(x, center='no')",
        "scale(x, scale=0)",
        "scale(x, True, False, 1.5)",
    ],
)
def test_what_was_read_as_something_else_is_refused(text):
    g = np.random.default_rng(0)
    data = {"y": g.normal(size=30), "x": g.uniform(size=30), "g": list("abc") * 10}
    with pytest.raises(st.DomainError, match=r"must be|may not contain"):
        st.ols(f"y ~ {text}", data)


@pytest.mark.parametrize("text", ["bs(x, knots=[5])", "bs(x, lower_bound=2, upper_bound=-1, extrapolation='extend')"])
def test_knots_lie_within_the_bounds(text):
    with pytest.raises(st.DomainError, match="its knots must lie within"):
        st.ols(f"y ~ {text}", {"y": [1.0, 2, 4, 3, 6], "x": [0.0, 0.1, 0.5, 0.7, 1]})
