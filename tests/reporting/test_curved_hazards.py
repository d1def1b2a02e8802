"""What reports say of Cox's regression with curves."""

import stattools as st
from stattools.reporting import curved_hazards
from tests.models.mixed.hazards import TABLE

FIT = st.fit(st.cox("survival(time, event) ~ z + s(x, k=8)", TABLE, strata="g"))


def test_question_and_facts():
    asked = curved_hazards.question(FIT.model)
    assert asked == (
        "How does the hazard of `survival(time, event)` depend on `x` and `z` within strata, along a "
        "smooth curve of `x`?"
    )
    told = curved_hazards.facts(FIT.model)
    assert told["rows"] == "150"
    assert told["strata"] == "2"
    assert told["coefficients of `s(x)`"] == "8"


def test_numbers_of_the_fit():
    said = curved_hazards.in_numbers(FIT)
    assert f"{FIT.loglik:.4f}" in said
    assert f"{FIT.concordance().estimate:.3f}" in said


def test_a_report_is_written(tmp_path):
    st.report(FIT, to=tmp_path / "hazards")
    assert "What is maximized is the restricted likelihood" in (tmp_path / "hazards.md").read_text()
