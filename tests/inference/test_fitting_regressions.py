"""A regression is fitted to what its rows say: repeated rows are weights, two categories are a coin."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from tests.inference.test_fitting import FORMULAS, data, each_model


@each_model
def test_weight_two_is_the_row_twice(make):
    frame = data()
    formula = f"{FORMULAS[make]} ~ x1 + x2"
    weighted = st.fit(make(formula, frame, weights="w"))
    repeated = st.fit(make(formula, frame.loc[frame.index.repeat(frame.w)]))
    assert_allclose(weighted.estimate, repeated.estimate, rtol=1e-8, atol=1e-9)
    assert_allclose(weighted.se, repeated.se, rtol=1e-8)
    assert_allclose(weighted.table().p_value, repeated.table().p_value, rtol=1e-6)
    columns = ["n", "df", "loglik", "aic", "bic", "scale", "r_squared"]
    assert_allclose(weighted.glance()[columns].astype(float), repeated.glance()[columns].astype(float), rtol=1e-9)


def test_two_categories_are_the_logistic_fit():
    frame = data()
    frame["answer"] = np.where(frame.b == 1, "yes", "no")
    two, logistic = (st.fit(make("answer ~ x1 + x2", frame)) for make in (st.softmax, st.logistic))
    assert_allclose(two.estimate, logistic.estimate, rtol=1e-7)
    assert_allclose(two.se, logistic.se, rtol=1e-7)
    assert_allclose(two.predict()["yes"], logistic.predict(), rtol=1e-8)
    assert two.table().category.tolist() == ["yes"] * 3


def test_a_climb_that_round_off_ends_says_so():
    """4e17 counts in all: the last digit of the intercept is millionths of its standard error."""
    g = np.random.default_rng(0)
    table = {"x": g.normal(size=40), "y": np.floor(g.poisson(20, 40) * 1e14), "w": g.integers(1, 1000, 40)}
    with pytest.raises(st.ConvergenceError, match=r"where float64 ends: an estimate is .*e\+11 of its standard errors"):
        st.fit(st.poisson("y ~ x", table, weights="w"))
    with pytest.raises(st.ConvergenceError, match=r"Use st\.Newton"):
        st.fit(st.poisson("y ~ x", {**table, "y": g.poisson(20, 40)}), solver=st.Newton(max_steps=1))


@pytest.mark.parametrize("make", [st.poisson, st.logistic])
def test_a_column_of_zeros_among_many_is_named_before_any_climb(make, monkeypatch):
    monkeypatch.setattr("stattools.inference.existence.WIDE", 3)
    monkeypatch.setattr(st.Newton, "within", lambda *_: pytest.fail("a climb began"))
    frame = {
        "y": np.arange(24) % 2,
        "a": np.arange(24) % 4 // 2,
        "b": np.repeat([0, 0, 1], 8),
        "x": np.arange(24.0) ** 2,
    }
    frame["a"] = np.where(frame["b"] == 1, 0, frame["a"])
    with pytest.raises(
        st.IdentificationError, match=r"cannot tell 1 of its 5 columns .*C\(a\)\[T.1\]:C\(b\)\[T.1\] = 0"
    ):
        st.fit(make("y ~ C(a) * C(b) + x", frame))
