"""Differences of the exact gradient against exact second derivatives."""

import numpy as np
import pytest

from stattools.latent.coordinates import coordinates
from stattools.latent.deviance import Deviance, variance_directions
from stattools.latent.elimination import OneFactor
from stattools.solvers.mixed.fixed_effects import variance_differences
from stattools.solvers.mixed.maximum import maximum
from tests.latent.certified import term


@pytest.mark.parametrize("reml", [True, False])
def test_they_are_the_exact_ones(reml):
    rng = np.random.default_rng(0)
    codes = np.repeat(np.arange(8), [3, 3, 4, 5, 5, 6, 7, 7])
    x = rng.normal(size=40)
    z = np.column_stack([np.ones(40), x])
    y = x + np.sum(rng.normal(size=(8, 2))[codes] * z, axis=1) + rng.normal(size=40)
    found = coordinates(z, y, [term(codes, z), term(codes, (x**2)[:, None])])
    at = maximum(Deviance.of(OneFactor.of(found.columns), found, reml)).profile
    exact, near = variance_directions(at, found.columns), variance_differences(at)
    np.testing.assert_allclose(near.covariance_slopes, exact.covariance_slopes, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(near.hessian, exact.hessian, rtol=1e-6, atol=1e-7 * np.abs(exact.hessian).max())
    assert near.without == exact.without
