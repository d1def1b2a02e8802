"""Every check of a regression has words without a word of Python."""

import re

import pytest

import stattools as st
from stattools.inference.diagnostics.check import Check
from stattools.inference.diagnostics.checks import CHECKS, checks_of
from stattools.reporting.answer.check_words import CLAUSES, clause, measured, named
from tests.reporting.answer.planted import table

FRAME = table()


def test_no_check_is_without_words():
    assert set(CLAUSES) == set(CHECKS)


@pytest.mark.parametrize(
    "make, formula",
    [(st.ols, "pulled ~ x + g"), (st.poisson, "spread ~ x + g"), (st.logistic, "event ~ x + g")],
)
def test_the_words_are_for_a_reader_who_has_no_program(make, formula):
    fit = st.fit(make(formula, FRAME))
    for one in checks_of(fit).checks:
        for text in (clause(one, fit.model), measured(one, fit.model)):
            assert not re.search(r"st\.|cov=|fit\.|\[T\.|\bnan\b", text)
        assert clause(one, fit.model)[-1] != "."


def test_a_coefficient_is_called_by_what_it_compares():
    model = st.ols("y ~ x * C(g)", FRAME)
    assert named(model, "C(g)[T.b]") == "`g` `b` against `g` `a`"
    assert named(model, "x:C(g)[T.b]") == "`x` times `g` `b` against `g` `a`"
    assert named(model, "x") == "`x`"


def test_underdispersion_is_on_the_safe_side():
    model = st.poisson("count ~ x", FRAME)
    assert clause(Check("overdispersion", "", 0.4), model).endswith("so that intervals are wider than need be")


def test_a_short_name_of_a_column_stays_out_of_other_words():
    """The letter x is in "explain"."""
    model = st.ols("y ~ x", FRAME)
    check = Check("form", "curve of x that is missing / what the columns explain", 0.1, term="x")
    assert measured(check, model) == "curve of `x` that is missing / what the columns explain"
