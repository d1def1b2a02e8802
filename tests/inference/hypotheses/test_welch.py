"""Means of arms with their own variances, against SciPy's Welch test and R's oneway.test."""

import numpy as np
import pytest
from scipy import stats

import stattools as st

G = np.random.default_rng(3)
A, B, C = G.normal(0.0, 1.0, 9), G.normal(0.8, 3.0, 14), G.normal(0.2, 0.5, 6)
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
    for y in G.normal(size=(400, 30)) * np.r_[np.full(6, 4.0), np.full(24, 1.0)]:
        rejected += st.fit(st.normal(y, by=["a"] * 6 + ["b"] * 24)).test("mean[a] = mean[b]").p_value < 0.05
    assert 5 <= rejected <= 37  # 20 are expected, four standard deviations of 4.4


def test_hypotheses_of_standard_deviations_stay_walds(fit):
    assert fit.test("sd[a] = sd[b]").kind == "Wald"
    assert st.fit(st.normal(A, sd=1.0)).test("mean = 0").distribution == "chi2"
