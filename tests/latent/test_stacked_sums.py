"""Sums over the groups of many models against those of each alone."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from stattools.latent.elimination import stacked_rows, stacked_sums
from tests.latent.stacked_cases import M, members


def test_rows_are_sorted_by_members_and_groups():
    parts = members(2)
    rows = stacked_rows(parts)
    assert rows.sizes.tolist() == [len(part[1]) for part in parts]
    assert rows.counts.tolist() == [part[4].max() + 1 for part in parts]
    first = parts[0]
    assert_allclose(rows.y[: rows.sizes[0]], first[1][np.argsort(first[4], kind="stable")], rtol=0)


@pytest.mark.parametrize("weighted", [False, True])
def test_columns_are_those_of_the_data_whatever_their_origin(weighted):
    parts = members(2, weighted)
    sums = stacked_sums(stacked_rows(parts), (2,))
    assert sums.sound.all()
    for k, (X, y, _, precision, codes) in enumerate(parts):
        w = np.ones(len(y)) if precision is None else precision
        root = np.sqrt(w)[:, None]
        expected = np.linalg.lstsq(X * root, y * root[:, 0], rcond=None)[0]
        assert_allclose(sums.beta[k], expected, rtol=1e-10)
        Q = (X @ sums.to_beta[k]) * root
        assert_allclose(np.einsum("ij,ij->j", Q, Q) / len(y), 1.0, rtol=1e-9)
        assert_allclose(sums.C[k, :-1, :-1], Q.T @ Q, rtol=1e-8, atol=1e-7)
        e = (y - X @ expected) * root[:, 0]
        assert sums.unit[k] == pytest.approx(np.sqrt(np.mean(e**2)))
        gram = np.linalg.slogdet(X.T @ (w[:, None] * X))[1]
        assert gram == pytest.approx(np.linalg.slogdet(sums.C[k, :-1, :-1])[1] + sums.log_gram[k])
        assert sums.log_precision[k] == pytest.approx(np.log(w).sum())
        J = codes.max() + 1
        ones = np.bincount(codes, w, J) / np.mean(w)
        assert_allclose(sums.A[k, 0, 0, :J], ones, rtol=1e-10)
        assert_allclose(sums.B[k, 0, -1, :J], np.bincount(codes, root[:, 0] * e / sums.unit[k], J) / np.sqrt(w.mean()))
        assert not sums.A[k, :, :, J:].any()
        assert not sums.B[k, :, :, J:].any()


def test_what_float64_cannot_tell_is_not_sound():
    parts = members(1)
    X, y, z, _, codes = parts[1]
    parts[1] = (np.column_stack([X[:, 0], np.full(len(y), 3.0)]), y, z, None, codes)
    X, y, z, _, codes = parts[2]
    parts[2] = (X, X @ [3.0, 2.0], z, None, codes)
    X, y, z, _, codes = parts[3]
    parts[3] = (X * [1.0, 1e200], y, z, None, codes)
    sums = stacked_sums(stacked_rows(parts), (1,))
    assert sums.sound.tolist() == [True, False, False, False, True]
    assert len(sums.sound) == M


def test_a_level_far_from_zero_costs_no_digits():
    """y = 1e5 and noise of 0.01: the differences are exact, and so is what is left."""
    parts = members(1)
    rng = np.random.default_rng(0)
    X, _, z, _, codes = parts[0]
    noise = np.round(rng.normal(size=len(codes)) * 2**10) / 2**16
    far = [(X, noise + level, z, None, codes) for level in (0.0, 2.0**17)]
    sums = stacked_sums(stacked_rows(far), (1,))
    assert_allclose(sums.B[1], sums.B[0], rtol=1e-9, atol=1e-11)
    assert sums.unit[1] == pytest.approx(sums.unit[0], rel=1e-13)


def test_a_large_slope_leaves_nothing_of_itself_in_what_is_left():
    """One solution leaves 4e-10 of the columns in y, and the second takes that out."""
    parts = members(1)
    X, y, z, _, codes = parts[0]
    sums = stacked_sums(stacked_rows([(X, y + 1e5 * (X[:, 1] - 2000.0), z, None, codes)]), (1,))
    assert sums.sound.all()
    assert np.abs(sums.C[0, -1, :-1]).max() < 1e-12
