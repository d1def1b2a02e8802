import numpy as np
import pytest

from stattools.models.evaluation import NOT_ASKED, Evaluation


def test_evaluations_add_part_by_part_and_keep_the_farthest_reach():
    a = Evaluation(-1.0, np.array([1.0, 2.0]), np.eye(2), 3.0)
    b = Evaluation(-2.0, np.array([0.5, -1.0]), 2.0 * np.eye(2), 5.0)
    whole = a + b
    assert (whole.loglik, whole.reach) == (-3.0, 5.0)
    np.testing.assert_array_equal(whole.score, [1.5, 1.0])
    np.testing.assert_array_equal(whole.information, 3.0 * np.eye(2))


@pytest.mark.parametrize(
    ("evaluation", "finite"),
    [
        (Evaluation(-1.0), True),
        (Evaluation(-np.inf), False),
        (Evaluation(-1.0, np.array([np.nan])), False),
        (Evaluation(-1.0, np.array([1.0]), np.array([[np.inf]])), False),
    ],
)
def test_only_what_was_asked_for_has_to_be_finite(evaluation, finite):
    assert evaluation.is_finite is finite
    assert Evaluation(0.0).score is NOT_ASKED
