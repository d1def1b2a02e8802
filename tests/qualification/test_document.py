import numpy as np

from stattools.figures import svg
from stattools.qualification.document import document
from stattools.qualification.installation import Inspection
from stattools.qualification.qualification import Qualification
from stattools.qualification.reading import CheckResult, Measured, PromisedDigits
from stattools.reporting.markdown import markdown


def found(digits=12.3, statistic=1.0):
    one = PromisedDigits("reference", "a|model", "data", "other", lambda effort: Measured(), (9, 9, 9))
    two = PromisedDigits("recovery", "b", "simulated", "truth", lambda effort: Measured(), limit=4.5, of="distance")
    findings = (
        CheckResult(one, Measured(digits, None, 11.0), 1.0),
        CheckResult(two, Measured(statistic=statistic), 2.0),
    )
    return Qualification((Inspection("Is it there?", True, "yes"),), findings, "usual")


def text(*numbers, **options):
    return markdown(document(found(*numbers), command="stattools validate", **options), figures="validation")


def test_digits_beyond_the_promise_and_times_leave_no_trace_in_the_text():
    assert text(12.3, 1.0) == text(9.1, 4.4)
    assert "9 or more" in text()
    assert "> **Pass.**" in text()


def test_a_broken_promise_is_told_by_how_much():
    told = text(7.9, 5.0)
    assert "7 of 9" in told
    assert "5, above 4.5" in told
    assert "> **Fail.** Of 2 checks of 2 models and 1 questions about the installation, 2 failed." in told
    assert "## What failed" in told
    assert "none" in text(float("nan"))


def test_the_date_stands_there_only_if_asked_for():
    assert "2026-01-02" in text(dated="2026-01-02")
    assert "| date" not in text()


def test_the_figure_can_be_drawn_with_what_is_missing():
    assert svg(document(found(np.nan), command="c").figures()[0].draw).startswith(b"<?xml")
