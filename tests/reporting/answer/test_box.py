"""The box obeys the diagnostics: what was planted changes it, and clean data leave no caveat."""

import numpy as np
import pytest

import stattools as st
from stattools.reporting.answer.basis import basis_of
from stattools.reporting.answer.box import box
from stattools.reporting.answer.changes import change
from tests.cases import at_length
from tests.reporting.answer.planted import table
from tests.sizes import first

FRAME = table()


def sentences(fit):
    return box(basis_of(fit)).sentences


def plain(fit):
    return " ".join(sentences(fit)).replace("`", "")


@pytest.mark.parametrize("model", [st.poisson("count ~ x + g", FRAME), st.logistic("event ~ x + g", FRAME)], ids=repr)
def test_clean_data_leave_no_caveat(model):
    asked, found, sure = sentences(st.fit(model))
    assert asked.startswith("How do")
    assert "the other columns held fixed" in found
    assert sure.startswith("The 95 % intervals rest on the standard errors of the model itself, and none of the ")


def test_overdispersed_counts_are_told_by_quasi_errors_with_a_negative_binomial_beside():
    fit = st.fit(st.poisson("spread ~ x + g", FRAME))
    told = plain(fit)
    for other in (st.fit(fit.model, cov="quasi"), st.fit(st.negative_binomial("spread ~ x + g", FRAME))):
        row = other.table().set_index("term").loc["x"]
        said = change(*row[["estimate", "se", "lower", "upper"]], factor=True).with_interval("95 % interval")
        assert f"{said} per unit of x" in told
    assert "are drawn from quasi standard errors" in told
    assert "a negative binomial regression has it" in told
    assert "of the model itself, and none" not in told


@pytest.mark.parametrize("cov", ["robust", "quasi", "HC3"])
def test_with_a_covariance_that_was_asked_for_nothing_is_too_small(cov):
    told = plain(st.fit(st.poisson("spread ~ x + g", FRAME), cov=cov))
    assert "standard errors, which do not rest on how much the model says that rows vary" in told
    assert "too small" not in told
    assert "times as much" not in told


def test_grouped_proportions_are_told_by_quasi_errors():
    told = plain(st.fit(st.logistic("hits + misses ~ x + g", FRAME)))
    assert "The numbers of successes vary" in told
    assert "are drawn from quasi standard errors" in told
    assert "negative binomial" not in told


def test_uneven_spread_is_told_by_hc3():
    fit = st.fit(st.ols("uneven ~ x", FRAME))
    row = st.fit(fit.model, cov="HC3").table().iloc[1]
    said = change(*row[["estimate", "se", "lower", "upper"]], factor=False).with_interval("95 % interval")
    told = plain(fit)
    assert "are drawn from HC3 standard errors" in told
    assert "the spread of uneven differs with the columns" in told.lower()
    assert "(check: heteroskedasticity)" in told
    assert f"{said} per unit of x" in told


def test_a_row_that_pulls_is_told_with_and_without():
    told = plain(st.fit(st.ols("pulled ~ x", FRAME)))
    clean = st.fit(st.ols("pulled ~ x", FRAME.drop(index=7))).estimate[1]
    assert "with row 7 and" in told
    assert "(check: influence)" in told
    assert f"and {clean:.4f} higher" in told
    assert "without (check" in told


def test_a_mean_alone_is_a_whole_sentence():
    told = plain(st.fit(st.ols("y ~ 1", FRAME)))
    assert "In 300 observations, the mean of y is " in told
    assert "; the model has an intercept and nothing else. The 95 % intervals rest on " in told


def test_checks_that_are_worth_a_look_are_named_in_a_clause():
    """Beside what limits the conclusion, which has the words."""
    fit = st.fit(st.poisson("spread ~ x + g", FRAME), cov="HC3")
    told = plain(fit)
    assert [one.verdict for one in basis_of(fit).doubtful]
    assert "worth a look: the check of distribution in the diagnostics." in told


def test_labels_have_no_standard_errors_but_those_of_the_likelihood():
    """Rows of 0 and 1 cannot vary more than their probability says, whatever is left out."""
    frame = FRAME.assign(event=(FRAME.event + (FRAME.x > 1)) % 2)
    assert basis_of(st.fit(st.logistic("event ~ x", frame))).rule is None


@pytest.mark.parametrize("outcome", first(1, ["spread", "pulled", "uneven"]))
def test_what_a_check_calls_no_is_in_the_box(outcome):
    make = st.poisson if outcome == "spread" else st.ols
    fit = st.fit(make(f"{outcome} ~ x + g", FRAME))
    table = fit.check()
    wrong = table.check[table.verdict == "no"].tolist()
    assert wrong
    for name in wrong:
        assert name in plain(fit)


def test_levels_are_named_and_marks_of_the_formula_are_not():
    told = plain(st.fit(st.ols("y ~ x + C(g)", FRAME)))
    assert "for g c against g b, the clearest difference within g" in told
    assert "[T." not in told
    assert "C(" not in told


def test_terms_without_a_clear_effect_have_their_interval():
    frame = FRAME.assign(z=np.random.default_rng(5).normal(size=len(FRAME)))
    told = plain(st.fit(st.poisson("count ~ x + z", frame)))
    assert "the data show no clear effect of z (95 % interval: between " in told
    assert " % lower and " in told


def test_a_ridge_says_that_nothing_is_said():
    told = plain(st.fit(st.ols("y ~ x + g", FRAME), penalty=st.Ridge(2.0)))
    assert "nothing is said of how sure they are" in told
    assert "interval" not in told


@pytest.mark.parametrize("case", at_length("ols", "logistic", "poisson"), ids=str)
def test_every_regression_has_a_box(case):
    fit = st.fit(case.model("y ~ x + g", case.table()))
    for one in getattr(fit, "fits", [fit]):
        said = sentences(one)
        assert 2 <= len(said) <= 4
        assert "nan" not in " ".join(said).split()
        assert all(sentence[-1] in ".?" for sentence in said)
        assert all(name in " ".join(said) for name in ("`x`", "`g`"))
