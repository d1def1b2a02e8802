"""Exponential smoothing as a likelihood: the filter whose weights make the one-step-ahead forecasts most probable.

    y_t = l_{t-1} + e_t,  l_t = l_{t-1} + w_t e_t,  e_t ~ Normal(0, sigma^2),  logit w_t = z_t^T beta

With one weight it is simple exponential smoothing, ETS(A,N,N), the innovations form of the local level. A time-varying
weight is a Kalman gain that covariates move. Source: Hyndman, Koehler, Ord & Snyder, Forecasting with Exponential
Smoothing (2008), ch. 2, 5, 6.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, ndtri

from stattools.data.design.design import Design
from stattools.data.tables.table import following
from stattools.errors import DomainError, IdentificationError
from stattools.interface.arguments import as_theta
from stattools.interface.arrays import Floats
from stattools.models.evaluation import Evaluation
from stattools.models.questions import AnyModel, ModelFacts
from stattools.series.filters.one_step import OneStepErrors, evaluate, one_step, profile
from stattools.text.columns import many

if TYPE_CHECKING:
    import pandas as pd

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
        import pandas as pd

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
        import pandas as pd

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

    def arrays(self) -> dict[str, Any]:
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
