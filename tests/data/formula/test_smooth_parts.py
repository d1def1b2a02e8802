import pytest

from stattools.data.formula.formula import parse
from stattools.data.formula.parts import smooth_parts
from stattools.errors import DomainError

TABLE = ["y", "x", "z", "g", "body mass"]


def read(right, factors=("g",)):
    formula, parts = smooth_parts(parse(f"y ~ {right}", TABLE), lambda by: by.call == "C" or by.category in factors)
    return [":".join(factor.text for factor in term) for term in formula.terms], parts, formula.text


@pytest.mark.parametrize(
    ("right", "terms"),
    [
        ("s(x)", ["", "center(x)"]),
        ("0 + s(log(x), k=9)", ["center(log(x))"]),
        ("g + s(x, by=g)", ["", "g", "center(x):g"]),
        ("s(x, by=C(z))", ["", "center(x):C(z)"]),
        ("s(x, by=z)", ["", "z", "center(x):z"]),
        ("z + s(x, by=z)", ["", "z", "center(x):z"]),
        ("s(x) + g + s(x, by=g)", ["", "center(x)", "g", "center(x):g"]),
        ("s(`body mass`) + x*z", ["", "center(`body mass`)", "x", "z", "x:z"]),
    ],
)
def test_the_line_of_a_curve_stays_in_the_formula(right, terms):
    found, _, text = read(right)
    assert sorted(found) == sorted(terms)
    assert text == f"y ~ {right}"


def test_curves_have_their_names_and_coefficients():
    _, parts, _ = read("s(x) + s(log(z), k=9) + s(x, by=g)")
    assert [(part.name, part.k, tuple(factor.text for factor in part.factors)) for part in parts] == [
        ("s(x)", 20, ("x",)), ("s(log(z))", 9, ("log(z)",)), ("s(x):g", 20, ("x", "g")),
    ]  # fmt: skip
    assert [part.written for part in parts] == ["s(x)", "s(log(z))", "s(x, by=g)"]


def test_the_dot_leaves_out_what_has_a_curve():
    assert sorted(read(". + s(x)")[0]) == ["", "body mass", "center(x)", "g", "z"]


@pytest.mark.parametrize(
    ("right", "said"),
    [
        ("s(x):z", r"term of its own; a curve for each level of a factor is z \+ s\(x, by=z\)"),
        ("s(x) * g", "term of its own"),
        ("s(x):s(z)", "no.* here; .* adds them"),
        ("s(x) + s(x, k=5)", r"the curve s\(x\) twice"),
        ("x + s(x)", "has the line of 'x' in it"),
        ("g * x + s(x, by=g)", "has the line of 'x' in it"),
        ("x:z + s(x, by=z)", "'x:z' beside it"),
        ("s(x, k=3)", "k= must be a whole number from 4 to 500; got 3"),
        ("s(x, by=3)", "by= is the name of a column"),
        ("s(x, by=log(z))", "by= is the name of a column"),
        ("s(x, z)", r"a curve has one variable; s\(x\) \+ s\(z\)"),
        ("log(s(x))", "must be a term of its own"),
        ("s(x, bs='ps', m=c(2, 2), k=9)", r'Write "y ~ s\(x, k=9\)"'),
        ("s(2)", "names no column"),
        ("s(w)", "no column 'w'"),
        ("s(x, by=w)", "no column 'w'"),
    ],
)
def test_what_is_no_curve_is_refused_with_the_way(right, said):
    with pytest.raises(DomainError, match=said):
        read(right)
