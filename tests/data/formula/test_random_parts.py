"""Random parts of formulas: what can be written, and what is refused in words."""

import pytest

from stattools.data.formula.parts import mixed_formula, without_random
from stattools.errors import DomainError
from tests.data.attacks import ATTACKS

COLUMNS = ["y", "x", "z", "g", "h", "a b", "my.group", "f"]


def read(text, apart=()):
    found = mixed_formula(text, COLUMNS, apart)
    fixed = [":".join(factor.text for factor in term) for term in found.formula.terms]
    return fixed, {part.name: [":".join(f.text for f in term) for term in part.left.terms] for part in found.random}


@pytest.mark.parametrize(
    ("text", "fixed", "random"),
    [
        ("y ~ x + (1 | g)", ["", "x"], {"(1 | g)": [""]}),
        ("y ~ (1|g)", [""], {"(1 | g)": [""]}),
        ("y ~ x+(x|g)-1", ["x"], {"(x | g)": ["", "x"]}),
        ("y ~ (1 | g) + x - 1", ["x"], {"(1 | g)": [""]}),
        ("y ~ (x + z | g) + x", ["", "x"], {"(x + z | g)": ["", "x", "z"]}),
        ("y ~ (0+x | g)", [""], {"(0 + x | g)": ["x"]}),
        ("y ~ (x - 1 | g)", [""], {"(x - 1 | g)": ["x"]}),
        ("y ~ (x*z | g)", [""], {"(x*z | g)": ["", "x", "z", "x:z"]}),
        ("y ~ (x || g)", [""], {"(1 | g)": [""], "(0 + x | g)": ["x"]}),
        ("y ~ (0 + `a b` + log(x) || g)", [""], {"(0 + `a b` | g)": ["a b"], "(0 + log(x) | g)": ["log(x)"]}),
        ("y ~ (1 | g/h)", [""], {"(1 | g)": [""], "(1 | g:h)": [""]}),
        ("y ~ (x | g / h:f)", [""], {"(x | g)": ["", "x"], "(x | g:h:f)": ["", "x"]}),
        ("y ~ (1 | g:h)", [""], {"(1 | g:h)": [""]}),
        ("y ~ (1 | C(g)) + (1|h)", [""], {"(1 | g)": [""], "(1 | h)": [""]}),
        ("y ~ x + (1 | `a b`)\n + (0 + x | my.group)", ["", "x"], {"(1 | `a b`)": [""], "(0 + x | `my.group`)": ["x"]}),
        ("log(y) ~ C(f, contr.sum) + (C(f) | g)", ["", "C(f, contr.sum)"], {"(C(f) | g)": ["", "C(f)"]}),
    ],
)  # fmt: skip
def test_random_parts_are_cut_out_of_the_formula(text, fixed, random):
    assert read(text) == (fixed, random)
    assert mixed_formula(text, COLUMNS).formula.text == " ".join(text.split())


def test_a_dot_leaves_out_the_columns_of_groups():
    found = mixed_formula("y ~ . + (x | g/`a b`)", COLUMNS, ["my.group"])
    assert found.formula.text == "y ~ x + z + h + f + (x | g/`a b`)"
    assert found.columns == ("x", "z", "h", "f", "g", "a b")


def test_independent_effects_are_said_to_depend_on_the_origin():
    (note,) = mixed_formula("y ~ (x||g/h)", COLUMNS).notes
    assert "The effects of (x||g/h) are independent where its columns are 0" in note
    assert "that of (x | g/h) does not." in note
    assert mixed_formula("y ~ (1 || g) + (x | h)", COLUMNS).notes == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("y ~ ( | g)", r"nothing left of its bar: write \(1 \| g\)"),
        ("y ~ (1 | )", "no grouping column right of its bar"),
        ("y ~ (1 | g | h)", "more than one bar"),
        ("y ~ (1 ||| g)", "more than one bar"),
        ("y ~ x | g", "needs brackets around it"),
        ("y ~ (1 | g", "not closed"),
        ("y ~ x - (1 | g)", "cannot be taken away .*: leave it out"),
        ("y ~ x*(1 | g)", "must stand for itself"),
        ("y ~ (1 | g) x", "must stand for itself"),
        ("y ~ (1 | g):x", "must stand for itself"),
        ("y ~ log(x | g)", r"within other brackets .*'log\(x \|'"),
        ("y ~ I((x | g))", "within other brackets"),
        ("y ~ (x + (1 | g))", "within other brackets"),
        ("y ~ (1 | g) + (1 | g)", "stands twice"),
        ("y ~ (1 | g) + (x | g)", "the same effect twice, the level by g"),
        ("y ~ (1 | g/h) + (1 | h:g)", r"\(1 \| g:h\) and \(1 \| h:g\) have the same effect twice"),
        ("y ~ (x || g) + (0 + x | g)", "stands twice"),
        ("y ~ (1 | g + h)", "write a random part for each"),
        ("y ~ (1 | g:)", "a column is missing after :"),
        ("y ~ (1 | /g)", "groups are written g, a:b or a/b"),
        ("y ~ (1 | 1)", "groups are written g, a:b or a/b"),
        ("y ~ (1 | g/g)", "names the column 'g' twice"),
        ("y ~ (1 | log(g))", "make it a column of the table"),
        ("y ~ (1 | factor(g))", "groups are written g, a:b or a/b, names of columns whose values are labels"),
        ("y ~ (1 | g %in% h)", "groups are written g, a:b or a/b"),
        ("y ~ (0 | g)", "no effect that varies"),
        ("y ~ (. | g)", "a dot stands for none"),
        ("y ~ (1 | q)", "no column 'q'"),
        ("y ~ (q | g)", "no column 'q'"),
        ("y ~ (y | g)", "the outcome 'y' stands on the right side"),
        ("(1 | g) ~ x", r"\(1\|g\)|\(1 \| g\)"),
    ],
)
def test_errors_name_what_is_wrong(text, said):
    with pytest.raises(DomainError, match=said):
        mixed_formula(text, COLUMNS)


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_random_part_never_runs_code(attack):
    for text in (f"y ~ ({attack} | g)", f"y ~ (1 | {attack})"):
        with pytest.raises(DomainError):
            mixed_formula(text, COLUMNS)


def test_bars_in_names_and_texts_are_none():
    assert without_random("y ~ `(1 | g)` + I(g == '(1 | g)')") == ("y ~ `(1 | g)` + I(g == '(1 | g)')", ())


def test_a_long_name_is_read_once():
    """A pattern that is tried from each of its letters takes minutes for a hundred thousand."""
    assert len(without_random("y ~ x + (1 | g) + " + "a" * 200_000)[1]) == 1
