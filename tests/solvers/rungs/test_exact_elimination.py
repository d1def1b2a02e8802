"""The exact rung against elimination in rationals, on columns whose Gram matrix float64 cannot factor."""

from fractions import Fraction

import numpy as np
import pytest
from numpy.testing import assert_allclose

from stattools.data.rows.rows import Rows
from stattools.solvers.least_squares.exact import eliminate, largest
from tests.cases import rng


def rational(X, y, w):
    """Coefficients, (X^T W X)^-1 and the sum of squares, by Gauss-Jordan in fractions."""
    Z = [[Fraction(v) for v in row] for row in np.column_stack([X, y]).tolist()]
    w, p = [Fraction(v) for v in w.tolist()], X.shape[1]
    A = [[sum(c * r[i] * r[j] for c, r in zip(w, Z, strict=True)) for j in range(p + 1)] for i in range(p)]
    A = [row + [Fraction(int(i == j)) for j in range(p)] for i, row in enumerate(A)]
    for j in range(p):
        A[j] = [v / A[j][j] for v in A[j]]
        for i in range(p):
            if i != j:
                A[i] = [u - A[i][j] * v for u, v in zip(A[i], A[j], strict=True)]
    b = [row[p] for row in A]
    rss = sum(c * (r[p] - sum(u * v for u, v in zip(b, r, strict=False))) ** 2 for c, r in zip(w, Z, strict=True))
    return [float(v) for v in b], np.array([[float(v) for v in row[p + 1 :]] for row in A]), float(rss)


@pytest.mark.parametrize("weighted", [False, True])
def test_powers_of_years(weighted):
    """A condition number of 1e19 in X^T X: Cholesky in float64 fails or keeps no digit."""
    x = 1990.0 + np.arange(12.0)
    X, y = np.vander(x, 3, increasing=True), rng(3).normal(size=12)
    w = rng(4).integers(1, 5, 12).astype(float) if weighted else np.ones(12)
    rows = Rows(X, y, weight=w) if weighted else Rows(X, y)
    found, (b, C, rss) = eliminate(rows, largest(rows)), rational(X, y, w)
    assert np.linalg.cond(X.T @ X) > 1e15
    assert_allclose(found.theta, b, rtol=10.0**-found.digits.smallest)
    assert found.digits.smallest > 14
    assert_allclose(found.C, C, rtol=1e-13)
    assert_allclose(found.rss, rss, rtol=1e-13)
    assert found.rounding < 1e-10


def test_equal_columns_have_no_pivot():
    X = np.column_stack([np.ones(6), np.arange(6.0), np.arange(6.0)])
    rows = Rows(X, np.arange(6.0) ** 2)
    assert eliminate(rows, largest(rows)) is None
