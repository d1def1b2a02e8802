"""Wald tests: statsmodels' numbers, invariance, the size of the test, and what it refuses."""

from dataclasses import replace

import numpy as np
import pytest
import statsmodels.api as sm
from numpy.testing import assert_allclose
from scipy import stats

import stattools as st
from stattools.errors import IdentificationError
from stattools.inference.hypotheses import wald

G = np.random.default_rng(0)
X = G.standard_normal((150, 3)) * np.array([1.0, 20.0, 0.1])
ETA = X @ np.array([0.5, 0.015, 2.0])
TEXTS = ["x1 = 0", "x1 = 10*x3, x2 = 0", "2*x1 + 100*x2 = 1", "Intercept = x1, x2, x3 = 1"]


def test_f_equals_statsmodels():
    y = ETA + G.standard_normal(150)
    fit = st.fit(st.ols(y, X))
    reference = sm.OLS(y, sm.add_constant(X)).fit()
    for text in TEXTS:
        test = wald(fit, text)
        R, q, _ = st_parse(text, fit)
        theirs = reference.f_test((R, q))
        assert_allclose(test.statistic, theirs.fvalue, rtol=1e-9)
        assert_allclose(test.p_value, theirs.pvalue, rtol=1e-9)
        assert (test.distribution, test.df, test.df_residual) == ("F", theirs.df_num, theirs.df_denom)
        one = reference.t_test((R[:1], q[:1]))
        assert_allclose(test.difference[0], float(one.effect[0]) - q[0], rtol=1e-8)
        assert_allclose(test.se[0], one.sd.item(), rtol=1e-9)


def st_parse(text, fit):
    from stattools.inference.hypotheses import parse

    return parse(text, fit.names)


@pytest.mark.parametrize("kind", ["logistic", "poisson", "softmax"])
def test_chi2_equals_statsmodels(kind):
    Z = sm.add_constant(X)
    if kind == "logistic":
        y, maker = (ETA + G.logistic(size=150) > 0).astype(float), sm.Logit
    elif kind == "poisson":
        y, maker = G.poisson(np.exp(0.5 * ETA)).astype(float), sm.Poisson
    else:
        y, maker = np.digitize(ETA + G.logistic(size=150), [-0.7, 0.7]), sm.MNLogit
    fit = st.fit(getattr(st, kind)(y, X))
    reference = maker(y, Z).fit(disp=0, method="newton", tol=1e-14, warn_convergence=False)
    texts = TEXTS if kind != "softmax" else ["1: x1 = 2: x1, 2: x2 = 0", "2: x3"]
    for text in texts:
        test = wald(fit, text)
        R, q, _ = st_parse(text, fit)
        theirs = reference.wald_test((R, q), scalar=True, use_f=False)
        assert_allclose(test.statistic, theirs.statistic, rtol=1e-6)
        theta, V = fit.estimate, fit.covariance
        explicit = (R @ theta - q) @ np.linalg.solve(R @ V @ R.T, R @ theta - q)
        assert_allclose(test.statistic, explicit, rtol=1e-9)
        assert_allclose(test.p_value, stats.chi2.sf(test.statistic, len(R)), rtol=1e-10)
        assert (test.distribution, test.df, test.df_residual) == ("chi2", len(R), np.inf)


def test_one_coefficient_is_the_table():
    fit = st.fit(st.ols(ETA + G.standard_normal(150), X))
    for name, row in fit.table().set_index("term").iterrows():
        test = wald(fit, [name])
        assert_allclose([test.statistic, test.p_value], [row["statistic"] ** 2, row["p_value"]], rtol=1e-9)


def test_hypotheses_may_be_combined():
    """The test knows the space of the hypotheses, not how they were written."""
    fit = st.fit(st.ols(ETA + G.standard_normal(150), X))
    R = np.array([[0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1e3, -1e-4]])
    one = wald(fit, (R, [1.0, 2.0]))
    A = np.array([[2.0, 1.0], [-1e3, 7.0]])
    other = wald(fit, (A @ R, A @ [1.0, 2.0]))
    assert_allclose(one.statistic, other.statistic, rtol=1e-9)


def test_the_covariance_and_the_degrees_of_freedom_of_the_fit_are_used():
    fit = st.fit(st.ols(ETA + G.standard_normal(150), X))
    wide = replace(fit, covariance=4.0 * fit.covariance, cov="HC1")
    assert_allclose(wald(wide, "x1, x2").statistic, wald(fit, "x1, x2").statistic / 4.0)
    assert wald(wide, "x1, x2").cov == "HC1"
    clustered = wald(fit, "x1, x2", df=9.0)
    assert_allclose(clustered.p_value, stats.f.sf(clustered.statistic, 2, 9), rtol=1e-10)
    assert_allclose(wald(fit, "x1, x2", df=np.inf).p_value, stats.chi2.sf(2 * clustered.statistic, 2), rtol=1e-10)


def test_a_proportion():
    fit = st.fit(st.coin([1, 0, 1, 1]))
    test = wald(fit, "theta = 0.5")
    assert_allclose(test.statistic, (0.25 / np.sqrt(0.75 * 0.25 / 4)) ** 2)


@pytest.mark.slow
def test_size():
    """A true hypothesis is rejected at 5 % in 5 % of the samples: 400 samples, 3 standard errors of simulation."""
    g = np.random.default_rng(5)
    Z = g.standard_normal((40, 2))
    p = [wald(st.fit(st.ols(1.0 + Z[:, 0] + g.standard_normal(40), Z)), "x1 = 1, x2").p_value for _ in range(400)]
    assert abs(np.mean(np.array(p) < 0.05) - 0.05) < 3 * np.sqrt(0.05 * 0.95 / 400)


def test_what_the_covariance_does_not_determine():
    fit = st.fit(st.ols(ETA + G.standard_normal(150), X))
    s = np.array([[1.0, 2.0, 0.5, 1.0]])
    rank_one = replace(fit, covariance=s.T @ s, cov="Cluster(2 groups)")
    assert wald(rank_one, "x1").df == 1
    with pytest.raises(
        IdentificationError, match=r"the covariance \(Cluster\(2 groups\)\) does not determine the 2 comb"
    ):
        wald(rank_one, "x1, x2")


def test_infinite_coefficients():
    fit = st.fit(st.ols(ETA + G.standard_normal(150), X))
    estimate = fit.estimate.copy()
    estimate[2] = np.inf
    broken = replace(fit, estimate=estimate)
    assert wald(broken, "x1 = x3").statistic == wald(fit, "x1 = x3").statistic
    with pytest.raises(
        IdentificationError, match=r"Wald's test needs finite estimates with a variance, and 'x2' has none"
    ):
        wald(broken, "x1 = x2")


R = np.random.default_rng(3)
A, B, C = R.normal(0.0, 1.0, 9), R.normal(0.8, 3.0, 14), R.normal(0.2, 0.5, 6)
Y, ARMS = np.concatenate([A, B, C]), ["a"] * 9 + ["b"] * 14 + ["c"] * 6


@pytest.fixture(scope="module")
def fit():
    return st.fit(st.normal(Y, by=ARMS))


def test_two_means_are_welchs_t(fit):
    found, theirs = fit.test("mean[b] = mean[a]"), stats.ttest_ind(B, A, equal_var=False)
    assert found.statistic == pytest.approx(theirs.statistic**2, rel=1e-10)
    assert found.df_residual == pytest.approx(theirs.df, rel=1e-10)
    assert found.p_value == pytest.approx(theirs.pvalue, rel=1e-10)
    ends = theirs.confidence_interval(0.95)
    assert f"{ends.low:.5g} to {ends.high:.5g}" in found.note
    assert found.difference[0] == pytest.approx(B.mean() - A.mean(), rel=1e-12)


def test_all_means_are_welchs_analysis_of_variance(fit):
    """The formula of Welch (1951), which R's oneway.test has."""
    found = fit.test("mean[a] = mean[b] = mean[c]")
    groups, k = (A, B, C), 3
    n = np.array([len(g) for g in groups])
    w = n / np.array([g.var(ddof=1) for g in groups])
    mean = np.array([g.mean() for g in groups])
    lack = ((1.0 - w / w.sum()) ** 2 / (n - 1.0)).sum() / (k * k - 1.0)
    center = w @ mean / w.sum()
    F = w @ (mean - center) ** 2 / ((k - 1.0) * (1.0 + 2.0 * (k - 2.0) * lack))
    assert found.statistic == pytest.approx(F, rel=1e-10)
    assert (found.df, found.df_residual) == (2, pytest.approx(1.0 / (3.0 * lack), rel=1e-10))
    assert found.p_value == pytest.approx(stats.f.sf(F, 2, 1.0 / (3.0 * lack)), rel=1e-10)


def test_one_mean_is_students_t():
    found, theirs = st.fit(st.normal(A)).test("mean = 0.3"), stats.ttest_1samp(A, 0.3)
    assert found.p_value == pytest.approx(theirs.pvalue, rel=1e-10)
    assert found.df_residual == pytest.approx(8.0)


@pytest.mark.slow
def test_its_level_is_kept_where_that_of_equal_variances_is_not():
    """Small arms of large variance: the pooled t rejects three times too often."""
    rejected = 0
    for y in R.normal(size=(400, 30)) * np.r_[np.full(6, 4.0), np.full(24, 1.0)]:
        rejected += st.fit(st.normal(y, by=["a"] * 6 + ["b"] * 24)).test("mean[a] = mean[b]").p_value < 0.05
    assert 5 <= rejected <= 37  # 20 are expected, four standard deviations of 4.4


def test_hypotheses_of_standard_deviations_stay_walds(fit):
    assert fit.test("sd[a] = sd[b]").kind == "Wald"
    assert st.fit(st.normal(A, sd=1.0)).test("mean = 0").distribution == "chi2"
