"""The sums over rows in the order of cells are those of dense matrices."""

from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

from stattools.data.dataset import read
from stattools.latent.blocks import RowsByCells
from tests.latent.test_curve_sums import basis
from tests.latent.test_rows_by_knots import GAP, TABLE


@pytest.mark.parametrize("table", [TABLE, GAP])
def test_sums_are_those_of_dense_matrices(table):
    random = np.random.default_rng(1)
    w = random.uniform(size=len(table["y"]))
    latent: Any = read("y ~ s(x, k=9) + s(v, by=z, k=6) + g + s(v, by=g, k=7)", table, latent=True).latent
    for one in latent.smooths:
        for other in latent.smooths:
            B, C, rows = basis(one), basis(other), RowsByCells.of(one, other)
            both_are = np.flatnonzero(B.any(axis=1) & C.any(axis=1))
            assert sorted(rows.order) == both_are.tolist()
            assert_allclose(rows.meetings(w), B.T @ (w[:, None] * C), atol=1e-13)
            K = random.normal(size=(one.k, other.k))
            assert_allclose(rows.forms(K), np.einsum("ia,ab,ib->i", B, K, C), atol=1e-12)
