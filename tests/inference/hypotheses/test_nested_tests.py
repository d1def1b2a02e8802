"""Likelihood-ratio and score tests: statsmodels' numbers, closed forms, size, and which models do not nest."""

from dataclasses import replace

import numpy as np
import pytest
import statsmodels.api as sm
from numpy.testing import assert_allclose
from scipy import stats

import stattools as st
from stattools.errors import IdentificationError, IncompatibleError
from stattools.inference.hypotheses import likelihood_ratio, score_test, wald
from stattools.inference.hypotheses.nested import embedding

G = np.random.default_rng(1)
N = 200
X = G.standard_normal((N, 4)) + np.array([0.0, 3.0, -1.0, 100.0])
ETA = (X - X.mean(axis=0)) @ np.array([0.6, 0.3, 0.2, -0.1])
OUTCOMES = {
    "ols": ETA + G.standard_normal(N),
    "logistic": (ETA + G.logistic(size=N) > 0).astype(float),
    "poisson": G.poisson(np.exp(0.5 * ETA)).astype(float),
    "softmax": np.digitize(ETA + G.logistic(size=N), [-0.7, 0.7]),
    "probit": (ETA + G.standard_normal(N) > 0).astype(float),
}
REFERENCE = {"logistic": sm.Logit, "poisson": sm.Poisson, "softmax": sm.MNLogit, "probit": sm.Probit}


def models(kind, keep=(0, 1)):
    y, maker = OUTCOMES[kind], getattr(st, kind)
    return maker(y, X), maker(y, X[:, list(keep)])


@pytest.mark.parametrize("kind", REFERENCE)
def test_equal_statsmodels(kind):
    full, restricted = models(kind)
    small = st.fit(restricted)
    options = {"disp": 0, "method": "newton", "tol": 1e-14, "maxiter": 30, "warn_convergence": False}
    theirs = REFERENCE[kind](OUTCOMES[kind], sm.add_constant(X)).fit(**options)
    reduced = REFERENCE[kind](OUTCOMES[kind], sm.add_constant(X[:, :2])).fit(**options)
    ratio = likelihood_ratio(st.fit(full), small)
    assert_allclose(ratio.statistic, 2 * (theirs.llf - reduced.llf), rtol=1e-9)
    assert ratio.df == (4 if kind == "softmax" else 2)
    assert_allclose(ratio.p_value, stats.chi2.sf(ratio.statistic, ratio.df), rtol=1e-10)
    score = score_test(small, full)
    found = reduced.score_test(exog_extra=X[:, 2:])
    assert_allclose(
        [score.statistic, score.p_value], [np.ravel(found.statistic)[0], np.ravel(found.pvalue)[0]], rtol=1e-8
    )
    assert score.df == ratio.df


def test_linear_regression_in_closed_form():
    full, restricted = models("ols")
    small, large = st.fit(restricted), st.fit(full)
    a, b = restricted.residual_sums(small.estimate)[0], full.residual_sums(large.estimate)[0]
    ratio, score = likelihood_ratio(large, small), score_test(small, full)
    assert_allclose(ratio.statistic, N * np.log(a / b), rtol=1e-10)
    assert_allclose(score.statistic, N * (a - b) / a, rtol=1e-10)
    theirs = sm.OLS(OUTCOMES["ols"], sm.add_constant(X)).fit()
    reduced = sm.OLS(OUTCOMES["ols"], sm.add_constant(X[:, :2])).fit()
    assert_allclose(ratio.statistic, theirs.compare_lr_test(reduced)[0], rtol=1e-9)
    assert_allclose(score.statistic, theirs.compare_lm_test(reduced, use_lr=True)[0], rtol=1e-9)
    assert "RSS" in str(ratio)
    assert score_test(small, large).statistic == score.statistic  # a fit stands for its model


def test_the_three_tests_agree_in_large_samples_and_in_order_for_ols():
    full, restricted = models("ols")
    small, large = st.fit(restricted), st.fit(full)
    W = wald(large, ["x3", "x4"], df=np.inf).statistic * N / (N - 5)  # at the maximum-likelihood scale
    assert W > likelihood_ratio(large, small).statistic > score_test(small, full).statistic  # Berndt & Savin (1977)


def test_the_negative_binomial_keeps_its_dispersion():
    y = G.poisson(np.exp(0.5 * ETA) * G.gamma(1.0, 1.0, N))
    small, full = st.fit(st.negative_binomial(y, X[:, :1])), st.negative_binomial(y, X)
    theta = embedding(full, small.model, small.estimate)
    assert theta[-1] == small.estimate[-1]
    score, ratio = score_test(small, full), likelihood_ratio(st.fit(full), small)
    assert score.df == ratio.df == 3
    assert abs(score.statistic - ratio.statistic) < 0.5 * ratio.statistic
    information = full.information(theta)
    explicit = full.score(theta) @ np.linalg.solve(information, full.score(theta))
    assert_allclose(score.statistic, explicit, rtol=1e-8)


def test_poisson_at_the_edge_of_the_negative_binomial():
    y = G.poisson(np.exp(0.5 * ETA) * G.gamma(1.0, 1.0, N))
    large = st.fit(st.negative_binomial(y, X))
    test = likelihood_ratio(large, st.fit(st.poisson(y, X)))
    assert (test.df, test.distribution) == (1, "chibar2")
    assert_allclose(test.p_value, 0.5 * stats.chi2.sf(test.statistic, 1), rtol=1e-10)
    two = likelihood_ratio(large, st.fit(st.poisson(y, X[:, :3])))
    mixture = 0.5 * stats.chi2.sf(two.statistic, 1) + 0.5 * stats.chi2.sf(two.statistic, 2)
    assert_allclose(two.p_value, mixture, rtol=1e-10)
    assert "Self & Liang" in str(two)
    with pytest.raises(IncompatibleError, match=r"is not defined at Poisson regression, the edge of its range"):
        score_test(st.fit(st.poisson(y, X)), large)
    with pytest.raises(IncompatibleError, match=r"different likelihoods"):
        likelihood_ratio(st.fit(st.poisson(y, X)), st.fit(st.negative_binomial(y, X[:, :1])))


def test_weights_are_repeated_rows():
    weights = G.integers(0, 4, N).astype(float)
    index = np.repeat(np.arange(N), weights.astype(int))
    y = OUTCOMES["logistic"]
    one = [st.logistic(y, Z, weights=weights) for Z in (X, X[:, :1])]
    two = [st.logistic(y[index], Z[index]) for Z in (X, X[:, :1])]
    tests = [
        (score_test(st.fit(small), full), likelihood_ratio(st.fit(full), st.fit(small))) for full, small in (one, two)
    ]
    for ours, theirs in zip(*tests, strict=True):
        assert_allclose(ours.statistic, theirs.statistic, rtol=1e-9)


def test_score_needs_no_maximum_of_the_larger_model():
    y = np.repeat([0.0, 1.0], 20)
    x = np.arange(40.0)
    test = score_test(st.fit(st.logistic(y, np.zeros((40, 0)))), st.logistic(y, x))
    assert_allclose(test.statistic, 40 * np.corrcoef(x, y)[0, 1] ** 2, rtol=1e-10)  # n r^2


@pytest.mark.slow
def test_size_of_the_score_and_likelihood_ratio_tests():
    g = np.random.default_rng(7)
    Z = g.standard_normal((200, 2))
    p = []
    for _ in range(400):
        y = (0.5 * Z[:, 0] + g.logistic(size=200) > 0).astype(float)
        small, full = st.fit(st.logistic(y, Z[:, :1])), st.logistic(y, Z)
        p.append([score_test(small, full).p_value, likelihood_ratio(st.fit(full), small).p_value])
    assert (np.abs((np.array(p) < 0.05).mean(axis=0) - 0.05) < 3 * np.sqrt(0.05 * 0.95 / 400)).all()


# models that do not compare


def test_robust_fits_and_other_references():
    full, small = (st.fit(m) for m in models("ols"))
    with pytest.raises(
        IncompatibleError, match=r"the likelihood ratio test trusts the likelihood, and the fit has cov=HC1"
    ):
        likelihood_ratio(replace(full, cov="HC1"), small)
    with pytest.raises(IncompatibleError, match=r"the score test trusts the likelihood, and the fit has cov=HC3"):
        score_test(replace(small, cov="HC3"), full.model)
    y = OUTCOMES["softmax"]
    other = st.fit(st.softmax(y, X[:, :2], reference=2))
    large, same = st.fit(st.softmax(y, X)), st.fit(st.softmax(y, X[:, :2]))
    assert_allclose(likelihood_ratio(large, other).statistic, likelihood_ratio(large, same).statistic, rtol=1e-9)
    with pytest.raises(IncompatibleError, match=r"score needs two models with the same reference category"):
        score_test(other, large)


def test_an_aliased_larger_model():
    full = st.ols(OUTCOMES["ols"], np.column_stack([X, X[:, 0] - X[:, 1]]))
    with pytest.raises(IdentificationError, match=r"x5 = x1 - x2"):
        score_test(st.fit(models("ols")[1]), full)


@pytest.mark.parametrize("penalty", [st.Jeffreys(), st.Ridge(1.0)], ids=repr)
def test_penalized_fits_are_no_maxima_to_compare(penalty):
    g = np.random.default_rng(3)
    data = {"x": g.normal(size=40), "y": g.integers(0, 2, 40)}
    small, large = st.logistic("y ~ 1", data), st.logistic("y ~ x", data)
    with pytest.raises(st.IncompatibleError, match=r"ratio test compares maxima .* fitted with (Jeffreys|Ridge)"):
        st.likelihood_ratio(st.fit(large, penalty=penalty), st.fit(small, penalty=penalty))
    with pytest.raises(st.IncompatibleError, match="score test compares maxima"):
        st.score_test(st.fit(small, penalty=penalty), large)
