import ast

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as some
from numpy.testing import assert_array_equal

from stattools.data.formula.expression import constants, contrast_call, evaluate, short
from stattools.errors import DomainError

VALUES = {"x": np.array([1.0, 2.0, 4.0]), "z": np.array([3.0, 1.0, 0.5])}
GROUP = pd.Series(pd.Categorical(["a", "b", "a"]), name="g")


def tree(text):
    return ast.parse(text, mode="eval").body


def worth(text):
    return evaluate(tree(text), (VALUES | {"g": GROUP}).__getitem__, {})


@pytest.mark.parametrize(
    "text", ["x", "-x + 2*z", "x**2 // 3", "x % 2 - +z", "2**x / (z + 1)", "x*(x > z)", "(x <= 2) * 1 + (z != 1)"]
)
def test_arithmetic_is_pythons(text):
    assert_array_equal(worth(text), eval(text, {}, VALUES))


expressions = some.recursive(
    some.sampled_from(["x", "z"]) | some.floats(0.5, 4).map(repr),
    lambda inner: some.tuples(inner, some.sampled_from("+-*"), inner).map(lambda parts: f"({' '.join(parts)})"),
    max_leaves=8,
)


@given(expressions)
def test_any_nesting_of_arithmetic_is_pythons(text):
    assert_array_equal(worth(text), eval(text, {}, VALUES))


def test_text_compares_with_labels():
    assert_array_equal(worth("g == 'a'"), [1, 0, 1])
    assert_array_equal(worth("'a' != g"), [0, 1, 0])
    assert_array_equal(worth("g == 'never'"), [0, 0, 0])


def test_ordered_categories_have_an_order_and_unordered_ones_none():
    ordered = GROUP.astype(pd.CategoricalDtype(["b", "a"], ordered=True))
    assert_array_equal(evaluate(tree("g > 'b'"), {"g": ordered}.__getitem__, {}), [1, 0, 1])
    with pytest.raises(TypeError, match="Unordered"):
        worth("g > 'a'")


def test_numbers_do_not_compare_with_text():
    with pytest.raises(TypeError, match="compares numbers with text"):
        worth("x == 'a'")


@pytest.mark.parametrize("text", ["g + 1", "-g", "log(g)", "I(g)", "2 * g"])
def test_categories_have_no_arithmetic(text):
    with pytest.raises(DomainError, match=r"needs numbers; column 'g' holds categories .'a', 'b'"):
        worth(text)


def test_learned_constants_are_kept_by_the_text_of_the_call():
    state = {}
    first = evaluate(tree("scale(center(x) + log(z))"), VALUES.__getitem__, state)
    assert set(state) == {"center(x)", "scale(center(x) + log(z))"}
    again = evaluate(tree("scale(center(x) + log(z))"), {n: v[1:] for n, v in VALUES.items()}.__getitem__, state)
    assert_array_equal(again, first[1:])


def test_constants_by_position_and_by_name():
    assert constants(tree("bs(x, 4, degree=2)")) == {"df": 4, "degree": 2}
    assert constants(tree("bs(x, knots=[1, -2.5])")) == {"knots": [1, -2.5]}
    assert contrast_call(tree("contr.sum")) == ("contr.sum", {})
    assert contrast_call(tree("contr.treatment('b')")) == ("contr.treatment", {"base": "b"})
    assert contrast_call(tree("Treatment(reference='b')")) == ("Treatment", {"reference": "b"})


def test_an_unchecked_node_is_never_evaluated():
    with pytest.raises(AssertionError, match="unchecked node"):
        worth("[x]")


def test_short_cuts():
    assert short("abc") == "abc"
    assert short("a" * 99, 10) == "a" * 7 + "..."
