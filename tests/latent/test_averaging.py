"""Averages over normal effects: closed forms, SciPy's quadrature, and differences for the derivatives."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.integrate import quad
from scipy.special import expit, ndtr

from stattools.errors import IncompatibleError
from stattools.latent.marginal_family import OverEffects
from stattools.likelihoods import Bernoulli, Cumulative, GammaFamily, Linked, NegativeBinomial, Poisson, Probit
from stattools.likelihoods.links import LINKS

FIRST = np.linspace(-4.0, 3.0, 7)
WIDE = np.column_stack([FIRST, np.linspace(0.0, 4.0, 7), np.linspace(2.0, 0.0, 7)])
FAMILIES = {
    "logit": (Bernoulli(), WIDE),
    "cloglog": (Linked(Bernoulli(), LINKS["cloglog"]), WIDE),
    "negative binomial": (NegativeBinomial(), np.column_stack([FIRST, FIRST / 4.0, WIDE[:, 1:] / 4.0])),
    "ordered": (Cumulative(3), np.column_stack([FIRST, FIRST * 0.0 - 1.0, FIRST * 0.0 + 0.5, WIDE[:, 1:]])),
}


def test_a_probit_model_and_a_log_mean_have_closed_forms():
    s2 = (WIDE[:, 1:] ** 2).sum(axis=1)
    assert_allclose(OverEffects(Probit(), 2).mean(WIDE), ndtr(FIRST / np.sqrt(1.0 + s2)), rtol=1e-13)
    assert_allclose(OverEffects(Poisson(), 2).mean(WIDE), np.exp(FIRST + 0.5 * s2), rtol=1e-13)
    variance = OverEffects(Poisson(), 2).variance(WIDE, np.zeros(7))
    assert_allclose(variance, np.exp(FIRST + 0.5 * s2) + np.expm1(s2) * np.exp(2.0 * FIRST + s2), rtol=1e-12)


def test_a_logistic_mean_is_that_of_quadrature():
    def mean(eta, s):
        def integrand(t):
            return expit(eta + s * t) * np.exp(-0.5 * t * t) / np.sqrt(2.0 * np.pi)

        return quad(integrand, -40.0, 40.0, points=[0.0, -eta / s], epsabs=1e-14, limit=300)[0]

    expected = [mean(eta, np.hypot(u, v)) for eta, u, v in WIDE]
    assert_allclose(OverEffects(Bernoulli(), 2).mean(WIDE), expected, rtol=1e-12)


@pytest.mark.parametrize("name", FAMILIES)
def test_derivatives_are_those_of_differences(name):
    family, eta = FAMILIES[name]
    averaged, y, h = OverEffects(family, 2), np.ones(7), 1e-5
    slope, score = averaged.slope(eta), averaged.score(eta, y)
    assert slope.shape == (7, averaged.mean(eta).reshape(7, -1).shape[1], family.width + 2)
    for k in range(averaged.width):
        step = np.zeros(averaged.width)
        step[k] = h
        ahead, behind = eta + step, eta - step
        moved = (averaged.mean(ahead) - averaged.mean(behind)).reshape(7, -1) / (2.0 * h)
        assert_allclose(slope[:, :, k], moved, rtol=1e-6, atol=1e-9)  # of differences
        risen = (averaged.loglik(ahead, y) - averaged.loglik(behind, y)) / (2.0 * h)
        assert_allclose(score[:, k], risen, rtol=1e-6, atol=1e-8)


def test_probabilities_of_labels_and_counts_add_up():
    ordered, eta = OverEffects(Cumulative(3), 2), FAMILIES["ordered"][1]
    each = np.stack([np.exp(ordered.loglik(eta, np.full(7, float(k)))) for k in range(3)], axis=1)
    assert_allclose(ordered.mean(eta), each, rtol=1e-12)
    assert_allclose(ordered.cumulative(eta)[:, -1], 1.0, rtol=1e-14)
    counts, eta = OverEffects(Poisson(), 1), np.array([[0.5, 0.8]])
    below = sum(np.exp(counts.loglik(eta, [float(k)])[0]) for k in range(4))
    assert_allclose(counts.cdf(eta, np.array([3.0]))[0], below, rtol=1e-13)
    assert_allclose(counts.survival(eta, np.array([3.0]))[0], 1.0 - below, rtol=1e-12)


def test_a_density_that_is_narrow_in_the_linear_predictor_keeps_its_digits():
    found = OverEffects(Poisson(), 1).loglik(np.array([[10.0, 1.0]]), [20_000.0])
    # The gamma density of a count in its log mean is normal to 1 / y: log of E is log normal density - log y.
    expected = -0.5 * (np.log(20_000.0) - 10.0) ** 2 - 0.5 * np.log(2.0 * np.pi) - np.log(20_000.0)
    assert_allclose(found, expected, rtol=1e-4)


def test_no_rows_and_links_without_an_average():
    assert OverEffects(Bernoulli(), 1).mean(np.empty((0, 2))).shape == (0,)
    with pytest.raises(IncompatibleError, match="no average over groups"):
        OverEffects(Linked(GammaFamily(), LINKS["inverse"]), 1)
