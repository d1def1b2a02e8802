"""Score and information of one-step errors against differences, and the first level against a line search."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.optimize import minimize_scalar
from scipy.special import expit

from stattools.series.filters.smoothing import evaluate, one_step, profile
from tests.cases import rng

G = rng(3)
N = 30
Y = np.cumsum(G.normal(size=N))
USED = G.random(N) > 0.2
Z = np.column_stack([np.ones(N), G.normal(size=N)])


def at(theta, order=2):
    eta = Z @ theta[:2]
    return evaluate(one_step(Y, USED, expit(eta), theta[2]), Z, eta, USED, theta[3], True, order)


def test_derivatives_against_differences():
    theta, h = np.array([-0.3, 0.4, 0.7, 0.2]), 1e-5
    here = at(theta)
    for k, step in enumerate(h * np.eye(4)):
        ahead, behind = at(theta + step, 1), at(theta - step, 1)
        assert_allclose(here.score[k], (ahead.loglik - behind.loglik) / (2 * h), rtol=1e-7, atol=1e-7)
        assert_allclose(-here.information[k], (ahead.score - behind.score) / (2 * h), rtol=1e-6, atol=1e-6)


def test_the_errors_are_those_of_the_loop():
    weight, level, total = expit(Z @ [0.1, 0.5]), 0.7, 0.0
    for y, used, w in zip(Y, USED, weight, strict=True):
        error = y - level if used else 0.0
        level, total = level + w * error, total + error**2
    assert_allclose(one_step(Y, USED, weight, 0.7).sum_of_squares, total, rtol=1e-13)


@pytest.mark.parametrize("free", [True, False])
def test_the_first_level_has_the_least_sum_of_squares(free):
    weight = np.full(N, 0.4)
    least, first = profile(Y, USED, weight, 5.0, free)
    assert_allclose(one_step(Y, USED, weight, first).sum_of_squares, least, rtol=1e-12)
    if not free:
        assert first == 5.0
        return
    found = minimize_scalar(lambda level: one_step(Y, USED, weight, level).sum_of_squares)
    assert_allclose(first, found.x, rtol=1e-6)  # a search by values has half the digits
