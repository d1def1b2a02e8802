"""Sums over groups against dense matrices and against differences."""

from dataclasses import replace

import numpy as np
import pytest

from stattools.latent.global_maximum import (
    MOST_SIZES,
    interpolated,
    residual_at_infinity,
)
from tests.latent.ratio_cases import dense, drawn, slopes, sums_of

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


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("restricted", [False, True])
def test_slopes_are_those_of_the_values_along_log_u(name, restricted):
    sums = sums_of(*CASES[name])
    u, step = np.array([1.5, 4.0, 30.0]), 1e-5
    found, above, below = (slopes(sums, (u * np.exp(way * step) - 1.0) / sums.least, restricted) for way in (0, 1, -1))
    np.testing.assert_allclose(found.u, u, rtol=1e-14)
    for part in ("h", "log_r2"):
        high, low, here = (np.array(vars(one)[part]) for one in (above, below, found))
        # differences over 2e-5: their own error is 1e-10 of values of a hundred
        np.testing.assert_allclose(here[1:], (high - low)[:2] / (2 * step), rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("restricted", [False, True])
def test_parts_of_the_slope_are_positive_falling_and_convex(name, restricted):
    """What the proof of the search stands on, of columns of X that vary within groups and nearly between them alone."""
    y, X, z, codes = CASES[name]
    for between in (0.0, 0.9, 0.999):
        means = np.array([np.bincount(codes, x) / np.bincount(codes) for x in X.T])[:, codes].T
        sums = sums_of(y, between * means + (1.0 - between) * X, z, codes)
        u = np.geomspace(1.0, 1e3, 60)
        found = slopes(sums, (u - 1.0) / sums.least, restricted)
        for slope, bend in ((found.h[1], found.h[2] / u), (-found.log_r2[1], -found.log_r2[2] / u)):
            assert (slope > 0).all()
            assert (bend <= 1e-13 * slope).all()
            assert (np.diff(bend) >= -1e-13 * slope[1:]).all()
            assert (np.diff(np.diff(bend) / np.diff(u)) <= 1e-10 * slope[2:]).all()


@pytest.mark.parametrize("name", CASES)
def test_no_eigenvalue_of_what_fixed_effects_leave_is_below_the_least(name):
    """Those of K'Z Z'K, K'X = 0, by dense matrices: fixed effects that vary between groups make the lowest small."""
    y, X, z, codes = CASES[name]
    Z = z[:, None] * (codes[:, None] == np.arange(codes.max() + 1))
    Q, _ = np.linalg.qr(X)
    values = np.linalg.eigvalsh((Z - Q @ (Q.T @ Z)).T @ (Z - Q @ (Q.T @ Z)))
    lowest = values[values > 1e-9 * values[-1]][0]
    sums = sums_of(y, X, z, codes)
    assert 0.0 < sums.least <= min(lowest, np.bincount(codes, z * z).min())


def test_groups_of_one_size_have_the_bound_of_their_columns():
    """X is a column of ones, which the groups make, and one of which a share w is left within groups."""
    x = np.array([1.0, -1.0, 2.0, -2.0, 3.0, 1.0, 2.0, 2.0]) - 1.0
    codes = np.repeat([0, 1], 4)
    w = np.sum((x - np.repeat([x[:4].mean(), x[4:].mean()], 4)) ** 2) / np.sum(x**2)
    y = np.array([1.0, 2.0, 4.0, 3.0, 0.0, 2.0, 5.0, 4.0])
    sums = sums_of(y, np.column_stack([np.ones(8), x]), np.ones(8), codes)
    assert sums.least == pytest.approx(0.9 * 4 * w, rel=1e-12)
    assert sums.made.tolist() == [1]


def test_one_ratio_alone_has_the_values_that_it_has_among_others():
    sums, ratios = sums_of(*drawn(3, [3, 2, 1, 5], p=2)), np.array([0.0, 0.3, 20.0])
    among = slopes(sums, ratios, True)
    for k in range(3):
        alone = slopes(sums, ratios[k : k + 1], True)
        np.testing.assert_allclose(alone.h[:, 0], among.h[:, k], rtol=1e-12, atol=1e-13)
        np.testing.assert_allclose(alone.log_r2[:, 0], among.log_r2[:, k], rtol=1e-12, atol=1e-13)
    assert among.definite.all()
    assert not slopes(replace(sums, within=-100.0 * sums.within), ratios[:1], True).definite


def test_residual_at_an_infinite_ratio_is_that_of_groups_as_columns():
    y, X, z, codes = CASES["groups of few sizes"]
    columns = np.column_stack([X, codes[:, None] == np.arange(codes.max() + 1)])
    expected = y - columns @ np.linalg.lstsq(columns, y, rcond=None)[0]
    assert residual_at_infinity(sums_of(y, X, z, codes))[0] == pytest.approx(expected @ expected, rel=1e-10)


def test_interpolation_is_exact_over_sizes_far_apart():
    a = np.sort(np.exp(np.random.default_rng(0).uniform(-6, 6, 500)))
    B = np.random.default_rng(1).normal(size=(2, 500))
    nodes, counts, products = interpolated(a, B)
    assert len(nodes) < 500 / 3
    for ratio in (0.0, 1e-3, 1.0, 1e4):
        assert counts @ np.log1p(ratio * nodes) == pytest.approx(np.log1p(ratio * a).sum(), rel=1e-12, abs=1e-12)
        expected = (B / (1 + ratio * a)) @ B.T
        np.testing.assert_allclose(np.tensordot(1 / (1 + ratio * nodes), products, 1), expected, rtol=1e-10)
