import numpy as np
import pytest
from numpy.testing import assert_allclose

from stattools.data.design.latent_terms import RandomTerm
from stattools.errors import IdentificationError
from stattools.latent.coordinates import coordinates, orthonormal
from tests.latent.certified import term


@pytest.mark.parametrize("center", [0.0, 2e6, -1e9])
def test_columns_are_orthonormal_whatever_their_origin_and_unit(center):
    r = np.random.default_rng(0)
    X = np.column_stack([np.ones(50), center + r.integers(0, 9, 50), 1e6 * r.normal(size=50)])
    Q = np.empty((3, 50))
    M = orthonormal(X, None, (), "X", Q)
    assert_allclose(Q @ Q.T / 50, np.eye(3), atol=1e-13)
    moved = np.empty((3, 50))
    orthonormal(X - [0.0, center, 0.0], None, (), "X", moved)
    assert_allclose(Q, moved, atol=1e-14)
    if not center:
        assert_allclose(X @ M, Q.T, atol=1e-13)


@pytest.mark.parametrize("value", [1.0, -3.0, 1e-7])
def test_one_column_of_one_number_is_its_sign(value):
    Q = np.empty((1, 5))
    M = orthonormal(np.full((5, 1), value), None, (), "X", Q)
    assert Q.tolist() == [[np.sign(value)] * 5]
    assert_allclose(M, [[1.0 / abs(value)]], rtol=1e-15)


def test_nearly_dependent_columns_are_taken_apart_without_squares():
    r = np.random.default_rng(0)
    x = r.normal(size=50)
    X = np.column_stack([np.ones(50), x, x + 1e-6 * r.normal(size=50)])
    Q = np.empty((3, 50))
    orthonormal(X, None, (), "X", Q)
    assert_allclose(Q @ Q.T / 50, np.eye(3), atol=1e-8)


def test_the_way_back_gives_least_squares():
    r = np.random.default_rng(0)
    X, y, w = np.column_stack([np.ones(20), 7 + r.normal(size=20)]), 1e3 + r.normal(size=20), r.uniform(1, 2, 20)
    found = coordinates(X, y, [term(np.arange(20) % 4, X)], w)
    root = np.sqrt(w)
    assert_allclose(found.beta, np.linalg.lstsq(root[:, None] * X, root * y)[0], rtol=1e-10)
    assert_allclose(found.columns.W[:-1].T, root[:, None] * X @ found.to_beta, atol=1e-12)
    assert_allclose(found.columns.z[0].T, root[:, None] * X @ found.to_effects[0], atol=1e-12)
    assert_allclose(np.linalg.slogdet(found.to_beta)[1] * -2, found.log_gram)
    assert_allclose((found.columns.W[-1] ** 2).mean(), 1.0)


@pytest.mark.parametrize("precision", [None, np.arange(1.0, 13.0)])
def test_effects_of_the_columns_of_x_themselves_are_made_orthonormal_once(precision):
    rng = np.random.default_rng(2)
    X, y = np.column_stack([np.ones(12), rng.normal(size=12)]), rng.normal(size=12)
    codes = np.repeat(np.arange(3), 4)
    one, apart = (coordinates(X, y, [term(codes, z)], precision) for z in (X, X.copy()))
    assert_allclose(one.columns.z[0], apart.columns.z[0], rtol=0, atol=0)
    assert_allclose(one.to_effects[0], apart.to_effects[0], rtol=0, atol=0)


@pytest.mark.parametrize("precision", [None, np.linspace(0.5, 2.0, 12)])
@pytest.mark.parametrize(("first", "own"), [(1.0, 1.0), (2.0, -3.0)])
def test_levels_beside_a_constant_column_are_those_of_their_own_column(first, own, precision):
    r = np.random.default_rng(0)
    X, codes = np.column_stack([np.full(12, first), r.normal(size=12)]), np.arange(12) // 3
    z = RandomTerm("(0 + c | g)", "g", codes, tuple("abcd"), ("c",), np.full((12, 1), own))
    found = coordinates(X, r.normal(size=12), [z], precision)
    ((row,),) = found.columns.z
    root = 1.0 if precision is None else np.sqrt(precision)
    assert_allclose(row, found.to_effects[0][0, 0] * own * root, rtol=1e-14)
    assert_allclose(np.mean(row**2), 1.0, rtol=1e-14)


@pytest.mark.parametrize("precision", [None, np.arange(1.0, 13.0)])
def test_an_outcome_far_from_zero_keeps_its_digits(precision):
    """y = 1e4 and a millionth: what float64 keeps of it is fitted as it is, beside a column of twos too."""
    rng = np.random.default_rng(3)
    X = np.column_stack([rng.normal(size=12), np.full(12, 2.0)])
    y = 1e4 + 1e-6 * rng.normal(size=12)
    far, near = (coordinates(X, values, [], precision) for values in (y, y - 1e4))
    assert_allclose(far.columns.W[-1], near.columns.W[-1], rtol=0, atol=1e-13)
    assert far.unit == pytest.approx(near.unit, rel=1e-13)
    assert far.beta[0] == pytest.approx(near.beta[0], rel=1e-12)
    assert far.beta[1] - 5e3 == pytest.approx(near.beta[1], abs=1e-12)  # the spacing of numbers near 5e3


def test_a_dependent_column_is_named():
    X = np.column_stack([np.ones(9), np.arange(9.0), 3.0 - np.arange(9.0)])
    with pytest.raises(IdentificationError, match=r"The model: column 'b' is a combination"):
        orthonormal(X, None, ("Intercept", "a", "b"), "The model", np.empty((3, 9)))
    with pytest.raises(IdentificationError, match="number 2"):
        orthonormal(np.ones((9, 2)), None, (), "X", np.empty((2, 9)))


def test_more_columns_than_rows_are_combinations():
    X = np.random.default_rng(4).normal(size=(2, 3))
    with pytest.raises(IdentificationError, match="column 'c' is a combination"):
        orthonormal(X, None, ("a", "b", "c"), "The model", np.empty((3, 2)))
