"""Digits are minus the logarithm of the relative error, and the bound on that error holds."""

from fractions import Fraction

import numpy as np
from numpy.testing import assert_allclose

from stattools.solvers.solution import Digits, coefficient_error, sum_rounding
from tests.cases import rng


def test_digits_of_given_errors():
    estimate, se, d = np.array([2.0, 1e-6, 0.0]), np.array([1e-1, 1e-2, 1.0]), np.array([1.0, 100.0, 1.0])
    found = Digits.of(estimate, np.array([2e-5, 1e-8, 0.0]), se, np.array([1e-7, 0.5, np.nan]), d)
    assert_allclose(found.coefficients, [5.0, 2.0, 15.95], atol=0.01)
    assert_allclose(found.se, [7.0, -np.log10(0.5), 0.0], atol=1e-9)
    assert_allclose(found.smallest, 5.0, atol=1e-9)  # beside a standard error of 1e-2, 1e-8 is six digits
    error, size = np.array([2e-5, 1e-6, 0.0]), np.array([2.0, 1.0, 1.0])
    assert_allclose(found.overall, -np.log10(np.linalg.norm(error) / np.linalg.norm(size)), rtol=1e-9)


def test_the_bound_holds_for_a_line_through_distant_points():
    """y = a + b x with x near 1e5 by normal equations in float64, against rationals."""
    x = 1e5 + np.arange(9.0)
    y = 3.0 + 0.1 * x + rng(1).normal(size=9)
    X = np.column_stack([np.ones(9), x])
    C = np.linalg.inv(X.T @ X)
    b = C @ (X.T @ y)
    xs, ys = [Fraction(v) for v in x.tolist()], [Fraction(v) for v in y.tolist()]
    mean, middle = sum(xs) / 9, sum(ys) / 9
    slope = sum((u - mean) * (v - middle) for u, v in zip(xs, ys, strict=True)) / sum((u - mean) ** 2 for u in xs)
    true = np.array([float(middle - slope * mean), float(slope)])
    r, d = np.linalg.norm(y - X @ true), np.linalg.norm(X, axis=0)
    # normal equations lose what the condition number squares: C itself is wrong by cond(X^T X) roundings
    u = np.finfo(float).eps * np.linalg.cond(X)
    bound = coefficient_error(np.sqrt(np.diagonal(C)), np.abs(C) @ d, d, true, float(np.linalg.norm(y)), float(r), u)
    assert (np.abs(b - true) <= bound).all()
    assert (np.abs(b - true) > 0).all()


def test_roundings_of_a_sum_grow_like_a_random_walk():
    assert sum_rounding(4096) == 4.0 + 64.0 + 1.0
    assert_allclose(sum_rounding(100 * 4096), 4.0 + 64.0 + 10.0, rtol=1e-15)
