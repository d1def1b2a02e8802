from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

from stattools.latent import deviance as few_effects
from stattools.latent.coordinates import Coordinates
from stattools.latent.deviance import Deviance, FewEffects, Profile, Reached, hessian
from stattools.latent.elimination import OneFactor
from stattools.solvers.mixed.maximum import majorized
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


def few_with_effects(widths):
    """Of an outcome whose groups differ."""
    r = np.random.default_rng(1)
    rows = CASES[widths].columns
    sds = np.linspace(1.5, 0.8, sum(widths))
    effects = sds[:, None] * r.normal(size=(sum(widths), 9))
    W = rows.W.copy()
    W[-1] = (np.concatenate(rows.z) * effects[:, GROUPS]).sum(axis=0) + r.normal(size=len(GROUPS))
    return few_of(Deviance(OneFactor.of(type(rows)(W, rows.codes, rows.sizes, rows.z)), len(GROUPS), 2, True))


@pytest.mark.parametrize("reml", [False, True])
@pytest.mark.parametrize("widths", CASES, ids=str)
def test_what_is_reported_of_an_end_is_that_of_the_profile(widths, reml):
    few = few_of(of_rows(CASES[widths], reml))
    for theta in map(np.array, POINTS[widths]):
        here, slow = few.at(theta).reached, few.of.at(theta)
        assert isinstance(here, Reached)
        assert_allclose([here.value, here.s2], [slow.value, slow.s2], rtol=1e-12)
        assert_allclose(here.b, slow.b, rtol=1e-10, atol=1e-12)
        assert_allclose(here.root @ here.root.T, slow.inverse_gram, rtol=1e-11)
        assert all(map(np.array_equal, here.factors, slow.factors))
        assert here.profile.value == slow.value == slow.reached.value


def test_large_effects_are_reported_from_the_rows(monkeypatch):
    few = few_of(of_rows(CASES[1,]))
    assert isinstance(few.at(np.array([-0.7])).reached, Reached)
    monkeypatch.setattr(few_effects, "LARGE", 0.6)
    assert isinstance(few.at(np.array([-0.7])).reached, Profile)


def test_other_ways_are_left_where_these_lose_digits_or_time():
    few = few_of(of_rows(CASES[2,]))
    assert few.at(np.array([1e3, 0.0, 1.0])) is None
    assert few.at(np.array([np.nan, 0.0, 1.0])) is None
    assert few_of(of_rows(of_one_factor((1, 2)))) is None
