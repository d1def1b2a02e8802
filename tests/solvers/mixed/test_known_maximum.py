"""A maximum that a search of one ratio has found is that of a climb, and a point that is none is not believed."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from stattools.latent.deviance import hessian
from stattools.latent.global_maximum import ratio_search, sums_of_one_ratio
from stattools.solvers.mixed.maximum import EXACT, hardly_bends, known_maximum, maximum, proven_maximum
from tests.latent.certified import made, term
from tests.latent.group_cases import CASES, with_effects
from tests.latent.test_deviance import G, X, Y

_, DEVIANCE = made(Y, X[:, :1], term(G, X[:, :1]))


def found_at(ratio, bend, trace=()):
    return known_maximum(DEVIANCE.at(np.array([np.sqrt(ratio)])), np.full((1, 1), bend), list(trace))


def test_the_maximum_of_the_search_is_that_of_a_climb():
    climbed = maximum(DEVIANCE, (np.eye(1),), max_steps=20)
    found = ratio_search(sums_of_one_ratio(DEVIANCE), True)
    here = found_at(found.best.ratio, found.bend)
    assert (here.status, here.steps, len(here.trace), here.is_flat) == ("converged", 0, 1, False)
    assert here.decrement <= 1e-11
    assert here.least == climbed.least
    assert_allclose(here.profile.theta, climbed.profile.theta, rtol=1e-9)
    assert_allclose(here.profile.value, climbed.profile.value, rtol=1e-14)
    assert_allclose(found.bend, 0.5 * hessian(climbed.profile)[0, 0], rtol=1e-7)


def test_what_is_no_maximum_is_climbed_from():
    found = ratio_search(sums_of_one_ratio(DEVIANCE), True)
    ratio = found.best.ratio
    assert found_at(1.1 * ratio, found.bend) is None
    assert found_at(ratio, -found.bend) is None
    assert found_at(ratio, np.nan) is None
    assert found_at(0.0, found.bend) is None


@pytest.mark.parametrize("widths", CASES, ids=str)
def test_climbs_from_moments_and_from_effects_of_one_end_at_one_maximum(widths):
    of = with_effects(widths)
    found, other = maximum(of), maximum(of, tuple(map(np.eye, widths)))
    assert len(found.trace) == found.steps + 1 > 3
    assert [one.step for one in found.trace] == list(range(len(found.trace)))
    assert (found.status, found.least, found.is_flat) == (other.status, other.least, other.is_flat)
    assert found.decrement <= EXACT
    for T, other_T in zip(found.profile.factors, other.profile.factors, strict=True):
        assert_allclose(T @ T.T, other_T @ other_T.T, atol=1e-10)


def test_a_direction_that_hardly_bends_is_named_at_a_maximum_too():
    of = with_effects((2,))
    here = maximum(of).profile
    size = np.sqrt(0.5 * hessian(here).diagonal())
    one = np.eye(3)
    for left, is_flat in ((1e-2, False), (1e-5, False), (1e-8, False), (1e-10, True)):
        one[0, 1] = one[1, 0] = 1.0 - left
        H = one * np.multiply.outer(size, size)
        assert hardly_bends(H, here.theta) == is_flat
    assert hardly_bends(np.diag([1.0, 1e-12, 1.0]), here.theta)


def test_a_ratio_of_zero_is_left_to_the_climb():
    rng = np.random.default_rng(3)
    one, codes = np.ones((40, 1)), np.repeat(np.arange(8), 5)
    y = rng.normal(size=40)
    y -= (np.bincount(codes, y) / 5)[codes]  # all groups have one mean
    _, deviance = made(y, one, term(codes, one))
    best, proof = proven_maximum(deviance, None)
    assert best.profile.theta.tolist() == [0.0]
    assert best.least[0] > 0.0
    assert proof.maxima[0].ratio == 0.0
