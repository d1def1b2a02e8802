"""Names in a hypothesis, whatever they look like, are read as names or refused."""

import re

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as some
from numpy.testing import assert_array_equal
from scipy import stats

import stattools as st
from stattools.data.formula.expression import in_backticks
from stattools.errors import DomainError
from stattools.inference.hypotheses.wald import parse
from tests.inference.hypotheses.test_restrictions import unit

odd_names = some.lists(
    some.text(some.characters(codec="utf-8", exclude_categories=["C"]), min_size=1, max_size=8),
    min_size=2,
    max_size=5,
    unique=True,
)


@given(odd_names, some.data())
def test_backticks_always_mean_the_coefficient(names, data):
    first, second = data.draw(some.permutations(names))[:2]
    R, q, _ = parse(f"{in_backticks(first)} - -{in_backticks(second)}, {in_backticks(second)}", names)
    assert_array_equal(R, [unit(first, names) + unit(second, names), unit(second, names)])
    assert q.tolist() == [0.0, 0.0]


@given(odd_names, some.data())
def test_a_bare_name_means_the_coefficient_or_is_refused(names, data):
    """Never another coefficient, and never arithmetic on others."""
    name = data.draw(some.sampled_from(names))
    assume(name == name.strip() and "`" not in name)
    try:
        R, q, _ = parse(name, names)
    except DomainError:
        return
    assert_array_equal(R, [unit(name, names)])
    assert q.tolist() == [0.0]


@given(some.text(max_size=30))
def test_any_text_is_read_or_refused(text):
    try:
        R, q, labels = parse(text, ["x1", "x2", "a-b", "2", "f(x)"])
    except DomainError:
        return
    assert np.isfinite(R).all()
    assert len(R) == len(q) == len(labels)


def test_names_that_are_arithmetic_need_backticks():
    names = ["a", "b", "a-b", "2", "I(a + b)"]
    for bare, remedy in (("a-b = 0", r"`a-b`"), ("a = 2", r"`2` for the coefficient, 2.0 for the number")):
        with pytest.raises(DomainError, match=rf"could also be read as arithmetic. Write {remedy}"):
            parse(bare, names)
    assert parse("`a-b` = 0", names).R.tolist() == [[0, 0, 1, 0, 0]]
    assert parse("a - b = 2.0", names).R.tolist() == [[1, -1, 0, 0, 0]]
    assert parse("a = `2`", names).R.tolist() == [[1, 0, 0, -1, 0]]
    assert parse("I(a + b) = a", names).R.tolist() == [[-1, 0, 0, 0, 1]]  # "I" is no coefficient: one reading only


def test_a_factor_is_answered_with_all_of_its_coefficients():
    table = {"y": [1.0, 2.0, 4.0, 3.0, 6.0, 5.0], "g": list("abcabc"), "x": [0.0, 1.0, 3.0, 2.0, 1.0, 0.0]}
    fit = st.fit(st.ols("y ~ g + x", table))
    for asked in ("g = 0", "x = g"):
        with pytest.raises(DomainError, match=r"'g': it is a factor, which has 2, .*fit\.test\('g'\) tests all"):
            fit.test(asked)
    assert fit.test("g").df == 2


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a > 0", "a = 0"),
        ("a>=b, b < 2*a", "a=b, b = 2*a"),
        ("a != 0", "a = 0"),
        ("a ≤ `I(a > 0)`", "a = `I(a > 0)`"),
        ("I(a > 0) < 1, `I(a > 0)` > b", "I(a > 0) = 1, `I(a > 0)` = b"),
    ],
)
def test_a_hypothesis_with_a_side_is_told_what_to_write(text, written):
    names = ["a", "b", "I(a > 0)"]
    with pytest.raises(
        DomainError, match=re.escape(f"Write {written!r}: the one-sided p-value is half of its p_value")
    ):
        parse(text, names)
    assert len(parse(written, names).R) == written.count("=")


def test_an_unknown_name_beside_a_side_is_named_alone():
    with pytest.raises(DomainError, match="no coefficient is called 'z'"):
        parse("z>0", ["a", "b"])


def test_half_of_the_p_value_is_the_one_sided_one():
    y = np.array([1.2, 0.4, 2.0, 1.1, 0.9, 1.7, -0.3])
    fit = st.fit(st.ols("y ~ 1", {"y": y}))
    one_sided = stats.ttest_1samp(y, 0.0, alternative="greater").pvalue
    assert fit.test("Intercept = 0").p_value / 2 == pytest.approx(one_sided, rel=1e-10)
