"""Contrasts of means: R's emmeans, adjustments, ratios; effects by level and at values."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy import stats

import stattools as st
from stattools.errors import DomainError, IncompatibleError
from stattools.inference.hypotheses.result import p_adjust
from tests.inference.effects.test_means import DATA, LOGISTIC, N

LINE = st.fit(st.ols("y ~ x * g + h", DATA))


def test_tukey_of_least_squares_equals_emmeans():
    """summary(pairs(emmeans(lm(y ~ x * g + h, d), ~g)), infer = TRUE) of R, whose differences are the other way."""
    found = LINE.contrasts("g", adjust="tukey", over="grid")
    assert list(found.columns) == ["contrast", "estimate", "se", "statistic", "p_value", "lower", "upper"]
    assert_allclose(found.estimate, [-0.1227109, -0.3350322, -0.2123213], atol=6e-8)
    assert_allclose(found.se, [0.17740985, 0.17312761, 0.17339175], atol=6e-9)
    assert_allclose(found.upper, [0.29632017, 0.07388449, 0.19721922], atol=2e-6)
    assert_allclose(found.p_value, [0.7686, 0.1316, 0.4402], atol=6e-5)


def test_odds_ratios_within_levels_equal_emmeans():
    """pairs(emmeans(glm(b ~ x + g * h, binomial, d), ~g | h, type = "response"), reverse = TRUE) of R."""
    found = LOGISTIC.contrasts("g", by="h", adjust="tukey", ratio=True, over="grid")
    assert list(found.contrast[:3]) == ["b / a", "c / a", "c / b"]
    assert_allclose(found.estimate, [0.6024860, 0.4174631, 0.6929010, 0.0971022, 0.1135608, 1.1694974], atol=6e-8)
    assert_allclose(found.lower, [0.1834373, 0.1275581, 0.2005049, 0.0230742, 0.0281828, 0.3678316], rtol=2e-5)
    assert_allclose(found.p_value, [0.5777, 0.1951, 0.7674, 0.0004, 0.0007, 0.9460], atol=6e-5)
    assert "odds ratio" in found.attrs["note"]


@pytest.mark.parametrize("adjust", ["holm", "bonferroni", "sidak", "hochberg", "hommel", "fdr", "by"])
def test_p_values_are_adjusted_within_each_level_and_intervals_widen(adjust):
    plain, found = (LOGISTIC.contrasts("g", by="h", adjust=how) for how in (None, adjust))
    for level in "uv":
        one = plain.h == level
        assert_allclose(found.p_value[one], p_adjust(plain.p_value[one], adjust), rtol=1e-10)
    wide = (found.upper - found.lower) / (plain.upper - plain.lower)
    level = {"sidak": 0.95 ** (1 / 3), "fdr": 0.95, "by": 0.95}.get(adjust, 1 - 0.05 / 3)
    assert_allclose(wide, stats.norm.ppf(0.5 + level / 2) / stats.norm.ppf(0.975), rtol=1e-9)


def test_ratios_over_the_rows_are_those_of_average_means():
    found, means = LOGISTIC.contrasts("g", ratio=True), LOGISTIC.means("g")
    assert_allclose(found.estimate[0], means.estimate[1] / means.estimate[0], rtol=1e-12)
    assert_allclose(found.lower * found.upper, found.estimate**2, rtol=1e-10)
    step = 1e-5

    def log_ratio(k, sign):
        theta = LOGISTIC.estimate.copy()
        theta[k] += sign * step
        p = [1 / (1 + np.exp(-LOGISTIC.model.design.encode(DATA.assign(g=g)) @ theta)) for g in "ba"]
        return np.log(p[0].mean() / p[1].mean())

    slope = np.array([(log_ratio(k, 1) - log_ratio(k, -1)) / (2 * step) for k in range(len(LOGISTIC.estimate))])
    assert_allclose(found.se_log[0], np.sqrt(slope @ LOGISTIC.covariance @ slope), rtol=1e-6)


def test_contrasts_are_differences_of_means_by_level():
    found, means = LINE.contrasts("g", by="h"), LINE.means("g", by="h").set_index(["h", "g"]).estimate
    for row in found.itertuples():
        second, first = str(row.contrast).split(" - ")
        assert_allclose(row.estimate, means[row.h, second] - means[row.h, first], atol=1e-12)


def test_effects_within_levels_and_at_values():
    whole, found = LINE.marginal_effects(variables=["x"]), LINE.marginal_effects(variables=["x"], by="g")
    slopes = LINE.estimate[1] + np.array([0.0, *LINE.estimate[-2:]])
    assert_allclose(found.estimate, slopes, rtol=1e-9)
    assert_allclose(whole.estimate[0], (slopes * DATA.g.value_counts(normalize=True).sort_index()).sum(), rtol=1e-9)
    held = LINE.marginal_effects(variables=["x"], at={"g": "b"})
    assert_allclose(held.estimate, slopes[1], rtol=1e-9)
    at = LOGISTIC.marginal_effects(variables=["x"], at={"x": 1.0}).estimate[0]
    p = LOGISTIC.predict(DATA.assign(x=1.0))
    assert_allclose(at, (LOGISTIC.estimate[1] * p * (1 - p)).mean(), rtol=1e-9)
    with pytest.raises(IncompatibleError, match="give one of them"):
        LINE.marginal_effects(by="g", at="mean")


def test_what_has_no_ratio_or_no_method_is_told():
    with pytest.raises(DomainError, match="ratio=True needs means above 0"):
        st.fit(st.ols("y ~ g", DATA.assign(y=DATA.y - 10))).contrasts("g", ratio=True)
    with pytest.raises(IncompatibleError, match="exponential is no ratio"):
        LINE.contrasts("g", ratio=True, over="grid")
    with pytest.raises(DomainError, match="method= "):
        LINE.contrasts("g", adjust="scheffe")  # type: ignore[arg-type]
    with pytest.raises(DomainError, match="method= "):  # pandas has no truth value of it
        LINE.contrasts("g", adjust=pd.Series([1.0, 2.0]))  # type: ignore[arg-type]
    assert len(LINE.contrasts("g")) == 3 < N


@pytest.mark.parametrize("over", ["rows", "grid"])
def test_means_at_one_value_are_those_among_several(over):
    for name, value, others in (("x", 1.0, [0.0, 1.0]), ("g", "b", ["a", "b"])):
        alone = LOGISTIC.means(name, values=[value], over=over)
        both = LOGISTIC.means(name, values=others, over=over)
        pd.testing.assert_frame_equal(alone, both.iloc[1:].reset_index(drop=True))
    with pytest.raises(st.DomainError, match="contrasts of 'x' need two or more different numbers"):
        LOGISTIC.contrasts("x", values=[1.0])
    with pytest.raises(st.DomainError, match="means of 'x' need one or more different numbers"):
        LOGISTIC.means("x", values=[])
