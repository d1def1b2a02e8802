"""What others write in formulas: each rewrite has a case, and what is lacking says what comes nearest."""

import re

import pytest

import stattools as st
from stattools.interface.names.answers import vocabulary
from tests.data.formula.test_foreign_words import WRITTEN

FORMULAS = vocabulary().formulas


def test_patterns_have_the_groups_that_their_text_names():
    for pattern, *ours in FORMULAS["rewrites"]:
        named = re.findall(r"\\(\d)", "".join(ours))
        assert all(int(number) <= re.compile(pattern).groups for number in named)


def test_most_rewrites_have_a_case():
    patterns = [pattern for pattern, *_ in FORMULAS["rewrites"]]
    used = [pattern for pattern in patterns if any(re.search(pattern, theirs) for theirs, _, _ in WRITTEN)]
    assert len(used) >= 0.6 * len(patterns)


def test_what_is_lacking_says_so():
    assert all(note for _, note in FORMULAS["lacking"])


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        ("b == 1 ~ x", 'Write "I(b == 1) ~ x"'), ("(y > 0) ~ x", 'Write "I(y > 0) ~ x"'),
        ("y ~ (x > 0)", 'Write "y ~ I(x > 0)"'), ("y ~ i(g, x)", 'Write "y ~ C(g):x"'),
        ("y ~ x || g", "are for st.linear_mixed("), ("y ~ np.sin(x)", "make it a column of the table"),
        ("y ~ x.shift(1)", "make it a column of the table"), ("y ~ L.x", "make it a column of the table"),
        ("y ~ pd.cut(x, 3)", "make it a column of the table"),
    ],
)  # fmt: skip
def test_more_habits_are_answered(formula, said):
    table = {"y": [1.0, -2.0, 3.0], "x": [0.0, 1.0, -1.0], "g": ["a", "b", "a"], "b": [0, 1, 1]}
    with pytest.raises(st.DomainError) as caught:
        st.ols(formula, table)
    assert said in str(caught.value)


def test_what_is_rewritten_is_not_called_lacking():
    with pytest.raises(st.DomainError) as caught:
        st.ols("y ~ np.log(x)", {"y": [1.0, 2.0], "x": [1.0, 2.0]})
    assert "no such function" not in str(caught.value)
