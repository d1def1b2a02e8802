"""What is predicted of a row, and where its interval ends, from the covariance of the linear predictors.

    mean        g(eta_0 -+ q s), s the standard error of the mean in units of eta_0; exp(log mean -+ q se) where several
                linear predictors move one behind a logarithm, as of zero-inflated counts
    link        eta_0 -+ q se(eta_0)
    labels      expit(logit p_k -+ q se), of a zero expit(logit P(0) -+ q se), whose slope in eta is the score of a zero
                over 1 - P(0)
    quantile    h^-1(h(y_p) -+ q se),    F(y_p) = p, h the log of positive outcomes, the log odds of shares; of st.ols
                mean + z_p scale, with the uncertainty of both: scale^2 / (2 df) is the variance of the scale
    survival    S(z -+ q se(z)),         z = (log t - eta_0) / sigma, of gamma times the normal score of F

Source: McCullagh & Nelder (1989), 2.4; Kalbfleisch & Prentice (2002), 3.6; delta method: Wasserman, All of Statistics
(2004), 9.9.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special
from scipy.special import ndtri

from stattools.errors import DomainError, IncompatibleError, quoted
from stattools.inference.estimates import Estimates, df_along, quantile_of
from stattools.interface.arguments import is_number, some_numbers
from stattools.interface.arrays import Floats
from stattools.interface.when_needed import pd
from stattools.likelihoods.likelihood import Likelihood
from stattools.likelihoods.outcomes import Outcome
from stattools.likelihoods.predictive import from_line, inside, on_line
from stattools.models.model import Model
from stattools.models.predictor import Linear
from stattools.numerics.arrowhead import in_parts
from stattools.numerics.low_rank import among, quadratic

Two = tuple[Floats, Floats]

Quantile = Callable[[Floats], float | Floats]
"""How many standard errors an interval reaches, by the slope (n, width) of what it is of in the linear predictors."""


CUMULATIVE, SCORE, SURVIVAL = "cumulative", "score", "survival"
"""Kinds of predictions: of labels in order P(y <= label), and the mean of the labels, or of their numbers; of times."""

ORDER = "belongs to labels in order, as of st.ordinal"

BELONGS: dict[str, tuple[Outcome, str, str]] = {
    "zero": (Outcome.COUNT, 'predict(kind="zero") is the probability that a count is 0', ""),
    CUMULATIVE: (Outcome.ORDERED, f"predict(kind='cumulative') {ORDER}", ""),
    SCORE: (Outcome.ORDERED, f"predict(kind='score') {ORDER}", ""),
    SURVIVAL: (
        Outcome.TIME,
        "predict(kind='survival') belongs to times that may be censored, as of st.aft",
        ', or kind="quantile"',
    ),
}
"""The outcome that a kind of prediction belongs to, in words, and what else to ask for instead."""


def require_outcome(model: Model, kind: str) -> None:
    """IncompatibleError for an outcome that has no prediction of this kind."""
    if kind not in BELONGS:
        return
    outcome, said, instead = BELONGS[kind]
    if model.likelihood.outcome is not outcome:
        raise IncompatibleError(
            f'{said}; an outcome of {model.title} is {model.likelihood.outcome.value}. Use kind="mean"{instead}.'
        )


def _link(family: Likelihood, eta: Floats) -> Floats:
    return eta if eta.ndim == 1 else eta[:, 0]


def _zero(family: Likelihood, eta: Floats) -> Floats:
    """P(0)."""
    return np.exp(family.loglik(eta, np.zeros(len(eta))))


LARGEST_MEAN = 1e100
"""The mean beside an end of the domain is beyond this where that at the end is infinite."""


def nearest_mean(family: Likelihood, eta: Floats) -> Floats:
    """The mean, or that of the end of the domain where a linear predictor, as of an interval, is beyond it."""
    low, high = family.facts.domain
    if not np.isfinite((low, high)).any():
        return family.mean(eta)
    eta = np.array(eta, dtype=float)
    first = eta if family.width == 1 else eta[..., 0]
    beyond = (first <= low) | (first >= high)
    first[...] = np.clip(first, *inside(low, high))
    mean = family.mean(eta)
    return np.where(beyond & (mean > LARGEST_MEAN), np.inf, mean)


def _ends_of_mean(family: Likelihood, eta: Floats, V: Floats, q: Quantile) -> Two:
    slope = None if V.shape[1] == 1 else family.slope(eta)[:, 0, :]
    if slope is not None and next(iter(family.parameters.values())) == "log" and slope[:, 1:].any():
        mean = family.mean(eta)
        slope = slope / mean[:, None]
        factor = np.exp(q(slope) * _error(slope, V))
        return mean / factor, mean * factor
    share = _first(V)  # the slope of the mean in units of the first linear predictor
    reach = q(share if slope is None else slope)
    if slope is not None:
        np.divide(slope, slope[:, :1], out=share, where=(slope[:, 1:] != 0.0).any(axis=1, keepdims=True))
    half = reach * _error(share, V)
    moved = (eta + by if eta.ndim == 1 else np.column_stack([eta[:, 0] + by, eta[:, 1:]]) for by in (-half, half))
    one, other = (nearest_mean(family, each) for each in moved)
    return np.minimum(one, other), np.maximum(one, other)  # some means fall as their linear predictors rise


def _ends_of_link(family: Likelihood, eta: Floats, V: Floats, q: Quantile) -> Two:
    first, half = _link(family, eta), q(_first(V)) * np.sqrt(V[:, 0, 0])
    return first - half, first + half


def _ends_of_zero(family: Likelihood, eta: Floats, V: Floats, q: Quantile) -> Two:
    none = np.zeros(len(eta))
    log_zero, slope = family.loglik(eta, none), family.score(eta, none).reshape(len(eta), -1)
    some = np.maximum(-np.expm1(log_zero), np.finfo(float).tiny)
    logit, half = log_zero - np.log(some), q(slope) * _error(slope / some[:, None], V)
    return special.expit(logit - half), special.expit(logit + half)


def _error(slope: Floats, V: Floats) -> Floats:
    """The standard error of what has this slope (n, width) in the linear predictors."""
    return np.sqrt(np.maximum(((slope[:, None, :] @ V)[:, 0, :] * slope).sum(axis=1), 0.0))


def _first(V: Floats) -> Floats:
    """The slope (n, width) of the first linear predictor."""
    return np.eye(1, V.shape[1]).repeat(len(V), axis=0)


OF_MEANS: dict[str, tuple[Callable[[Any, Floats], Floats], Callable[[Any, Floats, Floats, Quantile], Two]]] = {
    "mean": (lambda family, eta: family.mean(eta), _ends_of_mean),
    "link": (_link, _ends_of_link),
    "zero": (_zero, _ends_of_zero),
}
"""By the kind of a prediction: the value, and the ends of its interval from the covariance of eta and a quantile."""

EPS, LOST = float(np.finfo(float).eps), 0.05
"""The largest relative rounding error of a variance."""

AT_A_TIME = 1 << 14
"""Rows whose products with the covariance are in memory together."""


def eta_covariance(predictor: Linear, X: Floats, covariance: Floats) -> Floats:
    """Covariance of the linear predictors of each row, (m, width, width); variances are clipped at 0.

    Raises DomainError where the columns lie so far from 0 that the covariance has lost the digits: x^T C x is then a
    small difference of large numbers, in every row alike, so that one row of each part shows it.
    """
    V, index = np.empty((len(X), predictor.width, predictor.width)), np.arange(predictor.width)
    for start in range(0, len(X), AT_A_TIME):
        part = slice(start, start + AT_A_TIME)
        with np.errstate(over="ignore", invalid="ignore"):
            V[part] = predictor.covariance(X[part], covariance)
        V[part, index, index] = np.maximum(V[part, index, index], 0.0)
        if not np.isfinite(V[part]).all():
            raise DomainError(
                f"intervals of predictions square columns, whose largest number is {np.abs(X[part]).max():.1g}: the "
                "variance is beyond float64. Give rows in the units of the fit."
            )
        first, row = predictor.parts[0], X[start][predictor.column[predictor.parts[0]]]
        require_digits("intervals of predictions", row, covariance[first, first], V[start, 0, 0])
    return V


def quantiles(fit: Estimates, at: Model, level: float) -> Callable[[Floats], float | Floats]:
    """How many standard errors an interval reaches of what has a slope (m, width) in the linear predictors of the rows
    `at`: one number, or one for each row where combinations of coefficients have degrees of freedom of their own.
    """
    if fit.degrees is None:
        q = fit.quantile(level)
        return lambda slope: q
    return lambda slope: quantile_of(
        df_along(fit, at.predictor.row_scores(at.rows.X, slope[:, 0] if at.predictor.width == 1 else slope)), level
    )


def require_digits(what: str, gradient: Floats, covariance: Any, variance: Floats) -> None:
    """DomainError where g^T C g, the `variance` of what has the gradient g (..., p) in the coefficients, is a small
    difference of large numbers, which has no digits.
    """
    if gradient.ndim == 1 and len(some := np.flatnonzero(gradient)) < len(gradient):
        gradient, covariance = gradient[some], among(covariance, some)
    size = np.abs(gradient)
    if in_parts(covariance):  # U K U', of which g'U alone may be a small difference
        along = np.abs(gradient @ covariance.U) @ np.abs(covariance.K)
        added_up = 2.0 * (along * (size @ np.abs(covariance.U))).sum(axis=-1)
    else:
        added_up = ((size @ np.abs(covariance)) * size).sum(axis=-1)
    if (EPS * added_up > LOST * variance).any():
        raise DomainError(
            f"{what} need columns near 0: these lie so far from it that rounding of the covariance is larger than what "
            "they tell. Write center(x) in the formula, or subtract a constant."
        )


COLUMNS = {"mean": slice(None), CUMULATIVE: slice(None, -1)}
"""Which labels have a column, by the kind; linear predictors have one for all but the reference."""


def scores(fit: Estimates, at: Model, interval: float | None) -> Floats | pd.DataFrame:
    """The mean of the labels where they are numbers, else of 1, 2, ... in their order."""
    labels: Any = at.labels or ()
    numbers = all(map(is_number, labels))
    values = np.array(labels if numbers else np.arange(1.0, len(labels) + 1.0), dtype=float)
    eta = at.eta(fit.estimate)
    value = at.likelihood.mean(eta) @ values
    if interval is None:
        return value
    slope = np.einsum("nkw,k->nw", at.likelihood.slope(eta), values)
    half = _half(fit, at, interval, slope[:, None, :])[:, 0]
    return pd.DataFrame({SCORE: value, "lower": value - half, "upper": value + half})


def is_of_categories(at: Model, kind: str) -> bool:
    """Is there a number for each category: probabilities, or linear predictors that each belong to one?"""
    if kind == CUMULATIVE:
        return True
    return at.likelihood.outcome.has_several if kind == "mean" else at.likelihood.facts.by_category


def names_of_categories(at: Model, kind: str) -> list[str]:
    """Names of the columns of such a prediction."""
    return [str(label) for label in at.labels or ()][COLUMNS.get(kind, slice(1, None))]


def long_frame(kind: str, n: int, names: list[str], value: Floats, lower: Floats, upper: Floats) -> pd.DataFrame:
    """One row for each row and category."""
    row, category = np.repeat(np.arange(n), len(names)), np.tile(np.array(names, dtype=object), n)
    return pd.DataFrame({"row": row, "category": category, kind: value, "lower": lower, "upper": upper})


def categories(fit: Estimates, at: Model, interval: float | None, kind: str) -> pd.DataFrame:
    """Probabilities, cumulative ones of labels in order, or log odds of several categories."""
    names, eta = names_of_categories(at, kind), at.eta(fit.estimate)
    value = eta.reshape(len(eta), -1) if kind == "link" else _probabilities(at, eta, kind)
    if interval is None:
        return pd.DataFrame(value, columns=names)
    parts, eta = [], eta.reshape(len(eta), -1)
    for start in range(0, len(eta), 4096):
        part = slice(start, start + 4096)
        middle = eta[part]
        slope = np.broadcast_to(np.eye(eta.shape[1]), (len(middle), eta.shape[1], eta.shape[1]))
        if kind != "link":
            middle, slope = _logits(at, middle, kind)
        half = _half(fit, at.subset(part), interval, slope)
        ends = middle - half, middle + half
        parts.append(ends if kind == "link" else special.expit(ends))
    lower, upper = (np.concatenate(end).ravel() for end in zip(*parts, strict=True))
    return long_frame(kind, len(eta), names, value.ravel(), lower, upper)


def _probabilities(at: Model, eta: Floats, kind: str) -> Floats:
    """The probability of each label, or that an outcome is at most it."""
    family: Any = at.likelihood
    return family.cumulative(eta)[:, :-1] if kind == CUMULATIVE else family.mean(eta)


def _logits(at: Model, eta: Floats, kind: str) -> tuple[Floats, Floats]:
    """logit p_k of all K categories, (m, K), and their slopes, (m, K, width).

    logit p_k = eta_k - L_k with L_k = log sum of exp(eta_j) over j != k; its slope is 1 in eta_k, -exp(eta_j - L_k) in
    the others.
    """
    if not at.likelihood.facts.by_category:
        wide = eta if at.likelihood.width > 1 else eta[:, 0]
        p, slope = _probabilities(at, wide, kind), at.likelihood.slope(wide)
        slope = slope.cumsum(axis=1)[:, :-1] if kind == CUMULATIVE else slope
        return special.logit(p), slope / (p * (1.0 - p))[:, :, None]
    full = np.column_stack([np.zeros(len(eta)), eta])
    own = np.eye(full.shape[1], dtype=bool)
    others: Floats = np.asarray(special.logsumexp(np.where(own, -np.inf, full[:, None, :]), axis=2))  # L_k
    slope = np.where(own, 1.0, -np.exp(np.where(own, 0.0, full[:, None, :] - others[:, :, None])))[:, :, 1:]
    return full - others, slope


def _half(fit: Estimates, at: Model, interval: float, slope: Floats) -> Floats:
    """How far intervals reach of what has the slopes (m, K, width) in the linear predictors of the rows `at`, (m, K). A
    location without the constant, which thresholds take up, may be far from 0: gradients in the coefficients are formed
    before they meet a covariance that is kept as a product.
    """
    predictor, X, each = at.predictor, at.rows.X, range(slope.shape[1])
    quantile = quantiles(fit, at, interval)
    reach = np.stack([np.broadcast_to(quantile(slope[:, k]), len(slope)) for k in each], axis=1)
    if predictor.taken_up and in_parts(fit.covariance):
        gradients = (predictor.row_scores(X, slope[:, k]) for k in each)
        return reach * np.sqrt(np.stack([quadratic([one], fit.covariance)[:, 0, 0] for one in gradients], axis=1))
    V = eta_covariance(predictor, X, fit.covariance)
    return reach * np.sqrt(np.maximum(((slope @ V) * slope).sum(axis=2), 0.0))


MEDIAN, QUANTILE = QUANTILES = ("median", "quantile")

OF_OUTCOMES = ("observation", *QUANTILES)
"""Kinds of predictions that depend on the trials and on the precision of an outcome."""

KINDS = ("mean", "observation", "class", "link", "zero", CUMULATIVE, SCORE, *QUANTILES, SURVIVAL)

STEP = 1e-3
"""Standard errors of a linear predictor over which a quantile is differenced: it is right to 1e-12 of itself."""


def asked_of(model: Model, kind: str, times: ArrayLike | None, p: float | None) -> Floats:
    """What is asked for: the probability of a quantile, (1,), or the times of survival, (k,).

    Raises IncompatibleError for survival of what is no time, for quantiles of labels, and for times or a probability
    that the kind has no use for; DomainError for a probability outside (0, 1), and times that are not positive.
    """
    require_outcome(model, kind)
    outcome = model.likelihood.outcome
    if kind in QUANTILES and outcome.has_labels:
        raise IncompatibleError(
            f"predict(kind={kind!r}): an outcome of {model.title} is {outcome.value}, which has no quantiles. "
            'Use kind="class" for the most probable label, kind="mean" for the probabilities.'
        )
    if (times is None) == (kind == SURVIVAL):
        what = "needs times=, such as times=[1, 2]" if times is None else "takes no times=, which belong to survival"
        raise IncompatibleError(f"predict(kind={kind!r}) {what}.")
    if (p is None) == (kind == QUANTILE):
        what = "needs p=, such as p=0.9" if p is None else "takes no p=, which belongs to a quantile"
        raise IncompatibleError(f"predict(kind={kind!r}) {what}.")
    if times is not None:
        found = some_numbers(times, "times= of predictions are positive numbers")
        if not (found > 0.0).all():
            raise DomainError(f"times= of predictions are positive numbers; got {quoted(times)}.")
        return found
    probability = 0.5 if p is None else p
    if not is_number(probability) or not 0.0 < probability < 1.0:
        raise DomainError(f"p= is a probability between 0 and 1; got {quoted(p)}.")
    return np.array([float(probability)])


def predicted_quantile(
    fit: Estimates, at: Model, interval: float | None, kind: str, p: float, trials: Floats | None
) -> Floats | pd.DataFrame:
    """The p-quantile of a new outcome in each of the rows `at`, of grouped outcomes the number of successes."""
    family, eta = at.likelihood, at.eta(fit.estimate)
    if interval is not None and family.outcome.is_whole:
        raise IncompatibleError(
            f"predict(kind={kind!r}): a quantile of {at.title} is a whole number, which moves in steps and has no "
            'interval. Leave interval= out; kind="observation" has the interval of a new outcome.'
        )
    if at.has_scale:
        own = fit.scale**2 / (1.0 if at.rows.precision is None else at.rows.precision)
        value = eta + ndtri(p) * np.sqrt(own)
    else:
        own, value = 0.0, family.quantile(eta, p, trials)
    if interval is None:
        return value
    V = eta_covariance(at.predictor, at.rows.X, fit.covariance)
    if at.has_scale:
        slope = np.ones((len(eta), 1))
    else:
        slope = family.facts.slope_of_quantile(family, eta, p, STEP * np.sqrt(np.diagonal(V, axis1=1, axis2=2)))
    variance = _error(slope, V) ** 2
    if at.has_scale:
        variance = variance + ndtri(p) ** 2 * own / (2.0 * fit.df)
    half = quantiles(fit, at, interval)(slope) * np.sqrt(variance)
    middle = on_line(family, value)
    lower, upper = (from_line(family, end) for end in (middle - half, middle + half))
    return pd.DataFrame({kind: value, "lower": lower, "upper": upper})


def predicted_survival(fit: Estimates, at: Model, interval: float | None, times: Floats) -> pd.DataFrame:
    """The survival of each row at each of the times: `row, time, survival`."""
    family: Any = at.likelihood
    eta, n = at.eta(fit.estimate), len(at.rows.X)
    each = [family.score_of_survival(eta, np.full(n, time)) for time in times]
    z = np.stack([score for score, _ in each], axis=1)
    found = {"row": np.repeat(np.arange(n), len(times)), "time": np.tile(times, n), SURVIVAL: family.beyond(z).ravel()}
    if interval is not None:
        half = _half(fit, at, interval, np.stack([slope for _, slope in each], axis=1))
        found |= {"lower": family.beyond(z + half).ravel(), "upper": family.beyond(z - half).ravel()}
    return pd.DataFrame(found)


def most_probable(mean: NDArray[np.float64]) -> NDArray[np.intp]:
    """The code of the most probable label: of probabilities (n, K), or of P(1) (n,), where one half is label 0.

    >>> most_probable(np.array([0.2, 0.5, 0.7])).tolist()
    [0, 0, 1]
    """
    return mean.argmax(axis=1) if mean.ndim == 2 else (mean > 0.5).astype(np.intp)


def crossed(
    labels: tuple[object, ...],
    observed: NDArray[np.generic],
    predicted: NDArray[np.generic],
    weight: NDArray[np.float64] | None = None,
) -> pd.DataFrame:
    """Counts of rows by observed (rows) and predicted label (columns); `weight` says how often each row was seen.

    >>> crossed(("no", "yes"), np.array([0, 1, 1]), np.array([0, 0, 1])).to_numpy().tolist()
    [[1, 0], [1, 1]]
    """
    k = len(labels)
    counts = np.bincount(observed.astype(int) * k + predicted, weight, minlength=k * k).reshape(k, k)
    index = pd.Index([str(label) for label in labels], name="observed")
    return pd.DataFrame(counts.round().astype(int), index=index, columns=pd.Index(index, name="predicted"))
