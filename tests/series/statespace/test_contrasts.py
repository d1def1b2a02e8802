from dataclasses import replace

import numpy as np
import pytest

from stattools.series.statespace.components import Components
from stattools.series.statespace.contrasts import Contrasts
from tests.series.statespace.series_cases import CASES, NILE, dense, gappy
from tests.sizes import first

SHORT = NILE[:16] / 100.0
NONE = np.zeros(0)


def of(y, parts):
    return Contrasts.of(y, np.zeros((len(y), 0)), parts)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("gaps", first(1, [(0, 6, 7, 15), ()]), ids=["gaps", "complete"])
def test_the_likelihood_is_the_dense_diffuse_one(case, gaps):
    parts, variances = CASES[case]
    y = gappy(SHORT, gaps) if gaps else SHORT
    expected, _ = dense(y, parts, variances)
    np.testing.assert_allclose(of(y, parts).loglik(np.array(variances), NONE), expected, rtol=1e-9)


@pytest.mark.parametrize("case", [name for name, (_, v) in CASES.items() if min(v) > 0])
@pytest.mark.parametrize("gaps", first(1, [(5, 6, 40, 98), ()]), ids=["gaps", "complete"])
def test_score_and_information_are_slopes(case, gaps):
    parts, variances = CASES[case]
    y = gappy(NILE / 100.0, gaps) if gaps else NILE / 100.0
    X = np.random.default_rng(0).normal(size=(100, 2))
    contrasts, beta = Contrasts.of(y, X, parts), np.array([0.1, -0.2])
    theta = np.append(variances, beta)
    k, size = len(variances), 1e-4 * np.maximum(np.abs(theta), 0.1)

    def score(theta):
        return contrasts.score(theta[:k], theta[k:])[1]

    information = contrasts.information(theta[:k], theta[k:])
    scale = np.sqrt(np.diagonal(contrasts.information(theta[:k], theta[k:], expected=True)))
    for j, h in enumerate(np.diag(size)):
        up, down = theta + h, theta - h
        slope = (contrasts.loglik(up[:k], up[k:]) - contrasts.loglik(down[:k], down[k:])) / (2 * size[j])
        assert abs(score(theta)[j] - slope) < 1e-6 * (1.0 + abs(slope))
        bend = (score(up) - score(down)) / (2 * size[j])
        # the slope of the traces is a difference, of fourth order in 2 % steps
        np.testing.assert_allclose(information[j] / (scale * scale[j]), -bend / (scale * scale[j]), atol=3e-6)


def test_coefficients_are_generalized_least_squares():
    parts, variances = CASES["level"]
    X = np.random.default_rng(0).normal(size=(16, 2))
    contrasts = Contrasts.of(SHORT, X, parts)
    r, q = variances
    S = (2 * r + q) * np.eye(15) - r * (np.eye(15, k=1) + np.eye(15, k=-1))
    W, w = np.diff(X, axis=0), np.diff(SHORT)
    expected = np.linalg.solve(W.T @ np.linalg.solve(S, W), W.T @ np.linalg.solve(S, w))
    np.testing.assert_allclose(contrasts.coefficients(np.array(variances)), expected, rtol=1e-10)


def test_a_singular_covariance_is_minus_infinity():
    parts, _ = CASES["level"]
    assert of(SHORT, parts).loglik(np.zeros(2), NONE) == -np.inf


@pytest.mark.parametrize("variances", [(1.0, 0.01, 1e-4), (1.0, 2.0, 0.5), (1.0, 1e-6, 1e-8), (1.0, 0.0, 0.1)])
def test_a_factor_that_settles_gives_the_log_likelihood_of_the_whole_one(variances):
    random = np.random.default_rng(3)
    y = np.cumsum(np.cumsum(0.01 * random.normal(size=5000))) + random.normal(size=5000)
    contrasts = Contrasts.of(y, np.zeros((len(y), 0)), Components("stochastic"))
    v, none = np.array(variances), np.zeros(0)
    assert contrasts.even
    whole = replace(contrasts, even=False)
    assert contrasts.loglik(v, none) == pytest.approx(whole.loglik(v, none), rel=1e-13)
