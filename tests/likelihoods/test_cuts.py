"""The cuts of rows: their order, and derivatives by linear predictors that share them."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from stattools.errors import DomainError
from stattools.likelihoods import Cumulative
from stattools.likelihoods.labels import Cuts, codes_of


def test_cuts_stand_between_minus_and_plus_infinity_in_units_of_the_scale():
    eta = np.array([[1.0, 0.0, 2.0, np.log(2.0)]])
    cuts = Cuts(eta, Cumulative(3, scaled=True))
    assert cuts.whole.tolist() == [[-np.inf, -0.5, 0.5, np.inf]]


def test_effects_at_cuts_are_taken_off_the_thresholds():
    cuts = Cuts(np.array([[0.0, 0.0, 2.0, 0.5, 0.25]]), Cumulative(3, partial=True))
    assert cuts.thresholds.tolist() == [[-np.inf, -0.5, 1.75, np.inf]]


def test_an_order_that_is_lost_is_told_with_its_row():
    cuts = Cuts(np.array([[0.0, 0.0, 1.0], [0.0, 1.0, 0.0]]), Cumulative(3))
    with pytest.raises(DomainError, match="row 1"):
        cuts.require_order()


def test_linear_predictors_of_another_number_are_refused():
    with pytest.raises(DomainError, match="needs eta with 3 columns"):
        Cuts(np.zeros((2, 2)), Cumulative(3))


def test_the_information_of_both_cuts_is_that_of_their_difference():
    """A shift of location and thresholds together changes nothing."""
    eta, y = np.array([[0.3, -1.0, 0.8]]), codes_of([1.0])
    cuts = Cuts(eta, Cumulative(3))
    found = cuts.at(y)
    assert_allclose(cuts.information(y, found)[0] @ np.ones(3), 0.0, atol=1e-15)
    assert_allclose(cuts.score(y, found)[0].sum(), 0.0, atol=1e-15)
