"""What a fit says of its own rows: residuals, leverage, goodness, calibration."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import special, stats

import stattools as st
from stattools.errors import IncompatibleError
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
    """Their squares are what the log-likelihood of a row loses against the best linear predictor for that row alone."""
    found, loss = a.fit.residuals_of("deviance"), _deviance(a)
    scale = a.fit.scale**2 if a.is_least_squares else 1.0
    assert_allclose(found**2, scale * loss, rtol=1e-6, atol=1e-9)
    assert (found * (a.y - a.at.mean()) >= 0).all()


def _deviance(a: Asked) -> Floats:
    """Golden section in the linear predictor of each row."""
    low, high, golden = a.eta(a.theta) - 45.0, a.eta(a.theta) + 45.0, 0.5 * (np.sqrt(5.0) - 1.0)
    low, high = (np.clip(end, *inside(*a.model.likelihood.domain)) for end in (low, high))
    left, right = high - golden * (high - low), low + golden * (high - low)
    f, g = (a.pointwise(a.theta, eta=eta) for eta in (left, right))
    for _ in range(60):
        up = g > f
        low, high = np.where(up, left, low), np.where(up, high, right)
        left, right = high - golden * (high - low), low + golden * (high - low)
        f, g = (a.pointwise(a.theta, eta=eta) for eta in (left, right))
    return 2.0 * (np.maximum(f, g) - a.pointwise(a.theta))


@question("residuals_of", refused=("softmax", "beta_binomial"))
def quantile_residuals(a: Asked) -> None:
    found = a.fit.residuals_of("quantile", seed=4)
    if not a.is_discrete:
        assert_allclose(found, special.ndtri(a.at.cdf(a.y)), rtol=1e-6, atol=1e-9)
        return
    below, at = (special.ndtri(a.at.cdf(k)) for k in (a.y - 1.0, a.y))
    assert ((below <= found) & (found <= at)).all()
    assert_allclose(found, a.fit.residuals_of("quantile", seed=4), rtol=0)
    assert (found != a.fit.residuals_of("quantile", seed=5)).all()


@question("leverage", refused=("softmax", "ordinal"))
def leverage(a: Asked) -> None:
    assert_allclose(a.fit.leverage(), leverages(a), rtol=1e-4, atol=1e-7)  # differences


def leverages(a: Asked) -> Floats:
    """w x^T (X^T W X)^-1 x, w minus the second derivative of the log-likelihood in the linear predictor."""
    eta = a.eta(a.theta)
    ahead, here, behind = (a.pointwise(a.theta, eta=eta + step) for step in (H, 0.0, -H))
    bend = (2.0 * here - ahead - behind) / H**2
    C = np.linalg.inv(a.X.T @ (a.X * (bend * a.weight)[:, None]))
    return bend * ((a.X @ C) * a.X).sum(axis=1)


@question("cooks_distance", refused=("softmax", "ordinal"))
def cooks_distance(a: Asked) -> None:
    h = leverages(a)
    if h.min() < 0:  # the log-likelihood of a row bends up
        with pytest.raises(IncompatibleError, match="no Cook's distances"):
            a.fit.cooks_distance()
        return
    assert_allclose(a.fit.cooks_distance(), _pearson(a) ** 2 * h / (1.0 - h) ** 2 / a.p, rtol=1e-3, atol=1e-7)


@question("goodness", "r_squared", refused=("beta_binomial", "beta", "own", "zero_inflated", "hurdle", "aft"))
def goodness(a: Asked) -> None:
    row = a.fit.goodness().iloc[0]
    n, weight = a.fit.n, a.weight
    assert_allclose(row.log_score, -a.own_loglik / n, rtol=1e-9)
    if a.has_several:
        assert_allclose(row.deviance, -2.0 * a.own_loglik, rtol=1e-9)
    else:
        scale = a.fit.scale**2 if a.is_least_squares else 1.0
        assert_allclose(row.deviance, scale * _deviance(a) @ weight, rtol=1e-6)
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
