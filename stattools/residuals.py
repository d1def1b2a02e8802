"""How far each row is from its fit: residuals, leverage and Cook's distance.

    response   y - mean (grouped outcomes: successes minus their mean)
    pearson    (y - mean) / sd(y), mean 0 and variance about 1
    deviance   sign(y - mean) sqrt(deviance of the row); their squares sum to the deviance
    quantile   Phi^-1(u), u = F(y), for a discrete outcome uniform between F(y - 1) and F(y): standard normal under the
               model whatever the outcome, which no other residual of a count or of a yes or no is
    leverage   h_i = w_i x_i^T (X^T W X)^-1 x_i;   Cook's distance = pearson_i^2 h_i / (p (1 - h_i)^2)

Source: McCullagh & Nelder (1989), 2.4 and 12.5; quantile residuals: Dunn & Smyth, JCGS 5 (1996), 236-244; Cook (1977),
Pregibon (1981). Cost: one pass over the rows; the leverage is a QR decomposition of X and holds a copy of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy import special

from stattools.arguments import is_one_of
from stattools.errors import DomainError, IncompatibleError
from stattools.likelihoods import (
    Bernoulli,
    BetaBinomial,
    Binomial,
    Categorical,
    Gaussian,
    NegativeBinomial,
    Poisson,
    Probit,
)
from stattools.likelihoods.saddle_point import deviance_part
from stattools.model import Model
from stattools.prediction import regression, require_finite
from stattools.seeds import generator

if TYPE_CHECKING:
    from stattools.fitted import Fit

Floats = NDArray[np.float64]
Kind = Literal["response", "pearson", "deviance", "quantile"]

KINDS = ("response", "pearson", "deviance", "quantile")


def residuals(
    fit: Fit,
    kind: Kind = "response",
    *,
    seed: int | np.random.Generator | None = None,
) -> Floats:
    """One residual per row, shape (n_rows,); for softmax "response" and "pearson" of every category, (n_rows, K).

    Precision weights are honored (a precise row has a small sd); a row that stands for several observations (frequency
    weights) has the residual of one of them. "deviance" of `st.ols` is in the units of y, "pearson" is divided by the
    residual scale. "quantile" of a discrete outcome needs `seed`. Raises IncompatibleError for a kind that the model
    does not have, DomainError where `seed` is missing.

    >>> import stattools as st
    >>> fit = st.fit(st.ols("y ~ x", {"y": [1.0, 3.0, 5.0, 8.0], "x": [0, 1, 2, 3]}))
    >>> residuals(fit).round(6).tolist()
    [0.2, -0.1, -0.4, 0.3]
    >>> residuals(fit, "pearson").round(6).tolist()
    [0.516398, -0.258199, -1.032796, 0.774597]
    """
    if not is_one_of(kind, KINDS):
        raise IncompatibleError(f"residuals have kind {', '.join(map(repr, KINDS))}; got kind={kind!r}.")
    model = regression(fit, "residuals")
    require_finite(fit, "residuals")
    eta = model.eta(fit.estimate)
    mean = model.likelihood.mean(eta)
    if isinstance(model.likelihood, Categorical):
        return _of_categories(model, mean, kind)
    observed = outcomes(model)
    if kind == "response":
        grouped = isinstance(model.likelihood, Binomial | BetaBinomial)
        return (observed - mean) * (model.rows.y[:, 1] if grouped else 1.0)
    if kind == "pearson":
        return (observed - mean) / np.sqrt(variance(fit, model, eta, mean))
    if kind == "deviance":
        size = deviances(model, eta, mean)
        precision = 1.0 if model.rows.precision is None else model.rows.precision
        return np.copysign(np.sqrt(size * precision), observed - mean)
    return _quantiles(fit, model, eta, mean, seed)


def leverage(fit: Fit) -> Floats:
    """The diagonal of the hat matrix, shape (n_rows,): how much each outcome moves its own fitted value, in [0, 1].

    The observed information weighs the rows, as in statsmodels' GLM. A row of frequency w has the leverage of one of
    its observations: the sum of w h is the number of columns. Raises IncompatibleError for softmax, whose rows have a
    hat matrix each.

    >>> import stattools as st
    >>> leverage(st.fit(st.ols([1.0, 2.0, 4.0], [0.0, 1.0, 2.0]))).round(6).tolist()
    [0.833333, 0.333333, 0.833333]
    """
    model = regression(fit, "leverage")
    require_finite(fit, "leverage")
    if isinstance(model.likelihood, Categorical):
        raise IncompatibleError(
            f"{model.title} has a matrix of leverages in each row, one for each two categories; compare two of them "
            "with st.logistic."
        )
    rows = model.rows
    information = model.likelihood.information(model.eta(fit.estimate), rows.y)
    curvature = information.reshape(len(rows.X), -1)[:, 0]
    if rows.precision is not None:
        curvature = curvature * rows.precision
    root = np.sqrt(np.maximum(curvature, 0.0))
    frequency = np.ones(len(root)) if rows.weight is None else rows.weight
    whole = rows.X * (root * np.sqrt(frequency))[:, None]
    size = np.abs(whole).max(axis=0)
    Q, R = np.linalg.qr(whole / np.where(size > 0, size, 1.0))
    share = (Q * Q).sum(axis=1)
    absent = frequency == 0  # a row that was never seen did not shape Q: its leverage if it were seen once more
    if absent.any():
        ghost = np.linalg.solve(R.T, (rows.X[absent] * root[absent, None] / np.where(size > 0, size, 1.0)).T)
        share[absent] = (ghost * ghost).sum(axis=0)
    return np.minimum(share / np.where(absent, 1.0, frequency), 1.0)


def cooks_distance(fit: Fit) -> Floats:
    """How far all fitted values move when one observation is left out, shape (n_rows,), in units of their covariance.

    Exact for `st.ols`, one step of Newton otherwise; above 1 is much. Infinite where a row determines a coefficient
    alone (leverage 1). Raises IncompatibleError for softmax.

    >>> import stattools as st
    >>> cooks_distance(st.fit(st.ols([1.0, 2.0, 4.0, 4.0], [0.0, 1.0, 2.0, 3.0]))).round(4).tolist()
    [0.1111, 0.035, 0.4286, 1.7778]
    """
    h = leverage(fit)
    pearson = residuals(fit, "pearson")
    rest = 1.0 - h
    alone = rest <= 1e-12
    safe = np.where(alone, 1.0, rest)
    return np.where(alone, np.inf, pearson**2 * h / safe**2 / fit.model.predictor.columns)


def outcomes(model: Model) -> Floats:
    """The outcome on the scale of the mean: y, or the share of successes of a grouped outcome (0 of 0 trials is 0)."""
    y = model.rows.y
    return y[:, 0] / np.maximum(y[:, 1], 1.0) if isinstance(model.likelihood, Binomial | BetaBinomial) else y


def variance(fit: Fit, model: Model, eta: Floats, mean: Floats) -> Floats:
    """Variance of one outcome on the scale of the mean, shape (n_rows,)."""
    match model.likelihood:
        case Gaussian():
            value = np.full(len(eta), fit.scale**2)
        case Bernoulli():
            value = special.expit(eta) * special.expit(-eta)
        case Probit():
            value = special.ndtr(eta) * special.ndtr(-eta)
        case Binomial():
            value = special.expit(eta) * special.expit(-eta) / np.maximum(model.rows.y[:, 1], 1.0)
        case BetaBinomial():
            trials = np.maximum(model.rows.y[:, 1], 1.0)
            shared = special.expit(-eta[:, 1])  # 1 / (1 + s), the correlation of two trials of a group
            value = mean * special.expit(-eta[:, 0]) * (1.0 + (trials - 1.0) * shared) / trials
        case Poisson():
            value = mean
        case NegativeBinomial():
            value = mean + np.exp(eta[:, 1]) * mean * mean
        case _:
            raise IncompatibleError(f"the variance of {type(model.likelihood).__name__} is not known.")
    return value if model.rows.precision is None else value / model.rows.precision


def deviances(model: Model, eta: Floats, mean: Floats) -> Floats:
    """Twice the log-likelihood that each observation loses against a perfect fit (times scale^2 for `st.ols`)."""
    y = model.rows.y
    match model.likelihood:
        case Gaussian():
            return (y - mean) ** 2
        case BetaBinomial():
            raise IncompatibleError(
                f"{model.title} has no deviance: no mean alone fits a group perfectly while its probability varies. "
                'Use the log-likelihood, or kind="pearson".'
            )
        case Poisson():
            return 2.0 * deviance_part(y, mean)
        case NegativeBinomial():
            inverse = np.exp(-eta[:, 1])
            return np.maximum(2.0 * (deviance_part(y, mean) - deviance_part(y + inverse, mean + inverse)), 0.0)
        case Binomial():
            k, n = y.T
            return 2.0 * (deviance_part(k, n * special.expit(eta)) + deviance_part(n - k, n * special.expit(-eta)))
    return -2.0 * model.likelihood.loglik(eta, y)


def _of_categories(model: Model, mean: Floats, kind: str) -> Floats:
    if kind not in ("response", "pearson"):
        raise IncompatibleError(
            f'{model.title} has no order in its categories, so no {kind} residual; use "response" or "pearson".'
        )
    gap = (model.rows.y[:, None] == np.arange(mean.shape[1])).astype(float) - mean
    if kind == "response":
        return gap
    rest = np.where(np.eye(mean.shape[1], dtype=bool), 0.0, mean[:, None, :]).sum(axis=2)  # 1 - p without cancellation
    return gap / np.sqrt(mean * rest)


def _quantiles(fit: Fit, model: Model, eta: Floats, mean: Floats, seed: Any) -> Floats:
    """Dunn & Smyth's residuals, from the nearer tail so that none is lost to round-off."""
    if isinstance(model.likelihood, Gaussian):
        return (model.rows.y - mean) / np.sqrt(variance(fit, model, eta, mean))
    if seed is None:
        raise DomainError(
            'residuals(kind="quantile") of a discrete outcome are randomized: give seed=, a whole number.'
        )
    below, above = _tails(model, eta, mean)
    u = generator(seed).random(len(eta))
    # u splits the step of F at y: below[0] <= F <= below[1], and above[1] <= 1 - F <= above[0].
    left = below[0] + u * (below[1] - below[0])
    right = above[1] + (1.0 - u) * (above[0] - above[1])
    tiny = np.finfo(float).tiny
    return np.where(left < right, special.ndtri(np.maximum(left, tiny)), -special.ndtri(np.maximum(right, tiny)))


def _tails(model: Model, eta: Floats, mean: Floats) -> tuple[tuple[Floats, Floats], tuple[Floats, Floats]]:
    """(F(y - 1), F(y)) and (1 - F(y - 1), 1 - F(y))."""
    y = model.rows.y
    match model.likelihood:
        case Bernoulli() | Probit():
            p, q = model.likelihood.mean(eta), model.likelihood.mean(-eta)
            below = np.where(y > 0, q, 0.0), np.where(y > 0, 1.0, q)
            return below, (np.where(y > 0, p, 1.0), np.where(y > 0, 0.0, p))
        case Poisson():
            return _ends(y, lambda k: special.gammaincc(k + 1.0, mean), lambda k: special.gammainc(k + 1.0, mean))
        case NegativeBinomial():
            r, p, q = np.exp(-eta[:, 1]), special.expit(-eta[:, 1] - eta[:, 0]), special.expit(eta[:, 1] + eta[:, 0])
            return _ends(y, lambda k: special.betainc(r, k + 1.0, p), lambda k: special.betainc(k + 1.0, r, q))
        case Binomial():
            k, n = y.T
            p, q = special.expit(eta), special.expit(-eta)

            def upper(j: Floats) -> Floats:
                rest = np.maximum(n - j, 1.0)
                return np.where(j < n, special.betainc(j + 1.0, rest, p), 0.0)

            def lower(j: Floats) -> Floats:
                rest = np.maximum(n - j, 1.0)
                return np.where(j < n, special.betainc(rest, j + 1.0, q), 1.0)

            return _ends(k, lower, upper)
    raise IncompatibleError(f"the distribution of {type(model.likelihood).__name__} is not known.")


def _ends(y: Floats, cdf: Any, sf: Any) -> tuple[tuple[Floats, Floats], tuple[Floats, Floats]]:
    before, some = np.maximum(y - 1.0, 0.0), y > 0
    return (np.where(some, cdf(before), 0.0), cdf(y)), (np.where(some, sf(before), 1.0), sf(y))
