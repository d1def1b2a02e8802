"""Samples, tests and posteriors beside SciPy's distributions, enumeration and quadrature."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from scipy import integrate, special, stats
from statsmodels.stats.multitest import multipletests

import stattools as st
from stattools.qualification.agreements import shipped
from stattools.qualification.dossier.procedure import SideBySide

TABLE = np.array([[12, 5], [3, 9]])


def samples() -> Iterable[SideBySide]:
    """Shares, rates, waits and their log-likelihoods."""
    fit = st.fit(st.coin([1, 0, 1, 1, 0, 1, 1]))
    yield SideBySide("a share", fit.estimate, [5 / 7])
    yield SideBySide("its log-likelihood", fit.loglik, 5 * np.log(5 / 7) + 2 * np.log(2 / 7))
    fit = st.fit(st.poisson_rate([3, 0, 2], exposure=[2.0, 1.0, 1.0]))
    yield SideBySide("a rate", fit.estimate, [5 / 4])
    right = stats.poisson.logpmf([3, 0, 2], np.array([2.0, 1.0, 1.0]) * 1.25).sum()
    yield SideBySide("its log-likelihood", fit.loglik, right)
    fit = st.fit(st.geometric([0, 3, 1]))
    yield SideBySide("a wait", fit.loglik, stats.geom.logpmf([1, 4, 2], 3 / 7).sum())
    fit = st.fit(st.pascal([4, 2, 5], successes=2))
    yield SideBySide("a longer wait", fit.loglik, stats.nbinom.logpmf([4, 2, 5], 2, 6 / 17).sum())
    fit = st.fit(st.categories(list("aabcab")))
    yield SideBySide("shares of labels", fit.estimate, [3 / 6, 2 / 6, 1 / 6])


def tables() -> Iterable[SideBySide]:
    """Fisher's test and conditional odds ratio, Pearson's and the likelihood-ratio statistics of a table."""
    model = st.odds_ratio(TABLE)
    yield SideBySide("Fisher's p-value", st.exact_test(model).p_value, stats.fisher_exact(TABLE)[1])
    found = stats.contingency.odds_ratio(TABLE, kind="conditional").statistic
    yield SideBySide("the conditional odds ratio", np.exp(st.fit(model).estimate), [found], 1e-5)
    tests: tuple[tuple[Any, Any], ...] = (("score", None), ("lr", "log-likelihood"))
    for test, power in tests:
        right = stats.chi2_contingency(TABLE, correction=False, lambda_=power)
        found = st.independence(TABLE, test=test)
        yield SideBySide("statistic and p-value", [found.statistic, found.p_value], right[:2])
    p = st.exact_test(st.binomial(2, 15), 0.4).p_value
    yield SideBySide("the exact test of a share", p, stats.binomtest(2, 15, 0.4).pvalue)


def rank_tests() -> Iterable[SideBySide]:
    """The exact test by ranks is Mann and Whitney's; corrections of several p-values; a correlation."""
    a, b = np.array([1.1, 2.3, 1.9, 0.4, 3.3]), np.array([3.8, 4.4, 2.9, 5.1])
    table = {"y": np.concatenate([a, b]), "g": ["a"] * 5 + ["b"] * 4}
    right = stats.mannwhitneyu(a, b, method="exact")[1]
    yield SideBySide("the p-value of ranks", st.permutation_test("y ~ g", table).p_value, right)
    p = [0.01, 0.04, 0.03, 0.005, 0.8]
    methods: Any = {"holm": "holm", "bonferroni": "bonferroni", "fdr": "fdr_bh", "hommel": "hommel"}
    for ours, theirs in methods.items():
        yield SideBySide(f"corrected, {ours}", st.p_adjust(p, ours), multipletests(p, method=theirs)[1])
    frame = shipped("statecrime")
    fit = st.fit(st.correlation("murder ~ poverty", frame))
    yield SideBySide("a correlation", fit.estimate, [np.corrcoef(frame["murder"], frame["poverty"])[0, 1]], 1e-7)


def power() -> Iterable[SideBySide]:
    """Simulated power of least squares lies within four of its own errors of the noncentral t distribution."""
    x = np.tile([0.0, 1.0], 12)
    truth = {"Intercept": 0.0, "x": 1.0}
    found = st.power(st.ols("y ~ x", {"y": x, "x": x}), "x", coefficients=truth, scale=1.0, draws=1000, seed=2).table()
    limit, shift = stats.t(22).ppf(0.975), np.sqrt(6.0)
    right = stats.nct.sf(limit, 22, shift) + stats.nct.cdf(-limit, 22, shift)
    tolerance = 4.0 * float(np.sqrt(right * (1 - right) / 1000))
    yield SideBySide("power", found["power"].iloc[0], right, tolerance, unit=1.0)


def conjugate() -> Iterable[SideBySide]:
    """Posteriors in closed form and their probabilities, beside SciPy's distributions."""
    waits = st.posterior(st.geometric([0, 3, 1]), prior=st.Beta(1, 1))
    yield SideBySide("a wait", waits.probability(0.0, 0.5), stats.beta(4, 5).cdf(0.5))
    rate = st.posterior(st.exponential_rate([1.0, 2.5, 4.0]), prior=st.Gamma(2, 1))
    yield SideBySide("a rate of events", rate.probability(0.0, 0.5), stats.gamma(5, scale=1 / 8.5).cdf(0.5))
    y = np.array([1.2, 0.4, 2.2, 1.9, 0.7])
    x = np.array([0.0, 1.0, 2.0, 3.0, 4.0])
    prior = st.NormalInverseGammaRegression([0.0, 0.0], [[1.0, 0.0], [0.0, 1.0]], 2.0, 3.0, names=("Intercept", "x"))
    line = st.posterior(st.ols("y ~ x", {"y": y, "x": x}), prior=prior)
    X = np.column_stack([np.ones(5), x])
    yield SideBySide("coefficients", line.mean, np.linalg.solve(np.eye(2) + X.T @ X, X.T @ y), 1e-7)


def decisions() -> Iterable[SideBySide]:
    """Of two arms: which is better, by how much, and what a wrong choice costs, by quadrature."""
    a, b = st.Beta(8, 14), st.Beta(12, 10)
    first: Any = stats.beta(8, 14)
    second: Any = stats.beta(12, 10)

    def over(integrand: Callable[[float], float]) -> float:
        return float(integrate.quad(integrand, 0, 1, epsabs=0, epsrel=1e-11)[0])

    better = over(lambda u: second.pdf(u) * first.cdf(u))
    yield SideBySide("the probability that b is greater", st.probability_greater(b, a), better)
    yield SideBySide("the probability of the best", st.probability_best([a, b]), [1 - better, better], 1e-7)
    loss = over(lambda u: second.cdf(u) * first.sf(u))  # E max(a - b, 0)
    yield SideBySide("the expected loss", st.expected_loss(b, a), loss, 1e-7)
    near = over(lambda u: first.pdf(u) * (second.cdf(u + 0.1) - second.cdf(u - 0.1)))
    yield SideBySide("within a tenth", st.rope_probability(b, a, low=-0.1, high=0.1), near, 1e-6)
    yield SideBySide("the mean difference", st.difference(b, a).mean, 12 / 22 - 8 / 22, 1e-7)
    odds = 12 / 22 * special.beta(7, 14) / special.beta(8, 14)
    yield SideBySide("the mean ratio", st.ratio(b, a).mean, odds, 1e-6)


def weighted_draws() -> Iterable[SideBySide]:
    """Weighted draws of a logistic posterior: mean and spread by quadrature, within their own simulation error."""
    x, y = np.linspace(-2, 2, 12), np.array([0, 0, 1, 0, 0, 1, 0, 1, 1, 0, 1, 1])
    found = st.posterior(
        st.logistic(y, x[:, None], intercept=False), prior=st.Normal(0, 2), method="importance", draws=4000, seed=4
    )
    at = np.linspace(-6, 10, 4001)
    logs = special.log_expit(np.outer(at, x) * (2 * y - 1)).sum(axis=1) + stats.norm.logpdf(at, 0, 2)
    p = np.exp(logs - logs.max())
    mean = float(p @ at / p.sum())
    sd = float(np.sqrt(p @ (at - mean) ** 2 / p.sum()))
    yield SideBySide("the mean, in its standard deviations", float(found.mean[0]) / sd, mean / sd, 0.1, unit=1.0)
    yield SideBySide("the standard deviation", float(found.sd[0]) / sd, 1.0, 0.1, unit=1.0)


TESTS: dict[str, Callable[[], Iterable[SideBySide]]] = {
    "sample: shares, rates and waits": samples,
    "sample: tables": tables,
    "sample: ranks, corrections and correlation": rank_tests,
    "sample: power": power,
    "posterior: closed forms": conjugate,
    "posterior: decisions": decisions,
    "posterior: weighted draws": weighted_draws,
}
