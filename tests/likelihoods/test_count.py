"""What counts with a log link share: rates over exposure, and counts of 0 that want a mean of 0."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.likelihoods.likelihood import rough_predictor, side_of

FAMILIES = [st.Poisson(), st.NegativeBinomial()]


@pytest.mark.parametrize("family", FAMILIES, ids=lambda f: type(f).__name__)
def test_the_level_is_the_log_rate_over_the_exposure(family):
    y, weight, exposure = np.array([0.0, 3.0, 5.0]), np.array([1.0, 2.0, 1.0]), np.array([10.0, 20.0, 4.0])
    assert_allclose(family._level(family._sums(y, weight, np.log(exposure))), [np.log(11.0 / 54.0)], rtol=1e-14)


@pytest.mark.parametrize("family", FAMILIES, ids=lambda f: type(f).__name__)
def test_only_a_count_of_0_has_no_maximum(family):
    y = np.array([0.0, 1.0, 7.0])
    eta = np.array([-700.0, 0.0, np.log(7.0)])
    at = eta if family.width == 1 else np.column_stack([eta, np.zeros(3)])
    assert_allclose(family.score(at, y).reshape(3, -1)[:, 0], 0.0, atol=1e-15)
    assert side_of(family, y).tolist() == [-1.0, 0.0, 0.0]


def test_a_rough_start_lies_between_the_count_and_the_mean():
    y, weight = np.array([0.0, 2.0, 10.0]), np.array([1.0, 1.0, 2.0])
    assert_allclose(np.exp(rough_predictor(st.Poisson(), y, weight)), [2.75, 3.75, 7.75], rtol=1e-14)
