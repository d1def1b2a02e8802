"""Rates with weights have the likelihood of counts with exposures, up to a constant."""

import numpy as np
from numpy.testing import assert_allclose, assert_array_equal

from stattools.validation.foreign.description import counts_of_rates, trials_of_shares

exposure = np.array([0.5, 2.0, 4.0])


def test_rates_become_counts():
    y, weight, offset = counts_of_rates(np.array([2.0, 3.5, 0.25]), exposure, np.ones(3))
    assert_array_equal(y, [1, 7, 1])
    assert weight is None
    assert_allclose(offset, 1.0 + np.log(exposure))  # type: ignore[arg-type]
    eta = np.array([0.3, -1.0, 0.7])
    theirs = exposure * (np.array([2.0, 3.5, 0.25]) * eta - np.exp(eta))
    ours = y * eta - np.exp(eta + np.log(exposure))
    assert_allclose(theirs, ours)


def test_counts_and_other_numbers_stay():
    for y in (np.array([1.0, 2.0, 0.0]), np.array([0.3, 0.2, 0.1])):
        assert_array_equal(counts_of_rates(y, exposure)[0], y)
        assert counts_of_rates(y, exposure)[1] is exposure
    assert counts_of_rates(np.array([0.5]), None)[1:] == (None, None)


def test_shares_become_successes_of_trials():
    weight = np.array([2.0, 4.0, 5.0])
    y, rest, trials = trials_of_shares(np.array([0.5, 0.25, 1.0]), weight)
    assert_array_equal(y, [1, 1, 5])
    assert rest is None
    assert_array_equal(trials, weight)  # type: ignore[arg-type]
    for shares in (np.array([0.0, 1.0, 1.0]), np.array([0.3, 0.2, 0.1])):
        assert trials_of_shares(shares, weight)[2] is None
