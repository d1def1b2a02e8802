"""What a family that says nothing of its ends answers."""

import numpy as np
import pytest

from stattools.errors import IncompatibleError
from stattools.likelihoods import Cumulative, Gaussian, Likelihood, Poisson
from stattools.likelihoods.likelihood import side_of, side_of_first


def test_a_family_says_its_side_itself():
    with pytest.raises(IncompatibleError, match="does not say its side"):
        side_of(Likelihood(), np.zeros(2))


def test_families_of_one_linear_predictor_have_no_half_spaces_of_several():
    assert Gaussian().facts.half_spaces(Gaussian(), np.zeros(2)) is None
    assert Gaussian().facts.reach is None
    assert Gaussian().facts.far(20.0) == 20.0


def test_the_first_linear_predictor_alone_rises_for_ever_at_the_ends_of_labels():
    assert side_of_first(Cumulative(3), np.array([0.0, 1.0, 2.0])).tolist() == [-1.0, 0.0, 1.0]
    assert side_of_first(Poisson(), np.array([0.0, 3.0])).tolist() == [-1.0, 0.0]
    assert side_of_first(Gaussian(), np.zeros(2)) is None
