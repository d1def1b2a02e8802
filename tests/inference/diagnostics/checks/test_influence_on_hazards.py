"""Rows that a log hazard ratio rests on: found by dfbeta, and told by the fit without them."""

import numpy as np
import pandas as pd

import stattools as st
from tests.cases import rng


def table(n: int = 120) -> pd.DataFrame:
    draw = rng(6)
    x = draw.normal(size=n)
    t = draw.exponential(size=n) * np.exp(-0.8 * x)
    return pd.DataFrame({"t": t, "d": draw.random(n) < 0.8, "x": x}, index=[f"p{k}" for k in range(n)])


def test_a_wrong_row_is_named_and_told_by_the_fit_without_it():
    wrong = table()
    wrong.loc["p7", ["t", "d", "x"]] = [50.0, True, 9.0]
    fit = st.fit(st.cox("survival(t, d) ~ x", wrong))
    row = fit.check().set_index("check").loc["influence"]
    without = st.fit(st.cox("survival(t, d) ~ x", wrong.drop("p7")))
    assert row.verdict == "no"
    assert "without row p7" in row.advice
    expected = abs(fit.estimate[0] - without.estimate[0]) / min(fit.se[0], without.se[0])
    assert abs(row.value - expected) < 1e-6


def test_firth_and_weights_are_checked_too():
    rows = table(60)
    assert st.fit(st.cox("survival(t, d) ~ x", rows), penalty=st.Jeffreys()).check().verdict.eq("ok").all()
    twice = st.fit(st.cox("survival(t, d) ~ x", rows.assign(w=2), weights="w")).check().set_index("check")
    assert twice.loc["influence"].verdict == "ok"


def test_a_coefficient_that_rests_on_one_row_is_told():
    some = {"t": [1, 2, 3, 4, 5, 6, 7], "d": [1, 1, 1, 1, 0, 1, 0], "x": [0, 0, 0, 1, 1, 0, 1]}
    row = st.fit(st.cox("survival(t, d) ~ x", some)).check().set_index("check").loc["influence"]
    assert row.verdict == "no"
    assert "there is no maximum" in row.advice
