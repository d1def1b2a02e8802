import numpy as np
import pytest
import statsmodels.api as sm
from numpy.testing import assert_allclose

import stattools as st
from stattools.validation.claims.facts import FACTS, GLANCED, FactPoint, facts_at, facts_of, right_of_fit
from stattools.validation.claims.printed import Claim, Printed
from stattools.validation.claims.standing import standing

RNG = np.random.default_rng(4)
X = np.column_stack([np.ones(90), RNG.normal(size=(90, 2))])
Y, K, B = X[:, 1] + RNG.normal(size=90), RNG.poisson(np.exp(0.4 * X[:, 1])), (RNG.random(90) < 0.4).astype(float)
OURS = {"names": ["Intercept", "x", "z"], "intercept": False}


@pytest.fixture(scope="module")
def least_squares():
    return facts_of(st.fit(st.ols(Y, X, **OURS))), sm.OLS(Y, X).fit()


def test_facts_of_least_squares_are_those_of_statsmodels(least_squares):
    fact, theirs = least_squares
    for name, value in {
        "n": theirs.nobs,
        "df": theirs.df_resid,
        "df_model": theirs.df_model,
        "loglik": theirs.llf,
        "aic": theirs.aic,
        "bic": theirs.bic,
        "r_squared": theirs.rsquared,
        "adj_r_squared": theirs.rsquared_adj,
        "f_statistic": theirs.fvalue,
        "deviance": theirs.ssr,
        "null_deviance": theirs.centered_tss,
    }.items():
        assert_allclose(fact(name)[""], value, rtol=1e-9, err_msg=name)
    assert_allclose(fact("scale")["its square"], theirs.scale)
    assert_allclose(fact("loglik_null")[""], sm.OLS(Y, X[:, :1]).fit().llf)


@pytest.mark.parametrize(("build", "y", "family"), [("poisson", K, sm.families.Poisson()), ("logistic", B, None)])
def test_facts_of_counts_and_coins_are_those_of_statsmodels(build, y, family):
    fact = facts_of(st.fit(getattr(st, build)(y, X, **OURS)))
    theirs = sm.GLM(y, X, family=family or sm.families.Binomial()).fit()
    for name, value in {
        "deviance": theirs.deviance,
        "null_deviance": theirs.null_deviance,
        "aic": theirs.aic,
        "loglik_null": theirs.llnull,
    }.items():
        assert_allclose(fact(name)[""], value, rtol=1e-8, err_msg=name)
    assert_allclose(fact("bic")["the deviance less log n for each residual degree of freedom"], theirs.bic_deviance)
    assert_allclose(fact("r_squared")["Cox and Snell's"], theirs.pseudo_rsquared("cs"))
    assert_allclose(fact("r_squared")["McFadden's"], theirs.pseudo_rsquared("mcf"))


def test_a_dispersion_has_its_definitions():
    y = RNG.gamma(2.0, np.exp(0.3 * X[:, 1]))
    fact = facts_of(st.fit(st.glm(y, X, family="gamma", link="log", **OURS)))
    theirs = sm.GLM(y, X, family=sm.families.Gamma(sm.families.links.Log())).fit()
    assert_allclose(fact("scale")["Pearson's statistic over n - p"], theirs.scale, rtol=1e-6)
    assert_allclose(fact("deviance")[""], theirs.deviance, rtol=1e-8)
    assert fact("aic")["only coefficients of the mean counted"] == pytest.approx(fact("aic")[""] - 2.0)


def test_what_is_not_known_is_empty():
    point = FactPoint(st.ols(Y, X, **OURS), np.zeros(3), -1.0)
    assert facts_at(point)("gini") == {}
    beta = facts_of(st.fit(st.glm(RNG.beta(2, 3, 90), X, family="beta", **OURS)))
    assert beta("deviance") == {}
    coin = facts_of(st.fit(st.coin([1, 0, 1])))
    assert coin("n") == {"": 3.0}
    assert coin("deviance") == {}
    assert set(GLANCED) <= set(FACTS)


def test_the_aic_of_rs_gamma_is_at_another_dispersion():
    """R 4.5.0: AIC(glm(y ~ x, Gamma(link = "log"))) of these rows."""
    model = st.gamma("y ~ x", {"y": [1.0, 2.0, 4.0, 3.0, 7.0, 9.0], "x": [0, 1, 2, 3, 4, 5]})
    found = facts_of(st.fit(model))("aic")
    assert_allclose(found["at the dispersion deviance / n, as R's"], 19.8871483462405, rtol=1e-6)


def test_what_is_left_of_a_zero_is_no_claim():
    y = np.array([3.0, 1.0, 4.0, 1.0, 5.0])
    claim = Claim("a", (), {}, {"r_squared": Printed(np.asarray(2.998e-15), np.asarray(5e-19))})
    assert standing(claim, np.array([], dtype=int), right_of_fit(st.fit(st.poisson("y ~ 1", {"y": y})), 0.95)).ok


def test_weights_may_be_left_out_of_the_n_of_a_pseudo_r_squared():
    w = RNG.integers(1, 4, 90)
    fact = facts_of(st.fit(st.logistic(B, X, weights=w, **OURS)))
    theirs = sm.GLM(B, X, family=sm.families.Binomial(), freq_weights=w).fit()
    assert_allclose(fact("r_squared")["Cox and Snell's, weights left out of n"], theirs.pseudo_rsquared("cs"))
