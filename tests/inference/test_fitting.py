"""Fits: tables, intervals, tests and predictions against statsmodels; `tests/laws` has the metamorphic checks."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from numpy.testing import assert_allclose
from scipy import special
from statsmodels.datasets import anes96, fair, longley, spector

import stattools as st
from tests.cases import rng


def data(n: int = 250):
    g = rng(0)
    frame = pd.DataFrame(
        {"x1": g.normal(size=n), "x2": g.normal(5, 3, n), "g": np.array(list("abc"))[g.integers(0, 3, n)]}
    )
    eta = 0.4 + 0.8 * frame.x1 - 0.1 * frame.x2
    frame["y"] = eta + g.normal(size=n)
    frame["b"] = (g.random(n) < special.expit(eta)).astype(int)
    frame["c"] = g.poisson(np.exp(eta))
    frame["k"] = np.array(["red", "green", "blue"])[g.integers(0, 3, n)]
    frame["w"] = g.integers(1, 4, n)
    return frame


FORMULAS = {st.ols: "y", st.logistic: "b", st.poisson: "c", st.softmax: "k"}
each_model = pytest.mark.parametrize("make", FORMULAS, ids=lambda f: f.__name__)


def test_ols_equals_statsmodels_on_longley():
    frame = longley.load_pandas().data
    fit = st.fit(st.ols("TOTEMP ~ GNPDEFL + GNP + UNEMP + ARMED + POP + YEAR", frame))
    ref = sm.OLS(frame.TOTEMP, sm.add_constant(frame.drop(columns="TOTEMP"))).fit()
    table = fit.table()
    assert list(table.columns) == ["term", "estimate", "se", "statistic", "p_value", "lower", "upper"]
    assert_allclose(table.estimate, ref.params, rtol=1e-7)  # statsmodels itself keeps 8 to 9 digits here
    assert_allclose(table.se, ref.bse, rtol=1e-7)
    assert_allclose(table.statistic, ref.tvalues, rtol=1e-7)
    assert_allclose(table.p_value, ref.pvalues, rtol=1e-6)
    assert_allclose(table[["lower", "upper"]], ref.conf_int(), rtol=1e-6)
    glance = fit.glance()
    assert len(glance) == 1
    ours = glance[["n", "df", "loglik", "aic", "bic", "r_squared"]].iloc[0].astype(float)
    assert_allclose(ours, [16, ref.df_resid, ref.llf, ref.aic, ref.bic, ref.rsquared], rtol=1e-10)
    assert_allclose(glance.scale, np.sqrt(ref.scale), rtol=1e-9)


def logit_sets():
    d = spector.load_pandas()
    yield "spector", d.endog.to_numpy(), d.exog
    f = fair.load_pandas().data
    yield "fair", (f.affairs > 0).to_numpy(float), f.drop(columns="affairs")
    a = anes96.load_pandas().data
    yield "anes96", a.vote.to_numpy(), a[["logpopul", "selfLR", "age", "educ", "income"]]


@pytest.mark.parametrize(("name", "y", "X"), list(logit_sets()), ids=lambda v: v if isinstance(v, str) else "")
def test_logistic_equals_statsmodels(name, y, X):
    fit = st.fit(st.logistic(y, X))
    ref = sm.Logit(y, sm.add_constant(X)).fit(disp=0, tol=1e-14, maxiter=200)
    assert_allclose(fit.estimate, ref.params, rtol=1e-8)
    assert_allclose(fit.se, ref.bse, rtol=1e-7)
    assert_allclose(fit.loglik, ref.llf, rtol=1e-12)
    assert_allclose(fit.table().p_value, ref.pvalues, rtol=1e-6)
    assert_allclose(fit.glance().r_squared, ref.prsquared, rtol=1e-9)
    assert fit.names == ("Intercept", *X.columns)


def test_softmax_equals_statsmodels_on_anes96():
    d = anes96.load_pandas()
    fit = st.fit(st.softmax(d.endog.astype(int), d.exog))
    ref = sm.MNLogit(d.endog, sm.add_constant(d.exog)).fit(disp=0, tol=1e-14, maxiter=100)
    table = fit.table()
    assert list(table.columns[:2]) == ["category", "term"]
    assert table.category.unique().tolist() == ["1", "2", "3", "4", "5", "6"]
    assert_allclose(table.estimate, ref.params.to_numpy().T.ravel(), rtol=1e-7, atol=1e-10)
    assert_allclose(table.se, ref.bse.to_numpy().T.ravel(), rtol=1e-7)
    assert_allclose(fit.loglik, ref.llf, rtol=1e-12)
    assert_allclose(fit.predict(), ref.predict(), rtol=1e-7)
    assert_allclose(fit.glance().r_squared, ref.prsquared, rtol=1e-8)


def test_poisson_with_exposure_equals_statsmodels():
    frame = data()
    fit = st.fit(st.poisson("c ~ x1 + g", frame, offset=np.log(frame.w)))
    X = np.column_stack([np.ones(len(frame)), frame.x1, frame.g == "b", frame.g == "c"]).astype(float)
    ref = sm.GLM(frame.c, X, family=sm.families.Poisson(), offset=np.log(frame.w)).fit(tol=1e-13)
    assert_allclose(fit.estimate, ref.params, rtol=1e-8)
    assert_allclose(fit.se, ref.bse, rtol=1e-7)
    assert_allclose(fit.loglik, ref.llf, rtol=1e-12)
    assert_allclose(fit.r_squared, 1 - ref.llf / ref.llnull, rtol=1e-8)


@each_model
def test_interval_covers_at_its_level(make):
    """Parameter recovery: 90 % intervals of the slope hold the truth in 200 simulated sets about 180 times."""
    g, n, hits = rng(11), 120, 0
    x = g.normal(size=n)
    eta = 0.3 + 0.5 * x
    for _ in range(200):
        if make is st.ols:
            y = eta + g.normal(size=n)
        elif make is st.poisson:
            y = g.poisson(np.exp(eta))
        else:
            y = (g.random(n) < special.expit(eta)).astype(int)
        lower, upper = st.fit(make(y, x)).interval(0.9)
        hits += lower[1] <= 0.5 <= upper[1]
    assert 166 <= hits <= 194  # binomial(200, 0.9): about 3.3 standard deviations


def test_predict_intervals_equal_statsmodels():
    frame = data()
    X = np.column_stack([np.ones(len(frame)), frame.x1])
    ols, logit = st.fit(st.ols("y ~ x1", frame)), st.fit(st.logistic("b ~ x1", frame))
    ref = sm.OLS(frame.y, X).fit().get_prediction(X).summary_frame(alpha=0.1)
    assert_allclose(ols.predict(frame, interval=0.9), ref[["mean", "mean_ci_lower", "mean_ci_upper"]], rtol=1e-9)
    glm = sm.GLM(frame.b, X, family=sm.families.Binomial()).fit(tol=1e-12).get_prediction(X).summary_frame(alpha=0.1)
    assert_allclose(logit.predict(frame, interval=0.9), glm[["mean", "mean_ci_lower", "mean_ci_upper"]], rtol=1e-6)
    assert_allclose(logit.predict(interval=0.9), logit.predict(frame, interval=0.9), rtol=1e-12)


def test_predict_needs_the_offset_it_was_fitted_with():
    frame = data().assign(t=lambda f: np.log(f.w))
    by_column, by_array = (
        st.fit(st.poisson("c ~ x1", frame, offset="t")),
        st.fit(st.poisson("c ~ x1", frame, offset=frame.t)),
    )
    assert_allclose(by_column.predict(frame.head(9)), by_column.predict()[:9])
    with pytest.raises(st.DomainError, match="predict needs offset="):
        by_array.predict(frame.head(9))
    assert_allclose(by_array.predict(frame.head(9), offset=frame.t.head(9)), by_column.predict()[:9])
    with pytest.raises(st.DomainError, match="9 finite numbers"):
        by_array.predict(frame.head(9), offset=[1.0, 2.0])
    with pytest.raises(st.IncompatibleError, match="fitted without one"):
        st.fit(st.ols("y ~ x1", frame)).predict(frame, offset="t")


@pytest.mark.parametrize("level", [0.0, 1.0, 95, -0.1, np.nan, "0.95", True])
def test_bad_levels_are_refused(level):
    model = st.ols("y ~ x1", data())
    with pytest.raises(st.DomainError, match="level is a probability"):
        st.fit(model, level=level)
    with pytest.raises(st.DomainError, match="level is a probability"):
        st.fit(model).interval(level)


def test_wrong_parts_are_refused():
    fit = st.fit(st.ols("y ~ x1", data()))
    with pytest.raises(st.IncompatibleError, match=r"intervals of kind 'wald', 'profile', 'score'; got"):
        fit.interval(kind="wilson")
    with pytest.raises(st.IncompatibleError, match=r"needs a model such as st.ols.*got str"):
        st.fit("y ~ x")
    with pytest.raises(st.IncompatibleError, match="needs solver="):
        st.fit(fit.model, solver="newton")
    with pytest.raises(st.IncompatibleError, match=r"has no tolerance=: use solver=st\.Newton\(tolerance"):
        st.fit(fit.model, tolerance=1e-3)
    with pytest.raises(st.IncompatibleError, match="belongs to regressions"):
        _ = st.fit(st.coin([0, 1])).residuals
