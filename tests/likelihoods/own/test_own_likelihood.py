"""A likelihood made of functions: what was given is answered, what was not is refused by name."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from tests.gumbel import gumbel
from tests.likelihoods.own.test_making import PARAMETERS, loglik

G = np.random.default_rng(5)
X = G.normal(size=120)
TABLE = {"x": X, "y": 1.0 + 0.5 * X + 2.0 * G.gumbel(size=120)}


def own(**answers):
    return st.likelihood("Gumbel", loglik, parameters=PARAMETERS, outcome="real", **answers)


@pytest.fixture(scope="module")
def fit():
    return st.fit(st.regression("y ~ x", TABLE, own()))


def test_the_fit_is_that_of_derivatives_by_hand(fit):
    hand = st.fit(gumbel("y ~ x", TABLE))
    assert np.abs((fit.estimate - hand.estimate) / hand.se).max() < 1e-7
    assert_allclose(fit.se, hand.se, rtol=1e-5)
    assert fit.loglik == pytest.approx(hand.loglik, rel=1e-13)
    page = " ".join(str(fit).split())
    assert "a local maximum" in page
    assert "Derivatives are central differences of the log-likelihood" in page


def test_units_and_origin_change_nothing(fit):
    moved = st.fit(st.regression("y ~ x", {"x": X, "y": 1e4 + 1e-3 * TABLE["y"]}, own()))
    assert abs(moved.estimate[1] * 1e3 - fit.estimate[1]) < 1e-6 * fit.se[1]  # y itself has lost digits


@pytest.mark.parametrize(
    ("ask", "lacking"),
    [
        (lambda fit: fit.predict(), "mean="),
        (lambda fit: fit.residuals_of("quantile"), "cdf="),
        (lambda fit: fit.residuals_of("pearson"), "mean="),
        (lambda fit: st.to_arviz(fit, seed=1), "sample="),
    ],
)
def test_a_question_whose_answer_was_not_given_is_refused_by_name(fit, ask, lacking):
    with pytest.raises(st.IncompatibleError, match=f"Gumbel has no {lacking}"):
        ask(fit)


def test_what_was_given_is_answered():
    likelihood = own(
        mean=lambda location, scale: location + np.euler_gamma * scale,
        variance=lambda location, scale: (np.pi * scale) ** 2 / 6.0,
        cdf=lambda y, location, scale: np.exp(-np.exp((location - y) / scale)),
        sample=lambda location, scale, size, random_state: location + scale * random_state.gumbel(size=size),
    )
    fit, hand = (
        st.fit(st.regression("y ~ x", TABLE, likelihood, scale="~ x")),
        st.fit(gumbel("y ~ x", TABLE, scale="~ x")),
    )
    assert_allclose(fit.predict(), hand.predict(), rtol=1e-8)
    assert_allclose(fit.residuals_of("quantile"), hand.residuals_of("quantile"), atol=1e-7)
    assert_allclose(fit.residuals_of("pearson"), hand.residuals_of("pearson"), atol=1e-7)
    effects = [one.marginal_effects()[["estimate", "se"]].to_numpy() for one in (fit, hand)]
    assert_allclose(effects[0], effects[1], rtol=1e-5)
    new = {"x": [0.0, 1.0]}
    intervals = [one.predict(new, interval=0.9, kind="observation").to_numpy() for one in (fit, hand)]
    assert_allclose(intervals[0], intervals[1], rtol=1e-6)


@pytest.mark.parametrize(("outcome", "wrong"), [("positive", 0.0), ("unit", 1.0), ("count", 0.5), ("binary", 2.0)])
def test_outcomes_that_are_none_are_named(outcome, wrong):
    likelihood = st.likelihood("Mine", loglik, parameters=PARAMETERS, outcome=outcome)
    with pytest.raises(st.DomainError, match="Mine needs"):
        likelihood.check([1.0 if outcome in ("count", "binary") else 0.5, wrong])


def test_a_function_without_a_density_is_told():
    nowhere = st.likelihood("Nowhere", lambda y, m: np.full(len(y), np.nan), parameters={"m": "log"}, outcome="real")
    with pytest.raises(st.DomainError, match="Nowhere has no finite log-likelihood near m"):
        st.regression("y ~ x", TABLE, nowhere)


def test_an_origin_that_costs_digits_is_told(fit):
    """Where y has lost half of its digits the climb ends at round-off, and says so."""
    far = st.fit(st.regression("y ~ x", {"x": X, "y": 1e5 + 1e-3 * TABLE["y"]}, own()))
    assert abs(far.estimate[1] * 1e3 - fit.estimate[1]) < 1e-4 * fit.se[1]
    assert far.solution.status == "round-off"
    assert "the limit of float64 on these data" in " ".join(str(far).split())
