"""Exponential smoothing as a likelihood: the filter whose weights make the one-step-ahead forecasts most probable.

    y_t = l_{t-1} + e_t,  l_t = l_{t-1} + w_t e_t,  e_t ~ Normal(0, sigma^2),  logit w_t = z_t^T beta

With one weight it is simple exponential smoothing, ETS(A,N,N), the innovations form of the local level. A time-varying
weight is a Kalman gain that covariates move. Score and information come by the adjoint of the filter: with lambda the
adjoint of the levels, dL/dw_t = lambda_t e_t. Second derivatives need the sensitivities s = dl/dtheta too, which are
the same recurrence with other right sides, all solved at once:

    L_ij = -sum s_i s_j / sigma^2 + sum lambda_t (w''_t z_i z_j e_t - w'_t (z_i s_j + z_j s_i))

A missing y has weight 0 and no error. Cost: O(n p) for the recurrences, O(n p^2) for the products. Source: Hyndman,
Koehler, Ord & Snyder, Forecasting with Exponential Smoothing (2008), ch. 2, 5, 6; Griewank & Walther (2008), ch. 5.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, ndtri

from stattools.data.dataset import read
from stattools.data.design.design import Design
from stattools.data.tables.table import following, paired, table, times_of
from stattools.errors import DomainError, IdentificationError, quoted
from stattools.interface.arguments import as_theta, is_number
from stattools.interface.arrays import Floats
from stattools.interface.units import require_size
from stattools.interface.when_needed import pd
from stattools.models.evaluation import Evaluation
from stattools.models.questions import AnyModel, ModelFacts
from stattools.series.filters.adjoint import transposed
from stattools.series.filters.exponential import filtered
from stattools.series.filters.recurrence import solve
from stattools.series.filters.signals import numbers
from stattools.text.columns import many


@dataclass(frozen=True, eq=False)
class OneStepErrors:
    """One-step errors at given weights and first level: `error`, `gain` (the weight, 0 at a gap), `before`, `level`."""

    error: Floats
    gain: Floats
    before: Floats
    level: Floats

    @property
    def sum_of_squares(self) -> float:
        return float(self.error @ self.error)


def one_step(y: Floats, used: NDArray[np.bool_], weight: Floats, first: float) -> OneStepErrors:
    """The errors of y where `used`, with y finite elsewhere too."""
    gain = np.where(used, weight, 0.0)
    level = np.empty((1, len(y)))
    filtered(gain[None], y[None], np.array([[first]]), level, first=False)
    before = np.concatenate([[first], level[0, :-1]])
    return OneStepErrors(np.where(used, y - before, 0.0), gain, before, level[0])


def profile(y: Floats, used: NDArray[np.bool_], weight: Floats, first: float, free: bool) -> tuple[float, float]:
    """The smallest sum of squares over the first level, if it is `free`, and the level; errors are linear in it."""
    errors = one_step(y, used, weight, first)
    if not free:
        return errors.sum_of_squares, first
    slope = -_left(errors, used)
    shift = -float(slope @ errors.error) / float(slope @ slope)
    moved = errors.error + shift * slope
    return float(moved @ moved), first + shift


def evaluate(
    errors: OneStepErrors,
    Z: Floats | None,
    eta: Floats,
    used: NDArray[np.bool_],
    log_sigma: float,
    free: bool,
    order: int,
) -> Evaluation:
    """Evaluation in (beta, level, log sigma): beta where Z is given, eta = Z beta; the level where it is `free`."""
    n = int(used.sum())
    # A sigma beyond floating point has no likelihood, which the solver sees.
    with np.errstate(over="ignore", invalid="ignore"):
        rate = float(np.exp(-2.0 * log_sigma))
        misfit = rate * errors.sum_of_squares
        value = float(-0.5 * n * np.log(2.0 * np.pi) - n * log_sigma - 0.5 * misfit)
    if order == 0 or not (np.isfinite(value) and 0.0 < rate < np.inf):
        return Evaluation(value)
    back = _adjoint(errors, rate)
    w = expit(eta)
    slope = np.where(used, w * expit(-eta), 0.0)
    parts = [] if Z is None else [Z.T @ (slope * back * errors.error)]
    if free:
        parts.append(np.array([rate * errors.error[0] + (1.0 - errors.gain[0]) * back[0]]))
    score = np.concatenate([*parts, [misfit - n]])
    if order == 1:
        return Evaluation(value, score)
    p = 0 if Z is None else Z.shape[1]
    information = np.zeros((len(score), len(score)))
    information[-1, -1] = 2.0 * misfit
    information[:-1, -1] = information[-1, :-1] = 2.0 * score[:-1]
    if len(score) > 1:
        columns = np.zeros((len(eta), len(score) - 1))
        if Z is not None:
            columns[:, :p] = Z
        sensitivity = _sensitivities(errors, columns, slope, free)
        seen = sensitivity * used
        cross = -(columns.T * (back * slope)) @ sensitivity.T
        bend = (columns.T * (back * slope * (1.0 - 2.0 * w) * errors.error)) @ columns
        information[:-1, :-1] = rate * seen @ seen.T - cross - cross.T - bend
    return Evaluation(value, score, information)


def _sensitivities(errors: OneStepErrors, columns: Floats, slope: Floats, free: bool) -> Floats:
    """d level_{t-1} / d parameter, one row per parameter but sigma."""
    right = columns.T * (slope * errors.error)
    start = np.zeros((1, len(right)))
    start[0, -1] = 1.0 if free else 0.0
    level = np.empty_like(right)
    solve((np.broadcast_to(1.0 - errors.gain, right.shape),), right, start, level)
    return np.concatenate([start.T, level[:, :-1]], axis=1)


def _adjoint(errors: OneStepErrors, rate: float) -> Floats:
    """dL/dl_t: the level acts through the next error and the next level."""
    g = np.zeros((1, len(errors.error)))
    g[0, :-1] = rate * errors.error[1:]
    return transposed([1.0 - errors.gain[None]], g)[0]


def _left(errors: OneStepErrors, used: NDArray[np.bool_]) -> Floats:
    """How much of the first level is left in the level before each time, where used."""
    left = np.empty((1, len(errors.gain)))
    solve((1.0 - errors.gain[None],), np.zeros_like(left), np.ones((1, 1)), left)
    return np.where(used, np.concatenate([[1.0], left[0, :-1]]), 0.0)


WHO = "exponential_smoothing"
GRID = np.linspace(-9.0, 9.0, 19)
"""Log odds of the weight looked at for a start: from 1e-4 to 1 - 1e-4."""

EXACT = f"{WHO}: the forecasts are exact, and the likelihood has no maximum: sigma falls to 0."


@dataclass(frozen=True, eq=False, repr=False)
class ExponentialSmoothing(AnyModel):
    """The likelihood of exponential smoothing; made by `st.exponential_smoothing`.

    theta is beta (unless `fixed` holds the weight), the level before the first time (unless it is given), log sigma.
    """

    y: Floats
    used: NDArray[np.bool_]
    gap: NDArray[np.bool_]
    Z: Floats | None
    design: Design | None
    fixed: float | None
    first: float
    free: bool
    names: tuple[str, ...]
    outcome_name: str = "y"
    times: Any = None
    at_edge: bool = False
    kind = "exponential_smoothing"
    facts = ModelFacts(is_unconstrained=True, is_series=True)

    @property
    def title(self) -> str:
        """What the model is, and whether its weight was found at the end of its range."""
        return "Exponential smoothing" + (f" with the weight at its edge, {self.fixed:g}" if self.at_edge else "")

    @property
    def n(self) -> float:
        """Number of errors: the values that are there, without the first where it is the starting level."""
        return float(self.used.sum())

    @property
    def observations(self) -> float:
        """Number of observations that count: the errors."""
        return self.n

    @property
    def counted(self) -> str:
        """How many errors there are, in words."""
        return many(self.n, "observation")

    @property
    def _subject(self) -> str:
        return self.outcome_name

    @cached_property
    def start(self) -> Floats:
        """The best of a grid of constant weights, with the level and sigma that go with it."""
        n = self.used.sum()
        if self.fixed is not None:
            squares, level = profile(self.y, self.used, np.full(len(self.y), self.fixed), self.first, self.free)
            return self._theta(np.empty(0), level, squares / n)
        found = self._profiles
        best = int(np.argmin([squares for squares, _ in found]))
        constant = self._constant()
        if not found[best][0] > 0.0:
            raise IdentificationError(EXACT)
        beta = np.zeros(0 if self.Z is None else self.Z.shape[1])
        if constant is None:
            squares, level = profile(self.y, self.used, np.full(len(self.y), 0.5), self.first, self.free)
        else:
            beta[constant], (squares, level) = GRID[best], found[best]
        return self._theta(beta, level, squares / n)

    @cached_property
    def _profiles(self) -> list[tuple[float, float]]:
        """Sum of squares and level for each constant weight of the grid."""
        return [profile(self.y, self.used, np.full(len(self.y), w), self.first, self.free) for w in expit(GRID)]

    def settled(self) -> ExponentialSmoothing:
        """The model with the weight held at 0 or 1 where a constant one has its maximum there, else the model itself.

        At the edge the log odds of the weight are infinite, and the parameters are those that are left.
        """
        if self.fixed is not None or self.Z is None or self.Z.shape[1] > 1 or self._constant() is None:
            return self
        squares = [squares for squares, _ in self._profiles]
        for place, edge in ((0, 0.0), (len(GRID) - 1, 1.0)):
            held = profile(self.y, self.used, np.full(len(self.y), edge), self.first, self.free)[0]
            if squares[place] == min(squares) and held <= squares[place]:
                return replace(self, Z=None, design=None, fixed=edge, names=self.names[1:], at_edge=True)
        return self

    def evaluate(self, theta: ArrayLike, order: int = 2) -> Evaluation:
        """Log-likelihood (order 0), score (1, by the adjoint) and observed information (2)."""
        theta = self._checked(theta)
        return evaluate(self.errors(theta), self.Z, self._eta(theta), self.used, theta[-1], self.free, order)

    def loglik(self, theta: ArrayLike) -> float:
        """Gaussian log-likelihood of the one-step errors, every constant included."""
        return self.evaluate(theta, 0).loglik

    def weights(self, theta: ArrayLike) -> Floats:
        """w_t at every time, (n,)."""
        return self._weights(self._checked(theta))

    def errors(self, theta: ArrayLike) -> OneStepErrors:
        """One-step errors, gains and levels at theta."""
        theta = self._checked(theta)
        level = float(theta[-2]) if self.free else self.first
        return one_step(self.y, self.used, self._weights(theta), level)

    def filtered(self, theta: ArrayLike) -> pd.DataFrame:
        """One row per time: observed, forecast (one step ahead), error, weight, level; NaN where y is missing."""
        found = self.errors(theta)
        return pd.DataFrame(
            {
                "time": self._clock,
                "observed": np.where(self.gap, np.nan, self.y),
                "forecast": found.before,
                "error": np.where(self.gap, np.nan, self.y - found.before),
                "weight": found.gain,
                "level": found.level,
            }
        )

    def forecast(self, theta: ArrayLike, steps: int, *, level: float = 0.95, data: object = None) -> pd.DataFrame:
        """`time, mean, variance, lower, upper` for the coming times; `data` are their covariates, `steps` rows.

        The variance is s^2 (1 + w_n^2 + w_{n+1}^2 + ...) over the steps between, with s^2 = sum e^2 / (n - parameters
        but sigma); normal intervals, which leave the uncertainty of theta out.
        """
        theta = self._checked(theta)
        steps = len(times := following(self._clock, steps))
        found = self.errors(theta)
        coming = self._coming(theta, steps, data)
        spare = self.n - (len(theta) - 1)
        if spare <= 0:
            raise IdentificationError(f"forecast: {self.n:.0f} errors and {len(theta) - 1} parameters leave no scale.")
        growth = 1.0 + np.concatenate([[0.0], np.cumsum(coming[:-1] ** 2)])
        variance = found.sum_of_squares / spare * growth
        half = -float(ndtri(0.5 * (1.0 - level))) * np.sqrt(variance)
        mean = np.full(steps, found.level[-1])
        columns = {"time": times, "mean": mean, "variance": variance}
        return pd.DataFrame(columns | {"lower": mean - half, "upper": mean + half})

    def arrays(self) -> dict[str, object]:
        """What the likelihood depends on, for the hash of the data."""
        held = {} if self.fixed is None else {"weight": self.fixed}
        level = {} if self.free else {"level": self.first}
        return {"y": np.where(self.gap, np.nan, self.y), **({} if self.Z is None else {"Z": self.Z}), **held, **level}

    @property
    def _clock(self) -> Any:
        return np.arange(len(self.y)) if self.times is None else self.times

    def _coming(self, theta: Floats, steps: int, data: object) -> Floats:
        if self.Z is None or self.design is None:
            if data is not None:
                raise DomainError("forecast: the weight of this model is constant and takes no data=.")
            constant = self.fixed if self.fixed is not None else float(expit(theta[0]))
            return np.full(steps, constant)
        if data is None:
            raise DomainError(f"forecast needs data=, {steps} rows of the covariates of the weight.")
        Z = self.design.encode(data)
        if len(Z) != steps:
            raise DomainError(f"forecast needs data= with {steps} rows, one per step; got {len(Z)}.")
        return expit(Z @ theta[: Z.shape[1]])

    def _constant(self) -> int | None:
        """The column of Z that is constant, if there is one."""
        if self.Z is None:
            return None
        flat = np.flatnonzero((np.ptp(self.Z, axis=0) == 0) & (self.Z[0] == 1.0))
        return int(flat[0]) if flat.size else None

    def _theta(self, beta: Floats, level: float, variance: float) -> Floats:
        if not variance > 0.0:
            raise IdentificationError(EXACT)
        return np.concatenate([beta, [level] if self.free else [], [0.5 * np.log(variance)]])

    def _eta(self, theta: Floats) -> Floats:
        return np.zeros(len(self.y)) if self.Z is None else self.Z @ theta[: self.Z.shape[1]]

    def _weights(self, theta: Floats) -> Floats:
        return np.full(len(self.y), self.fixed) if self.fixed is not None else expit(self._eta(theta))

    def _checked(self, theta: ArrayLike) -> Floats:
        theta = as_theta(theta, self.title, self.names)
        if theta.shape != (len(self.names),):
            raise DomainError(
                f"{self.title} has {len(self.names)} parameters ({', '.join(self.names[:6])}); got theta of shape "
                f"{theta.shape}."
            )
        return theta


def exponential_smoothing(
    y: object, *, weights: object = "constant", data: object = None, initial: str | float = "estimated"
) -> ExponentialSmoothing:
    """Exponential smoothing, y_t ~ Normal(l_{t-1}, sigma^2) with l_t = l_{t-1} + w_t (y_t - l_{t-1}).

    `y` is a series (n,), oldest first, or the name of a column of `data`; NaN is a missing value, at which the level
    stays; a pandas index has the times. `weights` is "constant" (one weight, estimated), a formula such as "~ z" over
    `data` or an array of covariates (n, p), which gets an intercept (logit w_t = z_t^T beta), or a number in [0, 1]
    that holds it. `initial` is the level before the first time: "estimated", "first" (the first value, which is then no
    forecast), or a number.
    Parameters: the log odds of the weight, `level`, `log sigma`. `fit.forecast(steps)` has the forecasts and
    `fit.model.filtered(fit.estimate)` weights, levels and errors. Where a constant weight has its maximum at 0 (the
    best forecast is the mean) or 1 (the last value), it is held there, the title of the fit says so, and the other
    parameters are left. Raises DomainError for data that it cannot take. Source: Hyndman et al. (2008), ch. 5.

    >>> import stattools as st
    >>> fit = st.fit(st.exponential_smoothing([3.0, 5.0, 4.0, 6.0, 9.0, 7.0, 8.0, 8.0]))
    >>> fit.names
    ('logit weight', 'level', 'log sigma')
    >>> fit.forecast(2)["mean"].round(2).tolist()
    [7.95, 7.95]
    """
    index, outcome_name = y, str(getattr(y, "name", None) or "y")
    paired(("y", y), ("data", data), ("weights", weights))
    if isinstance(y, str):
        index, outcome_name = data, y
        if data is None:
            raise DomainError(f"{WHO} got y={quoted(y)}, a column's name, and no data=.")
        sources = table(data).sources
        if y not in sources:
            raise DomainError(f"{WHO}: data has no column {y!r}; it has {', '.join(map(str, sources))[:80]}.")
        y = sources[y]
    values = numbers(y, "y", WHO)
    if values.ndim != 1 or np.iscomplexobj(values):
        raise DomainError(f"{WHO} needs y, one real series of shape (n,); got {values.dtype} of shape {values.shape}.")
    values = values.astype(float)
    gap = np.isnan(values)
    if np.isinf(values).any():
        raise DomainError(f"{WHO} needs finite values; y[{int(np.argmax(np.isinf(values)))}] is infinite.")
    if not len(values):
        raise DomainError(f"{WHO} needs values; y is empty.")
    if gap.all():
        raise DomainError(f"{WHO} needs values; all {len(values)} are missing.")
    require_size(WHO, "y", values)
    Z, design, fixed, names = _gain(weights, data, len(values))
    used, opening = ~gap, int(np.argmin(gap))
    first, free = _opening(initial, float(values[opening]))
    if initial == "first":
        used = used.copy()
        used[opening] = False
    names = (*names, *(["level"] if free else []), "log sigma")
    if used.sum() <= len(names):
        raise DomainError(
            f"{WHO} has {len(names)} parameters; {int(used.sum())} errors are not enough. Use more values."
        )
    filled = np.where(gap, values[opening], values)
    times = times_of(index, len(values), outcome_name)
    return ExponentialSmoothing(filled, used, gap, Z, design, fixed, first, free, names, outcome_name, times)


def _opening(initial: object, first: float) -> tuple[float, bool]:
    """The level before the first time, and whether it is estimated."""
    if isinstance(initial, str):
        if initial not in ("estimated", "first"):
            raise DomainError(f"{WHO} has initial='estimated', 'first' or a number; got {quoted(initial)}.")
        return first, initial == "estimated"
    if not is_number(initial):
        raise DomainError(f"{WHO} has initial='estimated', 'first' or a finite number; got {quoted(initial)}.")
    require_size(WHO, "initial=", np.array([initial], dtype=float))
    return float(initial), False


def _gain(weights: object, data: object, n: int) -> tuple[Floats | None, Design | None, float | None, tuple[str, ...]]:
    """Covariates, their design, the weight that is held, and the names of beta."""
    if isinstance(weights, str) and weights == "constant":
        return np.ones((n, 1)), None, None, ("logit weight",)
    if is_number(weights):
        if not 0.0 <= weights <= 1.0:
            raise DomainError(f"{WHO} needs a weight in [0, 1]; got {quoted(weights)}.")
        return None, None, float(weights), ()
    if isinstance(weights, str):
        if data is None:
            raise DomainError(f"{WHO} needs data=, the table of the formula {weights!r}.")
        sources = dict(table(data).sources)
        name = "time"
        while name in sources:
            name += "_"
        left, _, right = weights.partition("~")
        if left.strip():
            raise DomainError(f'{WHO} takes a formula with a right side only, such as "~ z"; got {quoted(weights)}.')
        read_data = read(f"{name} ~ {right}", {**sources, name: np.arange(float(len(next(iter(sources.values())))))})
    else:
        read_data = read(np.zeros(n), weights)
    if read_data.n_dropped or len(read_data.X) != n:
        gaps = (
            f"{read_data.n_dropped} missing in {', '.join(read_data.dropped)}"
            if read_data.n_dropped
            else "none missing"
        )
        raise DomainError(
            f"{WHO} needs the covariates of every weight: {n} rows for {n} times; got {len(read_data.X)} ({gaps})."
        )
    return read_data.X, read_data.design, None, tuple(f"logit weight: {term}" for term in read_data.design.names)
