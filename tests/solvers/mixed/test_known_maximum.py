"""A maximum that a search of one ratio has found is that of a climb, and a point that is none is not believed."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose

from stattools.latent.deviance import FewEffects, hessian, known
from stattools.latent.global_maximum import ratio_search, sums_of_one_ratio
from stattools.solvers.mixed.maximum import EXACT, hardly_bends, known_maximum, maximum, proven_maximum
from tests.latent.certified import made, term
from tests.latent.test_deviance import G, X, Y
from tests.latent.test_few_effects import CASES, few_with_effects

_, DEVIANCE = made(Y, X[:, :1], term(G, X[:, :1]))


def found_at(ratio, bend, trace=()):
    point = known(DEVIANCE, FewEffects.made(DEVIANCE), np.array([np.sqrt(ratio)]))
    return known_maximum(point, np.full((1, 1), bend), list(trace))


def test_the_maximum_of_the_search_is_that_of_a_climb():
    climbed = maximum(DEVIANCE, (np.eye(1),), max_steps=20)  # a climb alone: fewer steps than a sprint asks for
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
def test_steps_and_a_climb_end_at_one_maximum(widths):
    of = few_with_effects(widths).of
    stepped, climbed = maximum(of), maximum(of, max_steps=24)
    assert len(stepped.trace) == stepped.steps + 1 > 3
    assert [one.step for one in stepped.trace] == list(range(len(stepped.trace)))
    assert (stepped.status, stepped.least, stepped.is_flat) == (climbed.status, climbed.least, climbed.is_flat)
    assert stepped.decrement <= EXACT
    assert_allclose(stepped.at.theta, climbed.at.theta, atol=1e-10)


def test_a_direction_that_hardly_bends_is_named_at_a_maximum_too():
    few = few_with_effects((2,))
    here = replace(few.at(maximum(few.of).at.theta), gradient=np.zeros(3))
    size = np.sqrt(0.5 * here.curvature.diagonal())
    one = np.eye(3)
    for left, is_flat in ((1e-2, False), (1e-5, False), (1e-8, False), (1e-10, True)):
        one[0, 1] = one[1, 0] = 1.0 - left
        H = one * np.multiply.outer(size, size)
        assert hardly_bends(H, here.theta) == is_flat
        assert known_maximum(here, H, []).is_flat == is_flat
    assert known_maximum(here, np.diag([1.0, 1e-12, 1.0]), []).is_flat


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
