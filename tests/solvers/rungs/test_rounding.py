"""The bound that saves the digits never promises more of them than there are."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

import stattools as st
from stattools.solvers.rungs.rounding import Rounding
from tests.cases import rng


def fast(seed, n, p, *, offset, correlation, noise, constant):
    g = rng(seed)
    X = g.normal(size=(n, p)) * 10.0 ** g.uniform(-6, 6, p)
    X[:, -1] = X[:, -1] / np.abs(X[:, -1]).max() * correlation + X[:, 1] / np.abs(X[:, 1]).max()
    X += offset * np.abs(X).max(axis=0)
    if constant:
        X[:, 0] = 3.0
    y = X @ (1.0 / np.abs(X).max(axis=0)) + noise * g.normal(size=n)
    return st.LeastSquares(accuracy="fast").solve(st.ols(y, X, intercept=False))


@given(
    some.integers(0, 999),
    some.integers(8, 300),
    some.integers(2, 6),
    some.sampled_from([0.0, 1.0, 1e3]),
    some.sampled_from([1.0, 1e-2, 1e-4]),
    some.sampled_from([1.0, 1e-3, 1e3]),
    some.booleans(),
)
def test_certain_digits_are_there(seed, n, p, offset, correlation, noise, constant):
    solution = fast(seed, n, p, offset=offset, correlation=correlation, noise=noise, constant=constant)
    if not isinstance(solution.quality, Rounding):  # QR
        return
    for digits in np.arange(6.0, 16.0, 0.25):
        assert solution.digits.smallest >= digits or not solution.quality.certainly(digits)


@pytest.mark.parametrize("constant", [True, False])
def test_ordinary_data_need_no_more_than_the_bound(constant):
    solution = fast(1, 100, 4, offset=0.0, correlation=1.0, noise=1.0, constant=constant)
    assert solution.quality.certainly(13.0)
