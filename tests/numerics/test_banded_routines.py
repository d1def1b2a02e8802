"""Each routine against the dense matrix that its band stands for."""

import numpy as np
from numpy.testing import assert_allclose

from stattools.numerics.banded import dpbtrf, dpbtrs, dpttrf, dtbsv, dtbtrs
from tests.cases import rng

G = rng(0)
DIAGONAL, BESIDE, RIGHT = G.uniform(3, 4, 6), G.uniform(-1, 1, 5), G.normal(size=6)
DENSE = np.diag(DIAGONAL) + np.diag(BESIDE, -1) + np.diag(BESIDE, 1)
LOWER = np.vstack([DIAGONAL, [*BESIDE, 0.0]])


def test_positive_definite_bands_are_factored_and_solved():
    factor, failed = dpbtrf(LOWER, lower=1)
    L = np.diag(factor[0]) + np.diag(factor[1, :-1], -1)
    assert not failed
    assert_allclose(L @ L.T, DENSE, rtol=1e-13, atol=1e-14)
    assert_allclose(DENSE @ dpbtrs(factor, RIGHT[:, None], lower=1)[0].ravel(), RIGHT, rtol=1e-12)
    d, e, failed = dpttrf(DIAGONAL, BESIDE)
    U = np.eye(6) + np.diag(e, -1)
    assert not failed
    assert_allclose(U @ np.diag(d) @ U.T, DENSE, rtol=1e-13, atol=1e-14)


def test_triangular_bands_are_solved():
    L = np.tril(DENSE)
    assert_allclose(L @ dtbtrs(LOWER, RIGHT[:, None], uplo="L")[0].ravel(), RIGHT, rtol=1e-13)
    assert_allclose(L @ dtbsv(1, LOWER, RIGHT, lower=1), RIGHT, rtol=1e-13)
    assert_allclose(L.T @ dtbsv(1, LOWER, RIGHT, lower=1, trans=1), RIGHT, rtol=1e-13)
