"""A maximum that a search of one ratio has found is that of a climb, and a point that is none is not believed."""

import numpy as np
from numpy.testing import assert_allclose

from stattools.latent.curvature import hessian
from stattools.latent.ratio_search import ratio_search, sums_of_one_ratio
from stattools.solvers.mixed.global_proof import proven_maximum
from stattools.solvers.mixed.known_maximum import known_maximum
from stattools.solvers.mixed.maximum import maximum
from tests.latent.certified import made, term
from tests.latent.test_deviance import G, X, Y

_, DEVIANCE = made(Y, X[:, :1], term(G, X[:, :1]))


def test_the_maximum_of_the_search_is_that_of_a_climb():
    climbed = maximum(DEVIANCE)
    found = ratio_search(sums_of_one_ratio(DEVIANCE), True)
    known = known_maximum(DEVIANCE, found.best.ratio, found.bend)
    assert (known.status, known.steps, len(known.trace), known.is_flat) == ("converged", 0, 1, False)
    assert known.decrement <= 1e-11
    assert known.least == climbed.least
    assert_allclose(known.profile.theta, climbed.profile.theta, rtol=1e-9)
    assert_allclose(known.profile.value, climbed.profile.value, rtol=1e-14)
    assert_allclose(found.bend, 0.5 * hessian(climbed.profile)[0, 0], rtol=1e-7)


def test_what_is_no_maximum_is_climbed_from():
    found = ratio_search(sums_of_one_ratio(DEVIANCE), True)
    ratio = found.best.ratio
    assert known_maximum(DEVIANCE, 1.1 * ratio, found.bend) is None
    assert known_maximum(DEVIANCE, ratio, -found.bend) is None
    assert known_maximum(DEVIANCE, ratio, np.nan) is None
    assert known_maximum(DEVIANCE, 0.0, found.bend) is None


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
