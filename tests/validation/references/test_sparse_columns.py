"""The sparse reference is that of statsmodels, and a fit with many levels is validated without their columns."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.data.design import design
from stattools.validation.recipes.points import decrement
from stattools.validation.references.statsmodels import reference_fit, sparse_fit
from tests.inference.diagnostics.checks.test_errors_beside_levels import DATA, both, no_columns

MODELS = [
    lambda: st.poisson("k ~ x + C(g) + C(z)", DATA, weights="w"),
    lambda: st.poisson("k ~ 0 + C(g) + x", DATA, offset=DATA["x"] / 10.0),
    lambda: st.logistic("b ~ C(g) + x", DATA),
    lambda: st.ols("c ~ 0 + C(g) + x", DATA),
    lambda: st.ols("c ~ x + C(g)", DATA, precision="w"),
    lambda: st.poisson("k ~ x * C(g) + z", DATA, weights="w"),
    lambda: st.ols("c ~ 0 + C(g) + C(g):x + z", DATA),
]


@pytest.mark.parametrize("make", MODELS)
def test_it_is_the_reference_of_all_columns(make, monkeypatch):
    plain, coded = both(monkeypatch, make)
    no_columns(monkeypatch)
    expected, found = reference_fit(plain.model), sparse_fit(coded.model, "information")
    assert found.converged
    assert "sparse" in found.name
    assert_allclose(found.estimate, expected.estimate, rtol=1e-6, atol=1e-8)
    assert_allclose(found.se, expected.se, rtol=1e-6)
    assert_allclose(found.loglik, expected.loglik, rtol=1e-9)
    agreement = st.validate(coded)
    assert agreement.ok
    assert agreement.reference_decrement < 1e-6


def test_a_wrong_estimate_is_seen(monkeypatch):
    _, coded = both(monkeypatch, MODELS[0])
    moved = coded.estimate + 0.1 * coded.se * (np.arange(len(coded.estimate)) == 3)
    assert decrement(coded.model, moved) > 0.05
    vars(coded)["estimate"] = moved
    assert not st.validate(coded).ok


def test_other_models_are_refused_at_once(monkeypatch):
    monkeypatch.setattr(design, "MANY", 4)
    for model in (st.gamma("p ~ x + C(g)", DATA), st.negative_binomial("k ~ x + C(g)", DATA)):
        with pytest.raises(st.IncompatibleError, match="statsmodels would hold all columns"):
            st.validate(st.fit(model))
    with pytest.raises(st.IncompatibleError, match="cov='HC0'"):
        sparse_fit(st.poisson("k ~ x + C(g)", DATA), "HC0")
