"""Hypotheses as text: what they mean, whatever the names look like, and why others are refused."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as some
from numpy.testing import assert_array_equal

from stattools.errors import DomainError
from stattools.inference.hypotheses.wald import hypotheses, parse

NAMES = [
    "Intercept",
    "x1",
    "x2",
    "x3",
    "x10",
    "C(rank)[T.2]",
    "bs(z, df=4)[1]",
    "fig: day",
    "my var",
    "x1:x2",
    "log alpha",
]


def unit(name: str, names: list[str] = NAMES) -> np.ndarray:
    return (np.array(names) == name).astype(float)


@pytest.mark.parametrize(
    "text, rows, values",
    [
        ("x1", ["x1"], [0]),
        ("x1 = x2, x3 = 0", ["x1-x2", "x3"], [0, 0]),
        ("x1=x2=0", ["x1-x2", "x2"], [0, 0]),
        ("x1 == 1", ["x1"], [1]),
        ("x1 - x2", ["x1-x2"], [0]),
        ("2*x1 + x2 = 1", ["x1+x1+x2"], [1]),
        ("x1 + x1 + x2 = 1.", ["x1+x1+x2"], [1]),
        ("x10 = -.5e1", ["x10"], [-5]),
        ("1 = x1 - 2", ["-x1"], [-3]),
        ("-(x1 - 3)*2 = x2/4*4", ["-x1-x1-x2"], [-6]),
        ("C(rank)[T.2] = 0", ["C(rank)[T.2]"], [0]),
        ("`C(rank)[T.2]` = `x1`", ["C(rank)[T.2]-x1"], [0]),
        ("bs(z, df=4)[1] = 2", ["bs(z, df=4)[1]"], [2]),
        ("fig: day = my var", ["fig: day-my var"], [0]),
        ("x1:x2 = x1", ["x1:x2-x1"], [0]),
        ("log alpha = 0, Intercept", ["log alpha", "Intercept"], [0, 0]),
    ],
)
def test_what_a_text_means(text, rows, values):
    R, q, labels = parse(text, NAMES)
    expected = []
    for row in rows:
        vector, sign, rest = np.zeros(len(NAMES)), 1.0, row
        while rest:
            sign, rest = (-1.0, rest[1:]) if rest[0] == "-" else (1.0, rest.removeprefix("+"))
            name = max((n for n in NAMES if rest.startswith(n)), key=len)
            vector, rest = vector + sign * unit(name), rest[len(name) :]
        expected.append(vector)
    assert_array_equal(R, expected)
    assert_array_equal(q, values)
    assert len(labels) == len(rows)


def test_labels_are_the_equations_as_written():
    assert parse("x1  =  x2=0, 2 * x3", NAMES).labels == ("x1 = x2", "x2 = 0", "2 * x3 = 0")


plain = some.lists(some.from_regex(r"[a-z_][a-z0-9_.]{0,5}", fullmatch=True), min_size=3, max_size=6, unique=True)


@pytest.mark.slow
@given(plain, some.lists(some.integers(-9, 9), min_size=3, max_size=3), some.integers(-9, 9))
def test_round_trip_of_linear_forms(names, amounts, value):
    assume(any(amounts))
    text = " + ".join(f"{amount}*{name}" for amount, name in zip(amounts, names, strict=False)) + f" = {value}"
    R, q, _ = parse(text, names)
    assert_array_equal(R[0], amounts + [0] * (len(names) - 3))
    assert q.tolist() == [value]
    assert hypotheses((R, q), names).R.tolist() == R.tolist()
    again = parse(hypotheses((R, q), names).labels[0], names)  # a matrix written in words
    assert_array_equal(again.R, R)
    assert_array_equal(again.q, q)


@pytest.mark.parametrize(
    "text, message",
    [
        ("", r"a hypothesis is a text such as"),
        ("  ", r"a hypothesis is a text such as"),
        ("x4 = 0", r"no coefficient is called 'x4'. The coefficients are 'Intercept', 'x1', 'x2'"),
        ("x12 = 0", r"no coefficient is called 'x12'. Did you mean"),
        ("`x 1` = 0", r"no coefficient is called 'x 1'"),
        ("day = 0", r"no coefficient is called 'day'. Did you mean 'fig: day'\?"),
        ("fig:day = 0", r"no coefficient is called 'fig:day'. Did you mean 'fig: day'\?"),
        ("2x1 = 0", r"no coefficient is called '2x1'"),
        ("C(rank)[T.3] = 0", r"no coefficient is called 'C\(rank\)\[T.3\]'. Did you mean 'C\(rank\)\[T.2\]'\?"),
        ("x1*x2 = 0", r"a product of coefficients is not linear, .*Hypotheses are linear equations"),
        ("1/x1 = 0", r"division by a coefficient is not linear"),
        ("x1**2 = 0", r"expected a coefficient or a number, at '\*2 = 0'"),
        ("x1/0 = 0", r"division by 0"),
        ("x1 = ", r"expected a coefficient or a number, at its end"),
        ("x1 = 0,", r"expected a coefficient or a number, at its end"),
        ("x1 x2", r"expected '=' or ',', at 'x2'"),
        ("(x1 + x2 = 0", r"expected '\)', at '= 0'"),
        ("x1 = 0; x2 = 0", r"no coefficient is called '; *'|no coefficient is called ';'"),
        ("__import__('os')", r"no coefficient is called"),
        ("x1 = 0, x1 = 1", r"the hypothesis 'x1 = 1' contradicts those before it"),
        ("x1 = x2, x2 = x3, x1 = x3", r"the hypothesis 'x1 = x3' follows from those before it"),
        ("x1 = x2, x2 = x3, x1 = x3 + 1", r"the hypothesis 'x1 = x3 \+ 1' contradicts those before it"),
        ("0.1*x1 = 0.3, x1 = 3", r"the hypothesis 'x1 = 3' follows from those before it"),
        ("x1 = x1", r"the hypothesis 'x1 = x1' says nothing about the coefficients"),
        ("(" * 5000 + "x1", r"nested too deeply"),
        ("-" * 5000 + "x1", r"nested too deeply"),
        ("1 = 2", r"the hypothesis '1 = 2' says nothing about the coefficients"),
    ],
)
def test_refused(text, message):
    with pytest.raises(DomainError, match=message):
        parse(text, NAMES)


def test_other_forms():
    names = ["x1", "x2", "x1-x2"]
    assert hypotheses(["x1", "x1-x2"], names).R.tolist() == [[1, 0, 0], [0, 0, 1]]
    assert hypotheses(("x1", "x2"), names).labels == ("x1 = 0", "x2 = 0")
    assert hypotheses(["x1 = x2", "x2 = 3"], names).q.tolist() == [0, 3]
    assert hypotheses([1, 0, -1], names).labels == ("x1 - x1-x2 = 0",)
    assert hypotheses(((1, 0, 0), (0, 1, 0)), names).R.shape == (2, 3)
    R, q, labels = hypotheses((np.eye(3)[:2], [1, 2]), names)
    assert (R.shape, q.tolist(), labels) == ((2, 3), [1, 2], ("x1 = 1", "x2 = 2"))
    assert hypotheses(([0, 2, 0], 0.5), names).labels == ("2*x2 = 0.5",)


@pytest.mark.parametrize(
    "what",
    [np.eye(4), 3, None, [], [[1, np.nan, 0]], (np.eye(3), [1, 2]), {"x1": 0}, ["x1", 0], [[1, 0], [0, 1, 2]]],
)
def test_what_is_no_hypothesis(what):
    with pytest.raises(
        DomainError, match=r"a hypothesis is a text such as .* a matrix R of finite numbers with 3 columns"
    ):
        hypotheses(what, ["x1", "x2", "x3"])


def test_a_matrix_that_repeats_itself():
    with pytest.raises(DomainError, match=r"the hypothesis '2\*x1 = 0' follows from those before it"):
        hypotheses([[1, 0], [2, 0]], ["x1", "x2"])


def test_a_frame_names_its_coefficients():
    R = pd.DataFrame([[0.0, 1.0]], columns=["x1", "x2"])
    assert hypotheses(R, ["x1", "x2"]).labels == ("x2 = 0",)
    assert hypotheses(pd.DataFrame([[0.0, 1.0]]), ["x1", "x2"]).labels == ("x2 = 0",)
    with pytest.raises(DomainError, match="put them into one order"):
        hypotheses(R[["x2", "x1"]], ["x1", "x2"])
