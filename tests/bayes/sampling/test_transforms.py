"""Maps between the line and an interval: inverse of each other, derivatives by differences, ends never reached."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from stattools.bayes.sampling.target import Transforms

MAPS = Transforms(np.array([-np.inf, 0.0, -np.inf, -1.0]), np.array([np.inf, np.inf, 3.0, 2.0]))


@pytest.mark.parametrize("u", [np.zeros(4), np.array([3.0, -2.0, 1.5, -1.0])])
def test_forward_and_back(u):
    at = MAPS.forward(u)
    assert_allclose(MAPS.inverse(at.x), u, atol=1e-12)
    assert_allclose(MAPS.values(u[None])[0], at.x)
    assert (at.x > MAPS.low).all()
    assert (at.x < MAPS.high).all()


@pytest.mark.parametrize("u", [np.zeros(4), np.array([3.0, -2.0, 1.5, -1.0])])
def test_derivatives(u):
    h = 1e-5
    up, down, at = MAPS.forward(u + h), MAPS.forward(u - h), MAPS.forward(u)
    assert_allclose(at.slope, (up.x - down.x) / (2 * h), rtol=1e-8)
    assert_allclose(at.bend, (up.slope - down.slope) / (2 * h), rtol=1e-8, atol=1e-9)
    assert_allclose(at.log_jacobian, np.log(np.abs(at.slope)).sum(), rtol=1e-12)
    assert_allclose(at.jacobian_bend, (up.jacobian_slope - down.jacobian_slope) / (2 * h), rtol=1e-8, atol=1e-9)
    total = (up.log_jacobian - down.log_jacobian) / (2 * h)
    assert_allclose(at.jacobian_slope.sum(), total, rtol=1e-8)


def test_values_in_order_are_sums_of_distances():
    maps = Transforms(np.full(4, -np.inf), np.full(4, np.inf), (1, 2, 3))
    u, h = np.array([0.3, -1.0, -2.0, 0.5]), 1e-6
    at = maps.forward(u)
    assert_allclose(at.x, [0.3, -1.0, -1.0 + np.exp(-2.0), -1.0 + np.exp(-2.0) + np.exp(0.5)], rtol=1e-12)
    assert_allclose(maps.inverse(at.x), u, rtol=1e-12)
    assert_allclose(maps.values(u[None])[0], at.x, rtol=1e-15)
    J = np.stack([(maps.forward(u + h * e).x - maps.forward(u - h * e).x) / (2 * h) for e in np.eye(4)], axis=1)
    assert_allclose(J, maps.summed * at.slope, rtol=1e-7, atol=1e-9)
    assert_allclose(at.log_jacobian, np.linalg.slogdet(J)[1], rtol=1e-7)
    assert_allclose(maps.log_jacobians(u[None]), [at.log_jacobian], rtol=1e-12)
    score = np.array([1.0, 2.0, -3.0, 0.5])
    assert_allclose(maps.pulled(score) * at.slope, J.T @ score, rtol=1e-7)
    assert not maps.free


def test_ends_of_an_interval_are_never_reached():
    far = MAPS.forward(np.array([0.0, 0.0, 0.0, 60.0])).x[3]
    assert far < 2.0
    assert MAPS.values(np.array([[0.0, 0.0, 0.0, -60.0]]))[0, 3] > -1.0
