"""Rows of any kind at once, seen, longer, shorter or between two ends, are what each is alone."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from stattools.likelihoods.times import ERRORS, FailureTime
from tests.cases import rng


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("name", ERRORS)
def test_rows_of_all_kinds_are_those_of_each_kind(name, late):
    likelihood, random = FailureTime(name, late=late), rng(3)
    low, eta = random.exponential(size=40), random.normal(size=(40, 2))
    y = np.column_stack([low, np.where(random.random(40) < 0.5, low, np.inf)])
    y[3], y[4], y[5] = (0.5, 2.0), (0.0, 1.5), (0.0, np.inf)
    if late:
        entry = np.where(np.arange(40) % 2, 0.5 * y[:, 0], 0.0)
        y = np.column_stack([y, entry])
    eta = eta if likelihood.width == 2 else eta[:, 0]
    alone = [likelihood.evaluate(eta[i : i + 1], y[i : i + 1]) for i in range(40)]
    for one, others in zip(likelihood.evaluate(eta, y), zip(*alone, strict=True), strict=True):
        assert_allclose(one, np.concatenate(others), rtol=1e-14, atol=1e-15)
    assert_allclose(likelihood.loglik(eta, y)[5], 0.0)
