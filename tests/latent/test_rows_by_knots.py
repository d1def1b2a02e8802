"""The sums over rows in the order of knots are those of dense matrices."""

from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

from stattools.data.dataset import read
from stattools.latent.blocks import RowsByKnots
from tests.latent.curve_cases import TABLE
from tests.latent.test_curve_sums import basis

GAP = {**TABLE, "x": np.where(np.asarray(TABLE["x"]) > np.median(TABLE["x"]), 9.0, np.asarray(TABLE["x"]))}
"""Between some knots there is no row."""


@pytest.mark.parametrize("table", [TABLE, GAP])
@pytest.mark.parametrize("many", [0, 400])
def test_sums_are_those_of_dense_matrices(monkeypatch, table, many):
    monkeypatch.setattr("stattools.latent.blocks.MANY_ROWS", many)
    random = np.random.default_rng(1)
    w = random.uniform(size=len(table["y"]))
    latent: Any = read("y ~ s(x, k=9) + s(v, by=z, k=6) + g + s(v, by=g, k=7)", table, latent=True).latent
    terms = latent.smooths
    assert (len(RowsByKnots.of(terms[0]).between) < 6) == (table is GAP)
    for one in terms:
        B, rows, K = basis(one), RowsByKnots.of(one), random.normal(size=(one.k, one.k))
        assert rows.are_many == (many == 0)
        assert_allclose(rows.gram(w), B.T @ (w[:, None] * B), atol=1e-13)
        assert_allclose(rows.quadratic(K + K.T), np.einsum("ia,ab,ib->i", B, K + K.T, B), atol=1e-12)
