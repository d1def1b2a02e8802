"""What a fit of a regression answers, beside formulas: predictions, residuals, influence, effects."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
from scipy import special, stats

import stattools as st
from stattools.qualification.agreements import shipped
from stattools.qualification.dossier.operation.fits import logistic_fit, parts, squares_fit
from stattools.qualification.dossier.procedure import SideBySide

SOME = slice(0, 5)
"""Rows that answers of every row are compared in."""


def predictions() -> Iterable[SideBySide]:
    """Means, intervals by way of the link, and where a new observation falls."""
    frame = shipped("fair").head(5)
    X, _, eta, V = parts(logistic_fit())
    wide = stats.norm.ppf(0.975) * np.sqrt(np.einsum("ij,jk,ik->i", X[SOME], V, X[SOME]))
    right = special.expit(np.column_stack([eta[SOME], eta[SOME] - wide, eta[SOME] + wide]))
    yield SideBySide("means and intervals", logistic_fit().predict(frame, interval=0.95), right)
    yield SideBySide("linear predictors", logistic_fit().predict(frame, kind="link"), eta[SOME])
    X, _, eta, V = parts(squares_fit())
    fit, wide = squares_fit(), np.einsum("ij,jk,ik->i", X[SOME], V, X[SOME])
    wide = stats.t(fit.df).ppf(0.95) * np.sqrt(wide + fit.scale**2)
    found = fit.predict(shipped("ccard").head(5), kind="observation", interval=0.9)[["lower", "upper"]]
    yield SideBySide("limits of a new observation", found, np.column_stack([eta[SOME] - wide, eta[SOME] + wide]))


def residuals() -> Iterable[SideBySide]:
    """Response, Pearson's and deviance residuals of a Poisson regression."""
    fit = st.fit(st.poisson("mdvis ~ lncoins + idp", shipped("randhie").head(400)))
    _, y, eta, _ = parts(fit)
    mean = np.exp(eta)
    deviance = 2.0 * (special.xlogy(y, y / mean) - (y - mean))
    yield SideBySide("response residuals", fit.residuals, y - mean)
    yield SideBySide("Pearson's residuals", fit.residuals_of("pearson"), (y - mean) / np.sqrt(mean))
    right = np.sign(y - mean) * np.sqrt(np.maximum(deviance, 0.0))
    yield SideBySide("deviance residuals", fit.residuals_of("deviance"), right, 1e-7)
    yield SideBySide("deviance", fit.goodness()["deviance"].iloc[0], deviance.sum())
    yield SideBySide("Pearson's statistic", fit.goodness()["pearson"].iloc[0], ((y - mean) ** 2 / mean).sum())


def influence() -> Iterable[SideBySide]:
    """The diagonal of X (X'X)^-1 X', and Cook's distances by leaving each row out."""
    fit = squares_fit()
    X, y, eta, _ = parts(fit)
    hat = np.einsum("ij,jk,ik->i", X, np.linalg.inv(X.T @ X), X)
    yield SideBySide("leverage", fit.leverage(), hat, 1e-7)
    left = [np.linalg.lstsq(np.delete(X, i, 0), np.delete(y, i), rcond=None)[0] for i in range(len(y))]
    moved = [float(np.sum((eta - X @ b) ** 2)) for b in left]
    yield SideBySide("Cook's distances", fit.cooks_distance(), np.array(moved) / (X.shape[1] * fit.scale**2), 1e-6)


def effects() -> Iterable[SideBySide]:
    """Average marginal effects, and means of levels, of a logistic regression; errors by the delta method."""
    fit = st.fit(st.logistic("affair ~ age + C(religious)", shipped("fair")))
    X, _, eta, V = parts(fit)
    p, b = special.expit(eta), float(np.asarray(fit.estimate)[list(fit.names).index("age")])
    w = p * (1 - p)
    place = list(fit.names).index("age")
    found = fit.marginal_effects(variables=["age"])
    slope = b * (w * (1 - 2 * p)) @ X / len(X)
    slope[place] += w.mean()
    yield SideBySide("the marginal effect", found["estimate"].iloc[0], b * w.mean())
    yield SideBySide("its standard error", found["se"].iloc[0], np.sqrt(slope @ V @ slope), 1e-6)
    means = fit.means("religious")
    names = [list(fit.names).index(name) for name in fit.names if "religious" in name]
    right, slopes = [], []
    for level in range(len(names) + 1):
        Z = X.copy()
        Z[:, names] = np.eye(len(names) + 1)[level, 1:]
        q = special.expit(Z @ np.asarray(fit.estimate))
        right.append(q.mean())
        slopes.append((q * (1 - q)) @ Z / len(Z))
    yield SideBySide("the means", means["estimate"], right)
    yield SideBySide("their standard errors", means["se"], [np.sqrt(g @ V @ g) for g in slopes], 1e-6)
    gap = slopes[1] - slopes[0]
    found = fit.contrasts("religious", adjust=None)
    yield SideBySide("a contrast", found["estimate"].iloc[0], right[1] - right[0], 1e-7)
    yield SideBySide("its standard error", found["se"].iloc[0], np.sqrt(gap @ V @ gap), 1e-6)


def functions() -> Iterable[SideBySide]:
    """A function of coefficients with its error by the delta method; exponentiated coefficients."""
    fit = logistic_fit()
    at = [list(fit.names).index(name) for name in ("age", "yrs_married")]
    a, b = np.asarray(fit.estimate)[at]
    slope, V = np.array([1.0 / b, -a / b**2]), np.asarray(fit.covariance)[np.ix_(at, at)]
    found = fit.function(lambda c: c["age"] / c["yrs_married"])
    yield SideBySide("a ratio", found["estimate"].iloc[0], a / b)
    yield SideBySide("its standard error", found["se"].iloc[0], np.sqrt(slope @ V @ slope), 1e-6)
    shown = fit.table(exponentiate=True)
    yield SideBySide("odds ratios", shown["estimate"], np.exp(fit.estimate))
    yield SideBySide("their limits", shown[["lower", "upper"]], np.exp(np.array(fit.interval(0.95))))


def determination() -> Iterable[SideBySide]:
    """1 - RSS / TSS, McFadden's ratio, the area under the curve by all pairs, and calibration by tenths."""
    _, y, eta, _ = parts(squares_fit())
    yield SideBySide(
        "R squared", squares_fit().r_squared, 1 - ((y - eta) @ (y - eta)) / ((y - y.mean()) @ (y - y.mean())), 1e-7
    )
    _, y, eta, _ = parts(logistic_fit())
    p, share = special.expit(eta), y.mean()
    null = len(y) * (special.xlogy(share, share) + special.xlogy(1 - share, 1 - share))
    found = logistic_fit().goodness()
    ranks = stats.rankdata(eta)[y == 1]
    k = len(ranks)
    yield SideBySide("McFadden's", found["mcfadden"].iloc[0], 1 - logistic_fit().loglik / null)
    yield SideBySide("the area", found["auc"].iloc[0], (ranks.sum() - k * (k + 1) / 2) / (k * (len(y) - k)))
    yield SideBySide("Brier's score", found["brier"].iloc[0], np.mean((y - p) ** 2))
    table = logistic_fit().calibration()
    yield SideBySide("rows by tenths", table["n"].sum(), len(y))
    yield SideBySide("mean probability", (table["predicted"] * table["n"]).sum(), p.sum())
    yield SideBySide("events", (table["observed"] * table["n"]).sum(), y.sum())


def several() -> Iterable[SideBySide]:
    """Many fits at once, folds, and held-out rows are those of one fit after the other."""
    frame = shipped("grunfeld")
    many = st.fit_many("invest ~ value", frame, by="firm").table()
    each = [st.fit(st.ols("invest ~ value", rows)) for _, rows in frame.groupby("firm", sort=False, observed=True)]
    yield SideBySide("estimates of groups", many["estimate"], np.concatenate([one.estimate for one in each]), 1e-7)
    yield SideBySide("errors of groups", many["se"], np.concatenate([one.se for one in each]), 1e-7)
    train, rest = shipped("fair").iloc[:6000], shipped("fair").iloc[6000:]
    fit = st.fit(st.logistic("affair ~ age", train))
    p, y = fit.predict(rest).to_numpy(), rest["affair"].to_numpy()
    scores = st.held_out(fit, data=rest)
    yield SideBySide(
        "held-out log score", scores["log_score"].iloc[0], -np.mean(np.where(y == 1, np.log(p), np.log1p(-p)))
    )
    table = st.confusion(fit, rest)
    yield SideBySide("the confusion", np.asarray(table, dtype=float).sum(), len(y))


def ordered() -> Iterable[SideBySide]:
    """The likelihood-ratio test of proportional odds is that of two fits."""
    frame = shipped("anes96")
    fit = st.fit(st.ordinal("PID ~ age", frame))
    free = st.fit(st.ordinal("PID ~ age", frame, nonparallel="age"))
    found = fit.proportional_odds().set_index("test").loc["lr", "statistic"]
    yield SideBySide("the statistic", np.ravel(found)[0], 2 * (free.loglik - fit.loglik), 1e-7)


def event_rates() -> Iterable[SideBySide]:
    """The rate of events of exponential times, and its standard error."""
    fit = st.fit(st.exponential_rate([1.0, 2.5, 4.0]))
    yield SideBySide("the rate", fit.estimate, [3 / 7.5])
    yield SideBySide("its standard error", fit.se, [np.sqrt(3) / 7.5])


def hazards() -> Iterable[SideBySide]:
    """A Weibull regression of times has hazard ratios exp(-b / sigma)."""
    rng = np.random.default_rng(12)
    x = rng.normal(size=80)
    fit = st.fit(st.aft("survival(t) ~ x", {"t": np.exp(0.4 * x) * rng.weibull(1.5, 80), "x": x}))
    b, sigma = float(fit.estimate[1]), float(np.exp(fit.estimate[-1]))
    found = fit.hazard_ratios().set_index("term").loc["x"]
    yield SideBySide("the hazard ratio", found.iloc[0], np.exp(-b / sigma), 1e-7)


TESTS: dict[str, Callable[[], Iterable[SideBySide]]] = {
    "answer: predictions": predictions,
    "answer: residuals": residuals,
    "answer: influence": influence,
    "answer: effects": effects,
    "answer: functions of coefficients": functions,
    "answer: determination and calibration": determination,
    "answer: many fits, folds and held-out rows": several,
    "answer: proportional odds": ordered,
    "answer: rates of events": event_rates,
    "answer: hazard ratios of times": hazards,
}
