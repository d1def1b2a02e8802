"""Dispersions from moments against statsmodels' GLM, which has them."""

import re
from typing import Any

import numpy as np
import pytest
import statsmodels.api
from numpy.testing import assert_allclose

import stattools as st
from stattools.validation.moment_dispersion import (
    best_dispersion,
    deviance_dispersion,
    dispersion_of,
    has_moments,
    mean_covariance,
    moment_note,
    pearson_dispersion,
    said_of,
    with_dispersion,
)
from tests.cases import rng

sm: Any = statsmodels.api
G = rng(8)
X = G.normal(size=(90, 2))
M = np.exp(0.5 + X @ [0.3, -0.2])
WEIGHTS = G.integers(1, 4, 90)
PAIRS = {
    "gamma": (sm.families.Gamma(sm.families.links.Log()), G.gamma(2.0, M / 2.0), "log"),
    "inverse-gaussian": (sm.families.InverseGaussian(sm.families.links.Log()), G.wald(M, 4.0), "log"),
    "normal": (sm.families.Gaussian(sm.families.links.Log()), M + 0.2 * G.normal(size=90), "log"),
}


@pytest.mark.parametrize("family", PAIRS)
def test_statsmodels_scale_errors_and_log_likelihood_are_told(family):
    theirs, y, link = PAIRS[family]
    fit = st.fit(st.glm(y, X, family=family, link=link, weights=WEIGHTS))
    glm = sm.GLM(y, sm.add_constant(X), family=theirs, freq_weights=WEIGHTS).fit(tol=1e-14)
    model, theta = fit.model, fit.estimate
    assert has_moments(model)
    phi = pearson_dispersion(model, theta)
    assert_allclose(phi, glm.scale, rtol=1e-7)
    assert_allclose(deviance_dispersion(model, theta), glm.deviance / glm.df_resid, rtol=1e-7)
    at = with_dispersion(model, theta, phi)
    assert_allclose(dispersion_of(model, at), phi, rtol=1e-12)
    covariance = mean_covariance(model, at, "expected")
    assert_allclose(np.sqrt(np.diagonal(covariance))[:-1], glm.bse, rtol=1e-7)
    observed = np.linalg.inv(-glm.model.hessian(glm.params, scale=phi, observed=True))
    assert_allclose(mean_covariance(model, at, "observed")[:-1, :-1], observed, rtol=1e-6)
    note = moment_note(fit)
    assert note is not None
    lost = re.search(r"is ([\d.]+) below the maximum", note)
    assert lost is not None
    # statsmodels counts a row of frequency 2 once in the log-likelihood of its Gamma at a scale: compared without
    assert_allclose(float(lost[1]), fit.loglik - model.loglik(at), rtol=1e-3)


def test_the_note_has_the_log_likelihood_of_statsmodels_gamma():
    theirs, y, _ = PAIRS["gamma"]
    fit, glm = st.fit(st.gamma(y, X)), sm.GLM(y, sm.add_constant(X), family=theirs).fit(tol=1e-14)
    lost = fit.loglik - glm.llf
    assert lost > 0.0
    agreement = st.validate(fit)
    assert agreement.ok
    assert f"taken at that dispersion, is {lost:.4g} below the maximum" in agreement.notes[0]
    assert_allclose(glm.aic, -2.0 * glm.llf + 2 * 3, rtol=1e-12)  # of 4 parameters


def test_a_dispersion_climbs_to_its_maximum():
    fit = st.fit(st.gamma(PAIRS["gamma"][1], X))
    away = fit.estimate + [0.0, 0.0, 0.0, 1.5]
    assert_allclose(best_dispersion(fit.model, away), fit.estimate, rtol=1e-9)


def test_where_a_dispersion_comes_from():
    assert said_of("likelihood") == "maximum likelihood"
    assert said_of("X2") == "Pearson's statistic over n - p"
    assert said_of(0.3) == "0.3, a number that was given"


def test_others_have_none():
    y = PAIRS["gamma"][1]
    table = {"y": y, "x": X[:, 0]}
    others = [
        st.ols(y, X),
        st.poisson(np.round(y), X),
        st.negative_binomial(np.round(y), X),
        st.gamma("y ~ x", table, dispersion="~ x"),
        st.coin([0, 1, 1]),
    ]
    assert not any(has_moments(model) for model in others)
    assert moment_note(st.fit(others[0])) is None
