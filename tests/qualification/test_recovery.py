import numpy as np
import pytest

from stattools.qualification.qualification import run
from stattools.qualification.simulations import FARTHEST, RECOVERIES, TRUTH, _logistic, measure


@pytest.mark.parametrize("check", RECOVERIES, ids=lambda check: check.model)
def test_every_model_finds_its_parameters_again(check):
    (found,) = run([check])
    assert found.ok, found.row()


def test_a_wrong_truth_is_found():
    assert measure("logistic", _logistic, np.array(TRUTH) + [0.0, 0.3, 0.0]).statistic > FARTHEST
