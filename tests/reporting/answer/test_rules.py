"""The table from diagnostic to conclusion, and the documentation that prints it."""

from pathlib import Path

import numpy as np
import pytest

import stattools as st
from stattools.reporting.answer.basis import basis_of
from stattools.reporting.answer.rules import APART, RULES, as_markdown, decided, hc3_ratios, with_covariance
from tests.reporting.answer.planted import table

FRAME = table()


def test_the_docs_print_the_table():
    page = Path(__file__).parents[3] / "docs" / "checks.md"
    assert as_markdown() in page.read_text(encoding="utf-8"), "print(as_markdown()) into docs/checks.md"


@pytest.mark.parametrize("cov", ["quasi", "HC3"])
def test_the_same_maximum_with_other_errors_is_the_fit_with_that_covariance(cov):
    fit = st.fit(st.poisson("spread ~ x", FRAME))
    ours, theirs = with_covariance(fit, cov), st.fit(fit.model, cov=cov)
    np.testing.assert_array_equal(ours.se, theirs.se)
    assert (ours.cov, ours.t_df) == (theirs.cov, theirs.t_df)


@pytest.mark.parametrize(
    "outcome, make, drawn",
    [
        ("count", st.poisson, None),
        ("spread", st.poisson, "from quasi standard errors, a negative binomial regression beside"),
        ("spread", st.negative_binomial, None),
        ("hits + misses", st.logistic, "from quasi standard errors"),
        ("hits + misses", st.beta_binomial, None),
        ("uneven", st.ols, "from HC3 standard errors"),
        ("event", st.logistic, None),
    ],
)
def test_each_diagnostic_asks_for_its_standard_errors(outcome, make, drawn):
    rule = basis_of(st.fit(make(f"{outcome} ~ x + g", FRAME))).rule
    assert (rule.drawn if rule else None) == drawn


def test_measurements_go_by_the_size_of_the_difference():
    fit = st.fit(st.ols("y ~ x", table(n=4000)))
    assert np.abs(hc3_ratios(fit) - 1.0).max() < APART
    assert decided(fit, {}) is None


@pytest.mark.parametrize("options", [{"cov": "HC0"}, {"penalty": st.Jeffreys()}, {"penalty": st.Ridge(1.0)}], ids=repr)
def test_what_was_asked_for_stands(options):
    fit = st.fit(st.poisson("spread ~ x", FRAME), **options)
    assert basis_of(fit).fit is fit


def test_every_rule_says_what_is_drawn():
    assert all(rule.diagnostic and rule.outcomes and rule.beyond and rule.drawn for rule in RULES)
    assert [rule for rule in RULES if rule.decides is not None and not rule.settles] == []
