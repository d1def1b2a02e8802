"""Positive outcomes: who is refused, and starts over exposures."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from stattools.errors import DomainError
from stattools.likelihoods import GammaFamily, InverseGaussian
from stattools.likelihoods.likelihood import side_of


@pytest.mark.parametrize("family", [GammaFamily(), InverseGaussian()], ids=lambda f: str(f))
def test_amounts_are_positive_and_of_a_moderate_size(family):
    with pytest.raises(DomainError, match=r"needs positive numbers; got 0 at position 1.*st.logistic"):
        family.check([1.0, 0.0])
    with pytest.raises(DomainError, match=r"numbers from 1e-120 to 1e120; got 1e-200.*Change their units"):
        family.check([1e-200])
    offset = np.log([1.0, 4.0])
    assert_allclose(family._level(family._sums(np.array([3.0, 7.0]), np.ones(2), offset)), np.log(2.0))
    assert side_of(family, np.ones(2)) is None
