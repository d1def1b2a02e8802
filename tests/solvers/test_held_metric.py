"""Steps under linear hypotheses are those in a basis of the directions that these leave free."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.linalg import null_space

from stattools.numerics.arrowhead import Arrow
from stattools.solvers.metric import HeldMetric

rng = np.random.default_rng(1)
B = rng.standard_normal((5, 2))
H = Arrow(np.arange(1, 6)[:, None], 1.0 + rng.random((5, 1, 1)), B, B.T @ B + np.eye(2))
R = rng.standard_normal((2, 7))


@pytest.mark.parametrize("information", [H, np.asarray(H)], ids=["arrow", "array"])
def test_steps_and_lengths(information):
    metric, A, free = HeldMetric(R, information), np.asarray(H), null_space(R)
    score = rng.standard_normal((7, 2))
    step = free @ np.linalg.solve(free.T @ A @ free, free.T @ score)
    assert_allclose(metric.solve(score), step, rtol=1e-11, atol=1e-12)
    assert_allclose(metric.norm(score[:, 0]), np.sqrt(score[:, 0] @ step[:, 0]), rtol=1e-12)
    inverse = np.linalg.inv(A)
    assert_allclose(metric.toward(np.ones(2)), inverse @ R.T @ np.linalg.solve(R @ inverse @ R.T, np.ones(2)))


def test_a_score_that_only_the_hypotheses_hold_back_has_length_zero():
    metric = HeldMetric(R, H)
    assert metric.norm(1e3 * R.T @ np.array([1.0, -2.0])) < 1e-11
