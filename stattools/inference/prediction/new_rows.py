"""Rows that a fit has not seen: their design as the fit learned it, their offsets, exposures, precisions and trials.

What was a column of the table that was fitted is looked up in the new one; what was an array has to be given again.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from stattools.data.extras import Farthest, frequencies
from stattools.data.files.sources import source_of
from stattools.data.rows.rows import Rows
from stattools.data.tables.arrays import NUMBERS
from stattools.data.tables.columns import clean, listing, missing
from stattools.data.tables.pairing import paired
from stattools.data.tables.table import is_frame, series, table
from stattools.errors import DomainError, IncompatibleError
from stattools.interface.arrays import Floats
from stattools.models.model import Model
from stattools.models.regressions.binding import require_moderate

Column = str | ArrayLike | None


def at_rows(model: Model, data: Any, offset: Column = None, exposure: Column = None) -> Model:
    """The model over other rows, whose outcome is unknown; over its own rows where `data` is None."""
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
    X = model.design.encode(data)
    y = np.zeros((len(X), *np.shape(model.rows.y)[1:]))
    return replace(model, rows=Rows(X, y, offset=_new_offset(model, data, offset, exposure, len(X))), index=None)


def with_precision(at: Model, model: Model, data: Any, precision: Column = None) -> Model:
    """The rows `at` with the precision of a new outcome in each; `model` is that of the fit."""
    if data is None:
        if precision is not None:
            raise IncompatibleError("predict takes precision= together with new rows; the rows of the fit have theirs.")
        return at
    if model.rows.precision is None:
        _refuse_unless_fitted(model, "precision", precision)
        return at
    precision = model.extras.get("precision") if precision is None else precision
    if precision is None:
        raise DomainError(
            f"{model.title} was fitted with precision=, which says where a new outcome falls too: give precision=, one "
            "number above 0 per new row (1 where the scale is its standard deviation)."
        )
    return replace(at, rows=replace(at.rows, precision=_positive(data, precision, "precision", len(at.rows.X))))


def trials_of(model: Model, data: Any, trials: Column, n: int) -> Floats | None:
    """The number of trials of each row of a grouped outcome; None for other outcomes."""
    if "trials" not in model.likelihood.parts:
        return None
    if data is None:
        if trials is not None:
            raise IncompatibleError("predict takes trials= together with new rows; the rows of the fit have theirs.")
        return model.likelihood.trials_of(model.rows.y)
    trials = model.extras.get("trials") if trials is None else trials
    if trials is None:
        raise DomainError(
            f'predict(kind="observation") of {model.title} predicts successes out of trials: give trials=, one '
            "whole number per new row."
        )
    values = _numbers(data, trials, "trials", n)
    if not ((values >= 0) & (values == np.floor(values))).all():
        raise DomainError("predict needs trials=, whole numbers >= 0.")
    return values


def frequencies_of(model: Any, data: Any) -> Floats | None:
    """How often each row was seen: that of the fit's own rows, of new ones the same column, where they have it."""
    if data is None:
        return model.rows.weight
    name = model.extras.get("weights")
    frame = table(data) if name is not None and is_frame(data) else None
    if frame is None or name not in frame.names:
        return None
    return frequencies(_numbers(data, name, "weights", frame.n))


def _new_offset(model: Model, data: Any, offset: Column, exposure: Column, n: int) -> Floats | None:
    given = {"offset": offset, "exposure": exposure}
    if model.rows.offset is None:
        for name, column in given.items():
            _refuse_unless_fitted(model, name, column)
        return None
    found = {name: model.extras.get(name) if column is None else column for name, column in given.items()}
    had = [name for name in given if name in model.extras] or ["offset"]
    # The other stands for one of them: an exposure is the exponential of an offset.
    absent = sum(column is None for column in found.values())
    if absent == 2 or (absent and len(had) == 2):
        needed = "offset= and exposure=, both" if len(had) == 2 else "offset= (or exposure=)"
        raise DomainError(
            f"{model.title} was fitted with {' and '.join(had)}: predict needs {needed}, one number per new row."
        )
    total = np.zeros(n)
    if found["offset"] is not None:
        total = total + _numbers(data, found["offset"], "offset", n)
    if found["exposure"] is not None:
        total = total + np.log(_positive(data, found["exposure"], "exposure", n))
    require_moderate(model.likelihood, Farthest.of(total))
    return total


def _refuse_unless_fitted(model: Model, name: str, column: Column) -> None:
    if column is not None:
        raise IncompatibleError(f"predict got {name}=, but {model.title} was fitted without one. Leave it out.")


def _positive(data: Any, values: Any, what: str, n: int) -> Floats:
    """`_numbers` above 0."""
    found = _numbers(data, values, what, n)
    if not (found > 0).all():
        raise DomainError(f"predict needs {what}=, numbers above 0; got {found[~(found > 0)][0]:.6g}.")
    return found


def _numbers(data: Any, values: Any, what: str, n: int) -> Floats:
    """A column of the new rows by its name, or an array: n finite numbers."""
    paired(("the new rows", data), (f"{what}=", values))
    named = isinstance(values, str)
    column = _column(data, values, what) if named else series(values, f"{what}=")
    gaps = int(missing(column).sum())
    if gaps:
        which = f"{what} {values!r}" if named else what
        raise DomainError(f"predict needs a value of the {which} in every new row; {gaps} miss it.")
    column = clean(column)
    if column.dtype.kind not in NUMBERS or column.shape != (n,) or not np.isfinite(column).all():
        raise DomainError(f"predict needs {what}=, {n} finite numbers; got {column.dtype} of shape {column.shape}.")
    return np.asarray(column, dtype=float)


def _column(data: Any, name: str, what: str) -> Any:
    frame = table(data) if is_frame(data) else None
    if frame is None or name not in frame.names:
        has = "no columns with names" if frame is None else f"the columns {listing(frame.names)}"
        raise DomainError(
            f"predict needs the {what} of each new row, the column {name!r}, and they have {has}: add it, or give "
            f"{what}=, one number per row."
        )
    return frame.column(name)
