"""Adapters fit the problems of the exam as we do."""

from __future__ import annotations

import numpy as np
import pytest

from stattools.qualification.exam.adapters_of_regressions import GLUM, OURS, SCIKIT_LEARN, STATSMODELS
from stattools.qualification.exam.examination import code
from stattools.qualification.exam.harness import answer
from stattools.qualification.exam.laws import PROBLEMS

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
