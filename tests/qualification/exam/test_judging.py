"""Marks: right, refused, warned, silent."""

from __future__ import annotations

import numpy as np
import pytest

from stattools.qualification.exam.judging import judged
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
    assert judged(SEPARATION, "logistic", BEFORE, AFTER | {"warnings": ["W: x"]}, None).outcome == "warned"
    assert (
        judged(SEPARATION, "logistic", BEFORE, {"b": [1.0, None], "se": None, "warnings": []}, None).outcome == "right"
    )
