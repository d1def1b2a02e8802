"""Frequency weights are repeated rows for what transforms learn, too: a fit with weights is that of the longer table.

Over every regression that takes weights, curves and random effects beside other likelihoods, and rows in files; a third
of the weights are 0, and such rows lie beyond the others.
"""

from functools import partial

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import stattools as st
from tests.laws.regressions import REGRESSIONS, random_case

TERMS = {
    "moments": "center(a) + scale(b)",
    "moments of their own": "scale(a, center=False) + scale(b, ddof=0):g",
    "polynomials": "poly(a, 3) + poly(center(b), 2)",
    "B-splines": "bs(a, df=5) + bs(b, df=4, degree=2)",
    "ends that are given": "bs(a, df=5, lower_bound=-1, upper_bound=1, extrapolation='clip')",
    "knots that are given": "bs(a, knots=[-0.5, 0.5])",
    "cubic": "cr(a, df=4, constraints='center') + cc(b, df=3)",
    "natural": "ns(a, df=4) + ns(b, knots=[2])",
}


def weighted(table):
    """The table with weights from 0 to 4, of which those of the largest and the smallest rows are 0; and the same with
    repeated rows.
    """
    weights = np.random.default_rng(len(table)).integers(0, 5, len(table))
    weights[[table.a.argmax(), table.a.argmin(), table.b.argmax()]] = 0
    table = table.assign(weights=weights)
    return table, table.loc[np.repeat(table.index, weights)].reset_index(drop=True)


def same(fit, longer, rtol=1e-7):
    """Round-off of two climbs that end within 1e-8 standard errors, and of two orders of sums."""
    for one, other in zip(getattr(fit, "fits", (fit,)), getattr(longer, "fits", (longer,)), strict=True):
        assert one.names == other.names
        assert_allclose(one.loglik, other.loglik, rtol=1e-9)
        assert_allclose((one.estimate - other.estimate) / other.se, 0.0, atol=rtol)
        assert_allclose(one.se, other.se, rtol=rtol)


@pytest.mark.parametrize("terms", TERMS)
@pytest.mark.parametrize("name", ["ols", "logistic", "aft", "softmax", "ordinal", "gamma", "zero_inflated"])
def test_regressions(name, terms):
    case = random_case(name, "information", 3)
    table, longer = weighted(case.table)
    beside = REGRESSIONS[name].required
    one = case.over(table, terms=TERMS[terms], beside=(*beside, "weights"))
    same(one.fitted(), one.over(longer, beside=beside).fitted())


@pytest.mark.parametrize("name", REGRESSIONS)
def test_every_regression(name):
    case = random_case(name, "information", 5)
    table, longer = weighted(case.table)
    beside = REGRESSIONS[name].required
    one = case.over(table, terms="poly(a, 2) + scale(b)", beside=(*beside, "weights"))
    same(one.fitted(), one.over(longer, beside=beside).fitted())


def people():
    random, n = np.random.default_rng(8), 150
    table = pd.DataFrame({"a": random.normal(size=n), "b": random.uniform(1, 4, n), "group": np.arange(n) % 9})
    table["y"] = (random.random(n) < 1 / (1 + np.exp(-table.a - np.sin(2 * table.b)))).astype(int)
    table["k"], table["half"] = random.poisson(np.exp(0.4 * table.a)), np.where(table.group > 4, "high", "low")
    table["t"], table["seen"] = random.exponential(size=n) + 0.01, (random.random(n) < 0.7).astype(int)
    return weighted(table)


OTHERS = {
    "cox": partial(st.cox, "survival(t, seen) ~ poly(a, 2) + bs(b, df=4)"),
    "cox with a curve": partial(st.cox, "survival(t, seen) ~ s(a) + scale(b)"),
    "curve": partial(st.logistic, "y ~ s(b) + scale(a)"),
    "curve times a number": partial(st.poisson, "k ~ s(b, by=a)"),
    "curves of levels": partial(st.poisson, "k ~ half + s(b, by=half)"),
    "effects": partial(st.logistic, "y ~ scale(a) + (scale(b) | group)"),
    "effects alone": partial(st.poisson, "k ~ poly(a, 2) + (1 | group)"),
    "dispersion": partial(st.glm, "t ~ scale(a)", family="gamma", dispersion="~ poly(b, 2)"),
}


@pytest.mark.parametrize("name", OTHERS)
def test_others(name):
    table, longer = people()
    same(st.fit(OTHERS[name](table, weights="weights")), st.fit(OTHERS[name](longer)), rtol=1e-6)


def test_the_knots_and_the_center_of_a_curve_are_those_of_repeated_rows():
    table, longer = people()
    fits = st.fit(OTHERS["curve"](table, weights="weights")), st.fit(OTHERS["curve"](longer))
    one, other = (fit.smooth("b", at=np.linspace(1.5, 3.5, 5)).table() for fit in fits)
    assert_allclose(one.curve, other.curve, atol=1e-8)
    assert_allclose(one.se, other.se, rtol=1e-7)


@pytest.mark.parametrize("make", [st.ols, st.poisson])
def test_rows_in_files(make, tmp_path):
    table, longer = people()
    for k in range(3):
        table[50 * k : 50 * k + 50].to_parquet(tmp_path / f"{k}.parquet")
    there = st.fit(make("k ~ center(a) + scale(b)", st.scan(tmp_path), weights="weights"))
    same(there, st.fit(make("k ~ center(a) + scale(b)", longer)))
    assert_allclose(there.model.design.state["center(a)"]["center"], longer.a.mean(), rtol=1e-13)


def test_precisions_are_no_repeated_rows():
    table, _ = people()
    found = st.ols("k ~ center(a)", table.assign(p=table.weights + 1.0), precision="p")
    assert_allclose(found.design.state["center(a)"]["center"], table.a.mean(), rtol=1e-13)


def test_new_rows_beyond_a_spline_are_refused_all_the_same():
    table, _ = people()
    fit = st.fit(st.ols("k ~ bs(a, df=5)", table, weights="weights"))
    with pytest.raises(st.DomainError, match="these rows go beyond them"):
        fit.predict(table)
