"""What is asked of columns: those of an array and those beside levels that are codes give the same answers."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from stattools.numerics.columns import ArrayColumns, BesideOnes, Columns, as_columns

rng = np.random.default_rng(4)
X = Columns.indicators(rng.standard_normal((12, 2)), np.arange(12) % 4 - 1, 3, 1)
SLOPES = Columns(X.others[:, :1], np.arange(12) % 3 - 1, np.array([[1, 2], [3, 4]]), rng.standard_normal((12, 2)))
by, weight, y = np.array([0.5, 0.0, 0.0, 0.0, -2.0]), rng.random(12), rng.standard_normal(12)
BLOCKS = rng.standard_normal((2, 1, 1))
size = np.array([2.0, 1.0, 1.0, 1.0, 0.25])
QUESTIONS = {
    "among": lambda X: [X.among(some) for some in ((0, 4), (1, 2), (0, 1, 3, 4))],
    "some": lambda X: [X.some(np.array(some)) for some in ([3, 0], [4])],
    "beside": lambda X: [X.beside(y, np.ones((12, 2)))],
    "minus": lambda X: [X.minus(by)],
    "between": lambda X: [
        X.between(np.array([[2, 1], [3, 4]]), BLOCKS),
        X.between(np.array([[4], [1]]), BLOCKS[:, :1, :1]),
    ],
    "over": lambda X: [X.over(size)],
    "rate": lambda X: [X.rate(X.over(size), 1.0 + weight)],
    "nothing": lambda X: [X.nothing()],
    "each": lambda X: [X.each(lambda A: ((A != 0) & (A != 1)).sum(axis=0), 0)],
    "squares_about": lambda X: [X.squares_about(by, weight)],
    "least_squares": lambda X: [X.least_squares(y)],
    "sparse": lambda X: [X.sparse().toarray()],
}


def test_every_question_is_here():
    asked = {name for name in vars(ArrayColumns) if not name.startswith("_")} - {"X"}
    assert asked == {*QUESTIONS, "coded", "by_levels", "alike"}


@pytest.mark.parametrize("X", [X, SLOPES], ids=["levels", "slopes"])
@pytest.mark.parametrize("ask", QUESTIONS.values(), ids=QUESTIONS)
def test_every_answer_is_that_of_the_array(ask, X):
    for found, expected in zip(ask(as_columns(X)), ask(as_columns(np.asarray(X))), strict=True):
        assert_allclose(np.asarray(found), np.asarray(expected), rtol=1e-12, atol=1e-13)


def test_columns_say_whether_levels_among_them_are_codes():
    assert as_columns(X) is X is X.coded is X.by_levels
    assert as_columns(SLOPES) is SLOPES is SLOPES.by_levels
    assert SLOPES.coded is as_columns(np.eye(2)).by_levels is None
    assert as_columns(np.eye(2)).coded is None
    assert as_columns(BesideOnes(np.eye(2))).coded is None


@pytest.mark.parametrize("X", [X, SLOPES], ids=["levels", "slopes"])
@pytest.mark.parametrize("kept", [lambda X: X, np.asarray], ids=["as codes", "as an array"])
def test_columns_are_alike_up_to_round_off(kept, X):
    alike = as_columns(kept(X)).alike
    assert alike(kept(X.over(1.0 + 1e-12 * size)))
    assert not alike(kept(X.over(1.0 + 1e-3 * size)))
    assert not alike(kept(X[::-1]))
    assert not alike(kept(X[:5]))


def test_dependent_columns_are_nearest_with_0():
    twice = Columns.indicators(np.ones((4, 1)), np.array([0, 1, 0, 1]), 2, 0)
    assert_allclose(twice.least_squares(y[:4]), 0.0)


def test_columns_of_an_array_lie_in_rows_beside_others():
    assert as_columns(np.asfortranarray(np.ones((3, 2)))).beside(np.ones(3)).flags.c_contiguous
