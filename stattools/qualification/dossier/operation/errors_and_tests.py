"""Standard errors, intervals, tests and criteria of a regression, beside formulas."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
from scipy import special, stats

import stattools as st
from stattools.qualification.agreements import AFFAIR, shipped
from stattools.qualification.dossier.operation.fits import logistic_fit, parts, squares_fit
from stattools.qualification.dossier.procedure import SideBySide


def information() -> Iterable[SideBySide]:
    """Standard errors of logistic regression: the inverse of X'WX, w = p (1 - p)."""
    X, _, eta, _ = parts(logistic_fit())
    p = special.expit(eta)
    right = np.linalg.inv((X.T * (p * (1 - p))) @ X)
    yield SideBySide("the standard errors", logistic_fit().se, np.sqrt(np.diagonal(right)))
    yield SideBySide("the covariance", logistic_fit().covariance, right, 1e-7)


def residual_scale() -> Iterable[SideBySide]:
    """Standard errors of least squares: s^2 (X'X)^-1, with s^2 over n - p."""
    X, y, eta, _ = parts(squares_fit())
    s2 = float((y - eta) @ (y - eta)) / (len(y) - X.shape[1])
    yield SideBySide("the scale", squares_fit().scale, np.sqrt(s2))
    yield SideBySide("the standard errors", squares_fit().se, np.sqrt(s2 * np.diagonal(np.linalg.inv(X.T @ X))), 1e-7)


def wald_intervals() -> Iterable[SideBySide]:
    """estimate +- quantile * se, normal or Student's t with n - p."""
    for fit, law in ((logistic_fit(), stats.norm), (squares_fit(), stats.t(67))):
        quantile = float(law.ppf(0.975))
        ends = np.array(fit.interval(0.95))
        yield SideBySide(
            "the ends", ends, np.column_stack([fit.estimate - quantile * fit.se, fit.estimate + quantile * fit.se])
        )
        p = 2.0 * law.sf(np.abs(fit.estimate / fit.se))
        yield SideBySide("the p-values", fit.table()["p_value"], p)


def profile_intervals() -> Iterable[SideBySide]:
    """Where a coefficient is held at an end of its interval, -2 log likelihood rises by the quantile of chi-squared."""
    fit, name = logistic_fit(), "age"
    place = list(fit.names).index(name)
    frame, ends = shipped("fair"), np.array(fit.interval(0.95, kind="profile"))[place]
    rest = AFFAIR.replace(f" + {name}", "")
    held = [st.fit(st.logistic(rest, frame.assign(o=end * frame[name]), offset="o")).loglik for end in ends]
    yield SideBySide("the rise", 2.0 * (fit.loglik - np.array(held)), np.full(2, stats.chi2.ppf(0.95, 1)), 1e-6)


def criteria() -> Iterable[SideBySide]:
    """AIC and BIC count coefficients; the scale of least squares follows from them and is not counted."""
    for fit, k in ((logistic_fit(), 5), (squares_fit(), 5)):
        yield SideBySide("AIC", fit.aic, 2 * k - 2 * fit.loglik)
        yield SideBySide("BIC", fit.bic, k * np.log(fit.n) - 2 * fit.loglik)


def likelihood_ratio_and_score() -> Iterable[SideBySide]:
    """Twice the difference of log-likelihoods, and the efficient score U'I^-1 U at the restricted maximum."""
    full, small = logistic_fit(), st.fit(st.logistic("affair ~ rate_marriage + age", shipped("fair")))
    test = st.likelihood_ratio(full, small)
    right = 2.0 * (full.loglik - small.loglik)
    yield SideBySide("the likelihood ratio", test.statistic, right)
    yield SideBySide("its p-value", test.p_value, stats.chi2.sf(right, 2))
    X, y, _, _ = parts(full)
    p = special.expit(np.asarray(small.model.rows.X) @ np.asarray(small.estimate))
    U = X.T @ (y - p)
    right = U @ np.linalg.solve((X.T * (p * (1 - p))) @ X, U)
    yield SideBySide("the score statistic", st.score_test(small, full.model).statistic, right, 1e-7)


def wald_tests() -> Iterable[SideBySide]:
    """b'V^-1 b of the coefficients that a hypothesis names; the same from the analysis of variance, by likelihood."""
    fit = logistic_fit()
    at = [list(fit.names).index(name) for name in ("age", "religious")]
    b, V = np.asarray(fit.estimate)[at], np.asarray(fit.covariance)[np.ix_(at, at)]
    yield SideBySide("the Wald statistic", fit.test("age = 0, religious = 0").statistic, b @ np.linalg.solve(V, b))
    rest = st.fit(st.logistic(AFFAIR.replace(" + age", ""), shipped("fair")))
    found = fit.anova().set_index("term").loc["age", "statistic"]
    yield SideBySide("the statistic of the analysis of variance", found, 2 * (fit.loglik - rest.loglik), 1e-7)


def sandwiches() -> Iterable[SideBySide]:
    """HC0 and clusters: bread, meat, bread, by a loop."""
    formula, frame = "invest ~ value + capital", shipped("grunfeld")
    fit = st.fit(st.ols(formula, frame), cov=st.Cluster("firm", kind="CR1"))
    X, y, eta, _ = parts(fit)
    firms, bread, e = frame["firm"].to_numpy(), np.linalg.inv(X.T @ X), y - eta
    meat = np.zeros((3, 3))
    for firm in np.unique(firms):
        U = X[firms == firm].T @ e[firms == firm]
        meat += np.outer(U, U)
    G, (n, k) = len(np.unique(firms)), X.shape
    right = G / (G - 1) * (n - 1) / (n - k) * bread @ meat @ bread
    yield SideBySide("errors by clusters", fit.se, np.sqrt(np.diagonal(right)), 1e-7)
    fit = st.fit(st.ols(formula, frame), cov="HC0")
    right = bread @ ((X.T * e**2) @ X) @ bread
    yield SideBySide("errors HC0", fit.se, np.sqrt(np.diagonal(right)), 1e-7)


def bootstraps() -> Iterable[SideBySide]:
    """The same seed, the same replicates; the wild bootstrap over all signs by a loop."""
    model = st.ols("AVGEXP ~ INCOME", shipped("ccard"))
    a, b = (st.bootstrap(model, draws=50, seed=3) for _ in range(2))
    yield SideBySide("replicates of one seed", a.draws, b.draws, 0.0)
    yield SideBySide("its standard errors", a.se, np.std(np.asarray(a.draws), axis=0, ddof=1))
    frame = shipped("grunfeld")
    fit = st.fit(st.ols("invest ~ value", frame), cov=st.Cluster("firm"))
    found = fit.wild_bootstrap("value = 0", seed=1)
    X, y, _, _ = parts(fit)
    firms = np.unique(frame["firm"].to_numpy(), return_inverse=True)[1]
    G, bread, rest = firms.max() + 1, np.linalg.inv(X.T @ X), y - y.mean()
    signs = 1.0 - 2.0 * ((np.arange(2**G)[:, None] >> np.arange(G)) & 1)
    many = y.mean() + signs[:, firms] * rest
    b = many @ X @ bread
    e = many - b @ X.T
    U = np.stack([e[:, firms == g] @ X[firms == g] for g in range(G)], axis=1) @ bread
    t = b[:, 1] / np.sqrt((U[:, :, 1] ** 2).sum(axis=1))
    share = np.mean(np.abs(t) >= np.abs(t[0]) * (1 - 1e-12))
    yield SideBySide("the p-value of all signs", found.p_value, share, 1e-7)


def descriptions() -> Iterable[SideBySide]:
    """What a fit says of itself: rows, degrees of freedom, kinds of intervals, level, names."""
    fit = squares_fit()
    yield SideBySide("rows and degrees of freedom", [fit.n, fit.df, fit.t_df], [72, 67, 67])
    yield SideBySide("the level", fit.level, 0.95)
    yield SideBySide("names", float(list(fit.names) == ["Intercept", "AGE", "INCOME", "INCOMESQ", "OWNRENT"]), 1.0)
    yield SideBySide("kinds of intervals", sum(kind in fit.kinds for kind in ("wald", "profile")), 2)
    yield SideBySide(
        "no penalty, model-based errors", float(fit.penalty is None and fit.cov_kind == "information"), 1.0
    )
    found = fit.glance().iloc[0]
    yield SideBySide("the glance", [found["n"], found["loglik"], found["aic"]], [72, fit.loglik, fit.aic])


TESTS: dict[str, Callable[[], Iterable[SideBySide]]] = {
    "answer: information": information,
    "answer: residual scale": residual_scale,
    "answer: Wald intervals": wald_intervals,
    "answer: profile intervals": profile_intervals,
    "answer: AIC and BIC": criteria,
    "answer: likelihood ratio and score": likelihood_ratio_and_score,
    "answer: Wald tests and analysis of variance": wald_tests,
    "answer: sandwiches": sandwiches,
    "answer: bootstraps": bootstraps,
    "answer: what a fit says of itself": descriptions,
}
