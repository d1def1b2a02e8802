"""What every regression's constructor does: read the data, check weights and outcome, bind them to a likelihood."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stattools.data.dataset import Dataset, read
from stattools.data.rows import Rows
from stattools.errors import DomainError
from stattools.likelihoods import Gaussian, Likelihood
from stattools.model import Model
from stattools.models.starting_point import starting_point
from stattools.predictors.dispersed import Dispersed
from stattools.predictors.linear import Linear
from stattools.units import require_precision

Column = str | ArrayLike | None
Floats = NDArray[np.float64]

NO_EXTRAS = None, None, None

LARGEST_OFFSET = 1e6
"""Beyond this the round-off of the linear predictor is more than 1e-10 of what is added to it."""


def read_rows(formula_or_y: Any, data_or_X: Any, names: Any, intercept: bool, **columns: Column) -> Dataset:
    """The complete rows of a formula and a table, or of arrays, with one number per row for each of `columns`."""
    return read(formula_or_y, data_or_X, names=names, intercept=intercept, columns=columns)


def bind(
    kind: str,
    title: str,
    likelihood: Likelihood,
    data: Dataset,
    y: Floats,
    *,
    labels: tuple[Any, ...] | None = None,
    outcome_name: str | None = None,
    dispersed: tuple[str, ...] = (),
) -> Model:
    """The model of `likelihood` over the rows of `data`, whose columns may be weights, precision, offset, exposure.

    `dispersed` names the parameter that all rows share beside the coefficients, if the likelihood has one.
    """
    rows: Any
    if data.scanned is not None:
        rows = data.scanned.bound(y, likelihood.check)
    else:
        extras = NO_EXTRAS
        if data.columns:
            extras = _extras(data.columns)
            require_moderate(likelihood, extras[1])
            _require_digits(likelihood, extras[1], y)
        rows = Rows(data.X, likelihood.check(y), *extras, low=data.low)
        if extras[2] is not None:
            require_precision(extras[2], rows.y)
    columns = data.X.shape[1]
    predictor = Dispersed(columns, dispersed) if dispersed else _linear(columns, likelihood.width)
    return Model(  # by position: names cost a small fit a twentieth of its time
        kind,
        title,
        likelihood,
        predictor,
        rows,
        data.design,
        outcome_name or data.outcome_name,
        starting_point(likelihood, predictor, rows if data.scanned is None else rows.typical),
        labels,
        data.extras,
        data.dropped,
        data.n_dropped,
        data.n_empty,
        data.kept,
        data.source,
        data.index,
    )


@lru_cache(maxsize=64)
def _linear(columns: int, width: int) -> Linear:
    """The same for all models of a size, made once."""
    return Linear(columns, width)


def _extras(columns: dict[str, Floats]) -> tuple[Floats | None, Floats | None, Floats | None]:
    """Weight, offset and precision, each checked."""
    offset = _offset(columns.get("offset"), columns.get("exposure"))
    precision = _positive(columns.get("precision"), "precision= are relative inverse variances, and")
    return frequencies(columns.get("weights")), offset, precision


def _offset(offset: Floats | None, exposure: Floats | None) -> Floats | None:
    exposure = _positive(exposure, "exposure= is a time, an area or a number at risk, and")
    if exposure is None:
        return offset
    return np.log(exposure) if offset is None else offset + np.log(exposure)


def require_moderate(likelihood: Likelihood, offset: Floats | None) -> None:
    """DomainError for an offset that leaves no digits of a linear predictor whose exponential is taken."""
    if offset is None or isinstance(likelihood, Gaussian) or not len(offset):
        return
    row = int(np.argmax(np.abs(offset)))
    if abs(offset[row]) > LARGEST_OFFSET:
        raise DomainError(
            "offset= is added to the linear predictor, a logarithm or log odds, and at most "
            f"{LARGEST_OFFSET:g} in size; got {offset[row]:.6g} in row {row}. Of a time, an area or a number at risk "
            "take the logarithm, or give exposure=."
        )


def _require_digits(likelihood: Likelihood, offset: Floats | None, y: Floats) -> None:
    """DomainError for an offset of a quantity beside which y is round-off."""
    if offset is None or not isinstance(likelihood, Gaussian):
        return
    row = int(np.argmax(np.abs(offset)))
    if abs(offset[row]) * np.finfo(float).eps > np.abs(y).max() > 0:
        raise DomainError(
            f"offset= is in the units of y, whose largest number is {np.abs(y).max():.3g} in size; got "
            f"{offset[row]:.6g} in row {row}, and y - offset would keep no digit of y. Check the units."
        )


def _positive(values: Floats | None, what: str) -> Floats | None:
    if values is not None and not (values > 0).all():
        row = int(np.argmin(values > 0))
        raise DomainError(f"{what} must be positive; got {values[row]:.6g} in row {row}. Drop rows that count nothing.")
    return values


def frequencies(weights: Floats | None) -> Floats | None:
    """Frequency weights, or a DomainError unless they are whole numbers >= 0 that are not all 0."""
    if weights is None:
        return None
    bad = ~((weights >= 0) & (weights == np.floor(weights)) & (weights <= 2.0**53))
    if bad.any():
        row = int(np.argmax(bad))
        raise DomainError(
            "weights= are frequencies, how often each row was seen, and need whole numbers from 0 to 2^53; got "
            f"{weights[row]:.6g} in row {row}. Repeat the rows; for inverse variances st.ols has precision=."
        )
    if weights.sum() == 0:
        raise DomainError("weights= are all 0: no row counts. Give at least one row a positive frequency.")
    return weights
