import numpy as np
import pytest

from stattools.errors import ConvergenceError
from stattools.models.mixed.marginal import Latest


def test_the_same_theta_is_found_once_and_starts_the_next():
    asked = []

    def find(theta, last):
        asked.append((theta.tolist(), last))
        return float(theta.sum())

    latest, theta = Latest(), np.array([1.0, 2.0])
    assert [latest.at(at, find) for at in (theta, theta.copy(), -theta, theta)] == [3.0, 3.0, -3.0, 3.0]
    assert asked == [([1.0, 2.0], None), ([-1.0, -2.0], 3.0), ([1.0, 2.0], -3.0)]


def test_where_nothing_is_found_the_last_is_kept():
    def fail(theta, last):
        raise ConvergenceError("no mode")

    latest, theta = Latest(), np.array([1.0])
    assert latest.at(theta, lambda at, last: 5.0) == 5.0
    with pytest.raises(ConvergenceError):
        latest.at(2.0 * theta, fail)
    assert latest.at(theta, fail) == 5.0
