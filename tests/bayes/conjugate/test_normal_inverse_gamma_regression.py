"""Bayesian linear regression: least squares, the multivariate t of the data, rational elimination, calibration."""

from fractions import Fraction
from itertools import permutations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from numpy.testing import assert_allclose, assert_array_equal
from scipy import stats

import stattools as st

RNG = np.random.default_rng(21)
N = 25
TABLE = pd.DataFrame(
    {"x": RNG.normal(2000, 5, N), "g": RNG.choice(["a", "b", "c"], N), "w": RNG.uniform(0.5, 2, N)}
).assign(y=lambda d: 3 + 0.5 * (d.x - 2000) + (d.g == "b") + RNG.normal(0, 2, N))
FORMULA = "y ~ x + g"
MODEL = st.ols(FORMULA, TABLE)
X, Y = MODEL.rows.X, MODEL.rows.y
Prior = st.NormalInverseGammaRegression
PRIOR = Prior([1.0, 0.0, 0.0, 0.5], np.diag([1e-6, 4.0, 1.0, 2.0]) + 1e-7, 2.0, 5.0)


def joint(y, X, prior=PRIOR, weight=None):
    """The evidence is a multivariate t: mean X m, scale matrix b/a (W^-1 + X P^-1 X^T), 2a degrees of freedom."""
    noise = np.eye(len(y)) if weight is None else np.diag(1 / weight)
    matrix = prior.scale / prior.shape * (noise + X @ np.linalg.solve(prior.precision, X.T))
    return stats.multivariate_t(X @ prior.mean, matrix, df=2 * prior.shape).logpdf(y)


def part(rows):
    return st.ols(Y[rows], X[rows], names=list(MODEL.names), intercept=False)


def test_flat_limit_is_least_squares():
    posterior, fit = Prior.flat().update(MODEL), st.fit(MODEL)
    table, ols = posterior.table(0.95), fit.table(0.95)
    assert table["term"].tolist() == [*ols["term"], "sigma"]
    assert_allclose(table["mean"][:4], ols["estimate"], rtol=1e-9)
    assert_allclose(posterior.coefficients.scale, ols["se"], rtol=1e-10)
    assert_allclose(table[["lower", "upper"]][:4], ols[["lower", "upper"]], rtol=1e-9)
    assert_allclose(2 * posterior.probability(high=0.0)[1], ols["p_value"][1], rtol=1e-9)
    assert_allclose(posterior.scale / posterior.shape, fit.scale**2, rtol=1e-12)
    with pytest.raises(st.DomainError, match="improper"):
        _ = posterior.log_evidence
    for kind, belief in (("mean", posterior.mean_at), ("observation", posterior.predictive)):
        new = TABLE.head(3)
        ours, theirs = belief(new).interval(0.9), fit.predict(new, kind=kind, interval=0.9)
        assert_allclose(np.asarray(ours), theirs[["lower", "upper"]], rtol=1e-10)


def test_flat_limit_on_longley():
    data = sm.datasets.longley.load_pandas()
    model = st.ols(data.endog, data.exog)
    posterior, fit = Prior.flat().update(model), st.fit(model)
    assert_allclose(posterior.mean, fit.estimate, rtol=1e-8)  # condition 5e9: seven digits at worst from the data's
    assert_allclose(posterior.coefficients.scale, fit.se, rtol=1e-8)


def test_evidence_is_the_joint_t_of_the_data():
    assert_allclose(PRIOR.update(MODEL).log_evidence, joint(Y, X), rtol=1e-8)  # scipy's pseudo-inverse
    weighted = st.ols(FORMULA, TABLE, precision="w")
    expected = joint(Y, X, weight=TABLE["w"].to_numpy())
    assert_allclose(PRIOR.update(weighted).log_evidence, expected, rtol=1e-8)


def test_against_rational_elimination():
    """Every number of a posterior in exact arithmetic."""
    y, x = [1, 3, 5, 8, 2], [[1, 0], [1, 1], [1, 2], [1, 3], [1, 5]]
    prior = Prior([1.0, 0.5], [[2.0, 0.5], [0.5, 1.0]], 1.5, 2.0)
    posterior = prior.update(st.ols(np.array(y, float), np.array(x, float), intercept=False))
    P = [[Fraction(2), Fraction(1, 2)], [Fraction(1, 2), Fraction(1)]]
    m = [Fraction(1), Fraction(1, 2)]
    r = [sum(P[i][j] * m[j] for j in range(2)) for i in range(2)]
    A = [[P[i][j] + sum(row[i] * row[j] for row in x) for j in range(2)] for i in range(2)]
    b = [r[i] + sum(row[i] * v for row, v in zip(x, y, strict=True)) for i in range(2)]
    det = A[0][0] * A[1][1] - A[0][1] ** 2
    mean = [(A[1][1] * b[0] - A[0][1] * b[1]) / det, (A[0][0] * b[1] - A[0][1] * b[0]) / det]
    total = (
        sum(Fraction(v) ** 2 for v in y) + sum(m[i] * r[i] for i in range(2)) - sum(mean[i] * b[i] for i in range(2))
    )
    assert_allclose(posterior.mean, [float(v) for v in mean], rtol=1e-14)
    assert_allclose(posterior.scale, float(2 + total / 2), rtol=1e-14)
    assert_allclose(posterior.precision, [[float(v) for v in row] for row in A], rtol=1e-14)
    assert posterior.shape == 4.0


@pytest.mark.parametrize("prior", [PRIOR, Prior.flat()])
def test_twice_is_once_in_any_order(prior):
    once = prior.update(part(slice(0, N)))
    for order in permutations([slice(k, N, 3) for k in range(3)]):
        posterior = prior
        for rows in order:
            posterior = posterior.update(part(rows))
        assert_allclose(posterior.mean, once.mean, rtol=1e-8)
        assert_allclose(posterior.coefficients.scale, once.coefficients.scale, rtol=1e-9)
        assert_allclose([posterior.shape, posterior.scale], [once.shape, once.scale], rtol=1e-10)
        if prior is PRIOR:
            assert_allclose(posterior.log_evidence, once.log_evidence, rtol=1e-10)


@pytest.mark.parametrize("prior", [PRIOR, Prior.flat()])
def test_leave_one_out_is_the_predictive_of_the_others(prior):
    loo = prior.update(part(slice(0, 9))).update(part(slice(9, N))).loo()
    for i in (0, 3, 11, 24):
        rest = np.delete(np.arange(N), i)
        others = prior.update(part(rest))
        assert_allclose(loo.pointwise[i], others.predictive(X[[i]]).log_pdf(Y[i])[0], rtol=1e-8)
    assert loo.n == N


def test_frequencies_are_rows():
    counts = RNG.integers(0, 3, N)
    weighted = PRIOR.update(st.ols(FORMULA, TABLE, weights=counts))
    repeated = PRIOR.update(part(np.repeat(np.arange(N), counts)))
    assert_allclose(weighted.mean, repeated.mean, rtol=1e-9)
    assert_allclose(weighted.log_evidence, repeated.log_evidence, rtol=1e-10)
    assert_allclose(weighted.loo().elpd, repeated.loo().elpd, rtol=1e-9)


def test_offset_and_precision():
    with_offset = PRIOR.update(st.ols(FORMULA, TABLE, offset=np.full(N, 2.0), precision="w"))
    shifted = PRIOR.update(st.ols(FORMULA, TABLE.assign(y=Y - 2.0), precision="w"))
    assert_allclose(with_offset.mean, shifted.mean, rtol=1e-10)
    assert_allclose(with_offset.loo().pointwise, shifted.loo().pointwise, rtol=1e-10)
    assert_allclose(with_offset.predictive().location, shifted.predictive().location + 2.0, rtol=1e-10)


def test_g_prior():
    fit = st.fit(MODEL)
    prior = Prior.g_prior(MODEL, g=10.0)
    posterior = prior.update(MODEL)
    assert_allclose(posterior.mean, (10 * fit.estimate + prior.mean) / 11, rtol=1e-8)
    assert_allclose(prior.mean, [Y.mean(), 0, 0, 0], rtol=1e-14)
    assert_allclose(prior.precision, X.T @ X / 10, rtol=1e-11, atol=1e-14)
    assert_allclose(prior.scale / prior.shape, fit.scale**2, rtol=1e-10)
    assert st.NormalInverseGamma.g_prior(MODEL, g=10.0) == prior
    other = Prior.g_prior(MODEL, g=10.0, shape=2.0, scale=3.0, mean=0.0)
    assert (other.shape, other.scale, other.mean.tolist()) == (2.0, 3.0, [0.0] * 4)
    for bad in ({"g": 0.0}, {"g": np.nan}, {"g": 1.0, "mean": [1.0, 2.0]}):
        with pytest.raises(st.DomainError):
            Prior.g_prior(MODEL, **bad)


def test_unit_information_is_near_bic():
    """Differences of log evidence are those of -BIC / 2 up to O(1/n): here two nested models of 2,000 rows."""
    rng = np.random.default_rng(3)
    table = {"x": rng.normal(size=2000), "z": rng.normal(size=2000)}
    table["y"] = table["x"] + rng.normal(size=2000)
    evidence, bic = [], []
    for formula in ("y ~ x", "y ~ x + z"):
        model = st.ols(formula, table)
        evidence.append(Prior.unit_information(model).update(model).log_evidence)
        bic.append(st.fit(model).bic)
    assert_allclose(evidence[1] - evidence[0], -0.5 * (bic[1] - bic[0]), atol=0.01)


def test_joint_density_and_draws():
    small, beta, v = Prior([1.0, 2.0], [[2.0, 0.3], [0.3, 1.0]], 3.0, 4.0), np.array([0.3, 2.5]), 1.7
    given = stats.multivariate_normal([1.0, 2.0], v * np.linalg.inv(small.precision))
    assert_allclose(small.log_density(beta, v), given.logpdf(beta) + stats.invgamma.logpdf(v, 3, scale=4), rtol=1e-12)
    draws = small.sample(4000, seed=5)
    for j in range(2):
        assert stats.kstest(draws["coefficients"][:, j], small.marginal(f"x{j + 1}").cdf).pvalue > 0.01
    assert_allclose(np.cov(draws["coefficients"].T), small.covariance, atol=0.15)
    assert stats.kstest(draws["sigma"], lambda s: stats.invgamma.cdf(s**2, 3, scale=4)).pvalue > 0.01


def test_data_tree():
    tree = PRIOR.update(MODEL).to_arviz(300, seed=1)
    assert tree["posterior"]["beta"].dims == ("chain", "draw", "coef")
    assert tree["posterior"]["coef"].values.tolist() == list(MODEL.names)
    assert tree["log_likelihood"]["y"].shape == (1, 300, N)
    beta, sigma = tree["posterior"]["beta"].values[0], tree["posterior"]["sigma"].values[0]
    assert_allclose(tree["log_likelihood"]["y"].values[0, :, 2], stats.norm.logpdf(Y[2], beta @ X[2], sigma), rtol=1e-9)
    assert_array_equal(tree["observed_data"]["y"], Y)


def test_improper_and_wrong():
    few = st.ols("y ~ x", {"y": [1.0, 2.0], "x": [0, 1]})
    with pytest.raises(st.IdentificationError, match="more than 2 rows"):
        Prior.flat().update(few)
    alias = st.ols("y ~ x + z", {"y": [1.0, 2.0, 4.0, 3.0], "x": [0, 1, 2, 3], "z": [0, 2, 4, 6]})
    with pytest.raises(st.IdentificationError, match="z = 2 x"):
        Prior.flat().update(alias)
    assert np.isfinite(Prior(np.zeros(3), 1.0, 1, 1).update(alias).log_evidence)
    with pytest.raises(st.IncompatibleError, match="linear regression"):
        PRIOR.update(st.logistic("y ~ x", {"y": [0, 1, 0, 1], "x": [0, 1, 2, 3]}))
    with pytest.raises(st.IncompatibleError, match="coefficients"):
        PRIOR.update(few)
    with pytest.raises(st.DomainError, match="needs a model"):
        PRIOR.predictive(TABLE)
    with pytest.raises(st.DomainError, match="no coefficient"):
        PRIOR.marginal("x")
    with pytest.raises(st.DomainError, match="seen none"):
        PRIOR.loo()
    outlier = st.ols("y ~ x", {"y": [1.0, 2.0, 4.0, 3.0], "x": [0, 0, 0, 1]})
    with pytest.raises(st.DomainError, match="without row 3"):
        Prior.flat().update(outlier).loo()


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (([0, 0], [[1, 2], [2, 1]], 1, 1), "positive definite"),
        (([0, 0], [[1, 0.5], [0.4, 1]], 1, 1), "symmetric"),
        (([0, 0], [1, -1], 1, 1), "positive definite"),
        (([0, 0], np.eye(3), 1, 1), "shape"),
        (([0, np.nan], 1, 1, 1), "mean finite"),
        (([0, 0], 1, 0, 1), "shape positive"),
        (([0, 0], 1, 1, -1), "scale positive"),
    ],
)
def test_bad_parameters(bad, message):
    with pytest.raises(st.DomainError, match=message):
        Prior(*bad)


@pytest.mark.slow
def test_calibration_and_coverage():
    rng, ranks, inside = np.random.default_rng(13), [], 0
    prior = Prior([1.0, -1.0], [[2.0, 0.3], [0.3, 1.0]], 3.0, 4.0)
    x = np.column_stack([np.ones(6), rng.normal(size=6)])
    truth = prior.sample(300, seed=rng)
    for beta, sigma in zip(truth["coefficients"], truth["sigma"], strict=True):
        posterior = prior.update(st.ols(x @ beta + sigma * rng.standard_normal(6), x, intercept=False))
        ranks.append([*posterior.coefficients.cdf(beta), posterior.sigma.probability(high=sigma)])
        low, high = posterior.interval(0.9)
        inside += low[1] <= beta[1] <= high[1]
    for column in np.transpose(ranks):
        assert stats.kstest(column, "uniform").pvalue > 0.01
    assert stats.binomtest(int(inside), 300, 0.9).pvalue > 0.01


def test_equals_the_conjugate_package():
    from conjugate.distributions import NormalInverseGamma as Theirs
    from conjugate.models import linear_regression

    prior = Prior([1.0, -1.0], [[2.0, 0.3], [0.3, 1.0]], 3.0, 4.0)
    x = np.column_stack([np.ones(6), RNG.normal(size=6)])
    y = RNG.normal(size=6)
    given = Theirs(mu=prior.mean, delta_inverse=np.linalg.inv(prior.precision), alpha=3.0, beta=4.0)
    theirs = linear_regression(X=x, y=y, prior=given)
    ours = prior.update(st.ols(y, x, intercept=False))
    assert_allclose(ours.mean, theirs.mu, rtol=1e-11)
    assert_allclose([ours.shape, ours.scale], [theirs.alpha, theirs.beta], rtol=1e-11)
    assert_allclose(np.linalg.inv(ours.precision), theirs.delta_inverse, rtol=1e-10)


def test_coefficients_without_names_have_a_tree():
    belief = st.NormalInverseGammaRegression(mean=[0.0, 1.0], precision=np.eye(2), shape=3.0, scale=1.0)
    assert list(belief.to_arviz(draws=5)["prior"].coords["coef"].values) == list(belief.terms)
