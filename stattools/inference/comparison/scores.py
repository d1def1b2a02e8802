"""How well fits predict rows that they have not seen: held-out log scores, and how far one row is from its prediction.

    log score = mean over rows of -log p(y_i | x_i);   difference of two fits: mean d_i -+ sd(d_i) / sqrt(n)

d_i is the difference of the two fits on row i, since they share the rows. Source: Gneiting & Raftery, JASA 102 (2007),
359-378; Vehtari, Gelman & Gabry, Statistics and Computing 27 (2017), sec. 5; Brier, Monthly Weather Review 78 (1950).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from stattools.data.dataset import codes_of, new_outcome
from stattools.data.tables.outcome import numeric
from stattools.errors import DomainError, IncompatibleError
from stattools.inference.estimates import AnyFit, Estimates, row_logliks
from stattools.inference.fits.one_vs_rest import log_shares
from stattools.inference.prediction.kinds import crossed, most_probable
from stattools.inference.prediction.new_rows import at_rows, frequencies_of, with_precision
from stattools.inference.prediction.predict import labels_of
from stattools.interface.arguments import described, names_of
from stattools.interface.arrays import Floats
from stattools.interface.when_needed import pd
from stattools.likelihoods.outcomes import Outcome
from stattools.models.model import Model

FARTHEST = 1e150
"""Log-likelihoods of rows are squared for the standard error."""


def held_out(*fits: Any, data: Any, names: Sequence[str] | None = None) -> pd.DataFrame:
    """Fits side by side on rows that they were not fitted to: a table, or a pair (y, X) for fits of arrays.

    One row per fit: fit, n, log_score, se, difference, difference_se, accuracy. `difference` is the log score minus
    that of the best fit, with the standard error of the paired difference; accuracy is missing for outcomes without
    classes, standard errors for one new row, which has no spread. One-vs-rest fits are scored by their shares,
    normalized after the fact. The columns of a fit's weights and precision are looked up; without that of the weights
    each new row counts once. Raises IncompatibleError for fits whose outcomes have no density at single rows,
    DomainError for labels that a fit has not seen, and for a row whose log-likelihood has no square in float64.

    >>> import stattools as st
    >>> table = {"y": [0, 0, 1, 0, 1, 1], "x": [1, 2, 3, 4, 5, 6]}
    >>> fits = st.fit(st.logistic("y ~ 1", table)), st.fit(st.logistic("y ~ x", table))
    >>> held_out(*fits, data={"y": [0, 1], "x": [1, 6]}, names=["null", "line"]).log_score.round(3).tolist()
    [0.693, 0.047]
    """
    if not fits:
        raise DomainError("held_out needs one fit or more.")
    for fit in fits:
        if not isinstance(fit, AnyFit):
            raise IncompatibleError(f"held_out needs fits, st.fit(model); got {type(fit).__name__}.")
    labels = names_of(fits, names, "held_out")
    with np.errstate(over="ignore"):  # told below
        scores = [-pointwise(fit, data) for fit in fits]
    for label, score in zip(labels, scores, strict=True):
        if not (np.abs(score) < FARTHEST).all():
            row = int(np.argmin(np.abs(score) < FARTHEST))
            raise DomainError(
                f"held_out: the log-likelihood of row {row} under fit {label!r} is {-score[row]:.3g}, whose square is "
                "beyond float64. Look for a wrong unit or a slip in that row, or leave it out."
            )
    if len({len(score) for score in scores}) > 1:
        raise IncompatibleError(f"held_out: the fits see different numbers of rows, {[len(s) for s in scores]}.")
    weights = [frequencies_of((fit.model.parts or (fit.model,))[0], data) for fit in fits]
    ones = np.ones(len(scores[0]))
    weight = ones if weights[0] is None else weights[0]
    if not all(np.array_equal(weight, ones if other is None else other) for other in weights):
        raise IncompatibleError("held_out: the fits have weights= of different columns, so they see other rows.")
    n, means = float(weight.sum()), [float(np.average(score, weights=weight)) for score in scores]
    best = min(range(len(fits)), key=means.__getitem__)

    def standard_error(values: Floats) -> float:
        square = float(weight @ (values - np.average(values, weights=weight)) ** 2)
        return float(np.sqrt(square / (n - 1.0) / n)) if n > 1 else float("nan")

    rows = []
    for label, fit, score, mean in zip(labels, fits, scores, means, strict=True):
        gap = score - scores[best]
        row = {"fit": label, "n": int(n), "log_score": mean, "se": standard_error(score)}
        row |= {"difference": float(np.average(gap, weights=weight)), "difference_se": standard_error(gap)}
        rows.append(row | {"accuracy": accuracy(fit, data)})
    return pd.DataFrame(rows)


def confusion(fit: Any, data: object = None, /) -> pd.DataFrame:
    """Counts of rows by observed (rows) and predicted label (columns): of the rows of the fit, or of new rows.

    For logistic, probit and softmax regression, one-vs-rest and networks alike; the predicted label is the most
    probable one. New rows are a table, or a pair (y, X) for fits of arrays. Frequency weights count, those of new rows
    where they have the column. Raises IncompatibleError for outcomes without classes, DomainError for labels that the
    fit has not seen.

    >>> import stattools as st
    >>> fit = st.fit(st.logistic("y ~ x", {"y": [0, 0, 1, 0, 1, 1], "x": [1, 2, 3, 4, 5, 6]}))
    >>> confusion(fit).to_numpy().tolist()
    [[2, 1], [1, 2]]
    """
    mean, codes, labels, weight = _classes(fit, data)
    return crossed(labels, codes, most_probable(mean), weight)


def pointwise(fit: Any, data: Any) -> Floats:
    """log p(y_i | x_i) of each new row at the fit's estimate, (m,)."""
    if fit.model.parts:
        shares, codes = _log_shares(fit, data)
        return shares[np.arange(len(codes)), codes.astype(int)]
    if not isinstance(fit, Estimates):
        return fit.pointwise_loglik(data, align=False)
    at, y = _new_rows(fit, data)
    return row_logliks(at, fit.estimate, fit.scale, y)


def accuracy(fit: AnyFit, data: object) -> float:
    """Share of new rows whose most probable label is the observed one; NaN for outcomes without classes."""
    if not _has_classes(fit.model):
        return float("nan")
    mean, codes, _, weight = _classes(fit, data)
    return float(np.average(most_probable(mean) == codes, weights=weight))


def _has_classes(model: Any) -> bool:
    return bool(model.parts) or (model.likelihood is not None and model.likelihood.outcome.has_labels)


def _classes(fit: Any, data: object) -> tuple[Floats, Floats, tuple[Any, ...], Floats | None]:
    """Probabilities (n, K) or P(1) (n,), observed codes, labels, and the weights of the fit's own rows."""
    one: Any = fit
    of = one.model if isinstance(fit, AnyFit) else None
    if of is None or not _has_classes(of):
        got = described(fit if of is None else of)
        raise IncompatibleError(f"confusion needs a fit whose outcome has classes, such as st.softmax; got {got}.")
    if fit.model.parts:
        shares, codes = _log_shares(fit, data)
        return np.exp(shares), codes, fit.model.labels, frequencies_of(fit.model.parts[0], data)
    if fit.model.is_mixed:
        raise IncompatibleError(
            f"confusion is of independent rows; got {described(fit.model)}. Cross the outcome with "
            'fit.predict(data, kind="class") by pandas.crosstab; groups="known" takes in the effect of a row\'s group.'
        )
    if not isinstance(fit.model, Model):
        X, y = fit.model.rows_of(data)
        return one.mean(X), y, one.labels, frequencies_of(one.model, data)
    at, y = (fit.model, fit.model.rows.y) if data is None else _new_rows(fit, data)
    return at.likelihood.mean(at.eta(one.estimate)), y, labels_of(fit.model), frequencies_of(fit.model, data)


def _log_shares(fit: Any, data: object) -> tuple[Floats, Floats]:
    """Logarithms of one-vs-rest's shares (n, K), which are normalized after the fact, and the observed codes."""
    first = fit.model.parts[0]
    if data is None:
        codes = fit.model.label_codes.astype(float)
        at = [part.eta(one.estimate) for part, one in zip(fit.model.parts, fit.fits, strict=True)]
    else:
        outcome, _ = new_outcome(first.design, fit.model.outcome_name, data)
        codes = codes_of(outcome, fit.model.labels, fit.model.outcome_name)
        new = data[1] if isinstance(data, tuple) else data
        at = [at_rows(one.model, new).eta(one.estimate) for one in fit.fits]
    return log_shares(at), codes


def _new_rows(fit: Any, data: Any) -> tuple[Model, Floats]:
    """The fitted model over the new rows, and their outcome as the likelihood takes it."""
    model = fit.model
    if not isinstance(model, Model) or model.likelihood.outcome in (Outcome.TRIALS, Outcome.TIME):
        raise IncompatibleError(
            "held_out compares regressions of single rows, one-vs-rest fits and networks; got "
            f"{model.title}. Compare grouped outcomes, and times, by st.compare or st.cross_validate."
        )
    outcome, _ = new_outcome(model.design, model.outcome_name, data)
    new = data[1] if isinstance(data, tuple) else data
    at = with_precision(at_rows(model, new), model, new)
    if model.likelihood.outcome.has_labels:
        return at, codes_of(outcome, labels_of(model), model.outcome_name)
    return at, model.likelihood.check(numeric(outcome, model.outcome_name))


def squared_error(mean: Floats, y: Floats) -> Floats:
    """(y - mean)^2 of each row."""
    return (y - mean) ** 2


def brier(mean: Floats, y: Floats) -> Floats:
    """Squared error of the probabilities: of P(1) where there are two labels, else summed over all of them."""
    if mean.ndim == 1:
        return (y - mean) ** 2
    return (((y[:, None] == np.arange(mean.shape[1])) - mean) ** 2).sum(axis=1)


NUMBERS: dict[str, Callable[[Floats, Floats], Floats]] = {
    "squared error": squared_error,
    "absolute error": lambda mean, y: np.abs(y - mean),
}

LABELS: dict[str, Callable[[Floats, Floats], Floats]] = {
    "Brier score": brier,
    "accuracy": lambda mean, y: (most_probable(mean) == y).astype(float),
}

SCORES: dict[Outcome, dict[str, Callable[[Floats, Floats], Floats]]] = {
    **dict.fromkeys((Outcome.REAL, Outcome.POSITIVE, Outcome.UNIT, Outcome.COUNT, Outcome.TRIALS), NUMBERS),
    **dict.fromkeys((Outcome.BINARY, Outcome.ORDERED, Outcome.CATEGORY), LABELS),
    Outcome.TIME: {},  # of a censored time only the density is known
}
"""What is said of an outcome beside the log score; of trials it is the share of successes."""
