"""Ratios with their own interval, and who has none."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.errors import DomainError, IncompatibleError
from stattools.inference.intervals.coefficients import require_ratios
from tests.cases import LIKELIHOODS

RNG = np.random.default_rng(4)
N = 120
DATA = pd.DataFrame({"x": RNG.normal(size=N), "g": RNG.choice(list("abc"), N)})
DATA["b"] = (DATA.x + RNG.normal(size=N) > 0).astype(int)
DATA["k"] = RNG.negative_binomial(2, 0.4, N)
DATA["c"] = RNG.choice(list("pqr"), N)
OWN = st.likelihood(
    "Switch",
    lambda y, share: y * np.log(share) + (1 - y) * np.log1p(-share),
    parameters={"share": "logit"},
    outcome="count",
)


def test_the_interval_is_that_of_the_ratio_and_not_estimate_and_standard_error():
    fit = st.fit(st.logistic("b ~ x + g", DATA))
    table, lower_upper = fit.table(0.9, exponentiate=True), fit.interval(0.9)
    assert list(table.columns) == ["term", "estimate", "se_log", "statistic", "p_value", "lower", "upper"]
    assert_allclose(table[["lower", "upper"]], np.exp(np.asarray(lower_upper)), rtol=1e-14)
    assert_allclose(table.lower * table.upper, table.estimate**2, rtol=1e-12)  # even about it on the log scale
    assert table.attrs["ratio"] == "odds ratio"
    assert "standard error of its logarithm" in table.attrs["note"]


def test_parameters_beside_the_mean_lose_their_log_with_their_name():
    fit = st.fit(st.negative_binomial("k ~ x", DATA, dispersion="~ x"))
    assert fit.names[2:] == ("log alpha: Intercept", "log alpha: x")
    table = fit.table(exponentiate=True)
    assert list(table.term[2:]) == ["alpha: Intercept", "alpha: x"]
    assert_allclose(table.estimate, np.exp(fit.estimate), rtol=1e-14)


def test_one_vs_rest_and_softmax_have_ratios_by_category():
    for make in (st.softmax, st.one_vs_rest):
        fit = st.fit(make("c ~ x", DATA))
        found, plain = fit.table(exponentiate=True), fit.table()
        assert list(found.category) == list(plain.category)
        assert_allclose(found.upper, np.exp(plain.upper), rtol=1e-14)


def test_a_ridge_fit_has_ratios_without_intervals():
    table = st.fit(st.logistic("b ~ x", DATA), penalty=st.Ridge(1.0)).table(exponentiate=True)
    assert table.estimate.notna().all()
    assert list(table) == ["term", "estimate"]
    assert "ridge" in table.attrs["note"].lower() or "penal" in table.attrs["note"]


@pytest.mark.parametrize(
    ("link", "what"),
    [("logit", "odds ratio"), ("cloglog", "hazard ratio"), ("log", "risk ratio"), ("probit", None), ("loglog", None),
     ("cauchit", None), ("identity", None)],
)  # fmt: skip
def test_the_link_says_what_exp_of_a_coefficient_is(link, what):
    model = st.glm("b ~ 1", DATA, family="binomial", link=link)
    if what is None:
        with pytest.raises(IncompatibleError, match="its exponential is no ratio"):
            require_ratios(model)
    else:
        assert require_ratios(model) == what


def test_a_likelihood_of_ones_own_says_it_by_its_link():
    assert require_ratios(st.regression("b ~ x", DATA, OWN)) == "ratio of the odds of share"


def test_every_likelihood_says_what_exp_of_a_coefficient_is_exactly_where_its_predictor_is_a_logarithm():
    for case in LIKELIHOODS:
        likelihood = case.likelihood
        link = next(iter(likelihood.parameters.values()))
        hazard = link == "cloglog" and likelihood.facts.is_event
        assert bool(likelihood.facts.words.exponential) == (link in ("log", "logit") or hazard), case


def test_what_has_no_ratios_is_refused_by_name():
    for model in (st.ols("x ~ g", DATA), st.coin("b ~ 1", DATA), st.normal("x ~ g", DATA)):
        with pytest.raises(IncompatibleError, match=model.title):
            st.fit(model).table(exponentiate=True)
    with pytest.raises(DomainError, match="exponentiate= is True or False"):
        st.fit(st.logistic("b ~ x", DATA)).table(exponentiate="yes")  # pyright: ignore[reportArgumentType]


def test_a_ratio_beyond_float64_is_an_error_that_names_its_term():
    fit = st.fit(st.logistic("b ~ x", DATA.assign(x=DATA.x * 1e-4)))
    with pytest.raises(DomainError, match=r"of 'x', is beyond float64"):
        fit.table(exponentiate=True)
