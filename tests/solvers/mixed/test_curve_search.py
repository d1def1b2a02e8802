"""All local maxima of one curve are found, and the highest is the answer."""

from types import SimpleNamespace

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.errors import ConvergenceError
from stattools.models.mixed.by_laplace import ByLaplace
from stattools.solvers.mixed.curve_search import SIZES, _signs, curve_starts
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


def test_slopes_near_the_mode_have_the_signs_of_those_at_it():
    by = ByLaplace.of(st.poisson("y ~ s(x, k=30)", WAVES))
    at = [np.array([size]) for size in SIZES]
    exact = [-1.0 if by.evaluate(theta, 1).score[-1] <= 0.0 else 1.0 for theta in at]
    assert _signs(by, at) == exact
    assert {-1.0, 1.0} == set(exact)


def test_where_effects_have_no_mode_the_slope_counts_as_falling():
    def fails(*_):
        raise ConvergenceError("no mode")

    assert _signs(SimpleNamespace(beside=fails), [np.zeros(1)] * 2) == [-1.0, -1.0]
