"""What starts are made from: sums, and what is known of outcomes that were not seen."""

import numpy as np
from numpy.testing import assert_allclose

from stattools.likelihoods import Binomial, Poisson
from stattools.likelihoods.likelihood import rough_predictor
from stattools.likelihoods.times import FailureTime


def test_sums_of_parts_add_up_to_the_level_of_the_whole():
    y, weight, offset = np.array([[3.0, 5.0], [1.0, 4.0], [2.0, 2.0]]), np.array([1.0, 2.0, 1.0]), np.zeros(3)
    family = Binomial()
    parts = sum(family._sums(y[part], weight[part], offset[part]) for part in (slice(0, 1), slice(1, 3)))
    assert_allclose(parts, family._sums(y, weight, offset))
    assert_allclose(family._level(parts), [np.log(7.0 / 8.0)])
    assert_allclose(family.start(y, weight, offset), [np.log(7.0 / 8.0)])


def test_of_a_time_that_was_not_seen_an_end_is_known():
    y = np.array([[2.0, 2.0], [3.0, np.inf], [0.0, 4.0]])
    assert FailureTime()._known(y).tolist() == [2.0, 3.0, 4.0]
    assert Poisson()._known(np.array([2.0, 0.0])).tolist() == [2.0, 0.0]
    assert rough_predictor(FailureTime(), y, np.ones(3)).tolist() == np.log([2.5, 3.0, 3.5]).tolist()
