"""All local maxima of one curve are found, and the highest is the answer."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.models.mixed.by_laplace import ByLaplace
from stattools.solvers.mixed.curve_search import curve_starts
from stattools.solvers.mixed.laplace_maximum import laplace_maximum, maximum_of

RNG = np.random.default_rng(9)
X = np.sort(RNG.uniform(0.0, 1.0, 60))
WAVES = {"x": X, "y": RNG.poisson(np.exp(0.5 + 0.5 * np.sin(16.0 * np.pi * X)))}
"""Counts along eight waves, for which a line is a local maximum, 0.84 below the highest."""


def test_the_line_and_the_waves_are_both_maxima():
    model = st.poisson("y ~ s(x, k=30)", WAVES)
    found = laplace_maximum(model)
    (high, best), (low, other) = found.maxima
    assert low == 0.0
    assert best == found.loglik
    assert_allclose(high, found.taus[0])
    assert_allclose(best - other, 0.8356, atol=1e-3)
    by = ByLaplace.of(model)
    line = maximum_of(by, np.zeros(1), 1e-8, 200)
    assert line.loglik >= other - 1e-9
    near, away = found.at + 1e-3, np.array([1e-3])
    assert max(by.evaluate(near, 0).loglik, by.evaluate(away, 0).loglik - 1e-4) < best


@pytest.mark.slow
def test_a_second_search_from_the_maximum_finds_the_others():
    by = ByLaplace.of(st.poisson("y ~ s(x, k=30)", WAVES))
    found = laplace_maximum(by.model)
    assert [one.tolist() for one in curve_starts(by, found.at)] == [[0.0]]
    starts = curve_starts(by, np.zeros(1))
    assert len(starts) == 1
    assert_allclose(maximum_of(by, starts[0], 1e-8, 200).loglik, found.loglik, rtol=1e-12)
