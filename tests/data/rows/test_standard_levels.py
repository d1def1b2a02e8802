"""Units of columns beside levels that are codes."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from stattools.data.rows.rows import Rows
from stattools.data.rows.standardization import Standardization, standard_columns
from stattools.models.predictor import Linear
from stattools.numerics.low_rank import LowRank
from tests.columns import diagonal, indicators


@pytest.mark.parametrize("constant", [True, False])
@pytest.mark.parametrize("weight", [None, np.arange(30) % 3 + 0.0], ids=["alone", "weighted"])
def test_standardized_columns_are_the_columns_times_the_map(constant, weight):
    rng = np.random.default_rng(1)
    others = np.column_stack(
        [np.full(30, 2.0) if constant else rng.standard_normal(30), 1e6 + 50 * rng.standard_normal(30)]
    )
    X = indicators(others, rng.integers(-1 if constant else 0, 4, 30), 4, 1)
    Z, T = standard_columns(X, weight)
    assert_allclose(np.asarray(Z), np.asarray(X) @ np.asarray(T), rtol=1e-9, atol=1e-9)
    w = np.ones(30) if weight is None else weight
    assert abs(w @ Z.others[:, 1]) < 1e-6
    assert_allclose(w @ Z.others[:, 1] ** 2 / w.sum(), 1.0, rtol=1e-9)
    theta = rng.standard_normal(6)
    assert_allclose(T @ T.solve(theta), theta, rtol=1e-9, atol=1e-9)
    assert T.moved(range(6)) == []
    assert T.moved([5]) == [5]
    rows, M = T.at_origin(Rows(Z, np.zeros(30)), [5])
    kept = rows.X
    assert_allclose(np.asarray(kept), np.asarray(X) @ np.asarray(M), rtol=1e-9, atol=1e-9)
    assert_allclose(kept.others[:, 1], X.others[:, 1] * T.t[5], rtol=1e-12)
    assert_allclose(T.diagonal(), np.diagonal(np.asarray(T)))
    penalty, M = rng.integers(0, 2, 6) * 2.0, np.asarray(T)
    assert_allclose(np.asarray(diagonal(X.places, penalty).mapped(T)), M.T @ (penalty[:, None] * M), rtol=1e-12)
    assert Standardization.identity(6).before(T) is T
    assert_allclose(T.before(T), M @ M)
    V = LowRank(X.places, np.ones((4, 1, 1)), rng.standard_normal((6, 2)), np.eye(2))
    M = np.asarray(T)
    assert_allclose(np.asarray(V.mapped(T)), M @ np.asarray(V) @ M.T, rtol=1e-8, atol=1e-6)


def test_a_column_that_is_0_in_all_rows_that_count_stays_as_it_is():
    others = np.column_stack([np.arange(6.0), [0.0, 0.0, 0.0, 0.0, 0.0, 1.0]])
    X = indicators(others, np.array([-1, -1, 0, 0, 1, 1]), 2, 2)
    assert np.isfinite(np.asarray(standard_columns(X, np.array([1.0, 2.0, 1.0, 2.0, 1.0, 0.0]))[1])).all()


def test_a_map_that_is_an_array_answers_as_a_diagonal_and_a_product():
    rng = np.random.default_rng(2)
    A, R = np.eye(5, 1), np.array([[0.0], [3.0], [0.0], [-2.0], [0.5]])
    units, theta = Standardization(1.0 + rng.random(5), A, R), rng.standard_normal((5, 2))
    array = Standardization.whole_block(np.asarray(units))
    for v in (theta, theta[:, 0]):
        assert_allclose(array.solve(v), np.linalg.solve(np.asarray(units), v), rtol=1e-12)
        assert_allclose(units.solve(v), array.solve(v), rtol=1e-12)
        assert_allclose(array @ v, units @ v, rtol=1e-12)
    assert_allclose(array.before(np.diag(theta[:, 0])), units.before(np.diag(theta[:, 0])), rtol=1e-12)
    for at in ([0, 3], [2, 3], [2], [1, 4]):
        assert array.moved(at) == units.moved(at)


@pytest.mark.parametrize("uses", [((1, 2, 3), (), (), (4,)), ((1, 3, 4), (), (), (2, 3)), (None, (0, 1), (0, 2, 3))])
def test_several_predictors_have_the_map_of_their_columns_and_of_the_constants_that_stand_for_theirs(uses):
    """Thresholds, of which the location is subtracted, take up what centering its columns takes away."""
    rng = np.random.default_rng(3)
    first = uses[0]
    T = Standardization.of(np.append(0.0, rng.standard_normal(4)), 1.0 + rng.random(5), 0)
    taken = () if first is None else ((0, (1, 2)), (3, ()))
    predictor = Linear(5, len(uses), uses[1:], first, taken)
    M, whole = np.asarray(T), np.eye(predictor.size)
    for number, (use, part) in enumerate(zip(predictor.uses, predictor.parts, strict=True)):
        if use != ():
            at = np.arange(5) if use is None else np.array(use)
            whole[part, part] = M[np.ix_(at, at)]
            for constant in dict(taken).get(number, ()):
                whole[predictor.parts[constant], part] = -M[0, at]
    for of in (T, Standardization.whole_block(M)):
        assert_allclose(np.asarray(predictor.lifted(of)), whole, rtol=1e-14)
    theta = rng.standard_normal(predictor.size)
    assert_allclose(predictor.lifted(Standardization.whole_block(M)).solve(theta), np.linalg.solve(whole, theta))
