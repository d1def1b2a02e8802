import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.inference.penalties.penalized import penalized as ours
from stattools.validation.references import likelihoods as reference_values
from stattools.validation.references.densities import Again
from stattools.validation.references.likelihoods import climbed, penalized, summit
from tests.cases import rng


def test_the_maximum_of_a_function_that_is_no_parabola():
    """log of a gamma density: maximum at (a - 1) / b, curvature (a - 1) / x^2."""
    a, b = np.array([3.0, 9.0]), np.array([2.0, 0.5])
    x = (a - 1) / b
    top = summit(lambda t: float(((a - 1) * np.log(np.maximum(t, 1e-300)) - b * t).sum()), x * 1.05, x / np.sqrt(a - 1))
    assert_allclose(top.estimate, x, rtol=1e-8)
    assert_allclose(top.covariance, np.diag(x**2 / (a - 1)), rtol=1e-5, atol=1e-7)
    assert top.decrement < 1e-7
    assert_allclose(top.checked, np.sqrt(((0.05 * np.sqrt(a - 1)) ** 2).sum()), rtol=0.1)


G = rng(6)
X = G.normal(size=(40, 2))
MODELS = {
    "ols": st.ols(X[:, 0] + G.normal(size=40), X),
    "logistic": st.logistic(G.integers(0, 2, 40), X, weights=G.integers(1, 3, 40)),
    "poisson": st.poisson(G.poisson(2.0, 40), X, offset=0.3 * X[:, 1]),
    "softmax": st.softmax(G.integers(0, 3, 40), X),
    "negative_binomial": st.negative_binomial(G.poisson(2.0, 40), X),
    "probit": st.probit(G.integers(0, 2, 40), X),
    "grouped": st.logistic(G.integers(0, 3, 40), X, trials=np.full(40, 3), offset=0.3 * X[:, 1]),
    "loglog": st.glm(G.integers(0, 2, 40), X, family="binomial", link="loglog"),
    "gamma": st.gamma(G.gamma(2.0, size=40), X),
}


@pytest.mark.parametrize("kind", MODELS)
@pytest.mark.parametrize("penalty", [st.Ridge(2.0), st.Jeffreys()], ids=["ridge", "jeffreys"])
def test_differences_of_the_penalized_log_likelihood_are_ours(kind, penalty):
    model = MODELS[kind]
    if isinstance(penalty, st.Jeffreys) and kind in ("ols", "gamma"):
        with pytest.raises(st.IncompatibleError, match="no second form of"):
            penalized(model, penalty)
        return
    theirs, mine = penalized(model, penalty)[0], ours(model, penalty)
    one, two = 0.2 * G.normal(size=(2, len(model.names)))
    # constants such as log y! and log(2 pi) are left out on either side
    assert_allclose(theirs(one) - theirs(two), mine.loglik(one) - mine.loglik(two), rtol=1e-8, atol=1e-9)


@pytest.mark.parametrize("kind", ["logistic", "poisson", "softmax", "probit", "gamma"])
def test_complex_steps_lead_to_the_maximum_of_the_values(kind, monkeypatch):
    monkeypatch.setattr(reference_values, "MANY", 1)
    fit = st.fit(MODELS[kind], penalty=st.Ridge(2.0))
    form = penalized(MODELS[kind], st.Ridge(2.0))
    unit = np.sqrt(np.diagonal(fit.solution.covariance))
    by_values, by_steps = summit(form.value, fit.estimate, unit), climbed(form.sums, fit.estimate, unit)
    assert_allclose(by_steps.estimate, by_values.estimate, atol=1e-7)
    assert_allclose(by_steps.covariance, by_values.covariance, rtol=1e-4, atol=1e-8)
    assert_allclose(by_steps.value, by_values.value, rtol=1e-10)
    moved = climbed(form.sums, fit.estimate + 0.1 * unit, unit)
    assert by_steps.checked < 1e-6 < 0.05 < moved.checked


@pytest.mark.slow
def test_a_probit_with_a_ridge_and_hundreds_of_levels_is_validated():
    r = np.random.default_rng(0)
    table = {"y": r.integers(0, 2, 700), "g": np.r_[np.arange(210), r.integers(0, 210, 490)]}
    fit = st.fit(st.probit("y ~ C(g)", table), penalty=st.Ridge(1.0))
    found = st.validate(fit)
    assert found.ok
    assert "the same 210 coefficients" in found.sentence


def test_hundreds_of_coefficients_with_jeffreys_prior_are_refused_before_anything_is_climbed():
    r = np.random.default_rng(0)
    model = st.logistic(r.integers(0, 2, 500), r.normal(size=(500, 150)))
    with pytest.raises(st.IncompatibleError, match=r"alone, 7e\+05 of them for 151 coefficients in 500"):
        penalized(model, st.Jeffreys())


def test_a_climb_that_does_not_end_is_said():
    def away(theta):
        return Again(1, 1.0, float(theta[0]), np.ones(1), np.eye(1), np.eye(1))

    with pytest.raises(st.ConvergenceError, match=r"still 1.0e\+00 standard errors from its maximum"):
        climbed(away, np.zeros(1), np.ones(1))


def test_a_form_that_bends_upwards_has_no_maximum():
    def valley(theta):
        return Again(1, 1.0, 0.5 * float(theta @ theta), theta, -np.eye(1), np.eye(1))

    with pytest.raises(st.ConvergenceError, match="does not bend downwards beside the estimate"):
        climbed(valley, np.zeros(1), np.ones(1))
