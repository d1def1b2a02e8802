"""Weibull and exponential times at once are what rows of any kind are one by one."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from stattools.likelihoods.times import ERRORS, EXTREME, FailureTime
from tests.cases import rng


def rows(name, n=40, spread=1.0):
    random = rng(3)
    low = random.exponential(size=n)
    eta = spread * random.normal(size=(n, 2))
    y = np.column_stack([low, np.where(random.random(n) < 0.5, low, np.inf)])
    return y, eta if FailureTime(name).width == 2 else eta[:, 0]


@pytest.mark.parametrize("spread", [1.0, 1e3], ids=["near", "far"])
@pytest.mark.parametrize("name", EXTREME)
def test_seen_and_longer_times_are_those_of_each_kind(name, spread):
    likelihood = FailureTime(name)
    y, eta = rows(name, spread=spread)
    with np.errstate(over="ignore", invalid="ignore"):
        at_once, apart = likelihood.evaluate(eta, y), likelihood._apart(eta, y)
    for one, other in zip(at_once, apart, strict=True):
        assert one.shape == other.shape
        assert_allclose(one, other, rtol=1e-12, atol=1e-12)
    with np.errstate(over="ignore", invalid="ignore"):
        assert_allclose(likelihood.loglik(eta, y), at_once[0], rtol=0.0)
        assert_allclose(likelihood.score(eta, y), at_once[1], rtol=0.0)


@pytest.mark.parametrize("name", EXTREME)
def test_times_that_were_all_seen_are_one_column(name):
    likelihood = FailureTime(name)
    y, eta = rows(name)
    for one, other in zip(likelihood.evaluate(eta, y[:, 0]), likelihood._apart(eta, y[:, 0]), strict=True):
        assert_allclose(one, other, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("name", ERRORS)
def test_other_rows_are_computed_by_themselves(name, late):
    likelihood = FailureTime(name, late=late)
    y, eta = rows(name)
    y[3] = 0.5, 2.0
    if late:
        y = np.column_stack([y, np.where(np.arange(len(y)) % 2, 0.5 * y[:, 0], 0.0)])
    for one, other in zip(likelihood.evaluate(eta, y), likelihood._apart(eta, y), strict=True):
        assert_allclose(one, other, rtol=0.0)
    assert_allclose(likelihood.score(eta, y), likelihood._apart(eta, y)[1], rtol=0.0)
