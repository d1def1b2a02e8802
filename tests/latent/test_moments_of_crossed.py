"""Moments of crossed groups are near the maximum, and none are made of what they cannot tell."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.latent.deviance import moments_of_crossed
from stattools.latent.elimination import Crossed, Nested, OneFactor, structure_of
from stattools.solvers.mixed.maximum import maximum
from tests.latent.test_structure import CLASS, DAY, PUPIL, SUBJECT, of_one_factor, of_several_factors

SDS = (0.5, 1.5, 0.8)


def rated(seed=0, rows=4_000):
    """Rows in three crossed groupings whose effects have the standard deviations SDS beside a residual of 1."""
    r = np.random.default_rng(seed)
    codes = [r.integers(0, size, rows) for size in (60, 40, 80)]
    x = r.normal(size=rows)
    y = 1.0 + x + sum(sd * r.normal(size=80)[own] for sd, own in zip(SDS, codes, strict=True)) + r.normal(size=rows)
    return {"y": y, "x": x, "a": codes[0], "b": codes[1], "c": codes[2]}


def test_moments_are_near_the_maximum_in_the_order_of_the_terms():
    fit = st.fit(st.linear_mixed("y ~ x + (1 | a) + (1 | b) + (1 | c)", rated()))
    found = moments_of_crossed(fit.found.structure)
    assert_allclose(found, np.abs(fit.found.profile.theta), rtol=0.2)
    assert_allclose(found, SDS, rtol=0.3)


def test_moments_solve_their_own_equations():
    """The sums of squares of each grouping are what the moments expect, without the tables that are already there."""
    found = of_several_factors((1, 1, 1), DAY, PUPIL, SUBJECT).columns
    y = found.W[-1]
    Z = [np.eye(size)[codes] * z[0][:, None] for codes, size, z in zip(found.codes, found.sizes, found.z, strict=True)]
    weighted = [one @ np.diag(1.0 / (one * one).sum(axis=0)) @ one.T for one in Z] + [np.eye(len(y))]
    parts = [one @ one.T for one in Z] + [np.eye(len(y))]
    expected = [[np.trace(Q @ V) for V in parts] for Q in weighted]
    variances = np.linalg.solve(expected, [y @ Q @ y for Q in weighted])
    ratios = variances[:3] / variances[3]
    theta = moments_of_crossed(Crossed.of(found))
    for value, ratio in zip(theta, ratios, strict=True):
        assert value > 0.0
        if ratio > 0.01:
            assert_allclose(value**2, ratio, rtol=1e-10)


def test_other_structures_have_none():
    assert isinstance(one := structure_of(of_one_factor((1,)).columns), OneFactor)
    assert isinstance(nested := structure_of(of_several_factors((1, 1), CLASS, PUPIL).columns), Nested)
    several = Crossed.of(of_several_factors((2, 1), PUPIL, DAY).columns)
    shared = Crossed.of(of_several_factors((1, 1, 1), PUPIL, DAY, PUPIL).columns)
    assert [moments_of_crossed(each) for each in (one, nested, several, shared)] == [None] * 4


@pytest.mark.parametrize("reml", [False, True])
def test_another_start_leads_to_the_same_maximum(reml):
    fit = st.fit(st.linear_mixed("y ~ x + (1 | a) + (1 | b) + (1 | c)", rated(1, 400)), reml=reml)
    other = maximum(fit.found.deviance, (np.full((1, 1), 0.3),) * 3)
    assert fit.found.maximum.converged
    assert_allclose(fit.found.profile.theta, other.profile.theta, rtol=1e-9)
