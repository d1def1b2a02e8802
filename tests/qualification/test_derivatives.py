import numpy as np
import pytest
from numpy.testing import assert_allclose

from stattools.qualification.agreements import DERIVATIVES, measure_slopes, slopes
from stattools.qualification.qualification import run


@pytest.mark.parametrize("check", DERIVATIVES, ids=lambda check: check.model)
def test_every_score_is_the_slope_of_its_loglik(check):
    (found,) = run([check])
    assert found.ok, found.row()


def test_differences_are_good_for_nine_digits():
    assert_allclose(
        slopes(lambda t: float(np.exp(t[0]) * t[1]), np.array([0.3, 2.0])), [2 * np.exp(0.3), np.exp(0.3)], rtol=1e-9
    )


def test_a_wrong_score_is_found():
    class Wrong:
        start = np.zeros(2)

        def evaluate(self, theta, order):
            from stattools.models.evaluation import Evaluation

            return Evaluation(float(-theta @ theta), -2.001 * theta)

    assert measure_slopes(lambda: Wrong()).estimate < 4
