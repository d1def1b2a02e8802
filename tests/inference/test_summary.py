"""The page that a fit prints."""

import numpy as np
import pytest

import stattools as st
from tests.inference.test_fitting import data


def test_the_page():
    frame = data()
    frame.loc[3:5, "x1"] = None
    frame["answer"] = np.where(frame.b == 1, "yes", "no")
    page = str(st.fit(st.logistic("answer ~ x1 + g", frame)))
    for piece in (
        "Logistic regression for P(answer = 'yes')",
        "answer ~ x1 + g",
        "247 rows, 3 dropped for missing values (x1 3)",
        "g[T.b]",
        "Intervals: 0.95, Wald",
        "Within 1e-8 standard errors of the maximum (Newton",
        "McFadden R²",
        "inverse information",
    ):
        assert piece in page
    assert max(map(len, page.splitlines())) <= 80
    assert "on 247 df" not in page


@pytest.mark.parametrize("cov", ["HC0", "HC1", st.HAC(1), st.Cluster("g")], ids=str)
@pytest.mark.parametrize("make, y", [(st.ols, "y"), (st.poisson, "k")])
def test_the_page_says_which_standard_errors_are_round_off(make, y, cov):
    g = np.random.default_rng(0)
    table = {"g": list("aaaabbbbcdd"), "y": g.normal(size=11), "k": g.integers(1, 9, 11)}
    page = " ".join(str(st.fit(make(f"{y} ~ 0 + g", table), cov=cov)).split())
    which = "g[a], g[b], g[c], g[d]" if isinstance(cov, st.Cluster) else "g[c]"
    assert f"adds up for {which} is 0 to round-off: standard errors and tests say nothing here." in page
    beside = make(f"{y} ~ g", table)
    assert "round-off" not in str(st.fit(beside)) + str(st.fit(beside, cov="HC1"))


def test_one_line_says_that_a_fit_is_exact():
    page = str(st.fit(st.ols("y ~ x", {"x": np.arange(8.0), "y": 2.0 * np.arange(8.0) + 1.0}), cov="HC0"))
    assert page.count("round-off") == 1
