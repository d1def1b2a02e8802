"""Adapters fit the problems of the exam as we do."""

from __future__ import annotations

import shutil

import numpy as np
import pytest

from stattools.qualification.exam.examination import ADAPTERS, code
from stattools.qualification.exam.harness import answer
from stattools.qualification.exam.laws import PROBLEMS

GLUM = ADAPTERS["glum"]
OURS = ADAPTERS["stattools"]
SCIKIT_LEARN = ADAPTERS["scikit-learn"]
STATSMODELS = ADAPTERS["statsmodels"]

PEERS = [
    (adapter, model)
    for adapter in (STATSMODELS, SCIKIT_LEARN, GLUM)
    for model in adapter.models
    if model in OURS.models and model != "ridge" and not model.startswith(("influence", "log-likelihood"))
    # which have no standard errors
]


def test_ours_has_every_model():
    assert set(PROBLEMS) - set(OURS.models) == {"autoregression"}


@pytest.mark.slow
@pytest.mark.parametrize(("adapter", "model"), PEERS, ids=lambda it: it if isinstance(it, str) else it.name)
def test_a_peer_is_near_ours(adapter, model):
    pytest.importorskip(adapter.name.replace("scikit-learn", "sklearn"))
    theirs, ours = answer(code(adapter, model)), answer(code(OURS, model))
    apart = np.abs(np.array(theirs["b"]) - ours["b"]) / ours["se"]
    assert apart.max() < 0.05


def test_models_are_those_of_the_exam():
    for adapter in ADAPTERS.values():
        assert set(adapter.models) <= set(PROBLEMS)
        assert set(adapter.predictions) <= set(adapter.models)
        assert "<" not in "".join(adapter.models.values()).replace("<-", "")


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("Rscript") is None, reason="R is not installed")
@pytest.mark.parametrize("model", ["linear", "logistic", "poisson with an offset"])
def test_r_is_near_ours(model):
    theirs, ours = answer(code(ADAPTERS["R"], model)), answer(code(OURS, model))
    assert np.abs((np.array(theirs["b"]) - ours["b"]) / ours["se"]).max() < 0.01
