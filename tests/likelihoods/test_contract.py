"""Every likelihood keeps the contract: derivatives, Bartlett identities, scipy's numbers, extremes, refusals."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from stattools.errors import DomainError
from tests.cases import LIKELIHOODS, LikelihoodCase, rng

pytestmark = pytest.mark.parametrize("case", LIKELIHOODS, ids=str)


def directions(case: LikelihoodCase, eta):
    """Unit steps in each linear predictor."""
    return [1.0] if eta.ndim == 1 else list(np.eye(eta.shape[1]))


def test_loglik_equals_scipy(case: LikelihoodCase):
    eta, y = case.draw(rng(0))
    assert_allclose(case.likelihood.loglik(eta, y), case.reference(eta, y), rtol=1e-12, atol=0)


def test_score_is_the_slope_of_loglik(case: LikelihoodCase):
    eta, y = case.draw(rng(1))
    h = 1e-6
    score = case.likelihood.score(eta, y)
    for k, unit in enumerate(directions(case, eta)):
        slope = (case.likelihood.loglik(eta + h * unit, y) - case.likelihood.loglik(eta - h * unit, y)) / (2 * h)
        assert_allclose(score if eta.ndim == 1 else score[:, k], slope, rtol=1e-6, atol=1e-7)


def test_information_is_minus_the_slope_of_the_score(case: LikelihoodCase):
    eta, y = case.draw(rng(2))
    h = 1e-6
    information = case.likelihood.information(eta, y)
    for k, unit in enumerate(directions(case, eta)):
        slope = (case.likelihood.score(eta + h * unit, y) - case.likelihood.score(eta - h * unit, y)) / (2 * h)
        assert_allclose(information if eta.ndim == 1 else information[:, :, k], -slope, rtol=1e-6, atol=1e-7)


def test_slope_is_the_slope_of_the_mean(case: LikelihoodCase):
    eta, _ = case.draw(rng(2))
    slope, h = case.likelihood.slope(eta), 1e-6
    for k, unit in enumerate(directions(case, eta)):
        means = [case.likelihood.mean(eta + s * h * unit).reshape(len(eta), -1) for s in (1, -1)]
        assert_allclose(slope[:, :, k], (means[0] - means[1]) / (2 * h), rtol=1e-6, atol=1e-8)


def test_evaluate_is_loglik_score_information(case: LikelihoodCase):
    eta, y = case.draw(rng(3))
    eta = np.concatenate([eta, 300 * eta])
    y = np.concatenate([y, y])
    parts = case.likelihood.evaluate(eta, y)
    for fused, alone in zip(
        parts,
        (case.likelihood.loglik(eta, y), case.likelihood.score(eta, y), case.likelihood.information(eta, y)),
        strict=True,
    ):
        assert_allclose(fused, alone, rtol=2e-15, atol=1e-300)


def test_bartlett_identities_under_sample(case: LikelihoodCase):
    """E[score] = 0 and Var[score] = information, within five Monte Carlo standard errors."""
    if case.name == "binomial with trials in y":
        with pytest.raises(TypeError, match=r"needs the trials"):
            case.likelihood.sample(np.zeros(3), seed=0)
        return
    n = 200_000
    eta = case.draw(rng(4), 1)[0] / case.spread
    eta = np.repeat(eta, n, axis=0)
    y = case.likelihood.sample(eta, seed=5)
    case.likelihood.check(y)
    score = case.likelihood.score(eta, y).reshape(n, -1)
    information = np.atleast_2d(case.likelihood.information(eta, y).mean(axis=0))
    error = np.sqrt(np.diagonal(information) / n)
    assert (np.abs(score.mean(axis=0)) < 5 * error).all()
    assert_allclose(score.T @ score / n, information, atol=0.03 * np.abs(information).max())
    mean = y.mean() / (12 if case.name in ("binomial", "beta-binomial") else 1)
    if case.name.startswith("categorical"):
        mean = np.bincount(y.astype(int), minlength=case.likelihood.width + 1) / n
    assert_allclose(mean, case.likelihood.mean(eta)[0], atol=0.02)


@pytest.mark.parametrize("size", [30.0, 800.0, 1e4])
def test_extreme_predictors_stay_finite(case: LikelihoodCase, size: float):
    eta, y = case.draw(rng(6))
    for extreme in (np.sign(eta) * size, -np.sign(eta) * size):
        for part in (*case.likelihood.evaluate(extreme, y), case.likelihood.loglik(extreme, y)):
            assert np.isfinite(part).all()
        assert np.isfinite(case.likelihood.mean(extreme)).all()


def test_link_inverts_mean(case: LikelihoodCase):
    eta, _ = case.draw(rng(7))
    slope = case.likelihood.slope(eta)
    if slope.shape[1] < slope.shape[2] and slope[:, 0, 1:].any():
        pytest.skip("one mean of several predictors has no inverse")
    dispersed = slope.shape[1] < slope.shape[2]  # the second eta is no part of the mean
    wanted = eta[:, 0] if dispersed else eta
    assert_allclose(case.likelihood.link(case.likelihood.mean(eta)), wanted, rtol=1e-9, atol=1e-9)


def test_outcomes_off_the_support_are_refused(case: LikelihoodCase):
    _, y = case.draw(rng(8), 5)
    assert_allclose(case.likelihood.check(y), y, rtol=0)
    for bad in case.refused:
        spoiled = list(y[:-1]) + [bad]
        with pytest.raises(DomainError, match=r"needs"):
            case.likelihood.check(spoiled)
