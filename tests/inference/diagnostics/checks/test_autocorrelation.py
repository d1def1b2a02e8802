"""Rows that follow each other, by an index of times or by order=."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.data.design import design
from stattools.errors import DomainError
from stattools.inference.diagnostics.assumptions import of_series, order_of
from tests.inference.diagnostics.checks.planted import of, rows, verdicts

R = rows()
ERRORS = np.zeros(400)
for t in range(1, 400):
    ERRORS[t] = 0.7 * ERRORS[t - 1] + R["noise"][t]
FRAME = pd.DataFrame(
    {"x": R["x"], "day": np.arange(400), "y": R["x"] + ERRORS}, index=pd.date_range("2020-01-01", periods=400)
)


def test_an_index_of_times_is_an_order():
    row = of(st.fit(st.ols("y ~ x + day", FRAME)), "autocorrelation")
    assert row.verdict == "no"
    assert "st.HAC(lags=5)" in row.advice


def test_rows_in_any_order_are_put_in_theirs():
    mixed = FRAME.sample(frac=1.0, random_state=1)
    here, there = (of(st.fit(st.ols("y ~ x + day", one)), "autocorrelation").value for one in (FRAME, mixed))
    assert_allclose(there, here, rtol=1e-10)
    table = st.fit(st.ols("y ~ x", mixed.reset_index(drop=True))).check(order="day").set_index("check")
    assert table.verdict["autocorrelation"] == "no"


def test_rows_without_an_order_have_no_such_check():
    found = st.fit(st.ols("y ~ x + day", FRAME.reset_index(drop=True))).check()
    assert "autocorrelation" not in {*found.check, *found.attrs["unchecked"]}


def test_what_allows_for_it_is_right():
    assert "autocorrelation" not in verdicts(st.fit(st.ols("y ~ x + day", FRAME), cov=st.HAC(lags=5)))


def test_errors_that_do_not_follow_each_other_are_ok():
    clean = FRAME.assign(y=R["x"] + R["noise"])
    assert verdicts(st.fit(st.ols("y ~ x + day", clean))) == {}


def test_the_ratio_is_that_of_two_covariances():
    fit = st.fit(st.ols("y ~ x", FRAME), cov=st.HAC(lags=5))
    plain = st.fit(st.ols("y ~ x", FRAME), cov="HC0")
    ratio = fit.se / plain.se
    assert of(plain, "autocorrelation").value >= ratio[1] - 1e-12
    assert_allclose(of(st.fit(st.ols("y ~ 1", FRAME)), "autocorrelation").value, _mean_ratio(), rtol=1e-10)


def _mean_ratio():
    both = [st.fit(st.ols("y ~ 1", FRAME), cov=cov).se[0] for cov in (st.HAC(lags=5), "HC0")]
    return both[0] / both[1]


def test_an_order_with_ties_or_gaps_is_refused():
    model = st.ols("y ~ x", FRAME)
    with pytest.raises(DomainError, match=r"different value for every row; 200 are repeated"):
        order_of(model, np.arange(400) % 200)
    with pytest.raises(DomainError, match="1 have none"):
        order_of(model, np.where(np.arange(400) == 3, np.nan, np.arange(400.0)))
    with pytest.raises(DomainError, match="one label for each"):
        order_of(model, np.arange(7))


@pytest.mark.slow
def test_chance_is_as_often_as_it_says():
    g = np.random.default_rng(4)
    p = [of_series(u)[1] for u in g.standard_t(5, size=(400, 150))]
    assert 0.02 < np.mean(np.array(p) < 0.05) < 0.08


@pytest.mark.parametrize("make", [st.ols, st.negative_binomial], ids=lambda of: of.__name__)
@pytest.mark.parametrize("formula", ["y ~ C(g) + x", "y ~ 0 + C(g) + x"])
def test_levels_as_codes_have_the_check_of_columns(monkeypatch, make, formula):
    g = np.random.default_rng(3)
    table = {"g": [f"l{k}" for k in g.integers(0, 6, 120)], "x": g.normal(size=120), "day": g.permutation(120)}
    table["y"] = g.poisson(np.exp(1.0 + 0.5 * np.sin(table["day"] / 5.0)))
    dense = st.fit(make(formula, table)).check(order="day").set_index("check").loc["autocorrelation"]
    monkeypatch.setattr(design, "MANY", 4)
    monkeypatch.setattr("stattools.inference.diagnostics.assumptions.CELLS", 130)
    fit = st.fit(make(formula, table))
    assert type(fit.model.rows.X).__name__ == "Columns"
    coded = fit.check(order="day").set_index("check").loc["autocorrelation"]
    assert (coded.verdict, coded.advice, coded.measure) == (dense.verdict, dense.advice, dense.measure)
    assert_allclose(coded.value, dense.value, rtol=1e-6)
