"""Grouped outcomes: two columns of counts on the left side are the rows of single trials, summed."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.data.tables.grouped import grouped_formula
from tests.cases import rng


def table():
    g = rng(0)
    data = pd.DataFrame({"dose": g.normal(size=40), "n": g.integers(0, 9, 40)})
    data["dead"] = g.binomial(data.n, 0.4)
    return data.assign(alive=data.n - data.dead)


def singles(data):
    rows = [(r.dose, k < r.dead) for r in data.itertuples() for k in range(int(r.n))]
    return {"dose": [x for x, _ in rows], "dead": [y for _, y in rows]}


def test_grouped_counts_are_the_single_trials():
    data = table()
    grouped = st.fit(st.logistic("dead + alive ~ dose", data))
    by_trials = st.fit(st.logistic("dead ~ dose", data, trials="n"))
    by_arrays = st.fit(st.logistic(data.dead, data[["dose"]], trials=data.n))
    single = st.fit(st.logistic("dead ~ dose", singles(data)))
    for fit in (grouped, by_trials, by_arrays):
        assert_allclose(fit.estimate, single.estimate, rtol=1e-9)
        assert_allclose(fit.se, single.se, rtol=1e-9)
    assert "P(dead), successes out of" in str(grouped)
    assert_allclose(grouped.predict(align=False), single.predict({"dose": data.dose[data.n > 0]}), rtol=1e-9)


def test_names_in_backticks():
    data = table().rename(columns={"dead": "no more", "alive": "still here"})
    fit = st.fit(st.logistic("`no more` + `still here` ~ dose", data))
    assert_allclose(fit.estimate, st.fit(st.logistic("dead + alive ~ dose", table())).estimate)


@pytest.mark.parametrize("formula", ["dead ~ dose", "log(a) + b ~ x", "a * b ~ x", "a + b + c ~ x"])
def test_other_left_sides_are_left_alone(formula):
    assert grouped_formula(formula) == (formula, None)


@pytest.mark.parametrize(
    ("formula", "options", "message"),
    [
        ("dead + alive ~ dose", {"trials": "n"}, "give one of the two"),
        ("dead + alive ~ dose + alive", {}, "part of the outcome"),
        ("dead ~ dose", {"trials": [1] * 39 + [900]}, "no larger than trials"),
        ("dead + nothing ~ dose", {}, "nothing"),
    ],
)
def test_bad_groups_are_refused(formula, options, message):
    with pytest.raises(st.DomainError, match=message):
        st.logistic(formula, table(), **options)


def test_one_class_only():
    data = table().assign(dead=0)
    with pytest.raises(st.DomainError, match="no success in any row"):
        st.logistic("dead ~ dose", data, trials="n")


def test_the_dot_leaves_the_failures_out():
    assert st.logistic("dead + alive ~ .", table()[["dead", "alive", "dose"]]).names == ("Intercept", "dose")
    assert np.isfinite(st.fit(st.logistic("dead + alive ~ dose", table())).estimate).all()
