"""Units of columns beside levels that are codes."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from stattools.data.rows.rows import Rows
from stattools.data.rows.standardization import ArrayUnits, LevelUnits, about, as_units, standard_columns
from stattools.numerics.columns import Columns
from stattools.numerics.low_rank import LowRank


@pytest.mark.parametrize("constant", [True, False])
@pytest.mark.parametrize("weight", [None, np.arange(30) % 3 + 0.0], ids=["alone", "weighted"])
def test_standardized_columns_are_the_columns_times_the_map(constant, weight):
    rng = np.random.default_rng(1)
    others = np.column_stack(
        [np.full(30, 2.0) if constant else rng.standard_normal(30), 1e6 + 50 * rng.standard_normal(30)]
    )
    X = Columns.indicators(others, rng.integers(-1 if constant else 0, 4, 30), 4, 1)
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
    assert_allclose(np.asarray(T.gram(penalty, X)), M.T @ (penalty[:, None] * M), rtol=1e-12)
    assert LevelUnits.identity(6).before(T) is T
    assert_allclose(T.before(T), M @ M)
    V = LowRank(X.places, np.ones((4, 1, 1)), rng.standard_normal((6, 2)), np.eye(2))
    M = np.asarray(T)
    assert_allclose(np.asarray(V.mapped(T)), M @ np.asarray(V) @ M.T, rtol=1e-8, atol=1e-6)


def test_a_column_that_is_0_in_all_rows_that_count_stays_as_it_is():
    others = np.column_stack([np.arange(6.0), [0.0, 0.0, 0.0, 0.0, 0.0, 1.0]])
    X = Columns.indicators(others, np.array([-1, -1, 0, 0, 1, 1]), 2, 2)
    assert np.isfinite(np.asarray(standard_columns(X, np.array([1.0, 2.0, 1.0, 2.0, 1.0, 0.0]))[1])).all()


def test_units_of_an_array_answer_as_those_beside_levels():
    asked = {name for name in vars(ArrayUnits) if not name.startswith("_")} - {"T"}
    assert asked == {"coded", "solve", "before", "moved", "at_origin"}
    rng = np.random.default_rng(2)
    A, R = np.eye(5, 1), np.array([[0.0], [3.0], [0.0], [-2.0], [0.5]])
    units, theta = LevelUnits(1.0 + rng.random(5), A, R), rng.standard_normal(5)
    array = as_units(np.asarray(units))
    assert as_units(units) is units is units.coded
    assert array.coded is None
    assert_allclose(array.solve(theta), units.solve(theta), rtol=1e-12)
    assert_allclose(array.before(np.diag(theta)), units.before(np.diag(theta)), rtol=1e-12)
    for at in ([0, 3], [2, 3], [2], [1, 4]):
        assert array.moved(at) == units.moved(at)


def test_columns_about_their_means_are_the_columns_times_the_map():
    X = Columns.indicators(np.column_stack([np.ones(6), np.arange(6.0)]), np.array([-1, 0, 1, 0, 1, 1]), 2, 1)
    means = np.array([0.0, 0.0, 0.0, 2.5])
    coded, T = about(X, means)
    plain, M = about(np.asarray(X), means)
    assert type(T) is LevelUnits
    assert type(M) is np.ndarray
    for found, of in ((coded, T), (plain, M)):
        assert_allclose(np.asarray(found), np.asarray(X) @ np.asarray(of), rtol=1e-14)
    assert_allclose(np.asarray(coded), plain, rtol=1e-14)
