import numpy as np
from numpy.testing import assert_allclose

from stattools.latent import elimination as meetings
from tests.latent.test_pairs import COLUMNS, FACTOR, INSIDE, MET, SPREAD, VALUES, J, N, products_of


def test_sums_over_levels_are_loops(monkeypatch):
    monkeypatch.setattr(meetings, "NUMBERS_AT_ONCE", 40)  # a few levels at a time
    found = meetings.Meetings(products_of(FACTOR, MET, VALUES, COLUMNS).meetings.across, J, COLUMNS)
    A = np.zeros((J, 2, COLUMNS))
    for i in range(N):
        for column, value in zip(MET[:, i], VALUES[:, i], strict=True):
            A[FACTOR.codes[i], :, column] += value * FACTOR.z[:, i]
    whole = np.tril(INSIDE) + np.tril(INSIDE, -1).T
    outer = sum(A[j].T @ SPREAD[:, :, j] @ A[j] for j in range(J))
    assert_allclose(found.outer(SPREAD), np.tril(outer), atol=1e-12)
    effects, moved = np.ones((COLUMNS, 2)), np.ones((2, 3, J))
    assert_allclose(found.down(moved), sum(A[j].T @ moved[:, :, j] for j in range(J)), atol=1e-12)
    for j in range(J):
        assert_allclose(found.quadratic(np.tril(INSIDE))[:, :, j], A[j] @ whole @ A[j].T, atol=1e-12)
        assert_allclose(found.up(effects)[:, :, j], A[j] @ effects, atol=1e-12)
