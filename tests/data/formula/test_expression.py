import builtins

import pytest
from hypothesis import given
from hypothesis import strategies as some

from stattools.data.formula.expression import column, expression
from stattools.errors import DomainError
from tests.data.attacks import ATTACKS, PLANTED, Trap


@pytest.mark.parametrize(
    ("source", "text", "columns"),
    [
        ("log(x)", "log(x)", ("x",)),
        ("log( x+1 )", "log(x + 1)", ("x",)),
        ("I(z*x - x)", "I(z * x - x)", ("z", "x")),
        ("log(`body mass`)", "log(`body mass`)", ("body mass",)),
        ("I(`a|b` * `a b` / `a-b`)", "I(`a|b` * `a b` / `a-b`)", ("a|b", "a b", "a-b")),
        ("log(`class`)", "log(`class`)", ("class",)),
        ("log(dose_µg)", "log(`dose_µg`)", ("dose_µg",)),  # Python would respell the micro sign as a Greek mu
        ("log(größe)", "log(`größe`)", ("größe",)),
        ("I(g == 'a `b` c')", "I(g == 'a `b` c')", ("g",)),
        ("I(_column0_ + `x y`)", "I(_column0_ + `x y`)", ("_column0_", "x y")),
        ("C(g, contr.treatment('b'))", "C(g, contr.treatment('b'))", ("g",)),
        ("C(g, Treatment(reference=2))", "C(g, Treatment(reference=2))", ("g",)),
        ("C(g, contr.sum)", "C(g, contr.sum)", ("g",)),
        ("C(g, levels=['b', 'a'])", "C(g, levels=['b', 'a'])", ("g",)),
        ("bs(x, knots=[1, 2.5], lower_bound=-1)", "bs(x, knots=[1, 2.5], lower_bound=-1)", ("x",)),
        ("poly(log(x), 2)", "poly(log(x), 2)", ("x",)),
        ("I(2**3 * x)", "I(2 ** 3 * x)", ("x",)),
        ("log(log)", "log(log)", ("log",)),
    ],
)
def test_what_is_allowed(source, text, columns):
    found = expression(source)
    assert (found.text, found.columns) == (text, columns)
    assert expression(found.text).text == text


def test_a_column_is_its_name():
    found = column("a, b: `c`"[:4])
    assert (found.text, found.columns, found.category, found.call) == ("a, b", ("a, b",), "a, b", None)


def test_what_a_factor_says_of_itself():
    assert (expression("C(g)").category, expression("C(g)").call) == ("g", "C")
    assert (expression("log(x)").category, expression("log(x)").call) == (None, "log")
    assert expression("I(I(x > 3))").compares
    assert not expression("I((x > 3) * x)").compares


@pytest.mark.parametrize("source", ATTACKS, ids=lambda source: source[:40])
def test_everything_else_is_refused_and_nothing_runs(source, monkeypatch):
    monkeypatch.setattr(builtins, "trap", Trap(), raising=False)
    with pytest.raises(DomainError) as caught:
        expression(source)
    assert PLANTED == []
    assert len(str(caught.value)) < 700


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (
            "I(x.real)",
            r'the formula may not contain "x.real"\. A formula may use column names, .*transforms abs, bs, C,',
        ),
        ("trap(x)", r'may not contain "trap\(x\)"'),
        ("I(lambda: 1)", 'may not contain "lambda: 1"'),
        ("__class__", 'may not contain "__class__"'),
        ("I(9**9**9**9*x)", r"'9 \*\* 9 \*\* 9' in the formula is not a finite number"),
        ("I(x +)", r"cannot read 'I\(x \+\)' in the formula: invalid syntax"),
        ("I(" * 150 + "x" + ")" * 150, "nested more than 150 levels deep; make it a column"),
        ("I(2)", r"'I\(2\)' in the formula names no column"),
        ("poly(x, degree=101)", "degree= must be a whole number from 1 to 100"),
        ("poly(x, power=2)", "beside its column it takes degree=, raw="),
        ("log(x, 10)", "beside its column it takes nothing"),
        ("log(poly(x, 2))", r"'poly\(x, 2\)' makes several columns: it must be a term of its own"),
        ("C(log(x))", r"C takes one column, C\(name\)"),
    ],
)
def test_the_refusal_says_what_and_what_instead(source, words):
    with pytest.raises(DomainError, match=words):
        expression(source)


@given(some.text(alphabet="xyzg_.()[]{}'\"`+-*/~:,=<>! \\09eflog#@\n", max_size=40))
def test_any_text_is_an_expression_or_a_domain_error(source):
    try:
        found = expression(source)
    except DomainError:
        return
    assert expression(found.text).text == found.text
