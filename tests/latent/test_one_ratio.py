"""Sums over groups against dense matrices and against differences."""

import numpy as np
import pytest

from stattools.latent.one_ratio import MOST_SIZES, interpolated, residual_at_infinity, slopes
from tests.latent.ratio_cases import dense, drawn, sums_of

CASES = {
    "balanced": drawn(0, [5] * 6),
    "groups of few sizes": drawn(1, [1, 1, 3, 8, 8]),
    "more sizes than are kept": drawn(2, [2] * (MOST_SIZES + 6), slope=True),
    "no column of X but the intercept": drawn(3, [2, 3, 4], p=1),
}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("restricted", [False, True])
def test_values_are_those_of_dense_matrices(name, restricted):
    y, X, z, codes = CASES[name]
    sums = sums_of(y, X, z, codes)
    df = len(y) - restricted * X.shape[1]
    for ratio in (0.0, 0.03, 1.0, 40.0):
        found = slopes(sums, np.array([ratio]), restricted)
        value = found.h[0, 0] + df * found.log_r2[0, 0]
        assert value == pytest.approx(dense(y, X, z, codes, ratio, restricted), rel=1e-11)


@pytest.mark.parametrize("restricted", [False, True])
def test_slopes_are_those_of_the_values(restricted):
    sums = sums_of(*CASES["groups of few sizes"])
    at, step = np.array([0.2, 2.0, 30.0]), 1e-5
    found = slopes(sums, at, restricted)
    above, below = (slopes(sums, at * (1 + way * step), restricted) for way in (1, -1))
    for part in ("h", "log_r2"):
        high, low, here = (np.array(vars(one)[part]) for one in (above, below, found))
        # differences over 2e-5 of the ratio: their own error is 1e-10
        np.testing.assert_allclose(here[1:], (high - low)[:2] / (2 * at * step), rtol=1e-7)


def test_parts_of_the_slope_are_positive_falling_and_convex():
    """What the proof of the search stands on."""
    sums = sums_of(*CASES["groups of few sizes"])
    at = np.geomspace(1e-3, 1e3, 60)
    for restricted in (False, True):
        found = slopes(sums, at, restricted)
        for slope, bend in ((found.h[1], found.h[2]), (-found.log_r2[1], -found.log_r2[2])):
            assert (slope > 0).all()
            assert (bend < 0).all()
            assert (np.diff(bend) > 0).all()


def test_residual_at_an_infinite_ratio_is_that_of_groups_as_columns():
    y, X, z, codes = CASES["groups of few sizes"]
    columns = np.column_stack([X, codes[:, None] == np.arange(codes.max() + 1)])
    expected = y - columns @ np.linalg.lstsq(columns, y, rcond=None)[0]
    assert residual_at_infinity(sums_of(y, X, z, codes)) == pytest.approx(expected @ expected, rel=1e-10)


def test_interpolation_is_exact_over_sizes_far_apart():
    a = np.sort(np.exp(np.random.default_rng(0).uniform(-6, 6, 500)))
    B = np.random.default_rng(1).normal(size=(2, 500))
    nodes, counts, products = interpolated(a, B)
    assert len(nodes) < 500 / 3
    for ratio in (0.0, 1e-3, 1.0, 1e4):
        assert counts @ np.log1p(ratio * nodes) == pytest.approx(np.log1p(ratio * a).sum(), rel=1e-12, abs=1e-12)
        expected = (B / (1 + ratio * a)) @ B.T
        np.testing.assert_allclose(np.tensordot(1 / (1 + ratio * nodes), products, 1), expected, rtol=1e-10)
