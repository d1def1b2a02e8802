"""Marks: right, refused, warned, silent."""

from __future__ import annotations

import numpy as np
import pytest

from stattools.qualification.exam.examination import judged, wanted
from stattools.qualification.exam.laws import LAWS

SCALE, SEPARATION = (next(law for law in LAWS if law.name == name) for name in ("scale", "separation"))
BEFORE = {"b": [1.0, 2.0, 3.0, 4.0], "se": [0.1, 0.2, 0.3, 0.4], "warnings": []}
AFTER = {"b": [1.0, 2e-4, 3.0, 4e3], "se": [0.1, 2e-5, 0.3, 4e2], "warnings": []}
UNIT = np.array(AFTER["se"])


@pytest.mark.parametrize(
    ("change", "outcome", "off"),
    [
        ({}, "right", 0.0),
        ({"b": [1.05, 2e-4, 3.0, 4e3]}, "silent", 0.5),
        ({"b": [1.05, 2e-4, 3.0, 4e3], "warnings": ["ConvergenceWarning: no"]}, "warned", 0.5),
        ({"b": [1.05, 2e-4, 3.0, 4e3], "said": "not converged"}, "warned", 0.5),
        ({"se": [0.1, 4e-5, 0.3, 4e2]}, "silent", 1.0),
        ({"b": [None, 2e-4, 3.0, 4e3]}, "refused", None),
        ({"b": [1.0, 2e-4]}, "refused", None),
    ],
)
def test_an_answer_to_a_law_of_equal_numbers(change, outcome, off):
    found = judged(SCALE, "logistic", BEFORE, AFTER | change, UNIT)
    assert found.outcome == outcome
    assert found.off == pytest.approx(off, abs=1e-12) if off is not None else found.off is None


def test_without_standard_errors_ours_are_the_unit():
    found = judged(SCALE, "logistic", BEFORE | {"se": None}, AFTER | {"se": None, "b": [1.05, 2e-4, 3.0, 4e3]}, UNIT)
    assert found.off == pytest.approx(0.5)


def test_an_error_refuses_and_is_right_where_there_is_no_number():
    assert judged(SCALE, "logistic", BEFORE, {"error": "ValueError: no", "warnings": []}, UNIT).outcome == "refused"
    assert judged(SEPARATION, "logistic", BEFORE, {"error": "ValueError: no", "warnings": []}, None).outcome == "right"
    assert judged(SEPARATION, "logistic", BEFORE, AFTER, None).outcome == "silent"
    told = AFTER | {"warnings": ["W: Perfect separation detected"]}
    assert judged(SEPARATION, "logistic", BEFORE, told, None).outcome == "warned"
    assert judged(SEPARATION, "logistic", told, told, None).outcome == "silent"  # the plain problem gets it too
    broken = {"error": "TypeError: no", "warnings": []}
    assert judged(SEPARATION, "logistic", broken, broken, None).outcome == "refused"
    assert (
        judged(SEPARATION, "logistic", BEFORE, {"b": [1.0, None], "se": None, "warnings": []}, None).outcome == "right"
    )


@pytest.mark.parametrize(
    "words",
    [
        "Pandas4Warning: The inplace keyword is deprecated and will be removed in a future version",
        "TqdmWarning: IProgress not found. Please update jupyter and ipywidgets.",
        "NumbaPerformanceWarning: '@' is faster on contiguous arrays",
        "printed: Loading required package: Matrix",
        "printed: 100%|##########| 10/10 [00:00<00:00, 70.1it/s]",
        "UserWarning: X has feature names, but the model was fitted without feature names",
    ],
)
def test_words_about_something_else_hide_no_silent_answer(words):
    assert judged(SEPARATION, "logistic", BEFORE, AFTER | {"warnings": [words]}, None).outcome == "silent"


@pytest.mark.parametrize(
    "words",
    [
        "ConvergenceWarning: Maximum Likelihood optimization failed to converge. Check mle_retvals",
        "UserWarning: The MLE may be on the boundary of the parameter space.",
        "RuntimeWarning: overflow encountered in exp",
        "glm.fit: fitted probabilities numerically 0 or 1 occurred",
        "boundary (singular) fit: see help('isSingular')",
        "Loglik converged before variable 1 ; coefficient may be infinite.",
        "fixed-effect model matrix is rank deficient so dropping 1 column / coefficient",
        "ConvergenceWarning: Column x1 has very low variance when conditioned on death event or not.",
        "printed: did not converge",
        "Some predictor variables are on very different scales: consider rescaling",
        "LinAlgWarning: Ill-conditioned matrix (rcond=1e-20): result may not be accurate.",
        "UserWarning: 10 observations removed because of separation.",
    ],
)
def test_words_about_the_fit_are_heard(words):
    assert judged(SEPARATION, "logistic", BEFORE, AFTER | {"warnings": [words]}, None).outcome == "warned"


def test_what_was_right_is_said_beside_the_answer():
    assert wanted(SCALE, "logistic", BEFORE).startswith("right: b = [1, 0.0002, 3, 4000], se = [0.1, 2e-05")
    assert "there is no such number" in wanted(SEPARATION, "logistic", BEFORE)
