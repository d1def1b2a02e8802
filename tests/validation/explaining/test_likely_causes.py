from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import stattools as st
from stattools.validation.claims.facts import right_of_fit
from stattools.validation.claims.printed import Printed
from stattools.validation.claims.reading import read_claim
from stattools.validation.claims.standing import standing
from stattools.validation.claims.terms import known_places
from stattools.validation.explaining.claim_causes import ClaimTrial, likeliest
from stattools.validation.recipes.recipe import Recipe

RNG = np.random.default_rng(51)
N = 200
TABLE = pd.DataFrame({"x": RNG.normal(size=N), "z": RNG.normal(size=N)})
TABLE["y"] = TABLE.x + RNG.normal(size=N)
TABLE["b"] = (RNG.random(N) < 1.0 / (1.0 + np.exp(-TABLE.x))).astype(int)
OLS, LOGISTIC = st.ols("y ~ x + z", TABLE), st.logistic("b ~ x + z", TABLE)


def trial(model, estimate, se, **facts):
    texts = [[f"{value:.4f}" for value in values] for values in (estimate, se)]
    claim = read_claim(dict(zip(model.names, texts[0], strict=True)), se=texts[1], **facts)
    fit, ours = st.fit(model), known_places(read_claim(dict.fromkeys(model.names, 1.0)), model.names).ours
    right = right_of_fit(fit, 0.95)
    return ClaimTrial(claim, model, None, "information", 0.95, ours, right, standing(claim, ours, right), fit, 1.0)


def test_standard_errors_of_another_point_are_those_of_a_loop_that_stopped():
    theta = 0.5 * st.fit(LOGISTIC).estimate
    found = likeliest(trial(LOGISTIC, theta, Recipe(LOGISTIC).se(theta)))
    assert found.cause == "not converged"
    assert likeliest(trial(LOGISTIC, theta, 1.3 * Recipe(LOGISTIC).se(theta))) is None


def test_rows_left_out_at_random_show_in_n_and_in_the_standard_errors():
    fewer = st.fit(st.ols("y ~ x + z", TABLE.sample(140, random_state=2)))
    stated, silent = (likeliest(trial(OLS, fewer.estimate, fewer.se, **facts)) for facts in ({"n": 140}, {}))
    assert stated.cause == silent.cause == "rows dropped"
    assert "It says n = 140, and the model has 200" in stated.evidence
    far = likeliest(trial(OLS, fewer.estimate + 3.0 * fewer.se, fewer.se))
    assert far is None


def test_right_estimates_point_to_nothing():
    fit = st.fit(OLS)
    assert likeliest(trial(OLS, fit.estimate, 1.2 * fit.se)) is None


@pytest.mark.parametrize("name", ["loglik", "deviance"])
def test_a_log_likelihood_of_another_point_is_that_of_a_loop_that_stopped(name):
    fit = st.fit(LOGISTIC)
    theta = np.round(0.6 * fit.estimate, 4)
    value = LOGISTIC.loglik(theta) * (1.0 if name == "loglik" else -2.0)
    one = trial(LOGISTIC, theta, 1.1 * fit.se)
    said = {name: Printed(np.array(value), np.array(0.005))}
    found = likeliest(replace(one, claim=replace(one.claim, facts=said)))
    assert found.cause == "not converged"
    other = {name: Printed(np.array(fit.loglik * (1.0 if name == "loglik" else -2.0)), np.array(0.005))}
    assert likeliest(replace(one, claim=replace(one.claim, facts=other))) is None


@pytest.mark.parametrize(
    ("cause", "call"),
    [("weights", "glm(b ~ x + z, weights = 2 * w)"), ("offset", "glm(b ~ x + z + offset(2 * log(t)), binomial)")],
)
def test_what_the_call_of_r_has_and_the_model_has_not(cause, call):
    fit = st.fit(LOGISTIC)
    one = trial(LOGISTIC, fit.estimate + fit.se, fit.se)
    found = likeliest(replace(one, claim=replace(one.claim, said={"call": call})))
    assert found.cause == cause
    assert "and the model has none" in found.evidence
    assert likeliest(replace(one, claim=replace(one.claim, said={"call": "glm(b ~ x + z, binomial)"}))) is None
