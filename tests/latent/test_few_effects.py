from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.latent.coordinates import Coordinates
from stattools.latent.curvature import hessian
from stattools.latent.deviance import Deviance
from stattools.latent.few_effects import SPRINT, FewEffects, _root, sprint
from stattools.latent.one_factor import OneFactor
from stattools.solvers.mixed.majorizing import majorized
from stattools.solvers.mixed.maximum import EXACT
from tests.latent.test_structure import of_one_factor, of_several_factors

GROUPS = np.repeat(np.arange(9), [1, 2, 8, 9, 3, 7, 10, 5, 6])
CASES: dict[tuple[int, ...], Coordinates] = {
    widths: of_several_factors(widths, *(GROUPS,) * len(widths)) for widths in ((1,), (2,), (1, 1))
}
POINTS = {
    (1,): ([0.7], [0.0], [-2.0]),
    (2,): ([0.7, -0.3, 0.4], [1.3, 0.2, 0.0], [0.0, 0.0, 0.0], [0.5, 2.0, -1.0]),
    (1, 1): ([0.7, 0.4], [0.0, 1.1], [-0.3, 0.0]),
}


def of_rows(found: Coordinates, reml: bool = True) -> Deviance:
    return Deviance.of(OneFactor.of(found.columns), found, reml)


def few_of(deviance: Deviance) -> Any:
    return FewEffects.made(deviance)


@pytest.mark.parametrize("reml", [False, True])
@pytest.mark.parametrize("widths", CASES, ids=str)
def test_the_likelihood_and_its_derivatives_are_those_of_the_profile(widths, reml):
    of = of_rows(CASES[widths], reml)
    few = few_of(of)
    for theta in map(np.array, POINTS[widths]):
        quick, slow = few.at(theta), of.at(theta)
        assert_allclose([quick.value, quick.s2], [slow.value, slow.s2], rtol=1e-12)
        assert_allclose(quick.gradient, slow.gradient, rtol=1e-11, atol=1e-11)
        assert_allclose(quick.curvature, hessian(slow), rtol=1e-11, atol=1e-10)
        for (T, M, pull), (T2, M2, pull2) in zip(quick.two_parts, slow.two_parts, strict=True):
            assert_allclose(T, T2)
            assert_allclose(M, M2, rtol=1e-11, atol=1e-11)
            assert_allclose(pull @ pull.T, pull2 @ pull2.T, rtol=1e-10, atol=1e-10)
    theta = np.array(POINTS[widths][0])
    assert_allclose(majorized(few.at(theta)), majorized(of.at(theta)), rtol=1e-10)


def test_groups_whose_effects_are_next_to_nothing_give_no_moments():
    """One row is 1e119 beside others of 1, so that the other groups have effects whose inverses have no squares."""
    r = np.random.default_rng(0)
    table = {"x": [1e119, *r.normal(size=23)], "g": np.arange(24) % 8, "y": r.normal(size=24)}
    fit = st.fit(st.linear_mixed("y ~ 1 + (x || g)", table))
    assert np.isfinite([*fit.estimate, *fit.se]).all()


def few_with_effects(widths):
    """Of an outcome whose groups differ."""
    r = np.random.default_rng(1)
    rows = CASES[widths].columns
    sds = np.linspace(1.5, 0.8, sum(widths))
    effects = sds[:, None] * r.normal(size=(sum(widths), 9))
    W = rows.W.copy()
    W[-1] = (np.concatenate(rows.z) * effects[:, GROUPS]).sum(axis=0) + r.normal(size=len(GROUPS))
    return few_of(Deviance(OneFactor.of(type(rows)(W, rows.codes, rows.sizes, rows.z)), len(GROUPS), 2, True))


@pytest.mark.parametrize("widths", CASES, ids=str)
def test_moments_start_near_the_maximum(widths):
    few = few_with_effects(widths)
    start = few.at(few.start())
    assert start.value < few.at(few.of.theta(tuple(0.2 * np.eye(q) for q in widths))).value
    assert np.linalg.eigvalsh(start.curvature)[0] > 0.0


@pytest.mark.parametrize("widths", CASES, ids=str)
def test_a_sprint_goes_down_and_no_further_than_a_climb_may(widths):
    few = few_of(of_rows(CASES[widths]))
    values = [at.value for at in sprint(few, few.at(np.array(POINTS[widths][0])))]
    assert values == sorted(values, reverse=True)
    assert len(values) <= 1 + SPRINT


@pytest.mark.parametrize("widths", CASES, ids=str)
def test_a_sprint_ends_where_a_climb_leaves_nothing(widths):
    few = few_with_effects(widths)
    points = sprint(few, few.at(few.start()))
    values = np.array([at.value for at in points])
    assert 3 < len(points) <= SPRINT
    assert (np.diff(values) <= 1e-13 * np.abs(values[1:])).all()  # the last steps change round-off alone
    end = points[-1]
    assert np.sqrt(0.5 * end.gradient @ np.linalg.solve(end.curvature, end.gradient)) <= EXACT
    assert np.linalg.norm(few.of.at(end.theta).gradient) < 1e-9


def test_the_start_is_the_root_of_a_covariance():
    for S in (np.array([[4.0]]), np.array([[4.0, -1.0], [-1.0, 3.0]])):
        L = np.linalg.cholesky(S)
        assert_allclose(_root(S), L[np.tril_indices(len(S))], rtol=1e-15)
    assert _root(np.array([[1.0, 1.0], [1.0, 1.0 - 1e-16]])).tolist() == [1.0, 1.0, 0.0]


def test_two_groups_give_no_moments():
    assert few_of(of_rows(of_several_factors((2,), np.repeat([0, 1], 20)))).start() is None


def test_other_ways_are_left_where_these_lose_digits_or_time():
    few = few_of(of_rows(CASES[2,]))
    assert few.at(np.array([1e3, 0.0, 1.0])) is None
    assert few.at(np.array([np.nan, 0.0, 1.0])) is None
    assert few_of(of_rows(of_one_factor((1, 2)))) is None
