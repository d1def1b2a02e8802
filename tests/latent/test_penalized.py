"""The factored information of all effects against a dense one."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from stattools.latent.elimination import PenalizedInformation
from tests.latent.effect_cases import CASES, N


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("least", [0.1, -0.05])
def test_everything_is_that_of_the_dense_matrix(name, least):
    case, rng = CASES[name], np.random.default_rng(3)
    Z, w, g = case.dense, rng.uniform(least, 1.0, N), rng.normal(size=case.columns.size)
    H = np.diag(case.columns.prior) + Z.T @ (w[:, None] * Z)
    found = PenalizedInformation.of(case.scaled, w)
    inverse = np.linalg.inv(H)
    assert found is not None
    assert_allclose(found.log_determinant, np.linalg.slogdet(H)[1], rtol=1e-12)
    assert_allclose(found.solve(g), inverse @ g, atol=1e-10)
    assert_allclose(found.leverage, np.einsum("ij,jk,ik->i", Z, inverse, Z), rtol=1e-10)


def test_a_matrix_that_is_not_positive_definite_has_no_factor():
    for case in CASES.values():
        assert PenalizedInformation.of(case.scaled, np.full(N, -50.0)) is None
