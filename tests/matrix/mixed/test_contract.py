"""Every fit with groups or curves is asked every question of a fit: it answers, or an IncompatibleError says why not.

The matrix asks whether answers are those of SciPy's distribution of single rows, which rows that
share effects have not: here each question names the test that says so of its answer.
"""

from __future__ import annotations

import re
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from stattools.errors import IncompatibleError
from stattools.inference.fits.mixed_fit import MixedFit
from tests.matrix.mixed.questions import ANSWERED, FITS, NEVER, asked, is_refused

TESTS = Path(__file__).parents[2]
QUESTIONS = {question: refused for each in ANSWERED.values() for question, refused in each.items()}
SOON = "normal, groups alone"
"""Asked by the slow tests; the others are asked by the nightly ones."""
NAMES = [pytest.param(name, marks=pytest.mark.slow if name == SOON else pytest.mark.nightly) for name in FITS]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("question", QUESTIONS)
def test_a_fit_answers_or_says_why_not(name: str, question: str):
    if is_refused(QUESTIONS[question], name):
        with pytest.raises(IncompatibleError):
            asked(question, name)
        return
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)  # NumPy's, where numbers overflow or are none
        answer = asked(question, name)
    assert has_nan(answer) == (question == "fit.r_squared"), answer


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("question", NEVER)
def test_what_has_no_answer_is_refused(name: str, question: str):
    with pytest.raises(IncompatibleError) as refusal:
        asked(question, name)
    assert len(str(refusal.value).split()) > 5


def has_nan(answer: Any) -> bool:
    if isinstance(answer, str):
        return "nan" in answer.lower().split()
    if isinstance(answer, pd.DataFrame):  # no mixed model has an r_squared: glance leaves it blank
        return bool(answer.drop(columns="r_squared", errors="ignore").select_dtypes("number").isna().any(axis=None))
    return isinstance(answer, (float, np.ndarray, pd.Series)) and bool(pd.isna(np.asarray(answer)).any())


def test_every_answer_of_a_mixed_fit_is_asked_for():
    asked_for = {name for question in (*QUESTIONS, *NEVER) for name in re.findall(r"^fit\.(\w+)", question)} | {"save"}
    missing = {name for name in dir(MixedFit) if not name.startswith("_")} - asked_for
    assert not missing, f"{sorted(missing)} are no questions in tests/matrix/mixed/questions.py"


def test_what_is_answered_has_a_test_of_its_value():
    for where in ANSWERED:
        file, _, test = where.partition("::")
        assert re.search(rf"^def {test}\(", (TESTS / file).read_text(encoding="utf-8"), re.MULTILINE), where
