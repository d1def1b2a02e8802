import numpy as np
import pytest
from numpy.testing import assert_allclose

from stattools.data.dataset import read
from stattools.latent.coordinates import coordinates
from stattools.latent.deviance import curves
from stattools.latent.elimination import BesideCurves
from tests.latent.curve_cases import TABLE

CASES = [
    ("y ~ s(x, k=8) + s(v, k=9)", [0.7, 1.4]),
    ("y ~ s(x, k=8) + (1 | h)", [0.6, 3.0]),
    ("y ~ s(x, k=8) + s(v, by=z, k=6) + (1 | h) + (1 | g)", [0.5, 0.9, 0.0, 2.0]),
]


@pytest.mark.parametrize(("formula", "sizes"), CASES)
def test_curves_beside_groups_are_the_dense_matrix(formula, sizes):
    rows = read(formula, TABLE, latent=True)
    made = coordinates(np.asarray(rows.X), TABLE["y"], rows.latent.terms)
    found = curves(made.columns, rows.latent.smooths)
    assert isinstance(found.structure, BesideCurves)
    W, n = made.columns.W, 90
    blocks = []
    for codes, count, z in zip(made.columns.codes, made.columns.sizes, made.columns.z, strict=True):
        Z = np.zeros((n, count))
        Z[np.arange(n), codes] = z[0]
        blocks.append(Z)
    blocks += [term.columns @ back for term, back in zip(rows.latent.smooths, found.back, strict=True)]
    V = np.eye(n) + sum(t * t * Z @ Z.T for t, Z in zip(sizes, blocks, strict=True))
    at = found.structure.evaluate(tuple(np.array([[t]]) for t in sizes))
    assert_allclose(at.log_determinant, np.linalg.slogdet(V)[1], rtol=1e-11)
    assert_allclose(at.cross, W @ np.linalg.solve(V, W.T), atol=1e-10)
    for Z, projected, diagonal in zip(blocks, at.projected, at.diagonal_blocks, strict=True):
        assert_allclose(projected[0], W @ np.linalg.solve(V, Z), atol=1e-9)
        assert_allclose(diagonal[0, 0], np.einsum("ij,ij->j", Z, np.linalg.solve(V, Z)), atol=1e-9)
    fewer = found.structure.with_columns([0, len(W) - 1]).evaluate(tuple(np.array([[t]]) for t in sizes))
    assert_allclose(fewer.cross, at.cross[np.ix_([0, -1], [0, -1])], atol=1e-12)
