"""Priors that are a curve, moved and stretched."""

import numpy as np
from numpy.testing import assert_allclose

import stattools as st


def test_laplace_is_smoothed_where_it_has_its_kink():
    prior = st.Laplace(1.0, 2.0)
    assert prior.slope(1.0) == 0.0
    assert prior.smooth.slope(1.0) == 0.0
    assert_allclose(prior.smooth.slope([0.0, 2.0]), -np.array(prior.smooth.slope([2.0, 0.0])))
