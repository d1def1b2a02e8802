"""The Newton step by conjugate gradients: the decrement, and what is said where there is none."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from stattools.solvers.metric import Metric
from stattools.solvers.quasi_newton import ConjugateStep, direction, newton_step
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


def dense(H, changes):
    """H <- (I - s y' / y's) H (I - y s' / y's) + s s' / y's for each change."""
    for s, y, c in changes:
        left = np.eye(len(s)) - np.outer(s, y) / c
        H = left @ H @ left.T + np.outer(s, s) / c
    return H


@pytest.mark.parametrize("count", [0, 1, 4])
def test_equals_the_updated_matrix(count):
    g, p = rng(count), 5
    A = g.normal(size=(p, p))
    A = A @ A.T + np.eye(p)
    steps = g.normal(size=(count, p))
    changes = [ConjugateStep(s, A @ s, float(s @ A @ s)) for s in steps]
    score, metric = g.normal(size=p), np.diag(g.uniform(1.0, 2.0, p))
    expected = dense(0.5 * np.linalg.inv(metric), changes) @ score
    assert_allclose(direction(score, changes, Metric(metric), 0.5), expected, rtol=1e-10)


def test_what_a_step_showed_is_kept():
    """Of the change of the score that a step made, the step itself comes back."""
    s, y = np.array([1.0, 2.0]), np.array([3.0, -0.5])
    known = [ConjugateStep(s, y, float(s @ y))]
    assert_allclose(direction(y, known, Metric(np.eye(2))), s, rtol=1e-15)
