"""Groups within groups taken out one after the other: what is left is that of the dense matrix."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from stattools.latent.elimination import PenalizedInformation
from tests.latent.effect_cases import CASES, N


@pytest.mark.parametrize("name", ["nested", "nested, crossed, with a smooth"])
def test_blocks_and_draws_are_those_of_the_dense_matrix(name):
    case = CASES[name]
    Z, w, of = case.dense, np.random.default_rng(5).uniform(size=N), case.columns
    inverse = np.linalg.inv(np.diag(of.prior) + Z.T @ (w[:, None] * Z))
    found = PenalizedInformation.of(case.scaled, w)
    assert found is not None
    assert found.inner is not None
    root = found.colored(np.eye(of.size))
    assert_allclose(root @ root.T, inverse, atol=1e-10)
    assert_allclose(
        found.dense, inverse[of.size - of.r + of.starts[-1] :, of.size - of.r + of.starts[-1] :], atol=1e-10
    )
    places = [each.astype(int) for each in of.by_factor(np.arange(float(of.size)))]
    for block, at in zip(found.blocks, places, strict=True):
        assert_allclose(block, inverse[at[:, None], at[None]], atol=1e-10)
