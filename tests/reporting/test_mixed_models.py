"""A report on a mixed model names groups, effects and what is proven."""

import pytest

import stattools as st
from stattools.reporting import mixed_models, sentences
from tests.validation.checks.test_mixed import TABLE


@pytest.mark.parametrize(
    ("formula", "asked", "facts"),
    [
        (
            "y ~ x + (x | g)",
            "How does `y` depend on `x`, and how much do levels of `g` differ?",
            {"levels of `g`": "15"},
        ),
        ("y ~ 1 + (1 | g) + (1 | h)", "How much do levels of `g` and `h` differ in `y`?", {"levels of `h`": "6"}),
    ],
)
def test_what_is_asked_and_how_many_groups_there_are(formula, asked, facts):
    model = st.linear_mixed(formula, TABLE)
    assert mixed_models.question(model) == asked
    found = mixed_models.facts(model)
    assert facts.items() <= found.items()
    assert found["rows of a level of `g`"] == "6"


def test_the_page_of_a_report(tmp_path):
    fit = st.fit(st.linear_mixed("y ~ x + (x | g)", TABLE))
    text = st.report(fit, to=tmp_path / "report").read_text(encoding="utf-8")
    for part in (
        "How does `y` depend on `x`",
        "`Intercept` with `x`",
        "| residual |",
        "of a local maximum",
        "Restricted log-likelihood",
        "the standard deviations of effects are",
    ):
        assert part in text
    flat = TABLE.assign(y=TABLE.y - TABLE.groupby("g").y.transform("mean"))
    zero = st.fit(st.linear_mixed("y ~ 1 + (1 | g)", flat))
    assert "0 is the maximum" in sentences.certificate(zero)
    assert mixed_models.conclusion(zero, "").startswith("In 90 rows the standard deviations of effects are 0")


@pytest.mark.slow
def test_the_page_of_a_posterior(tmp_path):
    draws = st.posterior(st.linear_mixed("y ~ x + (1 | g)", TABLE), method="importance", draws=200, chains=1, seed=1)
    text = st.report(draws, to=tmp_path / "report").read_text(encoding="utf-8")
    for part in ("how much do levels of `g` differ?", "with the effects integrated out", "`sd(Intercept \\| g)`"):
        assert part.lower() in text.lower()
    assert "REML" not in text
    assert draws.predict().shape == (200, len(TABLE["y"]))
