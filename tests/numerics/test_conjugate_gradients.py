"""The Newton step by conjugate gradients: the decrement, and what is said where there is none."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from stattools.numerics.conjugate_gradients import newton_step
from tests.cases import rng


class Scaled:
    """A metric, and one that is not linear: its numbers are rounded to a share of the largest."""

    def __init__(self, diagonal, rounded):
        self.diagonal, self.rounded = diagonal, rounded

    def solve(self, score):
        found = score / self.diagonal
        unit = 0.02 * np.abs(found).max()
        return np.round(found / unit) * unit if self.rounded else found


@pytest.mark.parametrize("rounded", [False, True])
def test_the_step_and_the_decrement_are_those_of_the_matrix(rounded):
    g = rng(1)
    A = g.normal(size=(60, 12))
    H, score = A.T @ A + np.diag(np.geomspace(1.0, 1e4, 12)), g.normal(size=12)
    step, decrement = newton_step(lambda v: H @ v, score, Scaled(H.diagonal(), rounded), 1e-8)
    exact = np.linalg.solve(H, score)
    assert_allclose(decrement, np.sqrt(score @ exact), rtol=1e-6)
    assert_allclose(step, exact, rtol=1e-4, atol=1e-6 * np.abs(exact).max())


@pytest.mark.parametrize("flat", [np.zeros(3), np.array([1.0, 1.0, 0.0])])
def test_where_the_information_has_nothing_the_decrement_is_not_small(flat):
    """A decrement of 0 would be called the maximum."""
    _, decrement = newton_step(lambda v: flat * v, np.array([0.0, 0.0, 2.0]), Scaled(np.ones(3), False), enough=1e-8)
    assert decrement == np.inf
