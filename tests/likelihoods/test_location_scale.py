"""Normal outcomes with a scale of their own: those of the family whose scale is given, and none without y."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from stattools.errors import DomainError
from stattools.likelihoods import Gaussian, LocationScale

FAMILY = LocationScale()


def test_it_is_the_gaussian_of_the_same_scale():
    eta, y = np.array([[0.5, np.log(1.7)], [-1.0, np.log(1.7)]]), np.array([0.2, 3.0])
    own, other = FAMILY.evaluate(eta, y), Gaussian(scale=1.7).evaluate(eta[:, 0], y)
    assert_allclose(own[0], other[0], rtol=1e-14)
    assert_allclose(own[1][:, 0], other[1], rtol=1e-14)
    assert_allclose(own[2][:, 0, 0], other[2], rtol=1e-14)
    for question in ("variance", "deviance", "cdf", "survival"):
        assert_allclose(getattr(FAMILY, question)(eta, y), getattr(Gaussian(scale=1.7), question)(eta[:, 0], y))


def test_the_start_is_the_maximum_without_columns():
    y = np.array([1.0, 2.0, 6.0])
    near = FAMILY.start(y, np.ones(3), np.zeros(3))
    assert_allclose(FAMILY.score(np.tile(near, (3, 1)), y).sum(axis=0), 0.0, atol=1e-12)


def test_observed_information_needs_y():
    with pytest.raises(DomainError, match=r"give information\(eta, y\)"):
        FAMILY.information([[0.0, 0.0]])
