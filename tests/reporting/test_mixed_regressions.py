"""What is said of regressions with random effects: within a group, and averaged over groups."""

import pytest

import stattools as st
from stattools.reporting.mixed_regressions import question
from tests.inference.mixed.regressions import fit


def test_odds_ratios_are_said_to_be_conditional():
    one = fit("logistic")
    (said,) = st.sentences(one)
    within, over = one.table(exponentiate=True), one.averaged_coefficients(exponentiate=True)
    assert f"by {within.estimate[1]:.3f} (conditional odds ratio, 95 % interval" in said
    assert f"averaged over levels, by {over.estimate[1]:.3f}" in said
    assert "on the scale of the log odds" in said


@pytest.mark.parametrize(("name", "words"), [("probit", "changes the normal quantile"), ("ordinal", "a higher o")])
def test_words_are_those_of_the_likelihood(name, words):
    (said,) = st.sentences(fit(name))
    assert words in said
    assert "\\" not in said
    assert question(fit(name).model).endswith("depend on `x`, and how much do levels of `g` differ?")


@pytest.mark.slow
def test_a_report_has_both_kinds_of_coefficients_and_the_integral(tmp_path):
    text = st.report(fit("logistic"), to=tmp_path / "report").read_text(encoding="utf-8")
    for words in ("conditional odds ratio", "Of averages over groups", "quadrature", "0.9543"):
        assert words in text
    assert "Of averages over groups" not in st.report(fit("ordinal"), to=tmp_path / "other").read_text(encoding="utf-8")
