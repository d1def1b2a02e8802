"""Aliased columns are named with their combination; nearly aliased ones are not."""

import numpy as np
import pytest

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


def test_a_spline_that_contains_the_intercept_says_how_to_center_it():
    x = np.linspace(0.0, 1.0, 30)
    data = {"x": x, "y": np.sin(9 * x)}
    with pytest.raises(st.IdentificationError, match="Write constraints='center' into the spline"):
        st.fit(st.ols("y ~ cr(x, df=4)", data))
    assert len(st.fit(st.ols("y ~ cr(x, df=4, constraints='center')", data)).estimate) == 5
