"""The units of a network against the formulas of their definition."""

import numpy as np
from numpy.testing import assert_allclose

from stattools.networks.units import RARE, of_quantity, spread


def test_columns_are_centered_and_scaled_by_their_frequencies():
    g = np.random.default_rng(1)
    X, weight = g.normal(3.0, 2.0, (60, 2)), g.integers(0, 3, 60).astype(float)
    center, scale = spread(X, weight)
    again = np.repeat(X, weight.astype(int), axis=0)
    assert_allclose(center, again.mean(axis=0), rtol=1e-13)
    assert_allclose(scale, again.std(axis=0), rtol=1e-13)


def test_rare_and_constant_columns_stay_near_zero():
    X = np.zeros((10_000, 2))
    X[7, 0], X[:, 1] = 1.0, 4.0
    center, scale = spread(X, np.ones(len(X)))
    assert np.abs((X - center) / scale).max() <= RARE * 1.0001
    assert ((X - center) / scale)[:, 1].tolist() == [0.0] * len(X)


def test_a_quantity_that_never_changes_has_a_unit():
    assert of_quantity(np.full(3, 7.0), np.ones(3)) == (7.0, 1.0)
    middle, unit = of_quantity(np.array([1.0, 5.0]), np.array([3.0, 1.0]))
    assert (middle, unit) == (2.0, np.sqrt(3.0))
