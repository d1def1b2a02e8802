"""A column of ones that is not in memory: the same numbers as with one that is, and no copy of the user's array."""

import copy
import pickle
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from numpy.testing import assert_allclose, assert_array_equal

import stattools as st
from stattools.data.rows.rows import Rows
from stattools.data.tables import arrays
from stattools.data.tables.arrays import WORTH_NO_COPY, with_intercept
from stattools.numerics.columns import BesideOnes, add_gram, symmetric, upper_gram
from tests.cases import rng
from tests.sizes import slowly

N, P = 30, 4
ROWS, COLUMN = rng(1).normal(size=(N, 1)), rng(2).normal(size=P)

EXPRESSIONS = {
    "rows": lambda X: X[3:7],
    "row": lambda X: X[-1],
    "chosen": lambda X: X[[4, -2, 4]],
    "where": lambda X: X[X[:, 1] > 0],
    "no rows": lambda X: X[:0],
    "first column": lambda X: X[:, 0],
    "column": lambda X: X[2:9, -1],
    "columns": lambda X: X[:, [0, 2]],
    "number": lambda X: X[5, 2],
    "a dimension more": lambda X: X[None],
    "times a row": lambda X: X * ROWS,
    "about a column": lambda X: COLUMN - X,
    "number and number": lambda X: X / (X * X + 2),
    "size": lambda X: np.abs(-X),
    "compared": lambda X: (X != 1) & (X < COLUMN),
    "power": lambda X: X**2,
    "larger": lambda X: X[:1] + ROWS,
    "times v": lambda X: X @ COLUMN,
    "times V": lambda X: X @ np.outer(COLUMN, COLUMN),
    "u times": lambda X: ROWS[:, 0] @ X,
    "U times": lambda X: np.concatenate([ROWS, ROWS], axis=1).T @ X,
    "times itself": lambda X: X.T @ X,
    "sum": lambda X: X.sum(axis=0) + np.sum(X, axis=1)[:P],
    "largest": lambda X: np.maximum.reduce(X) + X.max(axis=0) - np.ptp(X, axis=0),
    "beside": lambda X: np.column_stack([X, ROWS]),
    "both": lambda X: np.concatenate([X, X]),
    "triangle": lambda X: np.abs(np.linalg.qr(X, mode="r")),
    "copied": lambda X: pickle.loads(pickle.dumps(copy.deepcopy(X))),
    "single precision": lambda X: np.asarray(X, dtype=np.float32),
    "where it is large": lambda X: np.where(X > 0.5, X, 0.0),
}


def pair(order: str = "C") -> tuple[BesideOnes, np.ndarray]:
    Z = np.asarray(rng(0).normal(size=(N, P - 1)), order=order)
    return BesideOnes(Z), np.column_stack([np.ones(N), Z])


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("name", EXPRESSIONS)
def test_expressions_are_those_of_the_array(name, order):
    X, whole = pair(order)
    found, expected = EXPRESSIONS[name](X), EXPRESSIONS[name](whole)
    assert np.shape(found) == expected.shape
    assert np.asarray(found).dtype == expected.dtype
    assert_allclose(found, expected, rtol=1e-13, atol=1e-13)


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("part", [slice(None), slice(3, 20), slice(4, 4)])
def test_products_are_those_of_the_array(order, part):
    X, whole = (of[part] for of in pair(order))
    weight, r = rng(3).uniform(-1.0, 1.0, len(X)), rng(4).normal(size=len(X))
    W = np.stack([COLUMN, 2.0 * COLUMN])
    total = np.full((P, P), 2.0)
    add_gram(total, X)
    for found, expected in (
        (X @ COLUMN, whole @ COLUMN),
        (X.T @ r, whole.T @ r),
        (W @ X.T, W @ whole.T),
        (symmetric(upper_gram(X, weight)), whole.T @ (whole * weight[:, None])),
        (np.triu(total), np.triu(whole.T @ whole + 2.0)),
        (X - COLUMN, whole - COLUMN),
    ):
        assert_allclose(found, expected, rtol=1e-13, atol=1e-13)


@pytest.mark.parametrize("order", ["C", "F"])
def test_wide_products_with_weights(order):
    Z, weight = np.asarray(rng(5).normal(size=(700, 30)), order=order), rng(6).random(700)
    found = np.triu(upper_gram(BesideOnes(Z)[50:650], weight[50:650]))
    whole = np.column_stack([np.ones(700), Z])[50:650]
    assert_allclose(found, np.triu(whole.T @ (whole * weight[50:650, None])), rtol=1e-12, atol=1e-11)


@pytest.mark.parametrize("order", ["C", "F"])
def test_rows_standardized_and_sampled(order):
    X, whole = pair(order)
    weight = rng(7).integers(0, 4, N).astype(float)
    one, two = (Rows(of, ROWS[:, 0], weight) for of in (X, whole))
    (mine, T), (theirs, S) = one.standardized(), two.standardized()
    assert_allclose(T, S, rtol=1e-13, atol=1e-13)
    assert_allclose(mine.whole.X, theirs.whole.X, rtol=1e-12, atol=1e-13)
    assert_allclose(np.concatenate([b.X for b in mine.blocks(7)]), theirs.whole.X, rtol=1e-12, atol=1e-13)
    assert_array_equal(one.sample(5).X, two.sample(5).X)


def test_nothing_is_written_and_nothing_copied():
    Z = rng(0).normal(size=(N, P - 1))
    X, before = BesideOnes(Z), Z.copy()
    assert np.shares_memory(X[3:9].given, Z)
    Y: Any = X
    Y += 1.0  # makes an array
    assert type(Y) is np.ndarray
    with pytest.raises(TypeError):
        X[0] = 1.0  # type: ignore[index]
    np.array(X)[:] = 0.0
    X.copy()[:] = 0.0
    assert_array_equal(Z, before)
    assert_array_equal(X[2], np.append(1.0, Z[2]))
    with pytest.raises(IndexError):
        X[:, P]
    with pytest.raises(ValueError, match="broadcast"):
        X * np.ones(P + 1)
    with pytest.raises(AttributeError):
        X.colums  # noqa: B018


def test_large_arrays_are_not_copied_and_small_ones_are():
    small, large = np.ones((10, 2)), np.ones((WORTH_NO_COPY // 2, 2))
    assert type(with_intercept(small)) is np.ndarray
    assert with_intercept(large).given is large


def models(n: int, p: int, order: str, seed: int) -> dict:
    g = rng(seed)
    Z = np.asarray(g.normal(size=(n, p)) * g.uniform(0.1, 30.0, p) + g.normal(size=p), order=order)
    eta = (Z - Z.mean(axis=0)) / Z.std(axis=0) @ g.normal(0.0, 0.4, p)
    yes, counts = (g.random(n) < 1.0 / (1.0 + np.exp(-eta))).astype(float), g.poisson(np.exp(0.3 * eta))
    mixed = g.poisson(np.exp(0.3 * eta) * g.gamma(1.0, 1.0, n))
    return {
        "ols": (st.ols, eta + g.normal(size=n), Z),
        "logistic": (st.logistic, yes, Z),
        "probit": (st.probit, yes, Z),
        "poisson": (st.poisson, counts, Z),
        "negative_binomial": (st.negative_binomial, mixed, Z),
        "softmax": (st.softmax, g.integers(0, 3, n), Z),
    }


NAMES = ("ols", "logistic", "probit", "poisson", "negative_binomial", "softmax")


@settings(max_examples=40)
@given(
    name=some.sampled_from(NAMES),
    order=some.sampled_from("CF"),
    n=some.sampled_from([90, 400, 1500]),
    weighted=some.booleans(),
    beside=some.sampled_from(["", "offset", "precision"]),
    cov=some.sampled_from(["information", "HC1", "HC3"]),
    seed=some.integers(0, 9),
)
def test_fits_are_those_with_a_column_of_ones(name, order, n, weighted, beside, cov, seed):
    make, y, Z = models(n, 3, order, seed)[name]
    extra = {"weights": rng(seed).integers(1, 4, n)} if weighted else {}
    if beside == "precision" and name == "ols":
        extra["precision"] = rng(seed).uniform(0.5, 2.0, n)
    if beside == "offset" and name != "softmax":
        extra["offset"] = rng(seed).normal(0.0, 0.1, n)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(arrays, "WORTH_NO_COPY", 1)
        patch.setattr("stattools.data.rows.rows.SHORTEST", 64)
        patch.setattr("stattools.data.rows.rows.BLOCK_BYTES", 4000)
        model = make(y, Z, **extra)
        found = st.fit(model, cov=cov)
    assert type(model.rows.X) is BesideOnes
    expected = st.fit(make(y, np.column_stack([np.ones(n), Z]), intercept=False, **extra), cov=cov)
    assert_allclose(found.estimate, expected.estimate, rtol=1e-7, atol=1e-8)  # within the stopping rule
    assert_allclose(found.covariance, expected.covariance, rtol=1e-6, atol=1e-10)  # as far apart as the estimates
    assert_allclose(found.loglik, expected.loglik, rtol=1e-12)
    assert_allclose(found.predict(), expected.predict(), rtol=1e-7, atol=1e-8)


@pytest.fixture
def no_whole(monkeypatch):
    """An array of more rows than a block has is not made."""
    copied = BesideOnes.copy

    def small_only(self):
        assert len(self) <= 1 << 14, "the whole of X is made"
        return copied(self)

    monkeypatch.setattr(BesideOnes, "copy", small_only)


@pytest.mark.parametrize("order", ["C", pytest.param("F", marks=pytest.mark.slow)])
@pytest.mark.parametrize("name", slowly(NAMES, "negative_binomial", "probit"))
def test_large_fits_never_make_the_whole(name, order, no_whole):
    make, y, Z = models(60_000, 11, order, 0)[name]
    model = make(y, Z)
    fit = st.fit(model)
    assert type(model.rows.X) is BesideOnes
    assert np.isfinite(fit.se).all() and str(fit) and len(fit.table()) and len(fit.glance())  # noqa: PT018
    assert len(fit.predict()) == len(fit.predict(Z)) == len(fit.residuals) == 60_000
    fit.predict(interval=0.9)
    st.fit(make(y, Z, weights=np.full(60_000, 2)))
    for cov in ("HC1", "HC3", st.Cluster(np.arange(60_000) // 20)):
        assert np.isfinite(st.fit(model, cov=cov).se).all()
