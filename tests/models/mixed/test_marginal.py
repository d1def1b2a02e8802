"""What marginal likelihoods share: where parameters are in theta, and that the last approximation starts the next."""

import numpy as np
import pytest

from stattools.errors import ConvergenceError
from stattools.models.mixed.marginal import MarginalLikelihood


class Two(MarginalLikelihood):
    to_fixed = np.eye(2)
    to_effects = ()

    def __init__(self):
        self.asked = []

    def beside(self, theta, last):
        if theta[0] < 0.0:
            raise ConvergenceError("no mode")
        self.asked.append((theta.tolist(), last))
        return float(theta.sum())


def test_the_fixed_part_comes_first():
    theta, found = np.arange(3.0), Two()
    assert found.fixed_at(theta).tolist() == [0.0, 1.0]
    assert found.fixed_change(theta).tolist() == [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]
    assert not found.fixed_spread(theta).any()
    assert found.taus(theta).tolist() == [2.0]
    assert found.theta(*found.parts(theta)).tolist() == theta.tolist()


def test_the_same_theta_is_found_once_and_starts_the_next():
    by, theta = Two(), np.array([1.0, 2.0])
    assert [by.at(at) for at in (theta, theta.copy(), 2.0 * theta, theta)] == [3.0, 3.0, 6.0, 3.0]
    assert by.asked == [([1.0, 2.0], None), ([2.0, 4.0], 3.0), ([1.0, 2.0], 6.0)]
    by.begin_near(7.0)
    assert by.at(theta) == 3.0
    assert by.asked[-1] == ([1.0, 2.0], 7.0)


def test_where_nothing_is_found_the_last_is_kept():
    by, theta = Two(), np.array([1.0, 2.0])
    assert by.at(theta) == 3.0
    with pytest.raises(ConvergenceError):
        by.at(-theta)
    assert by.evaluate(-theta, 0).loglik == -np.inf
    assert by.at(theta) == 3.0
    assert len(by.asked) == 1
