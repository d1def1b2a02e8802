"""Curves that the line misses, of any size and any number of rows."""

import numpy as np

import stattools as st
from tests.inference.diagnostics.checks.planted import of, rows, verdicts

R = rows()
MANY = rows(100_000)


def test_planted_curves_are_named():
    fit = st.fit(st.ols("y ~ x + z", R | {"y": R["eta"] + 0.6 * R["x"] ** 2 + R["noise"]}))
    row = of(fit, "form")
    assert row.verdict == "no"
    assert "I(x**2)" in row.advice
    assert verdicts(st.fit(st.ols("y ~ x + I(x**2) + z", R | {"y": R["eta"] + 0.6 * R["x"] ** 2 + R["noise"]}))) == {}


def test_a_column_that_goes_up_and_down_is_seen_though_its_slope_is_none():
    assert verdicts(st.fit(st.ols("y ~ x", R | {"y": R["x"] ** 2 + R["noise"]})))["form"] == "no"


def test_the_link_of_counts():
    g = np.random.default_rng(1)
    y = g.poisson(np.maximum(6.0 + 5.0 * R["z"] / 1.5, 0.1))
    assert verdicts(st.fit(st.poisson("y ~ z", R | {"y": y})))["link"] in ("look", "no")


def test_a_tiny_curve_is_significant_among_many_rows_and_ok():
    fit = st.fit(st.ols("y ~ x + z", MANY | {"y": MANY["eta"] + 0.02 * MANY["x"] ** 2 + MANY["noise"]}))
    table = fit.check()
    assert table.attrs["p_value"]["form"] < 1e-6
    assert set(table.verdict) == {"ok"}


def test_origin_and_unit_change_nothing():
    y = R["eta"] + 0.3 * R["x"] ** 2 + R["noise"]
    here = of(st.fit(st.ols("y ~ x + z", R | {"y": y})), "form").value
    there = of(st.fit(st.ols("y ~ x + z", R | {"y": y, "x": 1e-3 * R["x"] + 2000.0})), "form").value
    np.testing.assert_allclose(there, here, rtol=1e-8)


def test_a_penalty_makes_no_curve():
    y = (R["u"] < 1.0 / (1.0 + np.exp(-R["eta"]))).astype(int)
    fit = st.fit(st.logistic("y ~ x + z", R | {"y": y}), penalty=st.Ridge(50.0))
    assert verdicts(fit).keys() <= {"calibration"}  # shrunk probabilities are not what happens
