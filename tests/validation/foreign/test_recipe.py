"""Standard errors and intervals by what a recipe changes: scale, information, quantile."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import stats

import stattools as st
from stattools.validation.recipes.recipe import Recipe, expected, pearson
from tests.cases import rng

G = rng(3)
X = G.normal(size=(40, 2))
LINE = st.ols(X[:, 0] + G.normal(size=40), X)
COUNTS = st.poisson(G.poisson(np.exp(0.5 * X[:, 0])), X)


def test_our_own_recipe_gives_our_own_numbers():
    fit = st.fit(LINE)
    found = Recipe(LINE, divisor="n - p", df=None).numbers(fit.estimate)
    lower, upper = fit.interval()
    for ours, wanted in zip(found, (fit.estimate, fit.se, lower, upper), strict=True):
        assert_allclose(ours, wanted, rtol=1e-9)


@pytest.mark.parametrize(("divisor", "factor"), [("n", 37 / 40), ("n - p", 1.0)])
def test_the_divisor_of_the_scale(divisor, factor):
    fit = st.fit(LINE)
    assert_allclose(Recipe(LINE, divisor=divisor).se(fit.estimate), fit.se * np.sqrt(factor), rtol=1e-9)


def test_pearsons_statistic_is_the_sum_of_squared_residuals():
    fit = st.fit(COUNTS)
    mean = fit.predict()
    chi2 = ((COUNTS.rows.y - mean) ** 2 / mean).sum()
    assert_allclose(pearson(COUNTS, fit.estimate), chi2, rtol=1e-12)
    assert_allclose(Recipe(COUNTS, divisor="X2").se(fit.estimate), fit.se * np.sqrt(chi2 / 37), rtol=1e-9)


def test_expected_information_is_the_mean_of_the_observed():
    """Of a canonical link they are the same; of probit, E[H] = sum phi^2 / (p q) x x'."""
    theta = np.array([0.1, 0.5, -0.2])
    assert_allclose(expected(COUNTS, theta), COUNTS.evaluate(theta).information, rtol=1e-12)
    probit = st.probit(G.integers(0, 2, 40), X)
    eta = probit.eta(theta)
    w = stats.norm.pdf(eta) ** 2 / (stats.norm.cdf(eta) * stats.norm.sf(eta))
    assert_allclose(expected(probit, theta), probit.rows.X.T @ (w[:, None] * probit.rows.X), rtol=1e-10)


def test_quantiles_are_students_or_normal():
    recipe = Recipe(LINE, level=0.9)
    assert_allclose(recipe.quantile(), stats.norm.isf(0.05), rtol=1e-12)
    assert_allclose(replace(recipe, df=None).quantile(), stats.t(37).isf(0.05), rtol=1e-12)
    assert_allclose(replace(recipe, df=5.0).quantile(), stats.t(5).isf(0.05), rtol=1e-12)


def test_nothing_is_printed_beside_what_is_no_number():
    found = Recipe(LINE).numbers(np.full(3, np.nan))
    assert np.isnan(found.se).all()
    assert np.isnan(Recipe(LINE, cov=None).numbers(np.zeros(3)).lower).all()
