"""Rows of inputs by their numbers: the same whether inputs are kept or made for each batch."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from stattools.networks import network_model
from stattools.networks.network_model import InputRows
from tests.cases import rng


def standardize(X, overwrite):
    out = np.subtract(X[:, 1:], 2.0, out=X[:, 1:] if overwrite else None)
    out /= 4.0
    return out


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("held", [0, network_model.HELD])
def test_rows_of_the_inputs(monkeypatch, held, order):
    monkeypatch.setattr(network_model, "HELD", held)
    X = np.asarray(rng(0).normal(size=(50, 4)), order=order)
    before, rows = X.copy(), InputRows.of(X, 6, standardize)
    for index in (np.array([3, 1, 49]), np.array([7, 7, 0, 1, 2, 3])):
        assert_array_equal(rows(index), (before[index, 1:] - 2.0) / 4.0)
        assert rows(index).base is not None, "no array of its own for each batch"
    assert_array_equal(X, before)
    assert (rows.standardize is None) == (held > 0)
