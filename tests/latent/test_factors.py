import numpy as np
from numpy.testing import assert_allclose

from stattools.latent.blocks import LatentColumns, chain, factors_of, own_blocks, own_rows, parents, places, widths

CASK, BATCH, DAY = np.array([0, 1, 2, 2, 3]), np.array([1, 1, 0, 0, 0]), np.array([0, 1, 1, 0, 0])
W = np.ones((2, 5))


def columns(*codes, q=None):
    q = q or [1] * len(codes)
    z = tuple(np.full((k, 5), float(place)) for place, k in enumerate(q))
    return LatentColumns(W, codes, tuple(int(c.max()) + 1 for c in codes), z)


def test_terms_of_one_grouping_are_one_factor_and_the_largest_comes_first():
    factors = factors_of(columns(BATCH, CASK, BATCH, q=[1, 2, 3]))
    assert [(factor.count, factor.q, factor.terms) for factor in factors] == [(4, 2, (1,)), (2, 4, (0, 2))]
    assert widths(factors) == (1, 2, 3)
    assert places(factors) == [(1, slice(0, 1)), (0, slice(0, 2)), (1, slice(1, 4))]
    assert factors[1].z[:, 0].tolist() == [0.0, 2.0, 2.0, 2.0]


def test_terms_of_one_grouping_are_independent():
    factors = factors_of(columns(BATCH, CASK, BATCH, q=[1, 2, 2]))
    T = (np.array([[3.0]]), np.eye(2), np.array([[1.0, 0.0], [5.0, 2.0]]))
    assert_allclose(factors[1].joined(T), [[3.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 5.0, 2.0]])
    arrays = [np.zeros((2, 2, 4)), np.arange(18.0).reshape(3, 3, 2)]
    assert [one.shape for one in own_rows(factors, arrays)] == [(1, 3, 2), (2, 2, 4), (2, 3, 2)]
    assert_allclose(own_blocks(factors, arrays)[2], arrays[1][1:, 1:])


def test_nesting_is_read_from_the_rows():
    cask, batch, day = (factors_of(columns(codes))[0] for codes in (CASK, BATCH, DAY))
    above = parents(cask, batch)
    assert above is not None
    assert above.tolist() == [1, 1, 0, 0]
    assert parents(batch, cask) is None
    assert parents(cask, day) is None
    assert [above.tolist() for above in chain((cask, batch)) or ()] == [[1, 1, 0, 0]]
    assert chain((cask, day)) is None
    assert chain((cask,)) == ()
