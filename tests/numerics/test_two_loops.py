"""The two loops of L-BFGS against the matrix that they stand for."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from stattools.numerics.two_loops import Change, direction
from stattools.solvers.metric import Metric
from tests.cases import rng


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
    changes = [Change(s, A @ s, float(s @ A @ s)) for s in steps]
    score, metric = g.normal(size=p), np.diag(g.uniform(1.0, 2.0, p))
    expected = dense(0.5 * np.linalg.inv(metric), changes) @ score
    assert_allclose(direction(score, changes, Metric(metric), 0.5), expected, rtol=1e-10)


def test_what_a_step_showed_is_kept():
    """Of the change of the score that a step made, the step itself comes back."""
    s, y = np.array([1.0, 2.0]), np.array([3.0, -0.5])
    known = [Change(s, y, float(s @ y))]
    assert_allclose(direction(y, known, Metric(np.eye(2))), s, rtol=1e-15)
