import builtins

import pytest
from hypothesis import given
from hypothesis import strategies as some

from stattools.data.formula.formula import parse, require
from stattools.errors import DomainError
from tests.data.attacks import ATTACKS, PLANTED, Trap
from tests.sizes import first

COLUMNS = ["y", "a", "b", "c", "x y", "a.b", "Sepal.Length", "µ", "class", "log", "a|b", "__index_level_0__"]


def terms(text, columns=COLUMNS):
    return [":".join(factor.text for factor in term) or "1" for term in parse(text, columns).terms]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("y ~ 1", "1"),
        ("y ~ a", "1 a"),
        ("y~a+b", "1 a b"),
        ("y ~ 0 + a", "a"),
        ("y ~ a - 1", "a"),
        ("y ~ -1 + a", "a"),
        ("y ~ a + 0", "a"),
        ("y ~ a:b", "1 a:b"),
        ("y ~ a*b", "1 a b a:b"),
        ("y ~ a/b", "1 a a:b"),
        ("y ~ (a + b)/c", "1 a b a:b:c"),
        ("y ~ (a + b + c)**2", "1 a b c a:b a:c b:c"),
        ("y ~ (a + b)^2", "1 a b a:b"),
        ("y ~ a*b*c - a:b:c", "1 a b c a:b a:c b:c"),
        ("y ~ a:b + a", "1 a a:b"),
        ("y ~ a + a", "1 a"),
        ("y ~ (a + b)*log(c)", "1 a b log(c) a:log(c) b:log(c)"),
        ("y ~ a\n  + b", "1 a b"),
        ("y ~ + a", "1 a"),
        ("y ~ a - a", "1"),
        ("log(y) ~ a", "1 a"),
        ("y ~ class + a.b + Sepal.Length + µ", "1 class a.b Sepal.Length µ"),
        ("y ~ log(class_)", None),
        ("y ~ C(c, contr.treatment('u')) : a", "1 C(c,contr.treatment('u')):a"),
    ],
)
def test_the_algebra_of_terms(text, expected):
    if expected is None:
        with pytest.raises(DomainError, match="no column 'class_'"):
            parse(text, COLUMNS)
    else:
        assert [term.replace(" ", "") for term in terms(text)] == expected.split()


def test_names_in_backticks():
    assert terms("y ~ `x y` + `a|b`:`a.b` + log(`x y`)") == ["1", "x y", "log(`x y`)", "a|b:a.b"]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("y ~ .", "y ~ a + b + `x y`"),
        ("y ~ . - a", "y ~ b + `x y`"),
        ("log(a) ~ .", "log(a) ~ y + b + `x y`"),
        ("y ~ 0 + .", "y ~ 0 + a + b + `x y`"),
        ("y ~ b:.", "y ~ b + b:a + b:`x y`"),
    ],
)
def test_the_dot_is_every_other_column_and_is_written_out(text, written):
    columns = ["y", "a", "b", "x y"]
    found = parse(text, columns)
    assert found.text == written
    assert [[f.text for f in term] for term in parse(written, columns).terms] == [
        [f.text for f in t] for t in found.terms
    ]


def test_the_dot_leaves_out_what_has_a_part_already():
    assert parse("y ~ .", ["y", "a", "w"], apart=["w"]).text == "y ~ a"
    with pytest.raises(DomainError, match="stands for all other columns; there are none"):
        parse("y ~ .", ["y"])


def test_a_column_named_like_a_term_is_not_taken_for_it():
    columns = ["y", "x", "log(x)"]
    assert parse("y ~ `log(x)`", columns).columns == ("log(x)",)
    with pytest.raises(DomainError, match=r"a column of the data is named 'log\(x\)' as a term of the formula is"):
        parse("y ~ log(x) + `log(x)`", columns)


def test_only_columns_that_are_used_are_asked_for():
    assert parse("log(y) ~ a*`x y` + C(c)", COLUMNS).columns == ("a", "x y", "c")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "one ~ between the outcome and the predictors; got ''. Write .outcome ~ predictors., for example"),
        ("y", "one ~ between"),
        ("y ~ a ~ b", "one ~ between"),
        ("~ a", "no outcome on the left"),
        ("y ~ ", "no term on the right"),
        ("~", "no outcome on the left"),
        ("y ~ a +", "cannot read the right side of 'y ~ a [+]': every operator"),
        ("y ~ * a", "cannot read the right side"),
        ("y ~ (0) / a", "cannot read the right side"),
        ("y ~ a b", "every two terms an operator between them"),
        ("y ~ (a", "every bracket its partner"),
        ("y ~ a)", "every bracket its partner"),
        ("y ~ ()", "cannot read"),
        ("y ~ log(a", "a bracket is not closed"),
        ("y + a ~ b", "left side of .* has several columns"),
        ("1 ~ a", "left side .* must be one outcome"),
        (". ~ a", "left side .* must be one outcome"),
        ("y ~ a + 2", "the number 2 stands alone .* I.x / 2."),
        ("y ~ 2*a", "the number 2 stands alone"),
        ("y ~ a**2", r"makes interactions, as in \(a \+ b\)\*\*2; .* stands on one column. .* I\(x\*\*2\)"),
        ("y ~ (a + b)**11", "the power 11 .* is the order of interactions: from 1 to 10"),
        ("y ~ (a + b)**0", "from 1 to 10"),
        ("y ~ (a + b)**1.5", "from 1 to 10"),
        ("y ~ (a + b)**999999999999", "from 1 to 10"),
        ("y ~ (a + b)**a", "cannot read"),
        ("y ~ a - 1 - a", "leaves no term on the right side"),
        ("y ~ 0", "leaves no term"),
        ("y ~ y + a", "the outcome 'y' stands on the right side"),
        ("y ~ aa", "no column 'aa'. Did you mean 'a'.* The columns are 'y', 'a', 'b'"),
        ("Y ~ a", "no column 'Y'"),
        ("y ~ log(sepal_length)", "no column 'sepal_length'. Did you mean 'Sepal.Length'"),
        ("y ~ log(Sepal.Length)", 'may not contain "Sepal.Length"'),
        ("y ~ a | b", r'Write "y ~ a \+ C\(b\)"'),
        ("y ~ {a}", 'may not contain "{a}"'),
        ("y ~ a[0]", "a formula knows whole columns"),
        ("y ~ 'a'", "may not contain"),
        ("y ~ log(a).real", r'may not contain ".real"'),
        ("y ~ a.real", 'may not contain "a.real"'),
        ("y ~ __class__", 'may not contain "__class__"'),
        ("y ~ `a", "may not contain"),
        ("y ~ a %in% b", 'Write "y ~ a : b"'),
        ("y ~ " + "a + " * 5000 + "a", "the formula has 20,005 characters; at most 10,000"),
        ("y ~ " + "(a + b + c)*" * 20 + "a", "may stand for more than 20,000 terms"),
        ("y ~ " + "*".join(f"log({c} + {i})" for i in range(7) for c in "abc"), "more than 20,000 terms"),
    ],
)
def test_malformed_formulas_say_what_is_wrong(text, words):
    with pytest.raises(DomainError, match=words):
        parse(text, COLUMNS)


def test_a_column_with_a_reserved_name_is_a_column():
    assert terms("y ~ `__index_level_0__` + __index_level_0__") == ["1", "__index_level_0__"]


SHAPES = ["y ~ {}", "{} ~ a", "y ~ log({})", "y ~ a + {}", "y ~ a:{}", "y ~ ({})**2", "{}"]


@pytest.mark.parametrize("shape", first(3, SHAPES))
@pytest.mark.parametrize("attack", ATTACKS, ids=lambda source: source[:40])
def test_no_attack_runs_wherever_it_stands(attack, shape, monkeypatch):
    monkeypatch.setattr(builtins, "trap", Trap(), raising=False)
    with pytest.raises(DomainError):
        parse(shape.format(attack), ["y", "a", "b", "x", "z", "g", "trap", "contr", "np"])
    assert PLANTED == []


@given(some.text(alphabet="yabc01.()[]{}'`+-*/:~^| log", max_size=30))
def test_any_text_is_a_formula_or_a_domain_error(text):
    try:
        found = parse(f"y ~ {text}", COLUMNS)
    except DomainError:
        return
    assert terms(found.text) == [":".join(factor.text for factor in term) or "1" for term in found.terms]


def test_deep_brackets_and_long_sums_are_read():
    assert terms("y ~ " + "(" * 2000 + "a" + ")" * 2000) == ["1", "a"]
    assert len(terms("y ~ .", ["y", *(f"v{i}" for i in range(784))])) == 785


def test_require_is_silent_for_a_column_that_is_there():
    require("a", ["a"])
    with pytest.raises(DomainError, match=r"The columns are 'v0', .*'v19' and 10 more[.]$"):
        require("other", [f"v{i}" for i in range(30)])
