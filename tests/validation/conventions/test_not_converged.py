import numpy as np
import pytest
import statsmodels.api as sm
from numpy.testing import assert_allclose

import stattools as st
from stattools.validation.claims.reading import read_claim
from stattools.validation.conventions.penalties import STOPPED
from stattools.validation.conventions.state import start_of

RNG = np.random.default_rng(101)
X = np.column_stack([np.ones(100), RNG.normal(size=(100, 2))])
B, K = (RNG.random(100) < 1.0 / (1.0 + np.exp(-2.0 * X[:, 1]))).astype(float), RNG.poisson(np.exp(X[:, 1]))
OURS = {"names": ["Intercept", "x", "z"], "intercept": False}
FAMILIES = {"logistic": sm.families.Binomial(), "poisson": sm.families.Poisson()}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("build", "y"), [("logistic", B), ("poisson", K)])
@pytest.mark.parametrize("steps", [1, 2, 3])
def test_iterates_are_those_of_statsmodels(build, y, steps):
    theirs = sm.GLM(y, X, family=FAMILIES[build]).fit(maxiter=steps)
    claim = read_claim({"Intercept": 0.0, "x": 1.0, "z": 0.0})
    start = start_of(claim, getattr(st, build)(y, X, **OURS))
    states = {variant.words: variant.state for variant in STOPPED.changes(start)}
    same = [words for words, one in states.items() if np.allclose(one.point, theirs.params, rtol=1e-9, atol=1e-12)]
    assert same
    assert all(words.startswith(f"the numbers after {steps} step") for words in same)
    errors = [states[words].errors(states[words].point) for words in same]
    if steps > 1:
        assert min(np.abs(se - theirs.bse).max() for se in errors) < 1e-8
    assert_allclose(states[same[0]].point, theirs.params, rtol=1e-9, atol=1e-12)


def test_other_models_have_no_iterates():
    claim = read_claim({"Intercept": 0.0, "x": 1.0, "z": 0.0})
    assert not list(STOPPED.changes(start_of(claim, st.ols(X[:, 2], X, **OURS))))
