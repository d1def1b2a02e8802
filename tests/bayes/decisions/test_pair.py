"""Arms that are exchanged come back exchanged, and two tails add to one."""

import numpy as np
import pytest

from stattools.bayes.decisions.solving import both_tails, moved
from stattools.errors import ConvergenceError


def test_arms_are_exchanged_where_they_are_mirrored():
    one, two = (np.array([1.0, 2.0]), np.array([3.0, 4.0])), (np.array([5.0, 6.0]), np.array([7.0, 8.0]))
    found = moved(np.array([False, True]), one, two)
    assert [part.tolist() for part in found] == [[1.0, 6.0], [3.0, 8.0], [5.0, 2.0], [7.0, 4.0]]


def test_tails_are_shares_of_their_sum():
    below, above = both_tails(np.array([0.25, 0.1]), np.array([0.75, 0.9 + 1e-9]), np.array([False, True]), "it")
    assert below + above == pytest.approx(1.0, rel=1e-15)
    assert below[0] == 0.25
    assert above[1] == pytest.approx(0.1, rel=2e-9)
    with pytest.raises(ConvergenceError, match=r"both tails of it need to add to 1; got 1\.1"):
        both_tails(np.array([0.5]), np.array([0.6]), np.array([False]), "it")
