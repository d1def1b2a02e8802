"""What a family that says nothing of its ends answers."""

import numpy as np
import pytest

from stattools.errors import IncompatibleError
from stattools.likelihoods import Cumulative, Gaussian, Likelihood, Poisson


def test_a_family_says_its_side_itself():
    with pytest.raises(IncompatibleError, match="does not say its side"):
        Likelihood().side(np.zeros(2))


def test_families_of_one_linear_predictor_have_no_half_spaces_of_several():
    assert Gaussian().half_spaces(np.zeros(2)) is None
    assert Gaussian().reach(np.array([1.0, -3.0]), np.zeros(2)) == 3.0
    assert Gaussian().far(20.0) == 20.0


def test_the_first_linear_predictor_alone_rises_for_ever_at_the_ends_of_labels():
    assert Cumulative(3).side_of_first(np.array([0.0, 1.0, 2.0])).tolist() == [-1.0, 0.0, 1.0]
    assert Poisson().side_of_first(np.array([0.0, 3.0])).tolist() == [-1.0, 0.0]
    assert Gaussian().side_of_first(np.zeros(2)) is None
