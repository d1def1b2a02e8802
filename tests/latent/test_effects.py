import numpy as np
import pytest
from numpy.testing import assert_allclose

from stattools.errors import IncompatibleError
from stattools.latent.deviance import Deviance, joint_spread, modes, pulls, spreads
from stattools.latent.elimination import Crossed, Nested
from tests.latent.dense_structure import DenseStructure
from tests.latent.test_structure import CASES, CLASS, DAY, PUPIL, of_several_factors


def dense_effects(found, factors, profile):
    """Modes, covariance given the coefficients, and pulls of all effects at once, and where each term's begin."""
    dense = DenseStructure(found.columns)
    Z = np.column_stack([dense.design(k) for k in range(len(factors))])
    S = np.zeros((Z.shape[1],) * 2)
    first = 0
    starts = []
    for T, J in zip(factors, found.columns.sizes, strict=True):
        size = len(T) * J
        S[first : first + size, first : first + size] = np.kron(np.eye(J), T @ T.T)
        starts.append(first)
        first += size
    V = np.eye(len(Z)) + Z @ S @ Z.T
    W = found.columns.W
    solved = np.linalg.solve(V, W.T)
    D = S @ Z.T @ solved[:, :-1]
    K = S - S @ Z.T @ np.linalg.solve(V, Z @ S)
    return S @ Z.T @ solved[:, -1] - D @ profile.b, K, D, starts


@pytest.mark.parametrize(("found", "kind"), CASES)
def test_effects_are_those_of_dense_matrices(found, kind):
    r = np.random.default_rng(4)
    of = Deviance.of(kind.of(found.columns), found, True)
    profile = of.at(of.theta(tuple(np.tril(r.normal(size=(q, q))) for q in of.structure.widths)))
    u, K, D, starts = dense_effects(found, profile.factors, profile)
    sizes = found.columns.sizes
    codes = [r.integers(0, J, 30) for J in sizes]
    for k in range(len(sizes)):  # one grouping, one level
        for other in range(k):
            if np.array_equal(found.columns.codes[k], found.columns.codes[other]):
                codes[k] = codes[other]
    each = zip(modes(profile), spreads(profile), pulls(profile), strict=True)
    for k, (mode, spread, pull) in enumerate(each):
        q = len(mode)
        for j in range(sizes[k]):
            own = starts[k] + q * j + np.arange(q)
            assert_allclose(mode[:, j], u[own], atol=1e-10)
            assert_allclose(spread[:, :, j], K[np.ix_(own, own)], atol=1e-10)
            assert_allclose(pull[:, :, j], D[own], atol=1e-10)
    joint = joint_spread(profile, codes)
    for row in range(30):
        q = of.structure.widths
        own = np.concatenate([starts[k] + q[k] * codes[k][row] + np.arange(q[k]) for k in range(len(q))])
        assert_allclose(joint[:, :, row], K[np.ix_(own, own)], atol=1e-10)


def test_levels_that_were_not_seen_have_their_own_variance():
    found = of_several_factors((1, 1), CLASS, PUPIL)
    profile = Deviance.of(Nested.of(found.columns), found, True).at(np.array([0.5, 2.0]))
    joint = joint_spread(profile, [np.array([0, -1, -1]), np.array([-1, 3, -1])])
    assert_allclose(joint[0, 0], [spreads(profile)[0][0, 0, 0], 0.25, 0.25])
    assert_allclose(joint[1, 1], [4.0, spreads(profile)[1][0, 0, 3], 4.0])
    assert_allclose(joint[0, 1], 0.0)


def test_two_names_of_the_largest_factor_cannot_come_apart():
    found = of_several_factors((1, 1, 1), PUPIL, DAY, PUPIL)
    profile = Deviance.of(Crossed.of(found.columns), found, True).at(np.array([0.5, 2.0, 0.3]))
    with pytest.raises(IncompatibleError, match="under two names"):
        joint_spread(profile, [np.array([0]), np.array([0]), np.array([1])])
