"""Rows that a fit has not seen: their design as the fit learned it, their offsets, exposures and trials."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stattools.data.rows import Rows
from stattools.data.sources import source_of
from stattools.errors import DomainError, IncompatibleError
from stattools.likelihoods import Binomial
from stattools.model import Model
from stattools.solvers.surrogate import held_elsewhere

Floats = NDArray[np.float64]
Column = str | ArrayLike | None


def at_rows(model: Model, data: Any, offset: Column = None, exposure: Column = None) -> Model:
    """The model over other rows, whose outcome is unknown; over its own rows where `data` is None."""
    if data is None:
        if offset is not None or exposure is not None:
            raise IncompatibleError(
                "predict takes offset= and exposure= together with new rows; the rows of the fit have theirs."
            )
        if held_elsewhere(model):
            rows: Any = model.rows
            raise IncompatibleError(
                f"predict() of {model.title} answers for all rows, which are {rows.source.place}: use "
                "fit.predict_to(path), or predict(table) for some rows."
            )
        return model
    if (source := source_of(data)) is not None:
        raise IncompatibleError(
            f"predict would bring as many rows as there are {source.place}: use fit.predict_to(path, table)."
        )
    X = model.design.encode(data)
    y = np.zeros((len(X), *np.shape(model.rows.y)[1:]))
    return replace(model, rows=Rows(X, y, offset=_new_offset(model, data, offset, exposure, len(X))))


def trials_of(model: Model, data: Any, trials: Column, n: int) -> Floats | None:
    """The number of trials of each row of a grouped outcome; None for other outcomes."""
    if not isinstance(model.likelihood, Binomial):
        return None
    if data is None:
        if trials is not None:
            raise IncompatibleError("predict takes trials= together with new rows; the rows of the fit have theirs.")
        return model.rows.y[:, 1]
    if trials is None:
        raise DomainError(
            f'predict(kind="observation") of {model.title} predicts successes out of trials: give trials=, one '
            "whole number per new row."
        )
    values = _numbers(data, trials, "trials", n)
    if not ((values >= 0) & (values == np.floor(values))).all():
        raise DomainError("predict needs trials=, whole numbers >= 0.")
    return values


def _new_offset(model: Model, data: Any, offset: Column, exposure: Column, n: int) -> Floats | None:
    given = [name for name, column in (("offset", offset), ("exposure", exposure)) if column is not None]
    if model.rows.offset is None:
        if given:
            raise IncompatibleError(f"predict got {given[0]}=, but {model.title} was fitted without one. Leave it out.")
        return None
    offset = model.offset_column if offset is None else offset
    exposure = model.exposure_column if exposure is None else exposure
    if offset is None and exposure is None:
        raise DomainError(
            f"{model.title} was fitted with an offset: predict needs offset= (or exposure=), one number per new row."
        )
    total = np.zeros(n)
    if offset is not None:
        total = total + _numbers(data, offset, "offset", n)
    if exposure is not None:
        values = _numbers(data, exposure, "exposure", n)
        if not (values > 0).all():
            raise DomainError(f"predict needs exposure=, numbers above 0; got {values[~(values > 0)][0]:.6g}.")
        total = total + np.log(values)
    return total


def _numbers(data: Any, values: Any, what: str, n: int) -> Floats:
    """A column of the new rows by its name, or an array: n finite numbers."""
    if isinstance(values, str):
        values = _column(data, values, what)
    values = np.asarray(values, dtype=float)
    if values.shape != (n,) or not np.isfinite(values).all():
        raise DomainError(f"predict needs {what}=, {n} finite numbers; got shape {values.shape}.")
    return values


def _column(data: Any, name: str, what: str) -> Floats:
    from stattools.data.columns import clean, missing
    from stattools.data.formula import require
    from stattools.data.table import table

    frame = table(data)
    require(name, frame.names)
    column = frame.column(name)
    gaps = int(missing(column).sum())
    if gaps:
        raise DomainError(f"predict needs a value of the {what} {name!r} in every new row; {gaps} miss it.")
    return np.asarray(clean(column), dtype=float)
