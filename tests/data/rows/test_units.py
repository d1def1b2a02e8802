"""Standard units: X T is X less its center over its scale, whatever the columns."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from stattools.data.rows.units import standard_units
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
