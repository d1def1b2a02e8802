"""A log mean beside another parameter: its mean and slope, and a shape that is none."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from stattools.errors import DomainError
from stattools.likelihoods import BetaFamily, GammaFamily, InverseGaussian, LocationScale, NegativeBinomial


@pytest.mark.parametrize("family", [GammaFamily(), InverseGaussian(), NegativeBinomial()], ids=lambda f: str(f))
def test_the_mean_is_the_exponential_and_held_within_float64(family):
    assert_allclose(family.mean([[0.5, 3.0], [1e4, 0.0]]), np.exp([0.5, 700.0]))
    assert_allclose(family.slope(np.array([[0.5, 3.0]])), [[[np.exp(0.5), 0.0]]])


@pytest.mark.parametrize("family", [BetaFamily(), LocationScale()], ids=lambda f: str(f))
def test_a_shape_that_is_none_is_told(family):
    with pytest.raises(
        DomainError, match=r"needs eta with 2 columns, .*mean and log (precision|scale); got shape \(3,\)"
    ):
        family._wide(np.zeros(3))
