"""Sandwich covariances: statsmodels' and Stata's numbers, explicit loops over rows and groups, weights as repeats."""

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from numpy.testing import assert_allclose
from statsmodels.datasets import grunfeld, macrodata, spector
from statsmodels.discrete.tests.results import results_count_robust_cluster as ships_stata
from statsmodels.discrete.tests.results import results_glm_logit_constrained as spector_stata
from statsmodels.regression.tests.results import results_grunfeld_ols_robust_cluster as grunfeld_stata
from statsmodels.regression.tests.results import results_macro_ols_robust as macro_stata

import stattools as st
from stattools.data.design import design
from stattools.errors import DomainError, IncompatibleError
from stattools.inference.covariance import HAC, Cluster, covariance
from stattools.inference.covariance import kinds as clusters

HC = ("HC0", "HC1", "HC2", "HC3", "HC4")


def labels(n: int, groups: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, groups, n)


FIRST, SECOND = labels(240, 40, 1), labels(240, 30, 2)
BOTH = np.column_stack([FIRST, SECOND])


def draw(kind: str, n: int = 240, seed: int = 0, **options: Any) -> st.Model:
    """Three columns and an intercept, correlated in groups, with an outcome that the model does not fit too well."""
    g = np.random.default_rng(seed)
    shared = g.standard_normal((40, 3))[FIRST[:n]] + g.standard_normal((30, 3))[SECOND[:n]]
    X = g.standard_normal((n, 3)) + 0.7 * shared + np.array([0.0, 5.0, -2.0])
    eta = (X - X.mean(axis=0)) @ np.array([0.8, 0.4, -0.3]) + 0.3 * shared.sum(axis=1)
    noise = g.standard_normal(n) * (1.0 + np.abs(X[:, 0]))
    match kind:
        case "ols":
            return st.ols(eta + noise, X, **options)
        case "logistic":
            return st.logistic((eta + noise > 0).astype(float), X, **options)
        case "poisson":
            return st.poisson(g.poisson(np.exp(0.5 * (eta + 0.3 * noise))), X, **options)
        case "softmax":
            return st.softmax(np.digitize(eta + noise, [-1.0, 0.7]), X, **options)
        case "negative_binomial":
            return st.negative_binomial(g.poisson(np.exp(0.5 * eta) * g.gamma(0.7, 1 / 0.7, n)), X, **options)
    raise AssertionError(kind)


KINDS = ("ols", "logistic", "poisson", "softmax", "negative_binomial")


def sandwich(model: st.Model, cov: Any) -> Any:
    fit = st.fit(model)
    return covariance(model, fit.estimate, fit.solution.covariance, cov, scale=fit.scale)


def gap(ours: np.ndarray, theirs: np.ndarray) -> float:
    """Largest difference in units of the standard errors."""
    se = np.sqrt(np.diagonal(theirs))
    return float(np.abs((ours - theirs) / np.outer(se, se)).max())


# statsmodels

REFERENCE = {"ols": sm.OLS, "logistic": sm.Logit, "poisson": sm.Poisson, "softmax": sm.MNLogit}
PAIRS = [
    ("HC0", "HC0", {}),
    (HAC(4), "HAC", {"maxlags": 4}),
    (HAC(0), "HC0", {}),
    (HAC(9, "uniform"), "HAC", {"maxlags": 9, "kernel": "uniform"}),
    (HAC(3, correction="stata"), "HAC", {"maxlags": 3, "use_correction": True}),
    (Cluster(FIRST, kind="CR1"), "cluster", {"groups": FIRST}),
    (Cluster(FIRST, correction="none"), "cluster", {"groups": FIRST, "use_correction": False}),
    (Cluster(FIRST, SECOND), "cluster", {"groups": BOTH}),
    (Cluster(FIRST, SECOND, correction="none"), "cluster", {"groups": BOTH, "use_correction": False}),
]


@pytest.mark.parametrize("kind", REFERENCE)
def test_equals_statsmodels(kind):
    model = draw(kind)
    y = model.rows.y.astype(int) if kind == "softmax" else model.rows.y
    reference = REFERENCE[kind](y, model.rows.X)
    options = {} if kind == "ols" else {"disp": 0, "method": "newton", "tol": 1e-14, "maxiter": 100}
    plain = reference.fit(**options)
    theta = np.asarray(plain.params).T.ravel()  # the same point, so that only the sandwich is compared
    bread = np.asarray(plain.normalized_cov_params)
    only_ols = [(kind, kind, {}) for kind in HC[:4]]
    for cov, name, keywords in PAIRS + (only_ols if kind == "ols" else []):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # statsmodels hands cov_kwds to its optimizer
            theirs = reference.fit(**options, cov_type=name, cov_kwds=keywords).cov_params()
        ours = covariance(model, theta, bread, cov)
        assert gap(ours.matrix, np.asarray(theirs)) < 1e-9, cov
        assert gap(sandwich(model, cov).matrix, np.asarray(theirs)) < 1e-8, cov  # at our own estimate


def test_t_after_clustering_has_the_degrees_of_freedom_of_statsmodels():
    model = draw("ols")
    for cov, groups in ((Cluster(FIRST, kind="CR1"), FIRST), (Cluster(FIRST, SECOND), BOTH)):
        result = sm.OLS(model.rows.y, model.rows.X).fit().get_robustcov_results("cluster", groups=groups, use_t=True)
        assert sandwich(model, cov).df == result.df_resid_inference
    assert sandwich(model, "HC1").df == 236
    assert sandwich(model, "information").df == 236
    assert sandwich(draw("logistic"), Cluster(FIRST, kind="CR1")).df == np.inf


# Stata, from statsmodels' own test results; its data are in single precision, which leaves six or seven digits


def grunfeld_model(**options: Any) -> tuple[st.Model, pd.DataFrame]:
    frame = grunfeld.load_pandas().data.iloc[:200]
    return st.ols("invest ~ value + capital", frame, **options), frame


CONST_LAST = [1, 2, 0]


def check_stata(model: st.Model, cov: Any, stata: Any, order: Any = CONST_LAST, rtol: float = 2e-7, df: Any = None):
    found = sandwich(model, cov)
    assert_allclose(np.sqrt(np.diagonal(found.matrix))[order], stata.bse[: len(order)], rtol=rtol)
    assert_allclose(found.matrix[np.ix_(order, order)], stata.cov[: len(order), : len(order)], rtol=rtol)
    if df is not None:
        assert found.df == df


def test_grunfeld_clusters_as_in_stata():
    model, frame = grunfeld_model()
    firm, year = frame["firm"], frame["year"]
    check_stata(model, Cluster(firm, kind="CR1"), grunfeld_stata.results_cluster, df=9)
    check_stata(model, Cluster(firm, correction="stata"), grunfeld_stata.results_cluster, df=9)
    check_stata(model, Cluster(firm, correction="none"), grunfeld_stata.results_cluster_large)
    two = Cluster(firm, year, correction="stata")  # ivreg2, small
    check_stata(model, two, grunfeld_stata.results_cluster_2groups_small, df=9)
    check_stata(model, Cluster(firm, year, correction="none"), grunfeld_stata.results_cluster_2groups_large)


def test_grunfeld_weighted_as_in_stata():
    frame = grunfeld.load_pandas().data.iloc[:200]
    model = st.ols("invest ~ value + capital", frame, precision=1.0 / frame["value"])
    check_stata(model, "HC1", grunfeld_stata.results_hc1_wls_small, rtol=1e-6)
    check_stata(model, "robust", grunfeld_stata.results_hc1_wls_small, rtol=1e-6)
    check_stata(model, Cluster(frame["firm"], kind="CR1"), grunfeld_stata.results_cluster_wls_small, df=9)


def test_macro_as_in_stata():
    data = macrodata.load_pandas().data
    growth = 400 * np.diff(np.log(data[["realinv", "realgdp"]].to_numpy()), axis=0)
    model = st.ols(growth[:, 0], np.column_stack([growth[:, 1], data["realint"].to_numpy()[:-1]]))
    check_stata(model, "robust", macro_stata.results_hc0)  # named so there; the command is vce(robust)
    check_stata(model, HAC(4, correction="stata"), macro_stata.results_newey4)
    check_stata(model, HAC(4), macro_stata.results_ivhac4_large)
    check_stata(model, "HC0", macro_stata.results_ivhc0_large)


def test_spector_robust_logit_as_in_stata():
    data = spector.load_pandas()
    model = st.logistic("GRADE ~ GPA + TUCE + PSI", pd.concat([data.endog, data.exog], axis=1))
    check_stata(model, "robust", spector_stata.results_noconstraint_robust, [1, 2, 3, 0], rtol=3e-6)


def ships() -> pd.DataFrame:
    path = Path(ships_stata.__file__).with_name("ships.csv")
    return pd.read_csv(path).dropna().reset_index(drop=True)


def test_ships_as_in_stata():
    frame = ships()
    formula = "accident ~ yr_con + op_75_79"
    for options, cluster, robust in (
        ({}, ships_stata.results_poisson_clu, ships_stata.results_poisson_hc1),
        (
            {"exposure": "service"},
            ships_stata.results_poisson_exposure_clu,
            ships_stata.results_poisson_exposure_hc1,
        ),
    ):
        model = st.poisson(formula, frame, **options)
        check_stata(model, Cluster(frame["ship"], correction="stata"), cluster)
        check_stata(model, "robust", robust)
    model = st.negative_binomial(formula, frame)
    order = [1, 2, 0, 3]  # Stata's lnalpha is our "log alpha"; it stops five digits from the maximum
    check_stata(model, Cluster(frame["ship"], correction="stata"), ships_stata.results_negbin_clu, order, rtol=1e-5)
    check_stata(model, "robust", ships_stata.results_negbin_hc1, order, rtol=1e-5)


# a slow twin: loops over rows and groups, with the Jacobian of each row by unit vectors


# metamorphic


@pytest.mark.parametrize("kind", KINDS)
def test_weights_are_repeated_rows(kind):
    weights = np.random.default_rng(4).integers(0, 4, 240).astype(float)
    index = np.repeat(np.arange(240), weights.astype(int))
    model = draw(kind)
    maker = getattr(st, kind)
    y = model.rows.y
    weighted = maker(y, model.rows.X[:, 1:], weights=weights)
    repeated = maker(y[index], model.rows.X[index, 1:])
    for cov, twin in [
        *((kind, kind) for kind in (*HC, "robust")),
        (Cluster(FIRST), Cluster(FIRST[index])),
        (Cluster(FIRST, kind="CR1"), Cluster(FIRST[index], kind="CR1")),
        (Cluster(FIRST, SECOND, correction="stata"), Cluster(FIRST[index], SECOND[index], correction="stata")),
    ]:
        ours, theirs = sandwich(weighted, cov), sandwich(repeated, twin)
        assert gap(ours.matrix, theirs.matrix) < 1e-9
        assert_allclose(ours.df, theirs.df, rtol=1e-9)


@pytest.mark.parametrize("cov", [*HC, HAC(4), Cluster(FIRST, SECOND)], ids=lambda c: str(c)[:7])
def test_units_and_order_of_columns(cov):
    model = draw("ols")
    T = np.diag([1e-6, 1.0, 1e7])[[2, 0, 1]]
    X = model.rows.X[:, 1:]
    moved = sandwich(st.ols(model.rows.y, X @ T), cov).matrix[1:, 1:]
    assert gap(T @ moved @ T.T, sandwich(model, cov).matrix[1:, 1:]) < 1e-10


def test_two_outcomes_of_softmax_equal_the_logistic():
    model = draw("logistic")
    twin = st.softmax(model.rows.y.astype(int), model.rows.X[:, 1:])
    for cov in (*HC, HAC(2), Cluster(FIRST)):
        assert gap(sandwich(twin, cov).matrix, sandwich(model, cov).matrix) < 1e-9


@pytest.mark.slow
def test_hc1_covers_where_the_information_does_not():
    """Error variance grows with x^2: the 95 % interval of the slope covers by HC3 and not by the information."""
    g = np.random.default_rng(8)
    hits = np.zeros(2)
    x = g.standard_normal(100)
    for _ in range(300):
        model = st.ols(x + g.standard_normal(100) * x**2, x)
        fit = st.fit(model)
        for k, cov in enumerate(("information", "HC3")):
            V = covariance(model, fit.estimate, fit.solution.covariance, cov, scale=fit.scale)
            hits[k] += abs(fit.estimate[1] - 1.0) < 1.984 * np.sqrt(V.matrix[1, 1])
    assert hits[0] / 300 < 0.80
    assert hits[1] / 300 > 0.90  # 3 standard errors of simulation below 0.94


# names and groups


def test_the_information_of_a_model_without_rows():
    fit = st.fit(st.coin([1, 0, 1, 1]))
    found = covariance(fit.model, fit.estimate, fit.solution.covariance)
    assert found.matrix == pytest.approx(fit.covariance)
    assert (found.name, found.df) == ("information", np.inf)


# errors


def refused(model: Any, cov: Any, message: str, error: type[Exception] = DomainError) -> None:
    fit = st.fit(model)
    with pytest.raises(error, match=message):
        covariance(model, fit.estimate, fit.solution.covariance, cov, scale=fit.scale)


def test_unknown_kinds():
    refused(draw("ols"), "HC5", r"cov= is one of 'information', 'quasi', 'HC0', .*; got 'HC5'", IncompatibleError)
    refused(draw("ols"), Cluster, r"cov= is one of", IncompatibleError)
    refused(st.coin([1, 0, 1]), "HC0", r"cov='HC0' sums the scores of rows, and .* has no rows", IncompatibleError)


def test_a_negative_variance_is_an_error_not_a_nan():
    y = np.tile([1.0, -1.0], 20) + 0.1 * np.sin(np.arange(40))
    refused(st.ols(y, np.zeros((40, 0))), HAC(1, "uniform"), r"gives the variance -.* for 'Intercept': this estimator")


def test_intervals_of_predictions_far_from_zero_are_right_or_refused():
    r = np.random.default_rng(3)
    x = r.normal(size=80)
    y = x + r.normal(size=80)
    near = st.fit(st.ols(y, x)).predict(interval=0.9)
    for shift in (1e3, 1e5, 1e8):  # x itself has rounding errors of 1e-16 of it
        found = st.fit(st.ols(y, x + shift)).predict(interval=0.9)
        assert_allclose(found, near, rtol=0.0, atol=5e-11 + 1e-14 * shift)
    firth = st.fit(st.logistic(y > 0, x + 1e8), penalty=st.Jeffreys())
    with pytest.raises(st.DomainError, match="intervals of predictions need columns near 0"):
        firth.predict(interval=0.9)
    with pytest.raises(st.DomainError, match="Give rows in the units of the fit"):
        st.fit(st.ols(y, x)).predict(np.array([[1e200]]), interval=0.9)


def test_clusters_beyond_memory_are_refused(monkeypatch):
    model = st.poisson("y ~ x", {"y": [1, 2, 0, 4, 3, 1] * 6, "x": [0, 1, 2, 3, 4, 6] * 6, "c": list(range(12)) * 3})
    monkeypatch.setattr("stattools.interface.memory.SMALL", 0)
    monkeypatch.setattr("stattools.interface.memory.free_memory", lambda: 100.0)
    with pytest.raises(st.DomainError, match=r"kind=\"CR2\".* of 2 coefficients and 12 clusters, would take"):
        st.fit(model, cov=st.Cluster("c", kind="CR2"))


@pytest.mark.parametrize("kind", ["CR2", "CR3"])
def test_clusters_beyond_reach_are_refused_at_once(kind, monkeypatch):
    data = {"y": np.arange(60) % 7, "g": np.arange(60) % 5, "c": np.arange(60) // 10}
    monkeypatch.setattr(clusters, "LONGEST", 6 * 5**3 - 1)
    for many in (10**9, 4):
        monkeypatch.setattr(design, "MANY", many)
        with pytest.raises(st.IncompatibleError, match=r'of 5 coefficients and 6 clusters, .* Use kind="CR1"'):
            st.fit(st.poisson("y ~ C(g)", data), cov=st.Cluster("c", kind=kind))
    monkeypatch.setattr(clusters, "LONGEST", 6 * 5**3)
    assert st.fit(st.poisson("y ~ C(g)", data), cov=st.Cluster("c", kind="CR2")).degrees is not None


@pytest.mark.parametrize(
    "cov", ["HC1", Cluster([0, 1, 2, 0, 1, 2, 0, 1], kind="CR1"), HAC(1, correction="stata")], ids=str
)
def test_corrections_that_divide_by_n_less_p_need_more_rows_than_coefficients(cov):
    """A softmax with as many coefficients as rows: the factor was infinite, and the variances NaN."""
    model = st.softmax(list("abcabcab"), np.random.default_rng(0).normal(size=(8, 3)))
    with pytest.raises(DomainError, match=r"has 8 coefficients of n = 8\. Use cov='HC0'"):
        covariance(model, np.zeros(8), np.eye(8), cov)
    assert np.isfinite(covariance(model, np.zeros(8), np.eye(8), "HC0").matrix).all()
