"""Published numbers of Stata and R, on data sets that come with statsmodels: estimates, standard errors, effects.

They stand in statsmodels' own test results, with the commands that made them; tolerances are the digits printed there,
or where Stata stopped.
"""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from statsmodels.datasets import anes96, cpunish, longley, randhie, spector, star98
from statsmodels.discrete.tests.results import results_count_margins as margins
from statsmodels.discrete.tests.results.results_discrete import Anes, RandHIE, Spector
from statsmodels.genmod.tests.results import results_glm as glm
from statsmodels.genmod.tests.results import results_glm_poisson_weights as weighted
from statsmodels.regression.tests.results.results_regression import Longley

import stattools as st


def executions() -> tuple[np.ndarray, np.ndarray]:
    """cpunish with the crime rate in logs."""
    data = cpunish.load_pandas()
    X = data.exog.to_numpy().copy()
    X[:, 3] = np.log(X[:, 3])
    return data.endog.to_numpy(), X


def grades() -> pd.DataFrame:
    return spector.load_pandas().data


def parties() -> pd.DataFrame:
    data = anes96.load_pandas().data
    return data.assign(logpopul=np.log(data.popul + 0.1))


PARTY = "PID ~ logpopul + selfLR + age + educ + income"
VISITS = "mdvis ~ lncoins + idp + lpi + fmde + physlm + disea + hlthg + hlthf + hlthp"


def schools() -> st.Model:
    data = star98.load_pandas()
    y = data.endog.to_numpy()
    return st.logistic(y[:, 0], data.exog.to_numpy(), trials=y.sum(axis=1))


FITS = {
    "Stata logit, spector": (lambda: st.logistic("GRADE ~ GPA + TUCE + PSI", grades()), Spector.logit, 1e-6, 1e-6),
    "Stata probit, spector": (lambda: st.probit("GRADE ~ GPA + TUCE + PSI", grades()), Spector.probit, 1e-6, 1e-6),
    "Stata mlogit, anes96": (lambda: st.softmax(PARTY, parties()), Anes.mnlogit_basezero, 1e-6, 1e-7),
    "R glm, star98": (schools, glm.Star98(), 1e-7, 1e-6),
    "R glm, cpunish": (lambda: st.poisson(*executions()), glm.Cpunish(), 1e-6, 1e-5),
    "R glm, lbw": (lambda: st.logistic(glm.Lbw().endog, glm.Lbw().exog, intercept=False), glm.Lbw(), 1e-6, 2e-5),
    "Stata poisson, randhie": (lambda: st.poisson(VISITS, randhie.load_pandas().data), RandHIE.poisson, 1e-6, 1e-7),
    "R lm, longley": (
        lambda: st.ols("TOTEMP ~ GNPDEFL + GNP + UNEMP + ARMED + POP + YEAR", longley.load_pandas().data),
        Longley(),
        1e-12,
        1e-11,
    ),
}


@pytest.mark.parametrize("name", FITS)
def test_estimates_standard_errors_and_loglik(name):
    """The constant is last in the published tables, and so are the columns of categories."""
    make, published, rtol, se_rtol = FITS[name]
    fit = st.fit(make())
    width = len(fit.model.terms)
    order = [*range(1, width), 0] if "Intercept" in fit.model.terms else [*range(width)]
    estimate, se = (values.reshape(-1, width).T[order].squeeze() for values in (fit.estimate, fit.se))
    assert_allclose(estimate, published.params, rtol=rtol)
    assert_allclose(se, published.bse, rtol=se_rtol)
    loglik = published.llf() if callable(published.llf) else published.llf
    assert_allclose(fit.loglik, loglik, rtol=1e-6)
    assert fit.solution.decrement < 1e-8
    assert st.validate(fit).ok


@pytest.mark.parametrize("at", ["overall", "mean"])
@pytest.mark.parametrize("discrete", [(), ("PSI",)])
def test_marginal_effects_of_spector_in_stata(discrete, at):
    name = f"margeff_{'dummy' if discrete else 'nodummy'}_dydx{'mean' if at == 'mean' else ''}"
    table = st.fit(st.logistic("GRADE ~ GPA + TUCE + PSI", grades())).marginal_effects(at=at, discrete=discrete)
    assert_allclose(table.estimate, getattr(Spector.logit, name), atol=6e-9)
    assert_allclose(table.se, getattr(Spector.logit, f"{name}_se"), atol=6e-8)


@pytest.mark.parametrize("at", ["overall", "mean"])
def test_marginal_effects_of_anes96_in_stata(at):
    table = st.fit(st.softmax(PARTY, parties())).marginal_effects(at=at)
    published = Anes.mnlogit_basezero
    assert_allclose(table.estimate.to_numpy().reshape(7, 5).T, getattr(published, f"margeff_dydx_{at}"), atol=2e-7)
    assert_allclose(table.se.to_numpy().reshape(7, 5).T, getattr(published, f"margeff_dydx_{at}_se"), atol=2e-9)


@pytest.mark.parametrize(("make", "kind"), [(st.poisson, "poisson"), (st.negative_binomial, "negbin")])
@pytest.mark.parametrize("dummy", [False, True])
def test_marginal_effects_of_counts_in_stata(make, kind, dummy):
    """`margins, dydx(*)` after `poisson sexecutions ...` and `nbreg ...`, columns divided by their largest values."""
    y, X = executions()
    X = np.column_stack([X, np.ones(len(X))])
    X /= np.round(X.max(axis=0), 3)
    names = ["sincome", "sperpoverty", "sperblack", "LN_VC100k96", "south", "sdegree", "const"]
    fit = st.fit(make(y - 1, X, intercept=False, names=names))
    table = fit.marginal_effects(variables=names[:-1], discrete=["south"] if dummy else [])
    published = getattr(margins, f"results_{kind}_margins_{'dummy' if dummy else 'cont'}")
    rows = [0, 1, 2, 3, 5, 6] if dummy else list(range(6))
    assert_allclose(table.estimate, np.asarray(published.params)[rows], rtol=5e-6)  # Stata stopped there
    assert_allclose(table.se, np.asarray(published.bse)[rows], rtol=1e-6)


FREQUENCIES = np.array([1, 1, 1, 2, 2, 2, 3, 3, 3, 1, 1, 1, 2, 2, 2, 3, 3])
COVS = {
    "nonrobust": "information",
    "hc1": "robust",
    "clu1": st.Cluster(np.arange(1, 18) // 2, correction="stata"),
}


@pytest.mark.parametrize("name", COVS)
def test_frequency_weights_in_stata(name):
    """`poisson executions ... [fweight=fweight]`, with vce(robust) and vce(cluster id)."""
    fit = st.fit(st.poisson(*executions(), weights=FREQUENCIES), cov=COVS[name])
    published = getattr(weighted, f"results_poisson_fweight_{name}")
    order = [*range(1, 7), 0]
    assert_allclose(fit.estimate[order], published.params, rtol=2e-6)
    assert_allclose(fit.se[order], published.bse, rtol=1e-6)
    assert_allclose(fit.loglik, published.ll, rtol=2e-8)
    assert st.validate(fit).ok
