"""What is asked of columns: those of an array and those beside levels that are codes give the same answers."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from stattools.numerics.columns import (
    BesideOnes,
    Columns,
    alike,
    beside,
    nearest,
    sparse,
    squares_about,
    with_levels,
)
from stattools.numerics.low_rank import LowRank, quadratic
from stattools.solvers.metric import Metric
from tests.columns import indicators

rng = np.random.default_rng(4)
X = indicators(rng.standard_normal((12, 2)), np.arange(12) % 4 - 1, 3, 1)
SLOPES = Columns(X.others[:, :1], np.arange(12) % 3 - 1, np.array([[1, 2], [3, 4]]), rng.standard_normal((12, 2)))
by, weight, y = np.array([0.5, 0.0, 0.0, 0.0, -2.0]), rng.random(12), rng.standard_normal(12)
BLOCKS = rng.standard_normal((2, 1, 1))
size = np.array([2.0, 1.0, 1.0, 1.0, 0.25])
QUESTIONS = {
    "some": lambda X: [X[:, some] for some in (slice(2, 4), [0, 4], [3, 0], [4], np.arange(5) != 1)],
    "beside": lambda X: [beside(X, y, np.ones((12, 2)))],
    "beside others of the same levels": lambda X: [beside(X[:, :2], y, X, X[:, 1:]), beside(y, X, X * y[:, None])],
    "beside 0 and 1": lambda X: [np.abs(np.square(X) - X).max(axis=0)],
    "squares about": lambda X: [squares_about(X, by, weight)],
    "nearest": lambda X: [nearest(X, y)],
    "sparse": lambda X: [sparse(X).toarray()],
    "sums": lambda X: [X - by, X + by, X - X / size, X + 0.0 * X],
    "a shift of all": lambda X: [X - 1.0],
    "multiples": lambda X: [X / size, X * size, size * X, 2.0 * X, X * y[:, None], y[:, None] * X, X / y[:, None]],
}


@pytest.mark.parametrize("X", [X, SLOPES], ids=["levels", "slopes"])
@pytest.mark.parametrize("ask", QUESTIONS.values(), ids=QUESTIONS)
def test_every_answer_is_that_of_the_array(ask, X):
    for found, expected in zip(ask(X), ask(np.asarray(X)), strict=True):
        assert_allclose(np.asarray(found), np.asarray(expected), rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("X", [X, SLOPES], ids=["levels", "slopes"])
def test_products_of_several_linear_predictors_are_those_of_arrays(X):
    """The levels of all come together, so that a level has the columns of each predictor that reads them."""
    each = [X, np.ones((12, 1)), X[:, 1:]]
    weight = rng.standard_normal((12, 3, 3))
    weight += weight.transpose(0, 2, 1)
    reader = np.repeat(np.arange(3), [of.shape[1] for of in each])
    joint = beside(*each)
    J = np.zeros((12, 3, len(reader)))
    J[:, reader, np.arange(len(reader))] = np.asarray(joint)
    found, expected = joint.gram(weight, reader), np.einsum("nap,nab,nbq->pq", J, weight, J)
    assert len(found.at) == X.levels
    assert_allclose(np.asarray(found), expected, rtol=1e-12, atol=1e-12)
    V = Metric(joint.gram(reader=np.zeros_like(reader)).beside_diagonal(np.ones(len(reader)))).covariance()
    for C in (V, np.asarray(V), *(LowRank(V.at[rows], V.E[rows], V.U, V.K) for rows in ([1, 0], []))):
        assert_allclose(quadratic(each, C), J @ np.asarray(C) @ J.transpose(0, 2, 1), rtol=1e-12, atol=1e-12)


def test_what_leaves_the_zeros_of_levels_makes_no_array(monkeypatch):
    monkeypatch.setattr(Columns, "copy", lambda X: pytest.fail("the array was made"))
    for ask in ("some", "sums", "multiples"):
        for of in (X, SLOPES)[: 1 if ask == "sums" else 2]:
            kinds = {type(found) for found in QUESTIONS[ask](of)}
            assert kinds == ({Columns, np.ndarray} if ask == "some" else {Columns})


def test_levels_are_those_of_columns():
    assert with_levels(X) is X
    assert with_levels(np.eye(2)) is with_levels(BesideOnes(np.eye(2))) is None


@pytest.mark.parametrize("X", [X, SLOPES], ids=["levels", "slopes"])
@pytest.mark.parametrize("kept", [lambda X: X, np.asarray], ids=["as codes", "as an array"])
def test_columns_are_alike_up_to_round_off(kept, X):
    assert alike(kept(X), kept(X / (1.0 + 1e-12 * size)))
    assert not alike(kept(X), kept(X / (1.0 + 1e-3 * size)))
    assert not alike(kept(X), kept(X[::-1]))
    assert not alike(kept(X), kept(X[:5]))


def test_dependent_columns_are_nearest_with_0():
    twice = indicators(np.ones((4, 1)), np.array([0, 1, 0, 1]), 2, 0)
    assert_allclose(nearest(twice, y[:4]), 0.0)


def test_columns_of_an_array_lie_in_rows_beside_others():
    assert beside(np.asfortranarray(np.ones((3, 2))), np.ones(3)).flags.c_contiguous
