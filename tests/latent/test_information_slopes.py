"""How information moves with linear predictors: exact by cumulants, and by differences where there are none."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.special import expit

from stattools.latent.modes import information_slopes
from stattools.likelihoods import Bernoulli, Cumulative, Poisson
from stattools.likelihoods.binary import Probit
from stattools.likelihoods.positive import GammaFamily


def test_those_of_a_coin_are_exact():
    eta = np.array([-30.0, -1.0, 0.0, 2.0])
    p = expit(eta)
    found = information_slopes(Bernoulli(), eta, np.ones(4), p * (1 - p))
    assert_allclose(found[:, 0], p * (1 - p) * (1 - 2 * p), rtol=1e-12)


def test_differences_have_ten_digits():
    """Two thresholds with a logistic density: labels in the middle, log(F(b) - F(a)), have known derivatives."""
    eta = np.array([[0.3, -0.7, 0.9], [-2.0, -0.7, 0.9], [5.0, -0.7, 0.9]])
    likelihood, y = Cumulative(3), np.array([0.0, 2.0, 0.0])
    found = information_slopes(likelihood, eta, y, likelihood.information(eta, y)[:, 0, 0])
    for row, (label, eta0, low, high) in enumerate(zip(y, *eta.T, strict=True)):
        cut = (low if label == 0 else high) - eta0
        p = expit(cut)
        bend = p * (1 - p) * (1 - 2 * p)
        expected = np.zeros(3)
        expected[[0, 1 if label == 0 else 2]] = -bend, bend
        assert_allclose(found[row], expected, atol=1e-11)


def test_a_step_beyond_the_domain_is_shortened():
    """Thresholds nearer to each other than the step."""
    eta, y, h = np.array([[0.0, 0.0, 1e-3]]), np.array([1.0]), 1e-6
    likelihood = Cumulative(3)
    found = information_slopes(likelihood, eta, y, likelihood.information(eta, y)[:, 0, 0])
    moved = [likelihood.information(eta + by * np.array([1.0, 0.0, 0.0]), y)[0, 0, 0] for by in (h, -h)]
    assert np.isfinite(found).all()
    assert_allclose(found[0, 0], (moved[0] - moved[1]) / (2 * h), atol=1e-5)


@pytest.mark.parametrize(
    ("likelihood", "eta", "y"),
    [
        (Probit(), np.linspace(-4, 4, 9), np.arange(9) % 2 * 1.0),
        (GammaFamily(), np.column_stack([np.linspace(-4, 4, 9), np.full(9, 0.3)]), np.linspace(0.1, 5.0, 9)),
        (Poisson(), np.linspace(-20, 20, 9), np.arange(9.0)),
    ],
    ids=["probit", "gamma", "poisson"],
)
def test_they_are_the_slopes(likelihood, eta, y):
    h, first = 1e-3, (lambda e: likelihood.information(e, y).reshape(len(y), -1)[:, 0])
    found = information_slopes(likelihood, eta, y, first(eta))
    for k in range(found.shape[1]):
        unit = 1.0 if eta.ndim == 1 else np.eye(eta.shape[1])[k]
        one, two = ((first(eta + by * unit) - first(eta - by * unit)) / (2 * by) for by in (h, 2 * h))
        assert_allclose(found[:, k], (4 * one - two) / 3, rtol=1e-8, atol=1e-9 * np.abs(first(eta)).max())
