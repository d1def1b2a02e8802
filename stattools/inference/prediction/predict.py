"""Predictions for old and new rows: means, linear predictors, classes, new observations, each with its interval.

    observation  ols: mean -+ q sqrt(scale^2 / precision + se(eta)^2); counts: quantiles of the predictive
                 distribution, the uncertainty of the estimate integrated out (`likelihoods/predictive.py`)

Those of other kinds stand in `kinds.py`. se comes from `fit.covariance`, whichever `cov=` was chosen, q from
`fit.quantile`. Cost: one product of X with the covariance.

Rows that a fit has not seen have their design as the fit learned it, their offsets, exposures, precisions and trials:
what was a column of the table that was fitted is looked up in the new one; what was an array has to be given again.

Predictions of all rows of a source are written to Parquet where the rows are: files batch by batch to one file, the
partitions of a Dask DataFrame each to a file of its own in one folder. A file has another name until it is complete.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stattools.data.dataset import NONE
from stattools.data.design.design import Design
from stattools.data.files.rows import cleaned, require_kinds
from stattools.data.files.scan import Scan, Source, source_of
from stattools.data.files.source import Batch, at, kind_of
from stattools.data.formula.formula import require
from stattools.data.rows.rows import Farthest, Rows, frequencies
from stattools.data.tables.arrays import NUMBERS, as_outcome
from stattools.data.tables.columns import clean, listing
from stattools.data.tables.columns import missing as gaps_of
from stattools.data.tables.table import ARRAYS, Places, is_frame, origin_of, paired, series, table
from stattools.errors import DomainError, FileError, IdentificationError, IncompatibleError
from stattools.inference.estimates import Estimates, quantile_of
from stattools.inference.prediction import kinds
from stattools.interface.arguments import require_level, require_truth
from stattools.interface.arrays import Floats
from stattools.interface.files import beside, path_of, reasons, replace_file
from stattools.interface.names.answers import one_of
from stattools.interface.when_needed import pa, pd
from stattools.likelihoods.likelihood import named_parts
from stattools.likelihoods.outcomes import Outcome
from stattools.likelihoods.predictive import with_trials
from stattools.models.model import Model
from stattools.models.regressions.binding import require_moderate

Column = str | ArrayLike | None

Missing = Literal["raise", "null"]
"""What becomes of new rows without a value: an error that says how many they are, or no prediction for them."""


def at_rows(
    model: Model,
    data: object,
    offset: Column = None,
    exposure: Column = None,
    *,
    missing: Missing = "raise",
    beside: Mapping[str, Column] = NONE,
) -> Model:
    """The model over other rows, whose outcome is unknown; over its own rows where `data` is None.

    Under missing="null" those rows are left out that have no value of a predictor, of the offset or the exposure, or of
    a column `beside` them that will be asked for; the `places` of the model that is returned say which stayed.
    """
    missing = require_missing(missing)
    if data is None:
        if offset is not None or exposure is not None:
            raise IncompatibleError(
                "predict takes offset= and exposure= together with new rows; the rows of the fit have theirs."
            )
        otherwise = "Use fit.predict_to(path), or predict(table) for some rows."
        model.rows.at_hand("predict() answers for all rows", model.title, otherwise)
        return model
    if (source := source_of(data)) is not None:
        raise IncompatibleError(
            f"predict would bring as many rows as there are {source.place}: use fit.predict_to(path, table)."
        )
    given = _offsets(model, offset, exposure)
    X, places = encoded(model.design, data, missing, {**given, **beside})
    y = np.zeros((len(X), *np.shape(model.rows.y)[1:]))
    rows = Rows(X, y, offset=_new_offset(model, data, given, places) if given else None)
    dropped = places.n - len(X)
    return replace(
        model, rows=rows, origin=places.origin, kept=places.kept, n_dropped=dropped, n_empty=0, n_events=None
    )


def require_missing(missing: object) -> Missing:
    """The word; IncompatibleError for another than those of `Missing`."""
    return one_of(
        missing, ("raise", "null"), 'predict has missing="raise" and missing="null"', IncompatibleError, got="missing="
    )


def encoded(
    design: Design, data: object, missing: Missing, beside: Mapping[str, Column] = NONE
) -> tuple[Floats, Places]:
    """The design of new rows, and where they are among those of `data`: under missing="null" without the rows that have
    no value of a predictor or of a column `beside` them.
    """
    origin = origin_of(data) or ARRAYS
    if missing == "raise":
        X = design.encode(data)
        return X, Places(len(X), None, origin)
    gaps = design.gaps(data)
    for what, values in beside.items():
        if values is not None:
            gaps = gaps | gaps_of(_raw(data, values, what, len(gaps)))
    kept = np.flatnonzero(~gaps) if gaps.any() else None
    return design.encode(data, kept), Places(len(gaps), kept, origin)


def columns_beside(model: Model, kind: str, trials: Column, precision: Column) -> dict[str, Column]:
    """What a new outcome depends on beside its predictors: what was given, or the columns that the fit had; other kinds
    of prediction depend on none, and IncompatibleError says so where one is given.
    """
    if trials is not None and (kind not in kinds.OF_OUTCOMES or "trials" not in model.likelihood.parts):
        raise IncompatibleError(
            'predict takes trials= for kind="observation" and quantiles of a grouped outcome only; leave it out.'
        )
    if precision is not None and kind not in kinds.OF_OUTCOMES:
        raise IncompatibleError('predict takes precision= for kind="observation" and quantiles only; leave it out.')
    if kind not in kinds.OF_OUTCOMES:
        return {}
    given = {"trials": trials} if "trials" in model.likelihood.parts else {}
    if model.rows.precision is not None:
        given["precision"] = precision
    return {name: model.extras.get(name) if column is None else column for name, column in given.items()}


def with_precision(at: Model, model: Model, data: object, precision: Column = None) -> Model:
    """The rows `at` with the precision of a new outcome in each; `model` is that of the fit."""
    if data is not None and model.rows.precision is None:
        _refuse_unless_fitted(model, "precision", precision)
        return at
    absent = (
        f"{model.title} was fitted with precision=, which says where a new outcome falls too: give precision=, one "
        "number above 0 per new row (1 where the scale is its standard deviation)."
    )
    column = _beside(model, data, "precision", precision, absent)
    if data is None:
        return at
    return replace(at, rows=replace(at.rows, precision=_positive(data, column, "precision", at.places)))


def trials_of(at: Model, model: Model, data: object, trials: Column) -> Floats | None:
    """The number of trials of each of the rows `at` of a grouped outcome; None for other outcomes."""
    if "trials" not in model.likelihood.parts:
        return None
    absent = (
        f"a new outcome of {model.title} is a number of successes out of trials: give trials=, one whole number per "
        "new row."
    )
    column = _beside(model, data, "trials", trials, absent)
    if data is None:
        return np.asarray(model.likelihood.trials_of(model.rows.y))
    values = _numbers(data, column, "trials", at.places)
    if not ((values >= 0) & (values == np.floor(values))).all():
        raise DomainError("predict needs trials=, whole numbers >= 0.")
    return values


def _beside(model: Model, data: object, name: str, column: Column, absent: str) -> Column:
    """What was given for new rows, or the column that the fit had; DomainError, in these words, where it is absent."""
    if data is None and column is not None:
        raise IncompatibleError(f"predict takes {name}= together with new rows; the rows of the fit have theirs.")
    column = model.extras.get(name) if column is None else column
    if data is not None and column is None:
        raise DomainError(absent)
    return column


def frequencies_of(model: Any, data: object) -> Floats | None:
    """How often each row was seen: that of the fit's own rows, of new ones the same column, where they have it."""
    if data is None:
        return model.rows.weight
    name = model.extras.get("weights")
    frame = table(data) if name is not None and is_frame(data) else None
    if frame is None or name not in frame.names:
        return None
    return frequencies(_numbers(data, name, "weights", Places(frame.n)))


def _offsets(model: Model, offset: Column, exposure: Column) -> dict[str, Column]:
    """What is added to the linear predictor of new rows: what was given, or the columns that the fit had; empty where
    it had none.
    """
    given = {"offset": offset, "exposure": exposure}
    if model.rows.offset is None:
        for name, column in given.items():
            _refuse_unless_fitted(model, name, column)
        return {}
    found = {name: model.extras.get(name) if column is None else column for name, column in given.items()}
    had = [name for name in given if name in model.extras] or ["offset"]
    # The other stands for one of them: an exposure is the exponential of an offset.
    absent = sum(column is None for column in found.values())
    if absent == 2 or (absent and len(had) == 2):
        needed = "offset= and exposure=, both" if len(had) == 2 else "offset= (or exposure=)"
        raise DomainError(
            f"{model.title} was fitted with {' and '.join(had)}: predict needs {needed}, one number per new row."
        )
    return found


def _new_offset(model: Model, data: object, found: Mapping[str, Column], places: Places) -> Floats:
    total = np.zeros(places.n if places.kept is None else len(places.kept))
    if found["offset"] is not None:
        total = total + _numbers(data, found["offset"], "offset", places)
    if found["exposure"] is not None:
        total = total + np.log(_positive(data, found["exposure"], "exposure", places))
    require_moderate(model.likelihood, Farthest.of(total))
    return total


def _refuse_unless_fitted(model: Model, name: str, column: Column) -> None:
    if column is not None:
        raise IncompatibleError(f"predict got {name}=, but {model.title} was fitted without one. Leave it out.")


def _positive(data: object, values: object, what: str, places: Places) -> Floats:
    """`_numbers` above 0."""
    found = _numbers(data, values, what, places)
    if not (found > 0).all():
        raise DomainError(f"predict needs {what}=, numbers above 0; got {found[~(found > 0)][0]:.6g}.")
    return found


def _numbers(data: object, values: object, what: str, places: Places) -> Floats:
    """A column of the new rows by its name, or an array: a finite number for each of the places."""
    column = _raw(data, values, what, places.n)
    if places.kept is not None:
        column = column.iloc[places.kept].reset_index(drop=True)
    if not len(column):
        return np.empty(0)
    gaps = int(gaps_of(column).sum())
    if gaps:
        which = f"{what} {values!r}" if isinstance(values, str) else what
        raise DomainError(f"predict needs a value of the {which} in every new row; {gaps} miss it.")
    column = clean(column)
    if column.dtype.kind not in NUMBERS or not np.isfinite(column).all():
        raise _no_numbers(what, places.n, column)
    return np.asarray(column, dtype=float)


def _raw(data: object, values: object, what: str, n: int) -> pd.Series:
    """A column of the new rows by its name, or an array, as a series of n values of any kind."""
    paired(("the new rows", data), (f"{what}=", values))
    if isinstance(values, str):
        frame = table(data) if is_frame(data) else None
        if frame is None or values not in frame.names:
            has = "no columns with names" if frame is None else f"the columns {listing(frame.names)}"
            raise DomainError(
                f"predict needs the {what} of each new row, the column {values!r}, and they have {has}: add it, or "
                f"give {what}=, one number per row."
            )
        column = frame.column(values)
    else:
        column = series(values, f"{what}=")
    if len(column) != n:
        raise _no_numbers(what, n, column)
    return column


def _no_numbers(what: str, n: int, column: pd.Series) -> DomainError:
    return DomainError(f"predict needs {what}=, {n} finite numbers; got {column.dtype} of shape {column.shape}.")


KEYS = ("row", "category", "time")
"""Columns of a long frame of intervals that say of whom a line speaks."""


def handed_out(
    places: Places, found: Any, name: str, align: bool, *, columns: Sequence[object] = (), is_bare: bool = True
) -> Any:
    """An array with a value per row that was used, or a frame, as one per row of the table; the values alone where
    `align` is False.

    `name` is that of a series, `columns` are those of an array with several numbers per row. A frame whose columns are
    all of one kind, such as probabilities of categories, is bare as an array; one of intervals, whose columns are not
    (`is_bare` False), stays a frame.

    >>> import numpy as np
    >>> handed_out(Places(2, np.array([1])), np.array([0.5]), "mean", align=True).tolist()
    [nan, 0.5]
    """
    require_truth(align, "align=")
    framed = isinstance(found, pd.DataFrame)
    if align and columns:
        return places.columns(found, [str(label) for label in columns])
    if align:
        return places.frame(found, () if is_bare else KEYS) if framed else places.column(found, name)
    if places.kept is not None and not len(places.kept):
        found = found[:0]  # it is that of a row that says nothing
    return found.to_numpy() if framed and is_bare else found


def predict(
    fit: Estimates,
    model: Model,
    data: object = None,
    offset: Column = None,
    interval: float | None = None,
    **options: Any,
) -> Any:
    """Predictions of a fitted regression for the rows of the fit (`data=None`) or for new rows: see `Fit.predict`.

    Beside the kinds that stand there are "zero", the probability that a count is 0, and of labels in order
    "cumulative", a frame of P(y <= label), and "score", the mean of the labels where they are numbers, else of their
    places 1, 2, ... Without `interval` the answer is an array (m,), of several labels a frame with a column for each;
    with `interval=level` a frame `mean, lower, upper` (`link, lower, upper`), of several labels a long one `row,
    category, mean, lower, upper`; survival is a frame `row, time, survival`. Of the rows that `predictions` leaves out
    under missing="null" there is none. An interval of kind "mean" covers the mean, one of kind "observation" the new
    outcome; counts are whole, so that theirs covers at least `level`; an end beyond 2^53 is infinite. Raises
    DomainError for unseen levels, missing columns and values, IncompatibleError for what the model does not have.

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
    seen: Callable[[Model], Estimates] | None = None,
    needed: Mapping[str, Column] = NONE,
) -> tuple[Any, Places]:
    """What `predict` answers, and where the rows are in their table. Where none of them is complete it answers for one
    row, without a value. A mixed model has the rows `seen` as those of their groups, for which columns are `needed`.
    """
    kind = kind_asked("predict", kind)
    require_finite(fit, "predict")
    kinds.require_outcome(model, kind)
    is_asked = kind in (*kinds.QUANTILES, kinds.SURVIVAL) or times is not None or p is not None
    asked = kinds.asked_of(model, kind, times, p) if is_asked else np.empty(0)
    is_spread = kind in kinds.QUANTILES or (kind == "observation" and interval is not None)
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
    if kind in kinds.OF_OUTCOMES:
        require_numbers(at)
        at = with_precision(at, model, data, precision) if is_spread else at
        among = trials_of(at, model, data, trials)
    if not len(at.rows.X):
        return _nothing(at, interval, kind, asked), at.places
    if seen is not None:
        fit = seen(at)
        at = fit.model
    if kind == kinds.SURVIVAL:
        return kinds.predicted_survival(fit, at, interval, asked), at.places
    if kind in kinds.QUANTILES:
        return kinds.predicted_quantile(fit, at, interval, kind, float(asked[0]), among), at.places
    return _predicted(fit, at, interval, kind, among), at.places


def kind_asked(who: str, kind: object) -> str:
    """A kind of predictions; IncompatibleError for another word."""
    says = f"{who} has kind {{}}"
    return one_of(kind, kinds.KINDS, says, IncompatibleError, got="kind=", meaning="kind of predictions")


def _predicted(fit: Estimates, at: Model, interval: float | None, kind: str, trials: Floats | None) -> Any:
    """A prediction for each of the rows `at`."""
    if kind == "class":
        if interval is not None:
            raise IncompatibleError('predict(kind="class") has no interval; kind="mean" has one for each probability.')
        return as_outcome(labels_of(at), kinds.most_probable(at.likelihood.mean(at.eta(fit.estimate))))
    if kind == "observation":
        return _observations(fit, at, interval, trials)
    if kind == kinds.SCORE:
        return kinds.scores(fit, at, interval)
    if kinds.is_of_categories(at, kind):
        return kinds.categories(fit, at, interval, kind)
    eta = at.eta(fit.estimate)
    value_of, ends_of = kinds.OF_MEANS[kind]
    value = value_of(at.likelihood, eta)
    if interval is None:
        return value
    V = kinds.eta_covariance(at.predictor, at.rows.X, fit.covariance)
    return _frame(kind, value, *ends_of(at.likelihood, eta, V, kinds.quantiles(fit, at, interval)))


def require_finite(fit: Estimates, what: str) -> None:
    """IdentificationError naming the coefficients that are infinite."""
    names = [name for name, value in zip(fit.names, fit.estimate, strict=True) if not np.isfinite(value)]
    if names:
        raise IdentificationError(
            f"{what} needs finite coefficients; {', '.join(names)} of {fit.model.title} are infinite. Leave the column "
            "out, or fit with penalty=st.Jeffreys()."
        )


def labels_of(model: Model) -> tuple[object, ...]:
    """The labels of the outcome, 0 and 1 where it came as numbers; IncompatibleError for outcomes without classes."""
    if not model.likelihood.outcome.has_labels:
        raise IncompatibleError(f"{model.title} of {model.outcome_name!r} has no classes; it predicts a mean.")
    return (0, 1) if model.labels is None else model.labels


def _nothing(at: Model, interval: float | None, kind: str, asked: Floats) -> NDArray[np.generic] | pd.DataFrame:
    """What would be predicted for one row, without a value."""
    if kind == "class":
        return as_outcome(labels_of(at), np.zeros(1, dtype=np.intp))
    if kind == kinds.SURVIVAL:
        ends = {} if interval is None else {"lower": np.nan, "upper": np.nan}
        return pd.DataFrame({"row": 0, "time": asked, kinds.SURVIVAL: np.nan, **ends})
    nan = np.full(1, np.nan)
    if kinds.is_of_categories(at, kind):
        names = kinds.names_of_categories(at, kind)
        each = np.full(len(names), np.nan)
        return (
            pd.DataFrame([each], columns=names) if interval is None else kinds.long_frame(kind, 1, names, *[each] * 3)
        )
    return nan if interval is None else _frame("mean" if kind == "observation" else kind, nan, nan, nan)


LABELS = 'Use kind="class" for the label, kind="mean" for the probabilities.'


def require_numbers(at: Model, instead: str = LABELS) -> None:
    """IncompatibleError, which says what to take instead, for outcomes of which no interval of a new one is known."""
    if at.likelihood.outcome.has_labels:
        raise IncompatibleError(
            f'predict(kind="observation"): an outcome of {at.title} is one of its labels, for which an interval says '
            f"nothing. {instead}"
        )


def _observations(fit: Estimates, at: Model, interval: float | None, trials: Floats | None) -> Floats | pd.DataFrame:
    eta = at.eta(fit.estimate)
    mean = at.likelihood.mean(eta) * (1.0 if trials is None else trials)
    if interval is None:
        return mean
    V = kinds.eta_covariance(at.predictor, at.rows.X, fit.covariance)
    if at.has_scale:
        own = fit.scale**2 / (1.0 if at.rows.precision is None else at.rows.precision)
        variance, df = own + V[:, 0, 0], fit.t_df
        if fit.degrees is not None:  # those of a sum of two variances (Welch & Satterthwaite)
            df = variance**2 / (own**2 / fit.df + V[:, 0, 0] ** 2 / fit.degrees.df(at.rows.X))
        half = quantile_of(df, interval) * np.sqrt(variance)
        return _frame("mean", mean, mean - half, mean + half)
    ends = at.likelihood.facts.interval(at.likelihood, eta.reshape(len(eta), -1), V, interval, trials)
    return _frame("mean", mean, *ends)


def _frame(kind: str, value: Floats, lower: Floats, upper: Floats) -> pd.DataFrame:
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


ROWS = 1 << 17
"""Rows that are predicted at a time, at most."""


def predict_to(
    fit: Estimates, path: str | Path, data: object, *, kind: str = "mean", interval: float | None = None
) -> Path:
    """Write the predictions for the rows of a source to `path`, one row for each of theirs, null where a predictor is
    missing; see `Fit.predict_to`.
    """
    model = fit.model
    path = path_of(path, "predict_to")
    data = model.source if data is None else data
    source = source_of(data)
    if source is None:
        raise DomainError(
            "predict_to writes predictions for files, data=st.scan(...), or a Dask DataFrame; got "
            f"{'no data' if data is None else type(data).__name__}. For a table in memory use fit.predict(table)."
        )
    if isinstance(source, Scan):
        if path.suffix not in (".parquet", ".pq"):
            raise DomainError(f"predict_to writes Parquet; give a path that ends in .parquet, not {str(path)!r}.")
        if path.resolve() in {one.resolve() for one in source.paths}:
            raise DomainError(f"{path} is one of the files that are read; write to another.")
    elif path.exists() and (path.is_file() or any(path.iterdir())):
        raise DomainError(f"{path} is there already; predict_to writes the partitions to a new folder. Give another.")
    kind = kind_asked("predict_to", kind)
    if interval is not None and model.likelihood.outcome.has_several:
        raise IncompatibleError("predict_to writes probabilities of categories without interval=; leave it out.")
    require_finite(fit, "predict_to")
    asked = ["offset", "exposure"] + ["precision", "trials"] * (kind in kinds.OF_OUTCOMES)
    extras = [model.extras[key] for key in asked if model.extras.get(key)]
    names = list(dict.fromkeys((*model.design.whole.columns, *extras)))
    for name in names:
        require(name, source.names)
    require_kinds(source.kinds, names, repr(source))
    rule = PredictionRule.of(fit, source, kind, interval)
    names = names or list(source.names[:1])
    return rule.written(path, source.batches(names)) if isinstance(source, Scan) else _folder(path, source, names, rule)


def _folder(path: Path, source: Source, names: list[str], rule: PredictionRule) -> Path:
    place = path.resolve()
    part, closed = beside(place), beside(place)
    with reasons(path, "predict_to"):
        part.mkdir()
    try:
        try:
            written = source.total(names, ToFile(part, rule), sys.maxsize)
        finally:
            os.replace(part, closed)  # a worker that is late, or was given up, finds no folder to write to
        if len(list(closed.glob("*.parquet"))) != written:
            raise DomainError(
                f"of {written} files that were written, {path.parent} has "
                f"{len(list(closed.glob('*.parquet')))}: give a folder that all workers share."
            )
        for left in closed.glob(".*.tmp"):  # by a worker that was lost
            left.unlink()
        with reasons(path, "predict_to"):
            os.replace(closed, path)
    finally:
        shutil.rmtree(closed, ignore_errors=True)
    return path


@dataclass(frozen=True, eq=False)
class ToFile:
    """Writes the predictions for a partition to a file that has its number; says that it is one."""

    folder: Path
    rule: PredictionRule

    def __call__(self, batch: Batch) -> int:
        try:
            self.rule.written(self.folder / f"part.{batch.number:06d}.parquet", batch.cut(ROWS))
        except FileError as error:
            raise FileError.of(
                f"{batch.where} cannot be written: {error} predict_to needs a folder with room that all workers share.",
                error,
            ) from error
        return 1


@dataclass(frozen=True, eq=False)
class PredictionRule:
    """What is predicted, from a fit without its rows: small enough to be sent to where the batches are."""

    fit: Estimates
    kinds: dict[str, str]
    schema: pa.Schema
    kind: str
    interval: float | None

    @classmethod
    def of(cls, fit: Estimates, source: Source, kind: str, interval: float | None) -> PredictionRule:
        """From a fit and what is asked of it."""
        bare = replace(fit, model=replace(fit.model, rows=fit.model.rows.shapes(), source=None, kept=None, origin=None))
        return cls(bare, dict(source.kinds) if source.certain else {}, _schema(fit, kind, interval), kind, interval)

    def written(self, path: Path, batches: Iterable[Batch]) -> Path:
        """The path, where the predictions of the batches stand when all of them are written."""
        import pyarrow.parquet as pq

        def write(file: BinaryIO) -> None:
            with pq.ParquetWriter(file, self.schema) as writer:
                for batch in batches:
                    writer.write_batch(self(batch))

        return replace_file(path, write, "predict_to")

    def __call__(self, batch: Batch) -> pa.RecordBatch:
        """The predictions of a batch, as long as it is."""
        types = {field.name: kind_of(field.type) for field in batch.table.schema} | self.kinds
        n = batch.table.num_rows
        with at(batch.where):
            clean = cleaned(batch.table, batch.first, types)
            if not len(clean.rows):
                return pa.record_batch([pa.nulls(n, field.type) for field in self.schema], schema=self.schema)
            table = pd.DataFrame(dict(clean.columns), index=range(len(clean.rows)))
            found: Any = predict(self.fit, self.fit.model, table, kind=self.kind, interval=self.interval)
        parts = [found[name].to_numpy() for name in self.schema.names] if isinstance(found, pd.DataFrame) else [found]
        there = np.zeros(n, dtype=bool)
        there[clean.rows - batch.first] = True
        places = pa.array(np.cumsum(there) - 1, mask=~there)
        columns = [pa.array(part, type=field.type).take(places) for part, field in zip(parts, self.schema, strict=True)]
        return pa.record_batch(columns, schema=self.schema)


def _schema(fit: Estimates, kind: str, interval: float | None) -> pa.Schema:
    if kind == "class":
        return pa.schema([("class", pa.array(list(labels_of(fit.model))).type)])
    if kinds.is_of_categories(fit.model, kind):
        return pa.schema([(label, pa.float64()) for label in kinds.names_of_categories(fit.model, kind)])
    first = "mean" if kind == "observation" else kind
    return pa.schema([(name, pa.float64()) for name in ((first,) if interval is None else (first, "lower", "upper"))])
