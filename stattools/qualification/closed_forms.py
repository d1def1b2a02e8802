"""Models whose answer is a formula, and exact posteriors, against SciPy, quadrature and other formulas."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import statsmodels.api as sm
from scipy import integrate, special, stats
from scipy.special import gammaln

import stattools as st
from stattools.interface.arrays import Floats
from stattools.qualification.agreements import shipped
from stattools.qualification.reading import Measured, PromisedDigits, digits, readings, readings_of


def normal_sample(effort: float = 1.0) -> Measured:
    """Mean, standard error of the mean and log-likelihood of one sample."""
    y = shipped("nile")["volume"].to_numpy(dtype=float)
    fit = st.fit(st.normal(y))
    exact = stats.norm.logpdf(y, y.mean(), y.std()).sum()
    return Measured(
        digits(fit.estimate[0], y.mean()),
        digits(fit.se[0], y.std() / np.sqrt(len(y))),
        digits(fit.loglik, exact),
        readings=readings_of(fit),
    )


def multinomial(effort: float = 1.0) -> Measured:
    """Shares, their standard errors and the log probability of the counts."""
    counts = shipped("anes96")["party"].value_counts().to_numpy()
    n = counts.sum()
    p = counts / n
    fit = st.fit(st.multinomial(counts))
    exact = stats.multinomial.logpmf(counts, n, p)
    errors = np.sqrt(p * (1 - p) / n)
    found = digits(fit.estimate, p), digits(fit.se, errors), digits(fit.loglik, exact)
    return Measured(*found, readings=readings_of(fit))


def multivariate_normal(effort: float = 1.0) -> Measured:
    """The log-likelihood of many measurements at once, at their mean and covariance."""
    Y = shipped("longley")[["GNPDEFL", "UNEMP", "ARMED"]].to_numpy(dtype=float)
    mean = Y.mean(axis=0)
    cov: Any = np.cov(Y.T, bias=True)
    model = st.multivariate_normal(Y)
    value = model.loglik(mean, cov)
    exact = stats.multivariate_normal.logpdf(Y, mean, cov).sum()
    return Measured(loglik=digits(value, exact), readings=readings("log-likelihood", value))


def firth(effort: float = 1.0) -> Measured:
    """Jeffreys' penalty in a table of two groups adds half an event to each cell: an exact answer, with separation."""
    y, x = [0] * 7 + [1] * 3 + [1] * 6, [0] * 10 + [1] * 6
    fit = st.fit(st.logistic(np.array(y), np.array(x)[:, None]), penalty=st.Jeffreys())
    first, second = np.log(3.5 / 7.5), np.log(6.5 / 0.5)
    return Measured(digits(fit.estimate, [first, second - first]), readings=readings("log odds", fit.estimate))


def ridge(effort: float = 1.0) -> Measured:
    """Ridge least squares against its formula, the intercept left alone."""
    frame = shipped("statecrime")
    X, y = frame[["hs_grad", "poverty", "single"]].to_numpy(dtype=float), frame["murder"].to_numpy(dtype=float)
    fit = st.fit(st.ols(y, X), penalty=st.Ridge(5.0))
    centered = X - X.mean(axis=0)
    slopes = np.linalg.solve(centered.T @ centered + 5.0 * np.eye(3), centered.T @ (y - y.mean()))
    found = digits(fit.estimate, [y.mean() - X.mean(axis=0) @ slopes, *slopes])
    return Measured(found, readings=readings("estimate", fit.estimate))


def gamma_by_hand(effort: float = 1.0) -> Measured:
    """A likelihood of the user's own, Gamma with a logarithmic link, against GLM."""
    frame = shipped("scotland")
    y = frame["YES"].to_numpy(dtype=float)
    X = np.column_stack([np.ones(len(y)), frame["UNEMPF"] - 15.0, frame["AGE"] - 20.0]).astype(float)

    def loglik(theta: Floats) -> float:
        mean, shape = np.exp(X @ theta[:3]), np.exp(theta[3])
        return float(np.sum(shape * np.log(shape * y / mean) - shape * y / mean - np.log(y) - gammaln(shape)))

    fit = st.fit(st.custom(loglik, start=[4.0, 0.0, 0.0, 3.0]))
    family = sm.families.Gamma(link=sm.families.links.Log())
    reference = sm.GLM(y, X, family=family).fit(tol=1e-14, tol_criterion="params", maxiter=200)
    return Measured(digits(fit.estimate[:3], reference.params), readings=readings_of(fit))


def beta(effort: float = 1.0) -> Measured:
    """Quantiles of a Beta posterior, and its evidence, against SciPy."""
    posterior = st.posterior(st.binomial(6, 10), prior=st.Beta(2, 3))
    evidence = np.log(special.comb(10, 6)) + special.betaln(8, 7) - special.betaln(2, 3)
    return _quantiles(posterior, stats.beta(8, 7).ppf, evidence)


def gamma(effort: float = 1.0) -> Measured:
    """Quantiles of a Gamma posterior of a rate, and its evidence by quadrature."""
    posterior = st.posterior(st.poisson_rate([3, 0, 2], exposure=[2.0, 1.0, 1.0]), prior=st.Gamma(2, 1))
    prior: Any = stats.gamma(2, scale=1)
    exposure = np.array([2.0, 1.0, 1.0])

    def joint(rate: float) -> float:
        return float(prior.pdf(rate) * np.prod(stats.poisson.pmf([3, 0, 2], rate * exposure)))

    evidence = np.log(integrate.quad(joint, 0.0, 40.0, epsabs=0.0, epsrel=1e-12, limit=200)[0])
    return _quantiles(posterior, stats.gamma(7, scale=1 / 5).ppf, evidence)


def normal_mean(effort: float = 1.0) -> Measured:
    """Quantiles of the mean of normal measurements of known spread."""
    y, sd, prior_sd = np.array([1.2, 0.4, 2.2, 1.9]), 0.8, 2.5
    posterior = st.posterior(st.normal(y, sd=sd), prior=st.Normal(0.0, prior_sd))
    precision = len(y) / sd**2 + 1 / prior_sd**2
    exact = stats.norm(y.sum() / sd**2 / precision, np.sqrt(1 / precision))
    covariance: Any = sd**2 * np.eye(len(y)) + prior_sd**2
    return _quantiles(posterior, exact.ppf, stats.multivariate_normal.logpdf(y, np.zeros(len(y)), covariance))


def dirichlet(effort: float = 1.0) -> Measured:
    """Means and standard deviations of shares, and the evidence, against SciPy."""
    counts, prior = np.array([5, 2, 9]), np.array([1.0, 2.0, 0.5])
    posterior = st.posterior(st.multinomial(counts), prior=st.Dirichlet(prior))
    exact = stats.dirichlet(prior + counts)
    evidence = stats.dirichlet_multinomial.logpmf(counts, prior, counts.sum())
    spread = np.sqrt(exact.var())
    found = digits(posterior.mean, exact.mean()), digits(posterior.sd, spread), digits(posterior.log_evidence, evidence)
    return Measured(*found, readings=readings("mean", posterior.mean))


def _quantiles(posterior: Any, exact: Callable[[Floats], Floats], evidence: Any) -> Measured:
    ends = np.concatenate([np.ravel(posterior.interval(level, kind="eti")) for level in (0.95, 0.998)])
    return Measured(
        digits(ends, exact(np.array([0.025, 0.975, 0.001, 0.999]))),
        None,
        digits(posterior.log_evidence, evidence),
        readings=readings("end of an interval", ends),
    )


def _check(
    model: str, data: str, reference: str, measure: Callable[[float], Measured], *promise: float | None
) -> PromisedDigits:
    return PromisedDigits("closed form", model, data, reference, measure, promise or (10, 10, 10))  # type: ignore[arg-type]


CHECKS = (
    _check("normal sample", "nile", "scipy.stats.norm", normal_sample),
    _check("multinomial", "anes96", "scipy.stats.multinomial", multinomial),
    _check("multivariate normal", "longley", "scipy.stats", multivariate_normal),
    _check("logistic, Jeffreys' penalty", "two groups, separated", "half an event more", firth, 7, None, None),
    _check("linear, ridge", "statecrime", "the formula", ridge, 9, None, None),
    _check("a likelihood of one's own", "scotland", "GLM Gamma", gamma_by_hand, 6, None, None),
    _check("Beta posterior", "6 of 10", "scipy.stats.beta", beta),
    _check("Gamma posterior", "three counts", "scipy.stats.gamma, quadrature", gamma, 10, None, 9),
    _check("normal posterior", "four measurements", "scipy.stats.norm", normal_mean),
    _check("Dirichlet posterior", "16 labels", "scipy.stats.dirichlet", dirichlet),
)
