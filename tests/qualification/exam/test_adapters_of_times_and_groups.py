"""R, where it is installed, fits the problems of the exam as we do."""

from __future__ import annotations

import shutil

import numpy as np
import pytest

from stattools.qualification.exam.adapters_of_regressions import OURS
from stattools.qualification.exam.adapters_of_times_and_groups import ADAPTERS, R
from stattools.qualification.exam.examination import code
from stattools.qualification.exam.harness import answer
from stattools.qualification.exam.laws import PROBLEMS


def test_models_are_those_of_the_exam():
    for adapter in ADAPTERS:
        assert set(adapter.models) <= set(PROBLEMS)


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("Rscript") is None, reason="R is not installed")
@pytest.mark.parametrize("model", ["linear", "logistic", "poisson with an offset"])
def test_r_is_near_ours(model):
    theirs, ours = answer(code(R, model)), answer(code(OURS, model))
    assert np.abs((np.array(theirs["b"]) - ours["b"]) / ours["se"]).max() < 0.01
