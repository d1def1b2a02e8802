"""All local maxima of one curve are found, and the highest is the answer."""

from types import SimpleNamespace
from unittest.mock import patch

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.errors import ConvergenceError
from stattools.models.mixed.marginal import ByLaplace
from stattools.solvers.mixed.marginal_maximum import (
    SIZES,
    _Look,
    _looks,
    curve_starts,
    laplace_maximum,
    maximum_of,
)

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
    line = maximum_of(by, np.zeros(1))
    assert line.loglik >= other - 1e-9
    near, away = found.at + 1e-3, np.array([1e-3])
    assert max(by.evaluate(near, 0).loglik, by.evaluate(away, 0).loglik - 1e-4) < best


def test_a_second_search_from_the_maximum_finds_the_others():
    by = ByLaplace.of(st.poisson("y ~ s(x, k=30)", WAVES))
    found = laplace_maximum(by.model)
    assert [one.tolist() for one in curve_starts(by, found.at)] == [[0.0]]
    (start,) = curve_starts(by, np.zeros(1))
    assert_allclose(maximum_of(by, start).loglik, found.loglik, rtol=1e-12)
    assert [one[0] == 0.0 for one in curve_starts(by)] == [True, False]


def test_slopes_near_the_mode_have_the_signs_of_those_at_it():
    by = ByLaplace.of(st.poisson("y ~ s(x, k=30)", WAVES))
    exact = [size * by.evaluate(np.array([size]), 1).score[-1] for size in SIZES]
    found = [look.slope for look in _looks(by, np.empty(0))]
    assert_allclose(found, exact, rtol=1e-4, atol=1e-6)
    assert {-1.0, 1.0} == set(np.sign(exact))


@pytest.mark.parametrize("make", [st.poisson, st.logistic])
def test_points_lead_to_the_maxima_of_the_rows(make):
    """The climb on the rows begins near its end."""
    x = np.random.default_rng(1).uniform(size=2_000)
    y = np.random.default_rng(2).uniform(size=2_000) < 0.3 + 0.3 * np.sin(9.0 * x)
    by = ByLaplace.of(make("y ~ s(x, k=12)", {"x": x, "y": y.astype(float)}))
    (start,) = curve_starts(by)
    assert by.points.columns.n <= 100
    found = maximum_of(by, start)
    assert_allclose(start, found.at, rtol=0.05)
    with patch.object(ByLaplace, "points", None):
        (rough,) = curve_starts(by)
    other = maximum_of(by, rough)
    assert_allclose(other.at, found.at, rtol=1e-8)


def test_an_offset_is_no_curve():
    """With one the rows are searched: points stand for rows whose linear predictor is a curve."""
    table = {"x": np.linspace(0.0, 1.0, 1_000), "y": RNG.poisson(2.0, 1_000)}
    offset = np.linspace(0.0, 1.0, 1_000) ** 2
    for given, some in ((None, True), (offset, False)):
        by = ByLaplace.of(st.poisson("y ~ s(x, k=9)", table, offset=given))
        assert (by.points is not None) == some


def test_where_effects_have_no_mode_the_slope_counts_as_falling():
    def fails(*_):
        raise ConvergenceError("no mode")

    nothing = SimpleNamespace(beside=fails)
    assert [look.slope for look in _looks(nothing, np.empty(0))] == [-np.inf] * len(SIZES)


def test_between_two_sizes_a_slope_that_is_none_counts_as_the_middle(monkeypatch):
    by, slopes = ByLaplace.of(st.poisson("y ~ s(x, k=30)", WAVES)), np.ones(len(SIZES))
    for after, share in ((-1.0 / 3.0, 0.75), (-np.inf, 0.5)):
        slopes[5:] = after
        looks = [_Look(size, slope) for size, slope in zip(SIZES.tolist(), slopes.tolist(), strict=True)]
        monkeypatch.setattr("stattools.solvers.mixed.marginal_maximum._looks", lambda *_, looks=looks: looks)
        (start,) = curve_starts(by)
        assert_allclose(start, SIZES[4] ** (1.0 - share) * SIZES[5] ** share)
