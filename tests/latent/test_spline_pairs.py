"""The sums over rows of products of B-splines are those of dense matrices."""

from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

from stattools.data.dataset import read
from stattools.latent.blocks import SplinePairs
from tests.latent.curve_cases import TABLE
from tests.latent.test_curve_sums import basis

GAP = {**TABLE, "x": np.where(np.asarray(TABLE["x"]) > np.median(TABLE["x"]), 9.0, np.asarray(TABLE["x"]))}
"""Between some knots there is no row."""


@pytest.mark.parametrize("table", [TABLE, GAP])
def test_sums_are_those_of_dense_matrices(table):
    random = np.random.default_rng(1)
    n = len(table["y"])
    w = random.uniform(size=n)
    latent: Any = read("y ~ s(x, k=9) + s(v, by=z, k=6) + g + s(v, by=g, k=7)", table, latent=True).latent
    for one in latent.smooths:
        for other in latent.smooths:
            B, C, pairs = basis(one), basis(other), SplinePairs.of(one, other)
            both_are = np.flatnonzero(B.any(axis=1) & C.any(axis=1))
            assert pairs.rows.tolist() == both_are.tolist()
            assert_allclose(pairs.gram(w), B.T @ (w[:, None] * C), atol=1e-13)
            K = random.normal(size=(one.k, other.k))
            assert_allclose(pairs.forms(K, n), np.einsum("ia,ab,ib->i", B, K, C), atol=1e-12)
