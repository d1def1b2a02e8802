import sys

import numpy as np
import pytest

from stattools.benchmarking import limit, peak
from stattools.numerics.products import add_gram


@pytest.mark.parametrize("order", ["C", "F"])
def test_every_row_is_multiplied_once_and_nothing_is_copied(monkeypatch, order):
    X = np.asarray(np.random.default_rng(0).normal(size=(10_000, 20)), order=order)
    totals = []
    module = sys.modules[limit.__module__]
    monkeypatch.setattr(module, "add_gram", lambda total, rows: (add_gram(total, rows), totals.append(total)))
    limit(X, reads=2)
    assert np.allclose(np.triu(totals[-1]), np.triu(X.T @ X), rtol=1e-10)
    assert peak(lambda: limit(X)) < 0.05 * X.nbytes
