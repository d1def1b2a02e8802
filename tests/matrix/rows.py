"""What a fit says of its own rows: residuals, leverage, goodness, calibration."""

from __future__ import annotations

import numpy as np
from numpy.testing import assert_allclose
from scipy import special, stats

import stattools as st
from stattools.likelihoods.predictive import inside
from tests.matrix.asked import Asked, H
from tests.matrix.question import question

Floats = np.ndarray


@question("residuals", "residuals_of")
def response_residuals(a: Asked) -> None:
    if a.has_several:
        assert_allclose(a.fit.residuals, np.eye(3)[a.y.astype(int)] - a.at.mean(), rtol=1e-9, atol=1e-12)
        return
    assert_allclose(a.fit.residuals, a.y - a.at.mean(), rtol=1e-9, atol=1e-12)


@question("residuals_of")
def pearson_residuals(a: Asked) -> None:
    wanted = _pearson(a)
    assert_allclose(a.fit.residuals_of("pearson"), wanted, rtol=1e-9, atol=1e-12)


def _pearson(a: Asked) -> Floats:
    if a.has_several:
        p = a.at.mean()
        return (np.eye(3)[a.y.astype(int)] - p) / np.sqrt(p * (1.0 - p))
    return (a.y - a.at.mean()) / a.at.std()


@question(
    "residuals_of", refused=("softmax", "ordinal", "beta_binomial", "beta", "own", "zero_inflated", "hurdle", "aft")
)
def deviance_residuals(a: Asked) -> None:
    """Their squares are what the log-likelihood of a row loses against the best linear predictor for that row alone,
    and their sign is the side on which the mean of that one lies.
    """
    found, (loss, best) = a.fit.residuals_of("deviance"), _deviance(a)
    scale = a.fit.scale**2 if a.is_least_squares else 1.0
    assert_allclose(found**2, scale * loss, rtol=1e-6, atol=1e-9)
    rises = a.distribution(a.theta, eta=best).mean() - a.at.mean()
    assert (found * rises >= 0).all()
    assert (found[loss > 1e-8] != 0.0).all()


def _deviance(a: Asked) -> tuple[Floats, Floats]:
    """Golden section in the linear predictor of each row: twice what is lost against the best, and the best."""
    low, high, golden = a.eta(a.theta) - 45.0, a.eta(a.theta) + 45.0, 0.5 * (np.sqrt(5.0) - 1.0)
    low, high = (np.clip(end, *inside(*a.model.likelihood.facts.domain)) for end in (low, high))
    left, right = high - golden * (high - low), low + golden * (high - low)
    f, g = (a.pointwise(a.theta, eta=eta) for eta in (left, right))
    for _ in range(60):
        up = g > f
        low, high = np.where(up, left, low), np.where(up, high, right)
        left, right = high - golden * (high - low), low + golden * (high - low)
        f, g = (a.pointwise(a.theta, eta=eta) for eta in (left, right))
    return 2.0 * (np.maximum(f, g) - a.pointwise(a.theta)), 0.5 * (low + high)


@question("residuals_of", refused=("softmax",))
def quantile_residuals(a: Asked) -> None:
    found = a.fit.residuals_of("quantile", seed=4)
    if not a.is_discrete:
        assert_allclose(found, special.ndtri(a.at.cdf(a.y)), rtol=1e-6, atol=1e-9)
        return
    below, at = (special.ndtri(a.at.cdf(k)) for k in (a.y - 1.0, a.y))
    assert ((below <= found) & (found <= at)).all()
    assert_allclose(found, a.fit.residuals_of("quantile", seed=4), rtol=0)
    assert (found != a.fit.residuals_of("quantile", seed=5)).all()


@question("leverage", refused=("softmax", "ordinal", "zero_inflated"))
def leverage(a: Asked) -> None:
    """w x^T (X^T W X)^-1 x, w minus the second derivative of the log-likelihood in the linear predictor or, where that
    of a row is negative, its mean, that of squared scores: between 0 and 1; their sum is the number of columns.
    """
    eta, found = a.eta(a.theta), a.fit.leverage()
    bend = _bend(a, a.y)
    if bend.min() < 0.0:
        bend = _mean_squared_slope(a, eta)
    C = np.linalg.inv(a.X.T @ (a.X * (bend * a.weight)[:, None]))
    assert_allclose(found, bend * ((a.X @ C) * a.X).sum(axis=1), rtol=1e-2, atol=1e-7)  # shares near 1
    assert ((found >= 0.0) & (found <= 1.0)).all()
    assert_allclose(found @ a.weight, a.p, rtol=1e-9)


def _bend(a: Asked, y: Floats) -> Floats:
    eta = a.eta(a.theta)
    ahead, here, behind = (a.pointwise(a.theta, eta=eta + step, y=y) for step in (H, 0.0, -H))
    return (2.0 * here - ahead - behind) / H**2


def _mean_squared_slope(a: Asked, eta: Floats) -> Floats:
    """Of the log-likelihood in the linear predictor, over the distribution of each row: E(-l'') = E(l'^2)."""
    slope = lambda y: (a.pointwise(a.theta, eta=eta + H, y=y) - a.pointwise(a.theta, eta=eta - H, y=y)) / (2 * H)  # noqa: E731
    if a.is_discrete:
        counts = np.arange(int(a.at.ppf(1.0 - 1e-12).max()) + 1)
        return sum(a.at.pmf(np.full(len(eta), k)) * slope(np.full(len(eta), float(k))) ** 2 for k in counts)  # type: ignore[return-value]
    z, h = np.linspace(-6.0, 6.0, 241, retstep=True)
    below = [a.at.ppf(special.ndtr(at)) if at < 0 else a.at.isf(special.ndtr(-at)) for at in z]
    some = [slope(np.minimum(y, 1.0 - 1e-14) if a.case.outcome == "unit" else y) ** 2 for y in below]
    return h * stats.norm.pdf(z) @ np.array(some)


@question("cooks_distance")
def cooks_distance(a: Asked) -> None:
    """One step of Newton in all parameters, by differences, as far as it moves the coefficients of the mean; and of the
    largest four the fit without the row.
    """
    p = len(a.theta) if a.has_several else a.p
    steps = H * np.diag(a.unit)
    bends = (a.scores(a.theta - steps) - a.scores(a.theta + steps)) / (2.0 * H * a.unit[:, None, None])
    scores, left = a.scores(a.theta).T, a.information_at - 0.5 * (bends + bends.swapaxes(0, 1)).transpose(2, 0, 1)
    V = np.linalg.inv(a.information_at)[:p, :p]

    def distance(moves: Floats) -> Floats:
        return (moves[..., :p] * np.linalg.solve(V, moves[..., :p].T).T).sum(axis=-1) / p

    found = np.asarray(a.fit.cooks_distance())
    assert_allclose(found, distance(np.linalg.solve(left, scores[:, :, None])[:, :, 0]), rtol=1e-3, atol=1e-7)
    for row in np.argsort(-found)[:4]:
        fewer = a.weight[row] - 1.0
        rest = a.table.assign(weights=a.weight - (np.arange(len(a.weight)) == row))
        without = a.refitted(table=rest if fewer > 0.0 else a.table.drop(index=a.table.index[row]))
        refit = distance(a.theta - without.theta)
        assert 0.5 < refit / found[row] < 2.0 or min(refit, found[row]) > 1.0, row  # beyond 1 a step is no refit


@question("goodness", "r_squared", refused=("beta_binomial", "beta", "own", "zero_inflated", "hurdle", "aft"))
def goodness(a: Asked) -> None:
    row = a.fit.goodness().iloc[0]
    n, weight = a.fit.n, a.weight
    assert_allclose(row.log_score, -a.own_loglik / n, rtol=1e-9)
    if a.has_several:
        assert_allclose(row.deviance, -2.0 * a.own_loglik, rtol=1e-9)
    else:
        scale = a.fit.scale**2 if a.is_least_squares else 1.0
        assert_allclose(row.deviance, scale * _deviance(a)[0] @ weight, rtol=1e-6)
    if a.is_least_squares:
        y, w = a.y - a.beside("offset"), weight * a.beside("precision")
        total = w @ (y - w @ y / w.sum()) ** 2
        assert_allclose([row.r_squared, a.fit.r_squared], 1.0 - row.deviance / total, rtol=1e-9)
        assert_allclose(row.adjusted_r_squared, 1.0 - row.deviance / a.fit.df / total * (n - 1.0), rtol=1e-9)
        return
    if not a.is_discrete:  # a density changes with the units, and so would its share
        assert "mcfadden" not in row
        assert np.isnan(a.fit.glance().r_squared[0])
        return
    null = _null_loglik(a)
    assert_allclose([row.mcfadden, a.fit.r_squared], 1.0 - a.own_loglik / null, rtol=1e-5)
    cox_snell = -np.expm1(2.0 * (null - a.own_loglik) / n)
    assert_allclose(row.cox_snell, cox_snell, rtol=1e-5)
    assert_allclose(row.nagelkerke, cox_snell / -np.expm1(2.0 * null / n), rtol=1e-5)
    assert row.df == a.fit.df
    if not a.has_several:
        assert_allclose(row.pearson, _pearson(a) ** 2 @ weight, rtol=1e-9)
    if a.case.outcome in ("binary", "trials", "category", "ordered"):
        _scores(a, row)


def _null_loglik(a: Asked) -> float:
    held = [j for j in range(len(a.theta) - a.extra) if a.is_ordinal or j % a.p]
    return a.loglik(a.constrained(dict.fromkeys(held, 0.0)))


def _scores(a: Asked, row: object) -> None:
    """Scores of probabilities, where every trial is an observation."""
    trials = a.weight * a.beside("trials")
    if a.has_several:
        p = a.at.mean()
        assert_allclose(row.brier, trials @ ((np.eye(3)[a.y.astype(int)] - p) ** 2).sum(axis=1) / trials.sum())  # type: ignore[attr-defined]
        assert_allclose(row.accuracy, trials @ (p.argmax(axis=1) == a.y) / trials.sum())  # type: ignore[attr-defined]
        return
    p, share = a.at.mean() / a.beside("trials"), a.y / a.beside("trials")
    events, others = trials * share, trials * (1.0 - share)
    assert_allclose(row.brier, (events @ (1.0 - p) ** 2 + others @ p**2) / trials.sum(), rtol=1e-9)  # type: ignore[attr-defined]
    assert_allclose(row.tjur, events @ p / events.sum() - others @ p / others.sum(), rtol=1e-9)  # type: ignore[attr-defined]
    above = (np.sign(p[:, None] - p) + 1.0) / 2.0
    assert_allclose(row.auc, events @ above @ others / events.sum() / others.sum(), rtol=1e-9)  # type: ignore[attr-defined]
    if a.case.outcome != "trials":
        assert_allclose(row.accuracy, trials @ ((p > 0.5) == (share > 0.5)) / trials.sum(), rtol=1e-9)  # type: ignore[attr-defined]


NO_PROBABILITY = ("continuous", "count", "beta_binomial")


@question("calibration", refused=NO_PROBABILITY)
def calibration(a: Asked) -> None:
    """The groups have all observations, the mean prediction and share of each, and SciPy's Wilson interval."""
    found = a.fit.calibration(4)
    n = a.weight * a.beside("trials")
    if a.is_softmax:
        labels = ["one", "three", "two"]
        parts = [(a.at.mean()[:, k], a.y == k, found[found.category == label]) for k, label in enumerate(labels)]
    elif a.has_several:
        below = a.at.mean().cumsum(axis=1)
        parts = [(below[:, k], a.y <= k, found[found.cut == f"<= {k}"]) for k in range(2)]
    else:
        parts = [(a.at.mean() / a.beside("trials"), a.y / a.beside("trials"), found)]
    for p, share, groups in parts:
        assert_allclose(groups.n.sum(), n.sum(), rtol=1e-12)
        assert_allclose(groups.n @ groups.predicted, n @ p, rtol=1e-9)
        assert_allclose(groups.n @ groups.observed, n @ share, rtol=1e-9)
        assert (np.diff(groups.predicted) > 0).all()
        assert 3 <= len(groups) <= 4
        for row in groups.itertuples():
            wilson = stats.binomtest(round(row.observed * row.n), int(row.n)).proportion_ci(method="wilson")
            assert_allclose([row.lower, row.upper], list(wilson), rtol=1e-6, atol=1e-12)


NO_CLASSES = ("continuous", "count", "trials")


@question("st.confusion", refused=NO_CLASSES)
def confusion(a: Asked) -> None:
    found, p = st.confusion(a.fit), a.at.mean()
    guessed = p.argmax(axis=1) if a.has_several else (p > 0.5).astype(int)
    wanted = np.zeros((3, 3) if a.has_several else (2, 2))
    np.add.at(wanted, (a.y.astype(int), guessed), a.weight)
    assert_allclose(found.to_numpy(float), wanted)
