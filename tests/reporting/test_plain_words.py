"""No report tells a client what to type."""

import re
from contextlib import suppress

import pytest

import stattools as st
from stattools.errors import IncompatibleError
from stattools.reporting.markdown import markdown
from stattools.reporting.plain_words import has_hints, plain_words
from stattools.reporting.report import compose
from tests.cases import REGRESSIONS, at_length


@pytest.mark.parametrize(
    "text, plain",
    [
        (
            "x has a bend that the line misses: try I(x**2), log(x) or bs(x, df=4).",
            "x has a bend that the line misses.",
        ),
        ("It is 0.1 apart: fit.calibration() shows where; see link.", "It is 0.1 apart."),
        ('Use cov="quasi", or st.negative_binomial, which has a variance of its own. All is well.', "All is well."),
        ("The mean is 3 (SE = 0.2): z = 4, p = 0.001.", "The mean is 3 (SE = 0.2): z = 4, p = 0.001."),
        ("bs(x, df=3) is a term", ""),
        ("Ask again with --family poisson.", ""),
        ("A long - dash, a -- b and log(x) stay.", "A long - dash, a -- b and log(x) stay."),
    ],
)
def test_a_clause_that_says_what_to_type_is_left_out(text, plain):
    assert plain_words(text) == plain
    assert not has_hints(plain)


@pytest.mark.parametrize("case", at_length("ols"), ids=str)
def test_no_report_of_a_regression_says_what_to_type(case):
    fit = st.fit(case.model("y ~ x + g", case.table()))
    parts = [fit, fit.check()]
    for further in (st.validate, lambda fit: st.compare(fit, st.fit(case.model("y ~ x", case.table())))):
        with suppress(IncompatibleError):  # some have no reference, separate fits are not compared
            parts.append(further(fit))
    text = re.sub(r"`[^`]*~[^`]*`", "", markdown(compose(*parts), figures="f"))
    assert [line for line in text.splitlines() if has_hints(line)] == []


def test_planted_hints_of_a_page_do_not_reach_a_report():
    table = REGRESSIONS[0].table().assign(y=lambda frame: frame.x**2)
    fit = st.fit(st.ols("y ~ x", table))
    assert has_hints(str(fit.check()))
    text = markdown(compose(fit.check()), figures="f")
    assert not has_hints(text.split("\n", 2)[2])
    assert "x has a bend that the line misses." in text
