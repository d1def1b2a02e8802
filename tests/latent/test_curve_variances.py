"""Ratios of variances are 1 at the maximum of a normal outcome, and the information is its second derivative."""

import numpy as np
from numpy.testing import assert_allclose

from stattools.latent.modes import LEAST_FACTOR as LEAST
from stattools.latent.modes import information_of_curves, variance_ratios
from tests.cases import rng

RANDOM = rng(8)
Z, Y = RANDOM.normal(size=(40, 7)), 2.0 * RANDOM.normal(size=40)
BLOCKS = [np.array([0, 2, 4]), np.array([1, 3, 5, 6])]


def mode(logs):
    """Effects and their covariance at logarithms of standard deviations, and the log-likelihood."""
    D = np.empty(7)
    for block, log in zip(BLOCKS, logs, strict=True):
        D[block] = np.exp(log)
    H = np.eye(7) + (Z * D).T @ (Z * D)
    u = np.linalg.solve(H, (Z * D).T @ Y)
    value = -0.5 * ((Y - Z * D @ u) ** 2).sum() - 0.5 * u @ u - 0.5 * np.linalg.slogdet(H)[1]
    return u, np.linalg.inv(H), value


def test_the_information_is_the_second_derivative():
    logs, h = np.array([-0.3, 0.2]), 1e-3
    u, C, _ = mode(logs)

    def value(a, b):
        return mode(logs + h * np.array([a, b]))[2]

    own = (2.0 * value(0, 0) - value(1, 0) - value(-1, 0)) / h**2
    across = -(value(1, 1) - value(1, -1) - value(-1, 1) + value(-1, -1)) / (4.0 * h**2)
    found = information_of_curves(u, C, BLOCKS)
    assert_allclose(found[0], [own, across], rtol=1e-5)
    assert_allclose(found[1, 0], found[0, 1])


def test_ratios_lead_to_where_the_slope_is_zero():
    logs = np.zeros(2)
    for _ in range(60):
        logs = logs + 0.5 * np.log(variance_ratios(*mode(logs)[:2], BLOCKS))
    assert_allclose(variance_ratios(*mode(logs)[:2], BLOCKS), 1.0, rtol=1e-8)
    best = mode(logs)[2]
    for step in (np.array([0.05, 0.0]), np.array([0.0, 0.05])):
        assert max(mode(logs + step)[2], mode(logs - step)[2]) < best


def test_a_curve_without_any_effect_has_a_ratio():
    assert variance_ratios(np.zeros(7), np.eye(7), BLOCKS).tolist() == [LEAST, LEAST]
