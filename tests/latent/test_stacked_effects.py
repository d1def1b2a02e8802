"""-2 log L of many models against that of each, its derivatives against differences, and degrees of freedom."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from stattools.latent.deviance import StackedEffects, moments, variance_directions
from stattools.latent.elimination import stacked_rows, stacked_sums
from stattools.numerics.small_matrices import eigen
from stattools.solvers.mixed.fixed_effects import satterthwaite
from stattools.solvers.mixed.maximum import maximum
from tests.latent.stacked_cases import M, alone, members

WIDTHS = [(1,), (2,), (1, 1)]
cases = [pytest.mark.parametrize("widths", WIDTHS, ids=str), pytest.mark.parametrize("reml", [True, False])]


def both(test):
    for mark in cases:
        test = mark(test)
    return test


def effects_of(widths, reml):
    parts = members(sum(widths))
    if len(widths) > 1:  # without correlation the origin of x is part of the model
        parts = [(X, y, z - [0.0, 2000.0], w, codes) for X, y, z, w, codes in parts]
    return parts, StackedEffects(stacked_sums(stacked_rows(parts), widths), widths, reml)


def thetas(widths):
    return np.random.default_rng(1).uniform(0.3, 1.2, (M, 3 if widths == (2,) else sum(widths)))


@both
def test_values_are_those_of_each_model(widths, reml):
    parts, effects = effects_of(widths, reml)
    theta = thetas(widths)
    at = effects.at(theta)
    assert at.sound.all()
    for k, part in enumerate(parts):
        one = alone(part, widths, reml).at(theta[k])
        assert at.value[k] == pytest.approx(one.value, rel=1e-11)
        assert at.s2[k] == pytest.approx(one.s2, rel=1e-10)


@both
def test_derivatives_are_those_of_differences(widths, reml):
    _, effects = effects_of(widths, reml)
    theta, h = thetas(widths), 1e-5
    at = effects.at(theta)
    for a in range(theta.shape[1]):
        ahead, back = (effects.at(theta + sign * h * np.eye(theta.shape[1])[a]) for sign in (1.0, -1.0))
        assert_allclose(at.gradient[:, a], (ahead.value - back.value) / (2 * h), rtol=1e-5, atol=1e-5)
        assert_allclose(at.curvature[:, a], (ahead.gradient - back.gradient) / (2 * h), rtol=1e-5, atol=1e-5)


@both
def test_starts_are_those_of_one_model(widths, reml):
    parts, effects = effects_of(widths, reml)
    theta, enough = effects.starts()
    assert enough.all()
    for k, part in enumerate(parts):
        assert_allclose(theta[k], moments(alone(part, widths, reml)), rtol=1e-8)


@both
def test_degrees_of_freedom_are_those_of_one_model(widths, reml):
    parts, effects = effects_of(widths, reml)
    for k, part in enumerate(parts):
        deviance = alone(part, widths, reml)
        best = maximum(deviance).profile
        if min(abs(np.linalg.det(T)) for T in best.factors) < 1e-3:
            continue
        expected = satterthwaite(variance_directions(best, deviance.structure.columns), np.eye(2))
        one = effects.some(np.array([k]))
        at = one.at(best.theta[None])
        values, vectors = eigen(at.curvature[0])
        found = at.degrees((vectors / values @ vectors.T)[None], np.eye(2)[None])
        assert_allclose(found[0], expected, rtol=1e-6)


def test_large_effects_are_not_sound():
    _, effects = effects_of((1,), True)
    theta = np.ones((M, 1))
    theta[2] = 1e4
    assert effects.at(theta).sound.tolist() == [True, True, False, True, True]


def test_moments_that_are_not_definite_in_float64_leave_a_member_to_its_own_fit():
    """Effects that vary along one direction alone, 1e17 times as much as across it, in 40 models but the first."""
    sums = stacked_sums(stacked_rows(members(2, m=40)), (2,))
    for k, turn in enumerate(np.linspace(0.1, 1.5, 39), start=1):
        effects = 1e5 * np.array([np.cos(turn), np.sin(turn)])
        sums.B[k, :, -1] = np.einsum("abj,b->aj", sums.A[k], effects)
        sums.C[k, -1, -1] = effects @ sums.A[k].sum(axis=2) @ effects + 1e-3
    theta, enough = StackedEffects(sums, (2,), True).starts()
    assert enough[0]
    assert np.isfinite(theta[0]).all()
