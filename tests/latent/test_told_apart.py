"""Variances that the rows tell apart, and those that they do not: counted by hand."""

import numpy as np
import pytest

from stattools.errors import IdentificationError
from stattools.latent.covariance_factors import FIRST_ROWS, not_told_apart, not_told_apart_by, require_told_apart

GROUPS = np.repeat(np.arange(6), 3)
ONES = np.ones(18)
BINARY = (GROUPS % 2).astype(float)
THREE = np.array([0.0, 1.0, 2.0])[GROUPS % 3]
WITHIN = np.tile([0.0, 1.0, 5.0], 6)


@pytest.mark.parametrize(
    ("z", "expected"),
    [
        ([[ONES]], set()),
        ([[ONES, BINARY]], {0}),  # two variances of groups, of which three entries are asked
        ([[ONES], [BINARY]], set()),  # Var(u), and Var(u) + Var(b)
        ([[ONES], [2.0 * BINARY - 1.0]], {0, 1}),  # both are added in every group
        ([[ONES, THREE]], set()),
        ([[ONES, WITHIN]], set()),
    ],
)
def test_terms_are_those_of_the_dense_matrices(z, expected):
    z = [np.array(one) for one in z]
    codes = [GROUPS] * len(z)
    assert not_told_apart(codes, z, residual=True) == expected
    dense = []
    for one in z:
        Z = [np.where(GROUPS[:, None] == np.arange(6), column[:, None], 0.0) for column in one]
        dense += [Z[a] @ Z[b].T + Z[b] @ Z[a].T for a in range(len(one)) for b in range(a + 1)]
    columns = np.array([V.ravel() for V in [*dense, np.eye(18)]])
    assert (np.linalg.matrix_rank(columns) < len(columns)) == bool(expected)
    owners = [*(k for k, one in enumerate(z) for a in range(len(one)) for _ in range(a + 1)), -1]
    assert not_told_apart_by(columns @ columns.T, owners) == expected


def test_pairs_do_not_tell_a_slope_from_the_residual_but_a_third_row_does():
    groups, x = np.repeat(np.arange(8), 2), np.tile([0.0, 1.0], 8)
    assert not_told_apart([groups], [np.array([np.ones(16), x])], residual=True) == {0, -1}
    assert not_told_apart([groups], [np.array([np.ones(16), x])], residual=False) == set()
    more, beside = np.append(groups, 0), np.append(x, 1.0)
    assert not_told_apart([more], [np.array([np.ones(17), beside])], residual=True) == set()


def test_one_contrast_tells_one_variance():
    """Three rows and two columns: the restricted likelihood sees one number."""
    W = np.linalg.qr(np.array([[1.0, 0.3], [1.0, -1.0], [1.0, 2.0]]))[0].T * np.sqrt(3.0)
    assert not_told_apart([np.array([0, 0, 1])], [np.ones((1, 3))], residual=True) == set()
    assert not_told_apart([np.array([0, 0, 1])], [np.ones((1, 3))], residual=True, Q=W) == {0, -1}


def test_rows_beyond_the_first_may_tell():
    """The first rows have one value of x in each group."""
    groups = np.repeat(np.arange(FIRST_ROWS), 2)
    x = (groups % 2).astype(float)
    z = [np.array([np.ones(len(x)), x])]
    with pytest.raises(IdentificationError, match=r"variances of \(x \| g\) apart"):
        require_told_apart("Model", ["(x | g)"], [groups], z, residual=False)
    z[0][1, -1] = 7.0
    require_told_apart("Model", ["(x | g)"], [groups], z, residual=False)
