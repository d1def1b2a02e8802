"""Columns of effects by their levels are those of a dense matrix."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from stattools.errors import IncompatibleError
from stattools.latent.blocks import EffectColumns, LatentColumns
from tests.latent.effect_cases import CASES, N


@pytest.mark.parametrize("name", CASES)
def test_sums_over_rows_are_those_of_the_dense_columns(name):
    case, rng = CASES[name], np.random.default_rng(2)
    Z, s, w = case.dense, rng.normal(size=N), rng.uniform(size=N)
    scaled, own = case.scaled, case.columns.size - case.columns.r
    H = Z.T @ (w[:, None] * Z)
    assert_allclose(scaled.down(s), Z.T @ s, atol=1e-12)
    assert_allclose(scaled.within(w), H[own:, own:], atol=1e-12)
    if own:
        found = case.columns.matrix(scaled.beside(w))
        assert_allclose(found if isinstance(found, np.ndarray) else found.toarray(), H[:own, own:], atol=1e-12)
    assert CASES["few meet"].columns.is_full is False


def test_the_first_factor_has_most_effects():
    columns = CASES["crossed"].columns
    assert (columns.largest.terms, [one.terms for one in columns.others]) == ((1,), [(0,), (2,)])


def test_too_many_columns_of_the_rest_are_refused():
    n = 11_000
    codes = np.arange(n) % 5_500, np.arange(n) % 5_001
    latent = LatentColumns(np.empty((0, n)), codes, (5_500, 5_001), (np.ones((1, n)),) * 2)
    with pytest.raises(IncompatibleError, match="got 5,001, for which"):
        EffectColumns.of(latent)


def test_groups_within_groups_have_no_such_limit():
    n = 12_000
    codes = np.arange(n), np.arange(n) // 2
    latent = LatentColumns(np.empty((0, n)), codes, (n, 6_000), (np.ones((1, n)),) * 2)
    inner = EffectColumns.of(latent).inner
    assert inner is not None
    assert (inner.largest.count, inner.r) == (6_000, 0)
