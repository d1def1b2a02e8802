import numpy as np
from numpy.testing import assert_allclose

from stattools.latent import elimination as pairs
from stattools.latent.blocks import LatentColumns, factors_of
from stattools.latent.elimination import Meetings, Pairs, products_of

R = np.random.default_rng(3)
N, J, COLUMNS = 60, 7, 9
FACTOR = factors_of(LatentColumns(np.ones((1, N)), (R.integers(0, J, N),), (J,), (R.normal(size=(2, N)),)))[0]
MET, VALUES = R.integers(0, COLUMNS, (3, N)), R.normal(size=(3, N))
ROOT = R.normal(size=(2, 2, J))
SPREAD = ROOT + ROOT.swapaxes(0, 1)
INSIDE = R.normal(size=(COLUMNS, COLUMNS))


def test_pairs_say_what_dense_products_say(monkeypatch):
    kept = products_of(FACTOR, MET, VALUES, COLUMNS)
    monkeypatch.setattr(pairs, "MOST_PAIRS", 0)
    dense = products_of(FACTOR, MET, VALUES, COLUMNS)
    assert isinstance(kept, Pairs)
    assert isinstance(dense, Meetings)
    assert_allclose(kept.outer(SPREAD), dense.outer(SPREAD), atol=1e-12)
    lower = np.tril(INSIDE)
    assert_allclose(kept.quadratic(lower), dense.quadratic(lower), atol=1e-12)
