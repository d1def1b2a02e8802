"""Every predictor keeps the contract: its pullback, information, covariance and row scores are those of its own
derivative, and it names its coefficients.
"""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from stattools.data.rows.rows import Block
from stattools.data.rows.standardization import Standardization
from stattools.errors import IncompatibleError
from stattools.models.predictor import Linear
from stattools.numerics.columns import BesideOnes
from tests.cases import PREDICTORS, rng


@pytest.fixture(params=[(name, ones) for name in PREDICTORS for ones in (False, True)], ids=str)
def case(request):
    """A predictor over rows with an offset, in memory or beside a column of ones that is not."""
    g, (name, ones) = rng(0), request.param
    predictor = PREDICTORS[name]
    X = g.normal(size=(9, predictor.columns))
    X = BesideOnes(X[:, 1:]) if ones else X
    block = Block(X, np.zeros(9), None, g.normal(size=9))  # type: ignore[arg-type]
    theta = g.normal(size=predictor.size)
    base = predictor.forward(theta, block)[0]
    moves = [predictor.forward(theta + unit, block)[0] - base for unit in np.eye(predictor.size)]
    jacobian = np.stack(moves, axis=-1).reshape(9, predictor.width, predictor.size)  # eta is affine in theta
    return predictor, block, theta, jacobian, g


def test_forward_is_the_product_with_the_columns_of_each_predictor(case):
    predictor, block, theta, _, _ = case
    eta, start, X = predictor.forward(theta, block)[0].reshape(9, -1), 0, np.asarray(block.X)
    for k in range(predictor.width):
        of_first = k < predictor.width - len(predictor.own)
        columns = predictor.main if of_first else predictor.own[k - predictor.width]
        own = X if columns is None else X[:, list(columns)] if columns else np.ones((9, 1))
        beta = theta[start : start + own.shape[1]]
        start += own.shape[1]
        assert_allclose(eta[:, k], own @ beta + (block.offset if of_first else 0.0), rtol=1e-12, atol=1e-13)
    assert start == predictor.size


def test_forward_many_is_forward_at_each_point(case):
    predictor, block, theta, _, g = case
    thetas = np.stack([theta, g.normal(size=len(theta))])
    each = [predictor.forward(point, block)[0] for point in thetas]
    many = predictor.forward_many(thetas, np.asarray(block.X), block.offset)
    assert_allclose(many, each, rtol=1e-12, atol=1e-13)


def test_pullback_is_the_transposed_derivative(case):
    predictor, block, theta, jacobian, g = case
    eta, pullback = predictor.forward(theta, block)
    score = g.normal(size=eta.shape)
    each = np.einsum("nk,nkp->np", score.reshape(9, -1), jacobian)
    assert_allclose(pullback(score), each.sum(axis=0), rtol=1e-10, atol=1e-10)
    assert_allclose(predictor.row_scores(block.X, score), each, rtol=1e-10, atol=1e-10)


def test_information_is_the_sum_of_quadratic_forms(case):
    predictor, block, _, jacobian, g = case
    k = predictor.width
    root = g.normal(size=(9, k, k))
    weight = root @ root.transpose(0, 2, 1)
    dense = np.einsum("nkp,nkl,nlq->pq", jacobian, weight, jacobian)
    weight = weight if k > 1 else weight[:, 0, 0]
    assert_allclose(predictor.information(block, weight), dense, rtol=1e-9, atol=1e-9)
    assert_allclose(np.triu(predictor.upper(block, weight)), np.triu(dense), rtol=1e-9, atol=1e-9)
    assert_allclose(predictor.row_information(block.X, weight).sum(axis=0), dense, rtol=1e-9, atol=1e-9)


def test_covariance_is_that_of_the_derivative(case):
    predictor, block, _, jacobian, g = case
    root = g.normal(size=(predictor.size,) * 2)
    C = root @ root.T
    dense = np.einsum("nkp,pq,nlq->nkl", jacobian, C, jacobian)
    assert_allclose(predictor.covariance(block.X, C), dense, rtol=1e-9, atol=1e-9)


def test_lift_follows_a_map_of_the_columns(case):
    """Columns are centered by the constant, the first, which all predictors with columns have."""
    predictor, block, theta, _, g = case
    T = np.diag(g.uniform(0.5, 2.0, predictor.columns))
    T[0] = g.normal(size=predictor.columns)
    moved = block._replace(X=np.asarray(block.X) @ T)
    there = predictor.forward(predictor.lift(Standardization.whole_block(T)) @ theta, block)[0]
    assert_allclose(predictor.forward(theta, moved)[0], there, rtol=1e-9, atol=1e-9)


def test_a_predictor_without_the_constant_cannot_be_centered():
    T = np.eye(3)
    T[0, 2] = -1.0
    with pytest.raises(IncompatibleError, match="Give it the constant"):
        Linear(3, 2, ((1, 2),)).lift(Standardization.whole_block(T))


def test_each_coefficient_has_a_name_and_a_column(case):
    predictor = case[0]
    terms = tuple("abcd"[: predictor.columns])
    labels = (None, "log scale", "shape") if predictor.n_first == 1 else ("red", "blue", "log scale")
    names = predictor.names(terms, labels[: predictor.width])
    assert len(names) == len(set(names)) == predictor.size == len(predictor.column)
    for name, column in zip(names, predictor.column.tolist(), strict=True):
        assert name.split(": ")[-1] == (terms[column] if column >= 0 else name)
    spread = np.arange(1.0, predictor.columns + 1)
    assert_allclose(predictor.of_columns(spread, 0.0), predictor.column + 1.0, rtol=0)
    assert predictor.size_first + sum(len(own) or 1 for own in predictor.own) == predictor.size


def test_names_say_the_parameter_and_the_term():
    predictor = Linear(3, 3, ((0, 2), ()))
    assert predictor.names(("Intercept", "x", "z"), (None, "log scale", "log shape")) == (
        *("Intercept", "x", "z"),
        *("log scale: Intercept", "log scale: z", "log shape"),
    )
    assert Linear(1, 2).names(("Intercept",), ("red", "blue")) == ("red: Intercept", "blue: Intercept")
