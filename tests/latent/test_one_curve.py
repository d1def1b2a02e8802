import numpy as np
import pytest
from numpy.testing import assert_allclose

from stattools.data.dataset import read
from stattools.latent.elimination import one_curve
from tests.latent.curve_cases import TABLE

rng = np.random.default_rng(0)
W = rng.normal(size=(3, 90))


@pytest.mark.parametrize("t", [0.0, 0.3, 5.0, 1e4])
def test_the_structure_is_that_of_the_dense_matrix(t):
    """Also where the ratio is so large that differences lose their digits."""
    (term,) = read("y ~ s(x, k=12)", TABLE, latent=True).latent.smooths
    structure, back, unit = one_curve(term, W)
    Z = term.columns @ back
    assert_allclose(np.sum(Z**2) / 90, 1.0, rtol=1e-12)
    assert_allclose(back * unit @ (back * unit).T, np.eye(10), atol=1e-12)
    at = structure.evaluate((np.array([[t]]),))
    u, s, _ = np.linalg.svd(Z, full_matrices=False)
    assert_allclose(at.log_determinant, np.log1p((t * s) ** 2).sum(), rtol=1e-10)
    inverse = np.eye(90) - (u * (t * s) ** 2 / (1.0 + (t * s) ** 2)) @ u.T
    assert_allclose(at.cross, W @ inverse @ W.T, atol=1e-9)
    assert_allclose(at.projected[0][0], W @ inverse @ Z, atol=1e-8)
    assert_allclose(at.diagonal_blocks[0][0, 0], np.einsum("ij,ij->j", Z, inverse @ Z), rtol=1e-7, atol=1e-12)


def test_one_value_far_from_all_others_leaves_no_round_off():
    """All rows but one meet the same four B-splines, and the columns have the rank of these."""
    far = TABLE | {"x": np.append(TABLE["x"][:-1], 1e6)}
    (term,) = read("y ~ s(x, k=20)", far, latent=True).latent.smooths
    structure, back, _ = one_curve(term, W)
    Z = term.columns @ back
    for t in (1.0, 1e3):
        at = structure.evaluate((np.array([[t]]),))
        u, s, _ = np.linalg.svd(Z, full_matrices=False)
        shrunk = (t * s) ** 2 / (1.0 + (t * s) ** 2)
        assert_allclose(at.cross, W @ (np.eye(90) - (u * shrunk) @ u.T) @ W.T, atol=1e-6)  # ranks are near


def test_a_gap_in_x_leaves_b_splines_without_rows():
    gap = TABLE | {"x": np.where(TABLE["x"] < 0.5, TABLE["x"], TABLE["x"] + 5.0)}
    (term,) = read("y ~ s(x, k=20)", gap, latent=True).latent.smooths
    structure, back, _ = one_curve(term, W)
    Z = term.columns @ back
    V = np.eye(90) + 4.0 * Z @ Z.T
    at = structure.evaluate((np.array([[2.0]]),))
    assert_allclose(at.log_determinant, np.linalg.slogdet(V)[1], rtol=1e-10)
    assert_allclose(at.cross, W @ np.linalg.solve(V, W.T), atol=1e-10)
