from fractions import Fraction

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.errors import IdentificationError
from stattools.qualification.exact_answers import exact_least_squares, solve


def test_the_inverse_of_a_hilbert_matrix_is_whole():
    p = 7
    hilbert = [[Fraction(1, i + j + 1) for j in range(p)] for i in range(p)]
    inverse = solve([row + [Fraction(int(i == j)) for j in range(p)] for i, row in enumerate(hilbert)], p)
    assert all(value.denominator == 1 for row in inverse for value in row)
    for i in range(p):
        for j in range(p):
            assert sum(hilbert[i][k] * inverse[k][j] for k in range(p)) == int(i == j)


def test_a_zero_pivot_is_passed_by_another_row():
    assert solve([[Fraction(0), Fraction(1), Fraction(3)], [Fraction(2), Fraction(0), Fraction(4)]], 2) == [[2], [3]]


def test_estimates_standard_errors_and_loglik_are_those_of_an_easy_fit():
    rng = np.random.default_rng(1)
    X, y = rng.normal(size=(30, 3)), rng.normal(size=30)
    exact, fit = exact_least_squares(X.tolist(), y.tolist()), st.fit(st.ols(y, X, intercept=False))
    assert_allclose([float(b) for b in exact.estimate], fit.estimate, rtol=1e-12)
    assert_allclose(exact.se, fit.se, rtol=1e-12)
    assert_allclose(exact.loglik, fit.loglik, rtol=1e-13)


def test_residuals_are_orthogonal_to_the_columns_exactly():
    rng = np.random.default_rng(2)
    X, y = rng.integers(-9, 9, size=(12, 3)).tolist(), rng.integers(-9, 9, size=12).tolist()
    exact = exact_least_squares(X, y)
    residual = [v - sum(b * x for b, x in zip(exact.estimate, row, strict=True)) for v, row in zip(y, X, strict=True)]
    assert all(sum(e * row[j] for e, row in zip(residual, X, strict=True)) == 0 for j in range(3))
    assert sum(e * e for e in residual) == exact.rss


def test_columns_that_depend_on_each_other_are_refused():
    with pytest.raises(IdentificationError, match="column 2"):
        exact_least_squares([[1, 2], [2, 4], [3, 6]], [1, 2, 4])


def test_standard_errors_keep_their_digits_where_the_variance_is_tiny():
    exact = exact_least_squares([[10**9], [10**9 + 1]], [1, 2])
    assert_allclose(exact.se[0] ** 2, float(exact.variance[0]), rtol=1e-14)
