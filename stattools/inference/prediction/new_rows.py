"""Rows that a fit has not seen: their design as the fit learned it, their offsets, exposures, precisions and trials.

What was a column of the table that was fitted is looked up in the new one; what was an array has to be given again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from stattools.data.dataset import NONE
from stattools.data.design.design import Design
from stattools.data.files.scan import source_of
from stattools.data.rows.rows import Farthest, Rows, frequencies
from stattools.data.tables.arrays import NUMBERS
from stattools.data.tables.columns import clean, listing
from stattools.data.tables.columns import missing as gaps_of
from stattools.data.tables.table import ARRAYS, Places, is_frame, origin_of, paired, series, table
from stattools.errors import DomainError, IncompatibleError
from stattools.inference.prediction.kinds import OF_OUTCOMES
from stattools.interface.arguments import require_truth
from stattools.interface.arrays import Floats
from stattools.interface.names.answers import one_of
from stattools.interface.when_needed import pd
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


def require_missing(missing: object) -> Any:
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
    if trials is not None and (kind not in OF_OUTCOMES or "trials" not in model.likelihood.parts):
        raise IncompatibleError(
            'predict takes trials= for kind="observation" and quantiles of a grouped outcome only; leave it out.'
        )
    if precision is not None and kind not in OF_OUTCOMES:
        raise IncompatibleError('predict takes precision= for kind="observation" and quantiles only; leave it out.')
    if kind not in OF_OUTCOMES:
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
        return model.likelihood.trials_of(model.rows.y)
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


def _raw(data: object, values: object, what: str, n: int) -> Any:
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


def _no_numbers(what: str, n: int, column: Any) -> DomainError:
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
