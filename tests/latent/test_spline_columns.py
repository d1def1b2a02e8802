"""Columns of curves by sums of B-splines, against the dense columns themselves."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.latent.blocks import EffectColumns, LatentColumns, ScaledColumns, SplineColumns, effect_columns
from stattools.latent.elimination import PenalizedInformation
from tests.cases import rng

RANDOM = rng(11)
N = 60
TABLE = {
    "x": RANDOM.uniform(size=N), "u": RANDOM.normal(size=N), "g": np.where(np.arange(N) % 3, "a", "b"),
    "y": RANDOM.poisson(2.0, N),
}  # fmt: skip
FLAT, W = RANDOM.normal(size=(2, N)), RANDOM.uniform(0.5, 2.0, N)
TAUS = (0.7, 0.0, 1.9)


BESIDE = {
    "other columns": FLAT,
    "those of the last curve": np.vstack([np.ones(N), 3.0 * TABLE["u"] - 1.0]),
    "one of them and another": np.vstack([FLAT[0], np.ones(N)]),
}
"""Columns of fixed effects, some of which B-splines make."""


@pytest.fixture(scope="module", params=BESIDE)
def both(request) -> tuple[SplineColumns, EffectColumns]:
    flat = BESIDE[request.param]
    terms = st.poisson("y ~ g + s(x, k=7, by=g) + s(u, k=6)", TABLE).read.smooths  # type: ignore[attr-defined]
    nobody = LatentColumns(np.empty((0, N)), (), (), ())
    made, sizes = effect_columns(nobody, terms, flat)
    dense = EffectColumns.of(nobody, [term.columns.T / size for term, size in zip(terms, sizes, strict=True)], flat)
    assert isinstance(made, SplineColumns)
    return made, dense


def test_products_are_those_of_the_columns(both):
    one, other = (columns.scaled((), TAUS) for columns in both)
    u, s = RANDOM.normal(size=(both[0].size, 3)), RANDOM.normal(size=N)
    assert both[0].size == both[1].size
    assert_allclose(one.up(u), other.up(u), atol=1e-12)
    assert_allclose(one.up(u[:, 0]), other.up(u[:, 0]), atol=1e-12)
    assert_allclose(one.down(s), other.down(s), atol=1e-11)
    assert_allclose(one.within(W), other.within(W), atol=1e-11)
    for k in range(3):
        assert_allclose(both[0].sums(s)[k], both[1].sums(s)[k], atol=1e-11)
        assert_allclose(np.asarray(both[0].smooths[k]), both[1].smooths[k], atol=1e-13)


def test_what_the_inverse_says_of_rows(both):
    one, other = (columns.scaled((), TAUS) for columns in both)
    H, dense = (PenalizedInformation.of(columns, W) for columns in (one, other))
    assert H is not None
    assert dense is not None
    assert_allclose(H.log_determinant, dense.log_determinant, rtol=1e-12)
    assert_allclose(H.leverage, ScaledColumns.leverage(other, dense), rtol=1e-10)
    assert_allclose(one.traces(H, W), other.traces(dense, W), rtol=1e-10)


def test_lines_of_a_curve_alone_are_made_by_its_b_splines():
    """Its intercept and slope need no sums of their own, and the leverage of a row is one quadratic form."""
    (term,) = st.poisson("y ~ s(u, k=6)", TABLE).read.smooths  # type: ignore[attr-defined]
    flat = BESIDE["those of the last curve"]
    made = SplineColumns.of_curves([term], flat)
    dense = EffectColumns.of(LatentColumns(np.empty((0, N)), (), (), ()), [term.columns.T / made.sizes[0]], flat)
    assert made.made[0].tolist() == [0, 1]
    assert not len(SplineColumns.of_curves([term], FLAT).made[0])
    one, other = made.scaled((), (0.7,)), dense.scaled((), (0.7,))
    assert_allclose(one.within(W), other.within(W), atol=1e-11)
    H, twin = PenalizedInformation.of(one, W), PenalizedInformation.of(other, W)
    assert H is not None
    assert twin is not None
    assert_allclose(H.leverage, ScaledColumns.leverage(other, twin), rtol=1e-9)


def test_rows_that_a_curve_is_zero_in_are_no_part_of_its_sums(both):
    """Each level has a curve of its own: two of them have no row in common."""
    columns = both[0]
    one, other = columns.pairs[1][0], columns.pairs[2][0]
    assert len(one.rows) == 0
    assert len(other.rows) == int((TABLE["g"] == "a").sum())
    assert columns.splines.nnz <= 8 * N


def test_beside_groups_columns_are_made():
    model = st.poisson("y ~ s(x, k=7) + (1 | g)", TABLE | {"g": np.arange(N) % 7})
    assert type(model.laplace.columns) is EffectColumns  # type: ignore[attr-defined]
