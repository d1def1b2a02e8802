"""Expected information where the score is that of the mean, observed information where it is another one."""

import numpy as np
from numpy.testing import assert_allclose

from stattools.latent.modes import expected_weights, joint_mode
from tests.latent.effect_cases import CASES


def weights(name):
    case = CASES[name]
    mode = joint_mode(case.rows, case.scaled, case.base, np.zeros(case.columns.size))
    return case.rows, mode, expected_weights(case.rows, mode)


def test_of_counts_with_a_dispersion_it_is_the_mean_over_outcomes():
    rows, mode, found = weights("dispersion")
    mean = np.exp(mode.eta[:, 0])
    expected = mean / (1.0 + np.exp(mode.eta[:, 1]) * mean)
    assert rows.weight is not None
    assert_allclose(found, rows.weight * expected, rtol=1e-10)
    assert np.abs(found - mode.information[:, 0, 0]).max() > 0.01


def test_of_a_natural_parameter_and_of_labels_it_is_the_observed_one():
    for name in ("crossed", "one", "ordered"):
        _, mode, found = weights(name)
        assert_allclose(found, mode.information[:, 0, 0], rtol=1e-10)
