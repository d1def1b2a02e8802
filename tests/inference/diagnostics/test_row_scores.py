"""Scores of rows, row by row."""

import numpy as np
from numpy.testing import assert_allclose

from stattools.inference.comparison.compare import LABELS, NUMBERS, SCORES, brier, squared_error
from stattools.likelihoods.outcomes import Outcome


def test_every_kind_of_outcome_has_its_scores():
    assert set(SCORES) == set(Outcome)


def test_numbers():
    mean, y = np.array([1.0, 2.0]), np.array([3.0, 1.5])
    assert squared_error(mean, y).tolist() == [4.0, 0.25]
    assert NUMBERS["absolute error"](mean, y).tolist() == [2.0, 0.5]


def test_labels():
    p, code = np.array([[0.2, 0.5, 0.3], [0.6, 0.1, 0.3]]), np.array([1.0, 2.0])
    assert_allclose(brier(p, code), [0.04 + 0.25 + 0.09, 0.36 + 0.01 + 0.49], rtol=1e-12)
    assert LABELS["accuracy"](p, code).tolist() == [1.0, 0.0]
    assert_allclose(brier(np.array([0.25]), np.array([1.0])), [0.75**2])
    assert LABELS["accuracy"](np.array([0.25, 0.75]), np.array([1.0, 1.0])).tolist() == [0.0, 1.0]
