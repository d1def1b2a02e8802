import numpy as np
import pytest
from numpy.testing import assert_allclose

from stattools.data.dataset import read
from stattools.latent.blocks import all_products, fitted, spline_meetings, spline_products
from tests.latent.curve_cases import TABLE


@pytest.fixture(scope="module")
def terms():
    return read("y ~ s(x, k=9) + s(v, by=z, k=6) + g + s(v, by=g, k=7)", TABLE, latent=True).latent.smooths


def basis(term):
    found = np.zeros((len(term.first), term.k))
    for a in range(4):
        found[np.arange(len(term.first)), term.first + a] += term.values[:, a]
    return found


def test_sums_are_products_of_dense_matrices(terms):
    W = np.random.default_rng(0).normal(size=(3, len(TABLE["y"])))
    for one in terms:
        B = basis(one)
        assert_allclose(spline_products(one, W), B.T @ W.T, atol=1e-13)
        assert_allclose(fitted(one, one.wiggles), one.columns.T, atol=1e-12)
        for other in terms:
            assert_allclose(spline_meetings(one, other), B.T @ basis(other), atol=1e-13)
    whole = np.column_stack([*map(basis, terms), W.T])
    assert_allclose(all_products(terms, W), whole.T @ whole, atol=1e-12)
