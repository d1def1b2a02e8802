"""Survival and grouped data beside loops over risk sets, dense normal densities and quadrature."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from itertools import combinations
from typing import Any, Literal

import numpy as np
from scipy import integrate, special, stats

import stattools as st
from stattools.interface.arrays import Floats
from stattools.interface.when_needed import pd
from stattools.qualification.agreements import shipped
from stattools.qualification.dossier.procedure import SideBySide


@cache
def _times() -> pd.DataFrame:
    rng = np.random.default_rng(5)
    frame = pd.DataFrame({"x": rng.normal(size=60), "z": rng.integers(0, 2, 60)})
    time = np.ceil(8.0 * rng.exponential(np.exp(-0.5 * frame["x"])))  # whole numbers, with ties
    return frame.assign(t=np.minimum(time, 20.0), d=(time <= 20.0).astype(int))


@cache
def _cox(ties: Literal["efron", "breslow"] = "efron") -> st.CoxFit:
    return st.fit(st.cox("survival(t, d) ~ x + z", _times(), ties=ties))


def _partial(beta: Floats, ties: str) -> float:
    d = _times()
    eta, t, dead = d[["x", "z"]].to_numpy(float) @ beta, d["t"].to_numpy(), d["d"].to_numpy() == 1
    total = 0.0
    for time in np.unique(t[dead]):
        now, risk = dead & (t == time), np.exp(eta[t >= time]).sum()
        total += eta[now].sum()
        for k in range(now.sum()):
            total -= np.log(risk - (k / now.sum() if ties == "efron" else 0.0) * np.exp(eta[now]).sum())
    return float(total)


def partial_likelihood() -> Iterable[SideBySide]:
    """Cox's partial likelihood with Efron's and Breslow's ties, its maximum and its curvature, by loops."""
    for ties in ("efron", "breslow"):
        fit = _cox(ties)
        b, h = np.asarray(fit.estimate), 2e-3 * np.diag(fit.se)
        yield SideBySide(f"log-likelihood, {ties}", fit.loglik, _partial(b, ties))
        score = [(_partial(b + s, ties) - _partial(b - s, ties)) / 4e-3 for s in h]
        yield SideBySide("the score times the standard error", score, np.zeros(2), 1e-5, unit=1.0)
        steps = [(s, u) for s in h for u in h]
        rises = [_partial(b + s + u, ties) + _partial(b - s - u, ties) for s, u in steps]
        falls = [_partial(b + s - u, ties) + _partial(b - s + u, ties) for s, u in steps]
        scaled = (np.array(falls) - np.array(rises)).reshape(2, 2) / 4.0 / (2e-3) ** 2
        errors = fit.se * np.sqrt(np.diagonal(np.linalg.inv(scaled)))
        yield SideBySide("the standard errors", fit.se, errors, 1e-4)  # differences of differences


def after_cox() -> Iterable[SideBySide]:
    """Harrell's concordance by all pairs, and the cumulative hazard by Efron's steps, by loops."""
    fit, d = _cox(), _times()
    risk, t, dead = d[["x", "z"]].to_numpy(float) @ fit.estimate, d["t"].to_numpy(), d["d"].to_numpy() == 1
    good = total = 0.0
    for i, j in combinations(range(len(t)), 2):
        for a, b in ((i, j), (j, i)):
            if dead[a] and (t[a] < t[b] or (t[a] == t[b] and not dead[b])):
                total += 1
                good += 1.0 if risk[a] > risk[b] else 0.5 if risk[a] == risk[b] else 0.0
    yield SideBySide("concordance", fit.concordance().estimate, good / total, 1e-8)
    cumulative, found = 0.0, []
    for time in np.unique(t[dead]):
        now, at_risk = dead & (t == time), np.exp(risk[t >= time]).sum()
        cumulative += sum(1 / (at_risk - k / now.sum() * np.exp(risk[now]).sum()) for k in range(now.sum()))
        found.append(cumulative)
    yield SideBySide("cumulative hazard", fit.baseline(at="zero")["cumulative_hazard"], found, 1e-7)


def kaplan_meier() -> Iterable[SideBySide]:
    """The product of shares that stay, Greenwood's variance, and the log-rank statistic, by loops."""
    d = _times()
    t, dead, z = d["t"].to_numpy(), d["d"].to_numpy() == 1, d["z"].to_numpy()
    curve, variance, right = 1.0, 0.0, []
    gap = spread = 0.0
    for time in np.unique(t[dead]):
        n, k = (t >= time).sum(), (dead & (t == time)).sum()
        curve, variance = curve * (1 - k / n), variance + (k / (n * (n - k)) if n > k else np.inf)
        right.append((curve, curve * np.sqrt(variance)))
        first = ((t >= time) & (z == 1)).sum()
        gap += (dead & (t == time) & (z == 1)).sum() - k * first / n
        spread += k * (first / n) * (1 - first / n) * (n - k) / (n - 1) if n > 1 else 0.0
    table = st.kaplan_meier("survival(t, d) ~ 1", d).table()
    table = table[table["events"] > 0]
    yield SideBySide("the curve", table["survival"], [one[0] for one in right])
    yield SideBySide("its standard errors", table["se"], [one[1] for one in right])
    found = st.kaplan_meier("survival(t, d) ~ z", d).test()
    yield SideBySide("the log-rank statistic", found.statistic, gap**2 / spread, 1e-7)


def matched_sets() -> Iterable[SideBySide]:
    """The conditional likelihood of sets of one case and three others: a softmax within each set."""
    rng = np.random.default_rng(8)
    x, sets = rng.normal(size=160), np.repeat(np.arange(40), 4)
    eta = (0.8 * x).reshape(40, 4)
    case = (np.argmax(eta + rng.gumbel(size=eta.shape), axis=1)[:, None] == np.arange(4)).ravel().astype(int)
    fit = st.fit(st.conditional_logit("case ~ x", {"case": case, "x": x, "set": sets}, strata="set"))
    b, v = float(fit.estimate[0]), x.reshape(40, 4)
    p = special.softmax(b * v, axis=1)
    chosen = case.reshape(40, 4) == 1
    spread = ((p * v**2).sum(axis=1) - (p * v).sum(axis=1) ** 2).sum()
    yield SideBySide("log-likelihood", fit.loglik, np.log(p[chosen]).sum())
    yield SideBySide("the score", (v[chosen] - (p * v).sum(axis=1)).sum() * float(fit.se[0]), 0.0, 1e-6, unit=1.0)
    yield SideBySide("the standard error", fit.se[0], 1 / np.sqrt(spread), 1e-7)


@cache
def _mixed() -> st.LinearMixedFit:
    return st.fit(st.linear_mixed("invest ~ value + capital + (1 | firm)", shipped("grunfeld")))


def linear_mixed() -> Iterable[SideBySide]:
    """The restricted likelihood, the coefficients and the predicted effects, by dense matrices of all rows."""
    fit, d = _mixed(), shipped("grunfeld")
    y, X = d["invest"].to_numpy(), np.column_stack([np.ones(len(d)), d["value"], d["capital"]])
    names = list(dict.fromkeys(d["firm"]))
    Z = (d["firm"].to_numpy()[:, None] == np.array(names, dtype=object)).astype(float)
    tau2, s2 = np.asarray(fit.variance_components()["estimate"]) ** 2
    V = tau2 * Z @ Z.T + s2 * np.eye(len(y))
    W = np.linalg.inv(V)
    C = np.linalg.inv(X.T @ W @ X)
    beta = C @ X.T @ W @ y
    rest = y - X @ beta
    value = stats.multivariate_normal.logpdf(y, X @ beta, V)
    value += 0.5 * (np.linalg.slogdet(C)[1] + 3 * np.log(2 * np.pi))
    yield SideBySide("the restricted log-likelihood", fit.loglik, value, 1e-8)
    yield SideBySide("coefficients", fit.estimate, beta, 1e-7)
    yield SideBySide("their standard errors", fit.se, np.sqrt(np.diagonal(C)), 1e-6)
    effects = fit.random_effects()
    order = dict(zip(effects["level"], effects["estimate"], strict=True))
    yield SideBySide("predicted effects", [order[name] for name in names], tau2 * Z.T @ W @ rest, 1e-6)
    yield SideBySide("the intraclass correlation", fit.intraclass()["share"].iloc[0], tau2 / (tau2 + s2), 1e-7)


def mixed_logistic() -> Iterable[SideBySide]:
    """The likelihood of a random intercept as an integral over each group, by adaptive quadrature."""
    d = shipped("fair").iloc[::20]
    fit: Any = st.fit(st.logistic("affair ~ age + (1 | occupation)", d))
    sd = float(fit.variance_components()["estimate"].iloc[0])
    eta = np.column_stack([np.ones(len(d)), d["age"]]) @ np.asarray(fit.estimate)[:2]
    total, y = 0.0, d["affair"].to_numpy()
    for level in np.unique(d["occupation"]):
        at = (d["occupation"] == level).to_numpy()
        sign, part = 2 * y[at] - 1, eta[at]
        grid = np.linspace(-6, 6, 241)
        logs = [special.log_expit(sign * (part + sd * u)).sum() - 0.5 * u * u for u in grid]
        top = max(logs)

        def density(u: float, sign: Floats = sign, part: Floats = part, top: float = top) -> float:
            return float(np.exp(special.log_expit(sign * (part + sd * u)).sum() - 0.5 * u * u - top))

        area = integrate.quad(density, -9, 9, epsabs=0, epsrel=1e-10, limit=200, points=[float(grid[np.argmax(logs)])])
        total += top + np.log(area[0]) - 0.5 * np.log(2 * np.pi)
    yield SideBySide("the log-likelihood", fit.loglik, total, 1e-7)


def smooths() -> Iterable[SideBySide]:
    """A smooth curve follows its outcome: shifted and scaled by as much; the straight part is that of least squares."""
    rng = np.random.default_rng(9)
    x = np.sort(rng.uniform(0, 1, 120))
    y = np.sin(6 * x) + 0.3 * rng.normal(size=120)
    one = st.fit(st.linear_mixed("y ~ s(x)", {"y": y, "x": x}))
    two = st.fit(st.linear_mixed("y ~ s(x)", {"y": 5.0 + 3.0 * y, "x": 100.0 * x - 7.0}))
    yield SideBySide("the fitted curve", two.predict(), 5.0 + 3.0 * np.asarray(one.predict()), 1e-5)
    yield SideBySide("the log-likelihood", two.loglik, one.loglik - (len(y) - 2) * np.log(3.0), 1e-5)
    rest = y - np.asarray(one.predict())
    yield SideBySide("sum and slope of residuals", [rest.sum(), rest @ x], [0.0, 0.0], 1e-6, unit=1.0)


TESTS: dict[str, Callable[[], Iterable[SideBySide]]] = {
    "times: partial likelihood": partial_likelihood,
    "times: concordance and cumulative hazard": after_cox,
    "times: Kaplan-Meier and log-rank": kaplan_meier,
    "times: matched sets": matched_sets,
    "groups: linear mixed model": linear_mixed,
    "groups: mixed logistic regression": mixed_logistic,
    "groups: smooth curves": smooths,
}
