"""No unique maximum, no numbers: aliased columns and separated outcomes are named, overlap raises no alarm."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

import stattools as st
from tests.cases import SOLVERS, rng


def table(n: int = 60):
    g = rng(0)
    a, b = g.normal(50, 10, n), g.normal(0, 1, n)
    return {
        "a": a,
        "b": b,
        "c": 2 * a - 3 * b + 4,
        "d": np.full(n, 7.0),
        "y": g.normal(size=n),
        "z": g.integers(0, 2, n),
    }


@pytest.mark.parametrize("solver", [None, *SOLVERS], ids=lambda s: type(s).__name__)
@pytest.mark.parametrize("make", [st.ols, st.logistic], ids=lambda f: f.__name__)
def test_aliased_columns_are_named_with_their_combination(make, solver):
    outcome = "y" if make is st.ols else "z"
    with pytest.raises(st.IdentificationError) as caught:
        st.fit(make(f"{outcome} ~ a + b + c + d", table()), solver=solver)
    assert "c = 4 Intercept + 2 a - 3 b" in str(caught.value)
    assert "d = 7 Intercept" in str(caught.value)
    assert "cannot tell 2 of its 5 columns" in str(caught.value)


def test_a_zero_column_and_a_duplicate():
    g = rng(1)
    x = g.normal(size=20)
    with pytest.raises(st.IdentificationError, match=r"zero = 0; twin = x"):
        st.fit(st.ols(g.normal(size=20), np.column_stack([np.zeros(20), x, x]), names=["zero", "x", "twin"]))


def test_dummy_trap():
    g = rng(2)
    kind = np.array(list("abc"))[g.integers(0, 3, 40)]
    X = np.column_stack([kind == level for level in "abc"]).astype(float)
    with pytest.raises(st.IdentificationError, match=r"c = Intercept - a - b"):
        st.fit(st.ols(g.normal(size=40), X, names=["a", "b", "c"]))


def test_nearly_aliased_is_not_aliased():
    """1e-6 apart, in columns of odd scales and a large offset: still two columns."""
    g = rng(3)
    x = g.normal(size=200)
    X = np.column_stack([x, x + 1e-6 * g.normal(size=200), 1e8 + g.normal(size=200), 1e-9 * g.normal(size=200)])
    for model in (st.ols(g.normal(size=200), X), st.logistic(g.integers(0, 2, 200), X)):
        assert st.fit(model).solution.converged


def test_more_coefficients_than_rows():
    g = rng(4)
    with pytest.raises(st.IdentificationError, match=r"has 6 coefficients and only 4 rows"):
        st.fit(st.ols(g.normal(size=4), g.normal(size=(4, 5))))
    with pytest.raises(st.IdentificationError, match=r"3 coefficients and 3 rows: the fit is exact"):
        st.fit(st.ols(g.normal(size=3), g.normal(size=(3, 2))))


@pytest.mark.parametrize("solver", [None, *SOLVERS], ids=lambda s: type(s).__name__)
def test_complete_separation(solver):
    x = np.arange(20.0)
    with pytest.raises(st.IdentificationError, match=r"no maximum: Intercept, dose separate .* completely, so"):
        st.fit(st.logistic(x > 9.5, x, names=["dose"]), solver=solver)


def test_quasi_complete_separation_names_the_columns():
    g = rng(5)
    data = {"x": g.normal(size=80), "rare": (np.arange(80) < 6).astype(float)}
    data["y"] = np.where(data["rare"] == 1, 1, g.integers(0, 2, 80))
    with pytest.raises(st.IdentificationError, match=r"no maximum: rare separate the values of y .*quasi"):
        st.fit(st.logistic("y ~ x + rare", data))


def test_separation_of_one_category_of_three():
    g = rng(6)
    x = g.normal(size=(120, 2))
    y = np.where(x[:, 0] > 0.8, "far", np.where(g.random(120) < 0.5, "a", "b"))
    with pytest.raises(st.IdentificationError, match="no maximum"):
        st.fit(st.softmax(y, x, names=["u", "v"]))


def test_separation_of_counts():
    """No event at all in one group: its log rate runs to minus infinity."""
    g = rng(7)
    data = {"group": ["a", "b"] * 30, "x": g.normal(size=60)}
    data["y"] = [0 if group == "b" else 1 + int(g.poisson(3)) for group in data["group"]]
    with pytest.raises(st.IdentificationError, match=r"no maximum: group\[T.b\]|no maximum: .*group"):
        st.fit(st.poisson("y ~ x + group", data))


def separable(X, y) -> bool:
    """The slow twin: is there a direction d with s_i x_i d >= 0 for all and > 0 for some?"""
    from scipy.optimize import linprog

    A = X * (2 * y - 1)[:, None]
    found = linprog(-A.sum(axis=0), A_ub=-A, b_ub=np.zeros(len(A)), bounds=(-1, 1), method="highs")
    return -found.fun > 1e-7


@settings(max_examples=60, deadline=None)
@given(some.integers(0, 10**6), some.integers(8, 30))
def test_a_fit_is_returned_exactly_when_the_outcomes_overlap(seed, n):
    g = rng(seed)
    X = np.column_stack([np.ones(n), g.normal(size=n), g.integers(0, 2, n)])
    y = (g.random(n) < 1 / (1 + np.exp(-2.5 * X[:, 1]))).astype(float)
    if len(set(y)) == 1 or np.linalg.matrix_rank(X) < 3:
        return
    model = st.logistic(y, X, intercept=False)
    if separable(X, y):
        with pytest.raises(st.IdentificationError, match="no maximum"):
            st.fit(model)
    else:
        assert st.fit(model).solution.decrement <= 1e-8


def test_overlap_with_extreme_predictors_is_no_alarm():
    """|eta| beyond 20 calls the linear program, which finds the overlap."""
    x = np.concatenate([np.linspace(-1, 1, 60), [40.0]])
    y = np.concatenate([(np.linspace(-1, 1, 60) + 0.3 * np.sin(np.arange(60) * 2.1) > 0), [True]])
    fit = st.fit(st.logistic(y, x))
    assert np.abs(fit.model.eta(fit.estimate)).max() > 20
