"""The sums between terms are those of dense matrices, where every level has one effect that is not next to nothing."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from stattools.latent import elimination as pairs
from stattools.latent.elimination import Crossed
from tests.latent.dense_structure import DenseStructure
from tests.latent.test_structure import DAY, PUPIL, SUBJECT, of_several_factors

FOUND = of_several_factors((1, 1, 1), DAY, PUPIL, SUBJECT)
FACTORS = tuple(np.full((1, 1), t) for t in (0.4, 1.5, -0.7))


@pytest.mark.parametrize("most", [pairs.MOST_PAIRS, 0])
def test_sums_are_those_of_dense_matrices(most, monkeypatch):
    monkeypatch.setattr(pairs, "MOST_PAIRS", most)
    found = Crossed.of(FOUND.columns).evaluate(FACTORS).between
    dense = DenseStructure(FOUND.columns)
    Z = [dense.design(k) for k in range(3)]
    V = np.eye(len(DAY)) + sum(T[0, 0] ** 2 * one @ one.T for T, one in zip(FACTORS, Z, strict=True))
    P = [one.T @ np.linalg.solve(V, FOUND.columns.W.T) for one in Z]
    for k in range(3):
        for other in range(3):
            H = Z[k].T @ np.linalg.solve(V, Z[other])
            assert_allclose(found.squares[k, other], (H * H).sum(), rtol=1e-11)
            assert_allclose(found.through[k, other], P[k].T @ H @ P[other], rtol=1e-9, atol=1e-11)


def test_several_effects_of_a_level_and_effects_next_to_nothing_are_left_to_differences():
    slopes = Crossed.of(of_several_factors((2, 1), PUPIL, DAY).columns)
    assert slopes.evaluate((np.eye(2), np.eye(1))).between is None
    small = (FACTORS[0], FACTORS[1], np.full((1, 1), 1e-4))
    assert Crossed.of(FOUND.columns).evaluate(small).between is None
