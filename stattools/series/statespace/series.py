"""The constructors of state space models, `local_level`, `local_linear_trend`, `smooth_trend`, from a series or a
formula.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, overload

import numpy as np

from stattools.data.dataset import read
from stattools.data.formula.formula import parse
from stattools.data.tables.arrays import array, matrix, named, with_gaps
from stattools.data.tables.table import is_frame, paired, series, table, times_of
from stattools.errors import DomainError, quoted
from stattools.interface.arguments import is_number, whole_number
from stattools.interface.arrays import Floats
from stattools.interface.units import LARGEST_OF_SERIES, require_series, require_size
from stattools.series.filters.signals import EXACT
from stattools.series.statespace.components import Components, Trend
from stattools.series.statespace.many import LocalLevels, levels
from stattools.series.statespace.structural import Structural


@overload
def local_level(
    formula_or_y: str | Sequence[float],
    data: object = None,
    /,
    *,
    X: object = None,
    names: Sequence[str] | None = None,
    seasonal: int | None = None,
    drift: bool | float = False,
) -> Structural:
    """One series."""


@overload
def local_level(
    formula_or_y: object,
    data: object = None,
    /,
    *,
    X: object = None,
    names: Sequence[str] | None = None,
    seasonal: int | None = None,
    drift: bool | float = False,
) -> Any:
    """One series, or a table of several."""


def local_level(
    formula_or_y: object,
    data: object = None,
    /,
    *,
    X: object = None,
    names: Sequence[str] | None = None,
    seasonal: int | None = None,
    drift: bool | float = False,
) -> Structural | LocalLevels:
    """A random walk seen with noise: y_t = m_t + e_t, m_{t+1} = m_t + x_t, Var e = sigma2.irregular, Var x =
    sigma2.level.

    y has shape (n,), equally spaced, NaN (or None) where it is missing; give it alone or as `("y ~ x1 + x2", table)`. X
    (n, p) are regressors, complete, with coefficients `beta.name`; `seasonal` is a period (dummy form). `drift=True`
    adds a constant slope that is estimated (a flat state, statsmodels' "local linear deterministic trend"), a number
    adds that known slope per step. Rows of a 2-d array, or columns of a frame, are series of their own, all fitted in
    one call. Initial states are exactly flat. Raises DomainError for empty, infinite, all-missing or too short series,
    missing regressors, and lengths that differ. Source: Durbin & Koopman (2012), ch. 2.

    >>> import stattools as st
    >>> model = st.local_level([1120.0, 1160.0, 963.0, 1210.0, 1160.0])
    >>> model.names, round(model.loglik([15000.0, 1500.0]), 6)
    (('sigma2.irregular', 'sigma2.level'), -25.037567)
    """
    if data is None and not isinstance(formula_or_y, str) and (several := levels(formula_or_y)) is not None:
        if X is not None or seasonal is not None or drift is not False:
            raise DomainError("Several series at once have no X=, seasonal= or drift=; give them one by one.")
        return several
    trend: Trend = "fixed" if drift is True else "none"
    title = "Local level with a fixed drift" if drift is True else "Local level"
    return _series("local_level", title, trend, formula_or_y, data, X, names, seasonal, drift)


def local_linear_trend(
    formula_or_y: object,
    data: object = None,
    /,
    *,
    X: object = None,
    names: Sequence[str] | None = None,
    seasonal: int | None = None,
) -> Structural:
    """A level with a slope, both random walks: m_{t+1} = m_t + s_t + x_t, s_{t+1} = s_t + z_t, y_t = m_t + e_t.

    Variances sigma2.irregular (of e), sigma2.level (of x), sigma2.trend (of z). Arguments and errors as in
    `st.local_level`. Source: Durbin & Koopman (2012), 3.2.

    >>> import stattools as st
    >>> st.local_linear_trend([1.0, 2.0, 4.0, 5.0, 7.0, 9.0]).names
    ('sigma2.irregular', 'sigma2.level', 'sigma2.trend')
    """
    return _series(
        "local_linear_trend", "Local linear trend", "stochastic", formula_or_y, data, X, names, seasonal, False
    )


def smooth_trend(
    formula_or_y: object,
    data: object = None,
    /,
    *,
    X: object = None,
    names: Sequence[str] | None = None,
    seasonal: int | None = None,
) -> Structural:
    """An integrated random walk seen with noise: the local linear trend with sigma2.level = 0.

    Variances sigma2.irregular and sigma2.trend; with their ratio fixed at 1600 the smoothed level is the
    Hodrick-Prescott filter. Arguments and errors as in `st.local_level`. Source: Durbin & Koopman (2012), 3.2.

    >>> import stattools as st
    >>> st.smooth_trend([1.0, 2.0, 4.0, 5.0, 7.0, 9.0]).names
    ('sigma2.irregular', 'sigma2.trend')
    """
    return _series("smooth_trend", "Smooth trend", "smooth", formula_or_y, data, X, names, seasonal, False)


def _series(
    kind: str,
    title: str,
    trend: Trend,
    formula_or_y: object,
    data: object,
    X: object,
    names: Sequence[str] | None,
    seasonal: int | None,
    drift: bool | float,
) -> Structural:
    components = Components(trend, _period(seasonal))
    known = 0.0 if isinstance(drift, bool | np.bool_) else _number(drift)
    design, formula, outcome = None, None, "y"
    if isinstance(formula_or_y, str):
        if X is not None or names is not None:
            raise DomainError(f"{title} takes a formula with a table, or y with X=; got a formula and X= or names=.")
        y, times, columns, labels, design, outcome, formula = _from_formula(formula_or_y, data, title)
    else:
        if data is not None:
            raise DomainError(
                f"{title} takes (formula, table), or y alone with regressors as X=; got y and {quoted(data)}."
            )
        y, times = numbers(formula_or_y)
        outcome = str(getattr(formula_or_y, "name", None) or "y")
        columns, labels = np.zeros((len(y), 0)), ()
        if X is not None:
            paired(("y", formula_or_y), ("X", X))
            columns, found = matrix(X)
            labels = named(names, found, columns.shape[1])
            if len(columns) != len(y):
                raise DomainError(f"X has {len(columns)} rows and y has {len(y)} values: give one row for each time.")
        elif names is not None:
            raise DomainError("names= name the columns of X=, and there is no X=.")
    whole = f"{title} with a seasonal of period {components.period}" if components.period else title
    model = Structural(kind, whole, y, times, components, outcome, columns, labels, known, design, formula)
    require_series(title, "y", y)
    require_size(title, "drift= over all steps", np.array([known * len(y)]), smallest=0.0, largest=LARGEST_OF_SERIES)
    for name, column in zip(labels, columns.T, strict=True):
        require_series(title, f"the regressor {name!r}", column)
    _require_length(model)
    _require_rank(model)
    return model


def numbers(values: object, what: str = "y") -> tuple[Floats, Any]:
    """A series as float64 with NaN for what is missing, and its times: its pandas index, or 0, 1, 2, ...

    >>> numbers([1, None, 3])[0].tolist()
    [1.0, nan, 3.0]
    """
    source = values
    if isinstance(values, list | tuple):
        values = array(values, what)
    _require_exact(values, what)
    if isinstance(values, np.ndarray) and values.ndim == 2 and values.shape[1] == 1:
        values = values[:, 0]
    if is_frame(values) and len(table(values).names) == 1:
        values = table(values).column(table(values).names[0])
    if isinstance(values, np.ndarray) and values.ndim != 1:
        raise DomainError(f"{what} must be one series, shape (n,); got shape {values.shape}.")
    if not (type(values) is np.ndarray and values.dtype.kind in "biuf"):
        values = with_gaps(values, what)
    with np.errstate(over="ignore"):  # what only longdouble holds becomes infinite, and is refused as that
        y = np.array(values, dtype=np.float64)
    if not len(y):
        raise DomainError(f"{what} is empty: give at least a few values.")
    endless = np.isinf(y)
    if endless.any():
        place = int(np.argmax(endless))
        raise DomainError(
            f"{what} has {y[place]} at position {place}; what is missing is NaN, all else must be finite."
        )
    return y, times_of(source, len(y), what)


def _require_exact(values: object, what: str) -> None:
    """DomainError for whole numbers that float64 does not hold."""
    found = np.asarray(values) if isinstance(values, np.ndarray) else series(values, what).to_numpy()
    whole = found.dtype.kind in "iu" and found.size and max(abs(int(found.min())), abs(int(found.max()))) > EXACT
    if whole or (found.dtype.kind == "O" and any(isinstance(v, int) and abs(v) > EXACT for v in found.flat)):
        raise DomainError(
            f"{what} has a whole number beyond 2^53, which float64 does not hold. Subtract a constant first, or "
            "convert to float and accept the rounding."
        )


def _from_formula(formula: str, data: object, title: str) -> Any:
    if data is None:
        raise DomainError(
            f"{title} got the formula {quoted(formula)} without a table: give ({quoted(formula)}, table)."
        )
    frame = table(data)
    parsed = parse(formula, frame.names)
    outcome = parsed.outcome.category
    if parsed.outcome.call is not None or outcome is None:
        raise DomainError(
            f"{title} needs a formula 'y ~ x1 + ...' whose left side is a column of the table; got {quoted(formula)}."
        )
    y, times = numbers(frame.column(outcome), outcome)
    index = None if getattr(data, "index", None) is None else times_of(data, len(y), outcome)
    right = {name: frame.column(name) for name in frame.names if name != outcome}
    if not parsed.columns:
        return y, times if index is None else index, np.zeros((len(y), 0)), (), None, outcome, formula
    found = read(formula, {**right, outcome: np.zeros(len(y))}, names=None, intercept=True, columns={})
    if found.n_dropped:
        name = next(name for name, count in found.dropped.items() if count)
        raise DomainError(
            f"{title}: regressor {name!r} has {found.dropped[name]} missing values. Only y may be missing; fill the "
            "regressors in, or set y to NaN there and give them any number."
        )
    keep = [j for j, term in enumerate(found.design.names) if term != "Intercept"]  # the level is the intercept
    labels = tuple(found.design.names[j] for j in keep)
    return y, times if index is None else index, found.X[:, keep], labels, found.design, outcome, formula


def _period(seasonal: object) -> int:
    if seasonal is None:
        return 0
    return whole_number(seasonal, "seasonal= is a period (12 for months of a year), which", at_least=2)


def _number(drift: object) -> float:
    if not is_number(drift):
        raise DomainError(f"drift= is True (estimated) or a known finite slope per step; got {quoted(drift)}.")
    return float(drift)


def _require_length(model: Structural) -> None:
    if not model.n:
        raise DomainError(f"{model.outcome_name} is missing everywhere: there is nothing to learn from.")
    needed = model.diffuse + len(model.names)
    if model.n < needed:
        raise DomainError(
            f"{model.title} has {model.diffuse} flat initial states and {len(model.names)} parameters, and needs at "
            f"least {needed} observed values; got {model.n:.0f}. Use a longer series or a smaller model."
        )


def _require_rank(model: Structural) -> None:
    if not model.regressors and (not model.components.period or model.n == model.steps):
        return
    W, M = model.contrasts.W, model.contrasts.M
    size = np.linalg.norm(W, axis=0)
    flat = size <= 1e-10 * np.maximum(np.linalg.norm(model.X, axis=0), 1e-300)
    if flat.any():
        name = model.regressors[int(np.argmax(flat))]
        raise DomainError(
            f"{model.title}: the level (or trend, or seasonal) already holds regressor {name!r}; leave it out."
        )
    if M.shape[1] and (M.shape[1] >= len(M) or np.linalg.svd(M, compute_uv=False)[-1] < 1e-8):
        raise DomainError(
            f"{model.title}: some season is never observed, so its state cannot be found. Use a shorter period, or a "
            "series that shows every season."
        )
    if W.shape[1] and np.linalg.svd(W / size, compute_uv=False)[-1] < 1e-10:
        raise DomainError(
            f"{model.title}: the regressors {', '.join(model.regressors)} are linearly dependent beside the level. "
            "Leave one out."
        )
