"""Standard units: X T is X less its center over its scale, whatever the columns."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from stattools.data.rows.rows import Rows
from stattools.data.rows.standardization import constant_column, moments_of_columns, standard_units
from tests.cases import rng


@pytest.mark.parametrize("constant", [None, 1])
def test_the_map_is_centering_and_scaling(constant):
    X = rng(0).normal(5.0, 2.0, (60, 4))
    X[:, 1] = 3.0
    center, scale, T = standard_units(X.mean(axis=0), X.std(axis=0), np.abs(X).max(axis=0), constant)
    Z = X @ T
    assert_allclose(Z, (X - center) / scale, atol=1e-13)
    varying = [0, 2, 3]
    assert_allclose(Z[:, varying].std(axis=0), 1.0)
    assert_allclose(
        Z[:, varying].mean(axis=0), 0.0 if constant else X[:, varying].mean(axis=0) / scale[varying], atol=1e-13
    )
    assert_allclose(Z[:, 1], 1.0)


def test_a_column_of_zeros_and_one_that_varies_by_round_off_have_units():
    mean, spread, size = np.array([0.0, 1e3]), np.array([0.0, 1e-12]), np.array([0.0, 1e3])
    assert_allclose(standard_units(mean, spread, size, None)[1], [1.0, 1e3])


def test_columns_are_read_once_for_their_moments_and_again_where_rows_are_others(monkeypatch):
    rows, reads = Rows(np.arange(12.0).reshape(6, 2), np.zeros(6)), []
    blocks = Rows.blocks
    monkeypatch.setattr(Rows, "blocks", lambda self, *given: reads.append(1) or blocks(self, *given))
    first = moments_of_columns(rows)
    assert moments_of_columns(rows) is first
    assert len(reads) == 1
    some = moments_of_columns(rows.take(np.arange(3)))
    assert_allclose(some[0], rows.X[:3].mean(axis=0))
    assert len(reads) == 2


def test_a_column_that_is_0_in_all_rows_that_count_is_no_constant():
    """Its size is that of rows of weight 0, by which it was divided."""
    X = np.column_stack([np.arange(6.0), [0.0, 0.0, 0.0, 0.0, 0.0, 1.0]])
    rows = Rows(X, np.zeros(6), weight=np.array([1.0, 2.0, 1.0, 2.0, 1.0, 0.0]))
    assert constant_column(*moments_of_columns(rows)) is None
    assert np.isfinite(rows.standardized()[1]).all()


def test_frequencies_are_repeated_rows_in_means_and_deviations():
    X, weight = rng(4).normal(size=(6, 2)), np.array([1.0, 4.0, 1.0, 2.0, 1.0, 3.0])
    repeated = np.repeat(X, weight.astype(int), axis=0)
    mean, spread, size = moments_of_columns(Rows(X, np.zeros(6), weight=weight))
    assert_allclose(mean, repeated.mean(axis=0), rtol=1e-13)
    assert_allclose(spread, repeated.std(axis=0), rtol=1e-13)
    assert_allclose(size, np.abs(X).max(axis=0), rtol=0)
