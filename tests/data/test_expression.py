import sys

import pytest
from hypothesis import given
from hypothesis import strategies as some

from stattools.data.expression import column, expression
from stattools.errors import DomainError


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


PLANTED = []


class Trap:
    """A value that records every use of it: nothing in an attack may ever touch it."""

    def __getattribute__(self, name):
        PLANTED.append(name)
        return object.__getattribute__(self, name)

    def __call__(self, *args, **kwargs):
        PLANTED.append("called")


ATTACKS = [
    "__import__('os').system('true')",
    "__import__('stattools_never')",
    "trap()",
    "trap(x)",
    "trap.attribute",
    "x.__class__",
    "x.__class__.__mro__[1].__subclasses__()",
    "().__class__",
    "x.values",
    "x.to_pickle('stolen')",
    "np.log(x)",
    "contr.treatment(x)",
    "eval('trap()')",
    "exec('trap()')",
    "open('/etc/passwd')",
    "compile('trap()', '', 'eval')",
    "getattr(x, 'real')",
    "globals()",
    "print(x)",
    "Q('x')",
    "lag(x)",
    "hashed(x, levels=4)",
    "log(trap())",
    "log(x)(x)",
    "log(*x)",
    "log(**x)",
    "log(x, **{'out': x})",
    "log(x, out=x)",
    "log(x, x)",
    "log()",
    "center(x, _state={})",
    "center(x, _context=x)",
    "poly(x, degree=trap())",
    "poly(x, degree=z)",
    "poly(x, degree=10**9)",
    "poly(x, degree=1000000000)",
    "poly(x, degree=2.5)",
    "poly(x, degree=True)",
    "bs(x, df=-1)",
    "bs(x, knots=[trap()])",
    "bs(x, knots=range(9))",
    "bs(x, df=4, df=5)",
    "scale(x, True, center=False)",
    "scale(x, ddof=-True)",
    "C(g, trap())",
    "C(g, np.eye(3))",
    "C(g, contr.custom([[1]]))",
    "C(g, contr.__class__)",
    "C(g, contr.treatment.__init__)",
    "C(g, contr.treatment(trap()))",
    "C(g, contr.treatment('a').apply)",
    "C(g, contrasts=[[1, 2]])",
    "C(g, {'a': [1]})",
    "C(log(x))",
    "C(g, spans_intercept=False)",
    "log(poly(x, 2))",
    "I(C(g))",
    "lambda: trap()",
    "I(lambda: trap())",
    "I([q for q in x])",
    "I({q for q in x})",
    "I({q: q for q in x})",
    "I(sum(q for q in x))",
    "I([x])",
    "I((x, z))",
    "I({x})",
    "I(x[0])",
    "x[0]",
    "I(x if z else g)",
    "I(x and z)",
    "I(not x)",
    "I(~x)",
    "I(x & z)",
    "I(x << 99)",
    "I(x @ z)",
    "I(1 < x < 2)",
    "I(x in z)",
    "I(x is z)",
    "I((y := x))",
    "I(f'{trap()}')",
    "f'{trap()}'",
    "I(x + 'a')",
    "I('a' * 9)",
    "I(b'a' == x)",
    "I(1j * x)",
    "I(... + x)",
    "I(None + x)",
    "I(await x)",
    "I((yield x))",
    "I(*x)",
    "I(9**9**9**9 * x)",
    "I(x * 9.0**9**9)",
    "I(x / 0**0 / (1/0))",
    "I(1e999 + x)",
    "I(x * " + "9" * 400 + ")",
    "I(x * " + "9" * 5000 + ")",
    "I(x; trap())",
    "I(x)\ntrap()",
    "I(x # )",
    "I(x\0)",
    "I(" * 300 + "x" + ")" * 300,
    "I(" + "-" * 5000 + "x)",
    "I(" + "+".join(["x"] * 3000) + ")",
    "I(" + "**".join(["x"] * 500) + ")",
    "__class__",
    "__builtins__",
    "I(__builtins__)",
    "",
    "I(",
    "I(1)",
    "'text'",
    "3",
    "True",
    "import os",
    "x = 3",
]


@pytest.mark.parametrize("source", ATTACKS, ids=lambda source: source[:40])
def test_everything_else_is_refused_and_nothing_runs(source):
    before = set(sys.modules)
    with pytest.raises(DomainError) as caught:
        expression(source)
    assert PLANTED == []
    assert "stattools_never" not in set(sys.modules) - before
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
        ("I(" * 100 + "x" + ")" * 100, "nested more than 150 levels deep; make it a column"),
        ("I(2)", r"'I\(2\)' in the formula names no column"),
        ("poly(x, degree=101)", "degree must be a whole number from 0 to 100"),
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
