"""Regressions with curves against the second computation, and faults that it finds."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import stattools as st
from tests.inference.smooths.curved import table

TABLE = table() | {"event": table()["y"] > 0.2, "label": np.digitize(table()["y"], [-0.3, 0.8])}
MODELS: dict[str, Any] = {
    "counts": lambda: st.poisson("counts ~ g + s(x, k=8, by=g)", TABLE),
    "events": lambda: st.logistic("event ~ s(x, k=8) + s(h, k=5)", TABLE),
    "dispersed": lambda: st.negative_binomial("counts ~ s(x, k=8)", TABLE),
    "groups": lambda: st.poisson("counts ~ s(x, k=8) + (1 | h)", TABLE),
}


@pytest.mark.parametrize("name", [pytest.param(k, marks=() if k == "counts" else pytest.mark.slow) for k in MODELS])
def test_the_second_computation_agrees(name):
    found = st.validate(st.fit(MODELS[name]()))
    assert found.ok, found.sentence
    assert abs(found.reference_loglik - found.loglik) < 1e-8
    assert found.rows["digits"].min() > 7.0


def test_a_wrong_penalty_is_found():
    fit: Any = st.fit(MODELS["counts"]())
    wrong = replace(fit.found, at=1.1 * fit.found.at)
    found = st.validate(replace(fit, found=wrong, loglik=wrong.marginal.evaluate(wrong.at, 0).loglik))
    assert not found.ok
    assert "differs" in found.sentence


def test_a_wrong_coefficient_and_a_wrong_likelihood_are_found():
    fit: Any = st.fit(MODELS["counts"]())
    assert not st.validate(replace(fit, estimate=fit.estimate + 1e-4 * fit.se)).ok
    assert not st.validate(replace(fit, loglik=fit.loglik + 1e-4)).ok


def test_what_has_no_second_form_says_so():
    with pytest.raises(st.IncompatibleError, match="no second form"):
        st.validate(st.fit(st.softmax("label ~ s(x, k=6)", TABLE)))
