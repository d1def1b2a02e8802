"""Fitted means for old and new rows, with intervals whose ends come from the scale of the linear predictor."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stattools.data.rows import Rows
from stattools.errors import DomainError, IncompatibleError
from stattools.model import Model

if TYPE_CHECKING:
    from stattools.fitting import Fit

Floats = NDArray[np.float64]


def predict(fit: Fit, model: Model, data: Any, offset: str | ArrayLike | None, interval: float | None) -> Any:
    """See `Fit.predict`."""
    rows = model.rows if data is None else Rows(model.design.encode(data), np.zeros(0))
    if data is None:
        if offset is not None:
            raise IncompatibleError("predict takes offset= together with new rows; the rows of the fit have theirs.")
    else:
        rows = replace(rows, y=np.zeros(len(rows.X)), offset=_new_offset(model, data, offset, len(rows.X)))
    at = replace(model, rows=rows)
    eta = at.eta(fit.estimate)
    mean = model.likelihood.mean(eta)
    if model.categories is not None:
        if interval is not None:
            raise IncompatibleError("predict(interval=...) is not available for softmax in this version; leave it out.")
        import pandas as pd

        return pd.DataFrame(mean, columns=[str(label) for label in model.labels or ()])
    if interval is None:
        return mean
    return _with_interval(fit, at, eta, mean, interval)


def _with_interval(fit: Fit, at: Model, eta: Floats, mean: Floats, level: float) -> Any:
    import pandas as pd

    half = fit.quantile(level) * np.concatenate([_lengths(block.X, fit.covariance) for block in at.rows.blocks()])
    ends = {"lower": at.likelihood.mean(eta - half), "upper": at.likelihood.mean(eta + half)}
    return pd.DataFrame({"mean": mean} | ends)


def _lengths(X: Floats, covariance: Floats) -> Floats:
    """Standard errors of X theta: sqrt of x^T C x, clipped at the zero that round-off may cross."""
    return np.sqrt(np.maximum(((X @ covariance) * X).sum(axis=1), 0.0))


def _new_offset(model: Model, data: Any, offset: str | ArrayLike | None, n: int) -> Floats | None:
    name = offset if isinstance(offset, str) else model.offset_column if offset is None else None
    if model.rows.offset is None:
        if offset is not None:
            raise IncompatibleError(f"predict got offset=, but {model.title} was fitted without one. Leave it out.")
        return None
    if name is not None:
        values = _offset_column(data, name)
    elif offset is None:
        raise DomainError(f"{model.title} was fitted with an offset: predict needs offset=, one number per new row.")
    else:
        values = np.asarray(offset, dtype=float)
    if np.shape(values) != (n,) or not np.isfinite(values).all():
        raise DomainError(f"predict needs offset=, {n} finite numbers; got shape {np.shape(values)}.")
    return values


def _offset_column(data: Any, name: str) -> Floats:
    from stattools.data.columns import clean, missing
    from stattools.data.formula import require
    from stattools.data.table import table

    frame = table(data)
    require(name, frame.names)
    column = frame.column(name)
    if missing(column).any():
        raise DomainError(
            f"predict needs a value of the offset {name!r} in every new row; {int(missing(column).sum())} miss it."
        )
    return np.asarray(clean(column), dtype=float)
