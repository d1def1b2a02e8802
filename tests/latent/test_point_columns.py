"""Products with the columns of points are those of columns in general."""

from numpy.testing import assert_allclose

from stattools.latent.blocks import NOBODY, EffectColumns, PointColumns, ScaledColumns
from stattools.latent.elimination import PenalizedInformation
from tests.cases import rng

RANDOM = rng(5)
N = 30
CURVES, FLAT = (RANDOM.normal(size=(4, N)), RANDOM.normal(size=(3, N))), RANDOM.normal(size=(2, N))
W, TAUS = RANDOM.uniform(0.5, 2.0, N), (0.7, 0.0)


def test_products_are_those_of_columns_in_general():
    one, other = (of(N, NOBODY, (), CURVES, FLAT).scaled((), TAUS) for of in (PointColumns, EffectColumns))
    u, s = RANDOM.normal(size=(9, 2)), RANDOM.normal(size=N)
    assert_allclose(one.up(u), other.up(u), atol=1e-13)
    assert_allclose(one.up(u[:, 0]), other.up(u[:, 0]), atol=1e-13)
    assert_allclose(one.down(s), other.down(s), atol=1e-13)
    assert_allclose(one.within(W), other.within(W), atol=1e-12)
    for mine, twin in zip(one.of.sums(s), other.of.sums(s), strict=True):
        assert_allclose(mine, twin, atol=1e-13)
    H, dense = PenalizedInformation.of(one, W), PenalizedInformation.of(other, W)
    assert H is not None
    assert dense is not None
    assert_allclose(H.log_determinant, dense.log_determinant, rtol=1e-13)
    assert_allclose(H.leverage, ScaledColumns.leverage(other, dense), rtol=1e-11)
    assert_allclose(one.traces(H, W), other.traces(dense, W), rtol=1e-11)
