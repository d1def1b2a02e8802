"""Counts with a given alpha: derivatives, and the same numbers as the family with alpha estimated, held there."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.likelihoods.counts import NegativeBinomial
from stattools.likelihoods.likelihood import unlinked
from stattools.validation.recipes.likelihoods import KnownAlpha, with_known_alpha

eta, y, h = np.linspace(-2.0, 3.0, 9), np.array([0.0, 1, 0, 2, 5, 1, 9, 30, 2]), 1e-6
FAMILY = KnownAlpha(0.7)
x = np.linspace(-1.0, 1.0, 30)
counts = np.random.default_rng(0).negative_binomial(2, 2 / (2 + np.exp(1 + x)))


def test_derivatives_are_slopes():
    assert_allclose(FAMILY.score(eta, y), (FAMILY.loglik(eta + h, y) - FAMILY.loglik(eta - h, y)) / (2 * h), atol=1e-7)
    assert_allclose(
        FAMILY.information(eta, y), -(FAMILY.score(eta + h, y) - FAMILY.score(eta - h, y)) / (2 * h), atol=1e-7
    )
    assert_allclose(FAMILY.slope(eta)[:, 0, 0], FAMILY.mean(eta))
    assert_allclose(FAMILY.mean(FAMILY.link(y[1:2])), y[1:2])
    k = np.arange(4000.0)
    p = np.exp(FAMILY.loglik(np.full(4000, 1.0), k))
    assert_allclose(p @ FAMILY.information(np.full(4000, 1.0), k), FAMILY.expected(np.ones(1), y)[0], rtol=1e-10)
    assert_allclose(p @ (k - np.e) ** 2, FAMILY.variance(np.ones(1), y)[0], rtol=1e-10)
    assert (FAMILY.deviance(eta, y) >= 0.0).all()
    assert_allclose(FAMILY.check(y), y)


@pytest.mark.parametrize("link", ["log", "identity", "sqrt"])
def test_it_is_the_negative_binomial_with_alpha_held(link):
    model = with_known_alpha(st.glm(counts, x, family="poisson", link=link), 0.7)
    fit = st.fit(model)
    both = st.glm(counts, x, family="negative-binomial", link=link)
    assert_allclose(fit.loglik, both.loglik(np.append(fit.estimate, np.log(0.7))), rtol=1e-12)
    score = both.score(np.append(fit.estimate, np.log(0.7)))
    assert_allclose(score[:2], 0.0, atol=1e-6)
    assert isinstance(unlinked(both.likelihood), NegativeBinomial)
    assert "alpha = 0.7" in model.title
