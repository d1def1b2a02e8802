"""Claims without a word of their kind of standard errors hold by either definition of the model's own."""

import numpy as np
import pytest
import statsmodels.api as sm

import stattools as st

RNG = np.random.default_rng(31)
X = np.column_stack([np.ones(120), RNG.normal(size=120)])
UP = (RNG.uniform(size=120) < 1.0 - np.exp(-np.exp(0.3 + 0.6 * X[:, 1]))).astype(float)
COSTS = RNG.gamma(2.0, np.exp(0.5 + 0.3 * X[:, 1]))
CASES = {
    "cloglog": (UP, sm.families.Binomial(sm.families.links.CLogLog()), {"family": "binomial", "link": "cloglog"}),
    "gamma": (COSTS, sm.families.Gamma(sm.families.links.Log()), {"family": "gamma", "link": "log"}),
}


def claimed(name, **changes):
    y, family, said = CASES[name]
    given = sm.GLM(y, X, family=family).fit()
    model = st.glm(y, X[:, 1], names=["x"], **said)
    errors = changes.pop("factor", 1.0) * given.bse
    return st.audit(dict(zip(("Intercept", "x"), given.params, strict=True)), model, se=list(errors), **changes)


@pytest.mark.parametrize("name", CASES)
def test_the_expected_information_is_the_models_own_too(name):
    found = claimed(name)
    assert found.ok
    assert "expected information" in found.sentence
    assert found.convention in found.sentence


def test_who_names_the_kind_is_held_to_it():
    found = claimed("cloglog", cov="information")
    assert not found.ok
    assert "expected information" in found.sentence
    assert not claimed("cloglog", factor=1.01).ok
