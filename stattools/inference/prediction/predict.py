"""Predictions for old and new rows: means, linear predictors, classes, new observations, each with its interval.

    mean         inverse link of eta -+ q se(eta); softmax: expit(logit p_k -+ q se(logit p_k)), within [0, 1]
    observation  ols: mean -+ q sqrt(scale^2 / precision + se(eta)^2); counts: quantiles of the predictive
                 distribution, the uncertainty of the estimate integrated out (`likelihoods/predictive.py`)

se comes from `fit.covariance`, whichever `cov=` was chosen, q from `fit.quantile`. Cost: one product of X with the
covariance. Source: McCullagh & Nelder (1989), 2.4; delta method: Wasserman, All of Statistics (2004), 9.9.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stattools.data.dataset import NONE
from stattools.data.tables.outcome import as_outcome
from stattools.data.tables.table import Places
from stattools.errors import IdentificationError, IncompatibleError
from stattools.inference.estimates import Estimates, quantile_of
from stattools.inference.prediction.kinds import (
    CUMULATIVE,
    ENDS,
    OF_OUTCOMES,
    QUANTILES,
    SCORE,
    SURVIVAL,
    VALUES,
    asked_of,
    categories,
    eta_covariance,
    is_of_categories,
    long_frame,
    most_probable,
    names_of_categories,
    predicted_quantile,
    predicted_survival,
    quantiles,
    require_outcome,
    scores,
)
from stattools.inference.prediction.new_rows import Column, Missing, at_rows, columns_beside, trials_of, with_precision
from stattools.interface.arrays import Floats
from stattools.interface.interval import require_level
from stattools.interface.names.answers import one_of
from stattools.interface.when_needed import pd
from stattools.likelihoods.likelihood import named_parts
from stattools.likelihoods.outcomes import Outcome
from stattools.likelihoods.predictive import with_trials
from stattools.models.model import Model

KINDS = ("mean", "observation", "class", "link", "zero", CUMULATIVE, SCORE, *QUANTILES, SURVIVAL)


def predict(
    fit: Estimates,
    model: Model,
    data: object = None,
    offset: Column = None,
    interval: float | None = None,
    **options: Any,
) -> Any:
    """Predictions of a fitted regression for the rows of the fit (`data=None`) or for new rows.

    `kind` is "mean": E(y), for softmax and ordinal a frame with one column of probabilities per label; "link": the
    linear predictor (softmax: log odds against the reference); "class": the label of the most probable category;
    "zero": the probability that a count is 0; of labels in order "cumulative": a frame of P(y <= label), and "score":
    the mean of the labels where they are numbers, else of 1, 2, ...; "median" and "quantile": what a new outcome is
    below with the probability `p`, the parameters as estimated; of times "survival": a frame `row, time, survival` at
    `times`; "observation": one new outcome, for grouped outcomes the number of successes in `trials`. Without
    `interval` the answer is an array (m,), with `interval=level` a frame `mean, lower, upper` (`link, lower, upper`),
    of several labels a long frame `row, category, mean, lower, upper`; of the rows that `predictions` leaves out under
    missing="null" there is none.

    An interval of kind "mean" covers the mean, one of kind "observation" covers the new outcome; counts are whole, so
    that theirs covers at least `level`; an end beyond 2^53 is infinite. `offset`, `exposure` and, of an observation and
    of quantiles, `trials` and `precision` are columns of `data` or arrays (m,), needed for new rows where the fit had
    them; what was a column is looked up. Raises DomainError for unseen levels, missing columns and values,
    IncompatibleError for what the model does not have.

    >>> import stattools as st
    >>> fit = st.fit(st.ols("y ~ x", {"y": [1.0, 3.0, 5.0, 8.0], "x": [0, 1, 2, 3]}))
    >>> predict(fit, fit.model, {"x": [4]}).round(6).tolist()
    [10.0]
    >>> predict(fit, fit.model, {"x": [4]}, interval=0.95, kind="observation").round(3).to_numpy().tolist()
    [[10.0, 7.365, 12.635]]
    """
    found, places = predictions(fit, model, data, offset, interval, **options)
    return found if places.kept is None or len(places.kept) else found[:0]


def predictions(
    fit: Estimates,
    model: Model,
    data: object = None,
    offset: Column = None,
    interval: float | None = None,
    *,
    exposure: Column = None,
    trials: Column = None,
    precision: Column = None,
    kind: str = "mean",
    times: ArrayLike | None = None,
    p: float | None = None,
    missing: Missing = "raise",
    seen: Callable[[Model], tuple[Estimates, Model]] | None = None,
    needed: Mapping[str, Column] = NONE,
) -> tuple[Any, Places]:
    """What `predict` answers, and where the rows are in their table. Where none of them is complete it answers for one
    row, without a value. A mixed model has the rows `seen` as those of their groups, for which columns are `needed`.
    """
    kind = kind_asked("predict", kind)
    require_finite(fit, "predict")
    require_outcome(model, kind)
    is_asked = kind in (*QUANTILES, SURVIVAL) or times is not None or p is not None
    asked = asked_of(model, kind, times, p) if is_asked else np.empty(0)
    is_spread = kind in QUANTILES or (kind == "observation" and interval is not None)
    if precision is not None and not is_spread:
        raise IncompatibleError(
            'predict takes precision= for quantiles and for the interval of kind="observation" only; leave it out.'
        )
    if interval is not None:
        require_level(interval, "interval")  # before any work
        if kind != "class" and not fit.kinds:
            np.asarray(fit.covariance)  # refused, with what to do
    beside = {**columns_beside(model, kind, trials, precision), **needed}
    if not is_spread:
        beside.pop("precision", None)
    at = at_rows(model, data, offset, exposure, missing=missing, beside=beside)
    among = None
    if kind in OF_OUTCOMES:
        require_numbers(at)
        at = with_precision(at, model, data, precision) if is_spread else at
        among = trials_of(at, model, data, trials)
    if not len(at.rows.X):
        return _nothing(at, interval, kind, asked), at.places
    if seen is not None:
        fit, at = seen(at)
    if kind == SURVIVAL:
        return predicted_survival(fit, at, interval, asked), at.places
    if kind in QUANTILES:
        return predicted_quantile(fit, at, interval, kind, float(asked[0]), among), at.places
    return _predicted(fit, at, interval, kind, among), at.places


def kind_asked(who: str, kind: object) -> str:
    """A kind of predictions; IncompatibleError for another word."""
    says = f"{who} has kind {{}}"
    return one_of(kind, KINDS, says, IncompatibleError, got="kind=", meaning="kind of predictions")


def _predicted(fit: Estimates, at: Model, interval: float | None, kind: str, trials: Floats | None) -> Any:
    """A prediction for each of the rows `at`."""
    if kind == "class":
        return _classes(at, fit.estimate, interval)
    if kind == "observation":
        return _observations(fit, at, interval, trials)
    if kind == SCORE:
        return scores(fit, at, interval)
    if is_of_categories(at, kind):
        return categories(fit, at, interval, kind)
    eta = at.eta(fit.estimate)
    value = VALUES[kind](at.likelihood, eta)
    if interval is None:
        return value
    V = eta_covariance(at.predictor, at.rows.X, fit.covariance)
    return _frame(kind, value, *ENDS[kind](at.likelihood, eta, V, quantiles(fit, at, interval)))


def require_finite(fit: Estimates, what: str) -> None:
    """IdentificationError naming the coefficients that are infinite."""
    names = [name for name, value in zip(fit.names, fit.estimate, strict=True) if not np.isfinite(value)]
    if names:
        raise IdentificationError(
            f"{what} needs finite coefficients; {', '.join(names)} of {fit.model.title} are infinite. Leave the column "
            "out, or fit with penalty=st.Jeffreys()."
        )


def regression(fit: Estimates, what: str) -> Model:
    """The model of a fit that has rows and columns; IncompatibleError for a proportion and other models without."""
    if isinstance(fit.model, Model):
        return fit.model
    raise IncompatibleError(f"{what} belongs to regressions such as st.logistic; {fit.model.title} has no columns.")


def labels_of(model: Model) -> tuple[Any, ...]:
    """The labels of the outcome, 0 and 1 where it came as numbers; IncompatibleError for outcomes without classes."""
    if not model.likelihood.outcome.has_labels:
        raise IncompatibleError(f"{model.title} of {model.outcome_name!r} has no classes; it predicts a mean.")
    return (0, 1) if model.labels is None else model.labels


def _classes(at: Model, theta: Floats, interval: float | None) -> NDArray[Any]:
    if interval is not None:
        raise IncompatibleError('predict(kind="class") has no interval; kind="mean" has one for each probability.')
    return as_outcome(labels_of(at), most_probable(at.likelihood.mean(at.eta(theta))))


def _nothing(at: Model, interval: float | None, kind: str, asked: Floats) -> Any:
    """What would be predicted for one row, without a value."""
    if kind == "class":
        return as_outcome(labels_of(at), np.zeros(1, dtype=np.intp))
    if kind == SURVIVAL:
        ends = {} if interval is None else {"lower": np.nan, "upper": np.nan}
        return pd.DataFrame({"row": 0, "time": asked, SURVIVAL: np.nan, **ends})
    nan = np.full(1, np.nan)
    if is_of_categories(at, kind):
        names = names_of_categories(at, kind)
        each = np.full(len(names), np.nan)
        return pd.DataFrame([each], columns=names) if interval is None else long_frame(kind, 1, names, *[each] * 3)
    return nan if interval is None else _frame("mean" if kind == "observation" else kind, nan, nan, nan)


LABELS = 'Use kind="class" for the label, kind="mean" for the probabilities.'


def require_numbers(at: Model, instead: str = LABELS) -> None:
    """IncompatibleError, which says what to take instead, for outcomes of which no interval of a new one is known."""
    if at.likelihood.outcome.has_labels:
        raise IncompatibleError(
            f'predict(kind="observation"): an outcome of {at.title} is one of its labels, for which an interval says '
            f"nothing. {instead}"
        )


def _observations(fit: Estimates, at: Model, interval: float | None, trials: Floats | None) -> Any:
    eta = at.eta(fit.estimate)
    mean = at.likelihood.mean(eta) * (1.0 if trials is None else trials)
    if interval is None:
        return mean
    V = eta_covariance(at.predictor, at.rows.X, fit.covariance)
    if at.has_scale:
        precision = 1.0 if at.rows.precision is None else at.rows.precision
        own = fit.scale**2 / precision
        half = quantile_of(_df_of_observations(fit, at, own, V[:, 0, 0]), interval) * np.sqrt(own + V[:, 0, 0])
        return _frame("mean", mean, mean - half, mean + half)
    ends = at.likelihood.facts.interval(at.likelihood, eta.reshape(len(eta), -1), V, interval, trials)
    return _frame("mean", mean, *ends)


def _df_of_observations(fit: Estimates, at: Model, own: Any, variance: Floats) -> Any:
    """Degrees of freedom of the variance of an observation about its estimated mean: where the second part has its own,
    those of a sum of two (Welch & Satterthwaite).
    """
    if fit.degrees is None:
        return fit.t_df
    df = fit.degrees.df(at.rows.X)
    return (own + variance) ** 2 / (own**2 / fit.df + variance**2 / df)


def _frame(kind: str, value: Floats, lower: Floats, upper: Floats) -> Any:
    return pd.DataFrame({kind: value, "lower": lower, "upper": upper})


def outcomes(model: Model, eta: Floats, scale: float, m: int, random: np.random.Generator) -> Floats:
    """m outcomes of each row, with its precision and its trials: shape (m, n), (m, n, parts) where there are trials.

    `scale` is the residual standard deviation of `st.ols`, and is not looked at where no scale stands beside theta.

    >>> import stattools as st
    >>> model = st.poisson("y ~ x", {"y": [1, 2, 4], "x": [0, 1, 2]})
    >>> outcomes(model, np.zeros(3), 1.0, 4, np.random.default_rng(1)).shape
    (4, 3)
    """
    rows = model.rows
    if model.has_scale:
        spread = scale if rows.precision is None else scale / np.sqrt(rows.precision)
        return eta + spread * random.standard_normal((m, len(eta)))
    likelihood: Any = model.likelihood
    if likelihood.outcome is Outcome.TIME:
        if likelihood.late or (rows.y[:, 0] != rows.y[:, 1]).any():
            raise IncompatibleError(
                f"outcomes of {model.title} cannot be drawn again: nobody knows when times that were seen would have "
                'been censored, or who would have come too early. Draw rows, st.bootstrap(fit, kind="pairs", ...).'
            )
        return np.stack([np.repeat(likelihood.sample(eta, seed=random)[:, None], 2, axis=1) for _ in range(m)])
    known = named_parts(likelihood, rows.y)
    likelihood = with_trials(likelihood, known.get("trials"))
    drawn = (known | {"y": likelihood.sample(eta, seed=random)} for _ in range(m))
    return np.stack([one["y"] if len(one) == 1 else np.column_stack(list(one.values())) for one in drawn])
