"""Both strengths of an elastic net are read off the coefficients that somebody prints."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from sklearn.linear_model import ElasticNet, LogisticRegression

import stattools as st
from stattools.errors import DomainError
from stattools.validation.conventions.penalties import elastic_net
from stattools.validation.recipes.likelihoods import Shrinkage, penalized, shrunk_maximum

RNG = np.random.default_rng(17)
NAMES = ["a", "b", "c", "d", "e"]
TABLE = pd.DataFrame(RNG.normal(size=(150, 5)), columns=NAMES)
TABLE["y"] = 2.0 + TABLE.a - 0.8 * TABLE.b + 0.5 * TABLE.c + 0.4 * TABLE.d + RNG.normal(size=150)
TABLE["up"] = (RNG.random(150) < 1.0 / (1.0 + np.exp(-TABLE.y + 2.0))).astype(int)
FITS = {
    "least squares": (st.ols, "y", lambda: ElasticNet(alpha=0.1, l1_ratio=0.5, tol=1e-12)),
    "logistic": (st.logistic, "up", lambda: LogisticRegression(C=0.2, l1_ratio=0.5, solver="saga", tol=1e-12)),
}


@pytest.mark.parametrize("kind", FITS)
def test_what_scikit_learn_prints_is_named(kind):
    build, outcome, estimator = FITS[kind]
    theirs = estimator().set_params(max_iter=100_000).fit(TABLE[NAMES], TABLE[outcome])
    theta = np.append(np.ravel(theirs.intercept_), np.ravel(theirs.coef_))
    claim = {name: f"{value:.4f}" for name, value in zip(["Intercept", *NAMES], theta, strict=True)}
    found = st.audit(claim, build(f"{outcome} ~ a + b + c + d + e", TABLE))
    assert found.findings[0].cause == "penalty"
    assert "elastic-net" in found.findings[0].evidence


def test_the_strengths_are_those_that_made_the_coefficients():
    model = st.logistic("up ~ a + b + c + d", TABLE)
    P = penalized(model)
    theta = shrunk_maximum(model, Shrinkage("", 1.0, 4.0 * P, 1.5 * np.diagonal(P)), st.fit(model).estimate)
    made = elastic_net(model, P, theta, np.zeros(5), "an elastic net")
    assert_allclose([made.quadratic.max(), made.absolute.max()], [4.0, 1.5], rtol=1e-6)
    assert "of strength 4 on squares and 1.5 on absolute values" in made.words


def test_two_coefficients_prove_nothing():
    model = st.logistic("up ~ a + b", TABLE)
    with pytest.raises(DomainError, match="two strengths explain any two"):
        elastic_net(model, penalized(model), 0.9 * st.fit(model).estimate, np.zeros(3), "")
