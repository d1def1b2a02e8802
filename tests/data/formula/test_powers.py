"""Powers to 106 bits, and which columns of a formula are powers."""

from fractions import Fraction

import numpy as np
import pytest

import stattools as st
from stattools.data.dataset import read

X = np.random.default_rng(0).normal(size=30) * 3.0


def test_powers_are_right_to_pairs():
    data = read("y ~ poly(x, 10, raw=True)", {"y": X, "x": X})
    assert data.low is not None
    assert data.low.columns.tolist() == list(range(2, 11))  # after the constant and x itself
    for row, low, x in zip(data.X, data.low.values, X.tolist(), strict=True):
        for power, rest in zip(data.low.columns.tolist(), low.tolist(), strict=True):
            true = Fraction(x) ** power
            assert abs((Fraction(float(row[power])) + Fraction(rest)) / true - 1) < 2.0**-99
            assert row[power] == float(true)


@pytest.mark.parametrize(
    ("right", "columns"),
    [
        ("poly(x, 3, raw=True)", [2, 3]),
        ("x + I(x ** 2) + I(x ** 3)", [2, 3]),
        ("poly(x, degree=2, raw=True) + I(x + 1)", [2]),
        ("I((x - 1) ** 4)", [1]),
        ("poly(x, 3)", None),
        ("x + I(2 * x)", None),
        ("x:g", None),
    ],
)
def test_columns_that_are_powers(right, columns):
    data = read(f"y ~ {right}", {"y": X, "x": X, "g": np.arange(30.0)})
    assert (None if data.low is None else sorted(data.low.columns.tolist())) == columns
    if data.low is not None:
        assert (np.abs(data.low.values) <= 2.0**-53 * np.abs(data.X[:, data.low.columns])).all()
        np.testing.assert_allclose(data.design.encode({"x": X, "g": X}), data.X, rtol=1e-15)


@pytest.mark.parametrize("which", [slice(10, 25), np.array([20, 3, 7])])
def test_some_of_the_rows_keep_the_rests_of_their_own_powers(which):
    rows = st.ols("y ~ poly(x, 3, raw=True)", {"y": X, "x": X}).rows
    assert rows.low is not None
    taken = rows.take(which)
    assert taken.low is not None
    np.testing.assert_array_equal(taken.low.values, rows.low.values[which])
    assert len(taken.low.values) == len(taken.X)


def test_powers_that_overflow_stay_as_they_are():
    data = read("y ~ I(x ** 3)", {"y": [1.0, 2.0, 3.0], "x": [1e100, 2e100, 1.5e99]})
    assert data.low is None


def test_other_models_read_the_nearest_floats():
    y = (np.random.default_rng(1).random(30) < 0.5).astype(float)
    fit = st.fit(st.logistic("y ~ poly(x, 2, raw=True)", {"y": y, "x": X}))
    twin = st.fit(st.logistic(y, np.column_stack([X, X * X])))
    np.testing.assert_allclose(fit.estimate, twin.estimate, rtol=1e-9)
