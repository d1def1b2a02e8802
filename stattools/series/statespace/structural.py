"""A structural time series model: components and data, with an exact diffuse log-likelihood, score and information.

    y_t = level_t + seasonal_t + drift t + x_t' beta + irregular_t,   theta = (variances, beta)

Which engine evaluates it follows from the data: the cosine spectrum (a level, no gaps, no regressors), the filter (a
level with gaps), or banded contrasts (everything else). They agree to round-off where they meet. Source: Durbin &
Koopman (2012), ch. 3 and 7.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from stattools.errors import DomainError
from stattools.interface.arguments import as_theta
from stattools.interface.arrays import Floats
from stattools.interface.units import LARGEST_GIVEN, SMALLEST_GIVEN
from stattools.models.evaluation import Evaluation
from stattools.models.questions import AnyModel, ModelFacts
from stattools.numerics.banded import BandedCholesky
from stattools.series.statespace.components import Components
from stattools.series.statespace.contrasts import Contrasts
from stattools.series.statespace.posterior_precision import StatePosterior
from stattools.series.statespace.random_walk import RandomWalk, TrendWalk
from stattools.series.statespace.spectrum import Spectrum
from stattools.text.columns import many

CONVENTION = "diffuse, without the constant of the flat initial states (Durbin & Koopman)"


@dataclass(frozen=True, eq=False, repr=False)
class Structural(AnyModel):
    """A series y (n,), NaN where missing, its times, components, regressors X (n, p), and a known drift per step.

    `theta` holds the variances, in squared units of y, then the regression coefficients beta.
    """

    kind: str
    title: str
    y: Floats
    times: Any
    components: Components
    outcome_name: str = "y"
    X: Floats = field(default_factory=lambda: np.zeros((0, 0)))
    regressors: tuple[str, ...] = ()
    drift: float = 0.0
    design: Any = None
    formula: str | None = None
    facts = ModelFacts(is_unconstrained=True, is_series=True, has_states=True)
    convention = CONVENTION

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the parameters: variances as statsmodels names them, then `beta.x` for each regressor."""
        return (*self.components.names, *(f"beta.{name}" for name in self.regressors))

    @property
    def variances(self) -> tuple[str, ...]:
        """The parameters that are variances: positive, or 0 at the boundary."""
        return self.components.names

    positive = variances

    @property
    def ranges(self) -> tuple[Floats, Floats, tuple[str, ...]]:
        """Variances are 0 or more."""
        sizes = len(self.variances), len(self.regressors)
        return np.repeat([0.0, -np.inf], sizes), np.full(sum(sizes), np.inf), ("coefficient",) * sum(sizes)

    @property
    def diffuse(self) -> int:
        """How many initial states are flat."""
        return self.components.diffuse

    @cached_property
    def n(self) -> float:
        """Number of observed values."""
        return float(np.count_nonzero(self.y == self.y))

    @property
    def steps(self) -> int:
        """Number of times, missing values included."""
        return len(self.y)

    @property
    def counted(self) -> str:
        """How many times there are, in words."""
        missing = self.steps - int(self.n)
        return (
            f"{many(self.steps, 'time')}, {missing:,} missing"
            if missing
            else f"{many(self.n, 'observation')}, none missing"
        )

    @property
    def _subject(self) -> str:
        return self.formula or self.outcome_name

    def arrays(self) -> dict[str, object]:
        """What the likelihood depends on, for the hash of the data."""
        return {"y": self.y, "X": self.X, "drift": self.drift}

    @cached_property
    def scale(self) -> float:
        """A variance of the size of those to be found: the mean square of the contrasts, or of the steps."""
        if self.spectrum is not None:
            return float((self.spectrum.power * self.spectrum.v).mean())
        identity = BandedCholesky(np.ones((1, len(self.contrasts.w))))
        return float(np.square(self.contrasts.project(identity, self.contrasts.w)).mean())

    @property
    def start(self) -> Floats:
        """A point inside the domain: every variance a tenth of the data's own, coefficients 0."""
        return np.append(np.full(len(self.positive), 0.1 * self.scale), np.zeros(len(self.regressors)))

    def detrended(self, beta: Floats) -> Floats:
        """y less the known drift and the regression: what the components explain."""
        y = self.y - self.drift * np.arange(len(self.y)) if self.drift else self.y
        return y - self.X @ beta if len(beta) else y

    def split(self, theta: ArrayLike) -> tuple[Floats, Floats]:
        """theta as (variances, beta); DomainError for a wrong number or values that are not finite."""
        theta, k = as_theta(theta, self.title, self.names), len(self.positive)
        if theta.shape != (len(self.names),):
            raise DomainError(
                f"{self.title} has {len(self.names)} parameters, {', '.join(self.names)}; got values of shape "
                f"{theta.shape}."
            )
        if not np.isfinite(theta).all():
            name = self.names[int(np.argmin(np.isfinite(theta)))]
            raise DomainError(f"{self.title} needs finite parameters; got {name} = {theta[~np.isfinite(theta)][0]}.")
        return theta[:k], theta[k:]

    def checked(self, theta: ArrayLike) -> tuple[Floats, Floats]:
        """`split`, and a DomainError for a negative variance or variances that are all 0."""
        variances, beta = self.split(theta)
        if (variances < 0).any():
            worst = int(np.argmin(variances))
            raise DomainError(f"Variances are 0 or more; got {self.names[worst]} = {variances[worst]:.6g}.")
        if not variances.any():
            raise DomainError("All variances are 0: nothing is random. Give a positive variance to one of them.")
        if not _in_range(variances):
            raise DomainError(
                f"Variances are between {SMALLEST_GIVEN:g} and {LARGEST_GIVEN:g} and no further apart, or exactly 0; "
                f"got {', '.join(f'{variance:.3g}' for variance in variances)}. Change the units of y, or give 0."
            )
        return variances, beta

    def loglik(self, theta: ArrayLike) -> float:
        """The log-likelihood at theta = (variances, beta); raises DomainError for negative variances."""
        return self._loglik(*self.checked(theta))

    def evaluate(self, theta: ArrayLike, order: int = 2) -> Evaluation:
        """Log-likelihood (order 0), score (1) and observed information (2) in theta; -inf outside the domain."""
        variances, beta = self.split(theta)
        if (variances < 0).any() or not variances.any() or not _in_range(variances):
            return Evaluation(-np.inf)
        if order == 0:
            return Evaluation(self._loglik(variances, beta))
        loglik, score = self._score(variances, beta)
        return Evaluation(loglik, score, self.information(theta)) if order == 2 else Evaluation(loglik, score)

    @cached_property
    def spectrum(self) -> Spectrum | None:
        """The cosine spectrum, for a level without gaps and regressors."""
        simple = self.components == Components() and not self.regressors and bool((self.y == self.y).all())
        return Spectrum.of(self.detrended(np.zeros(0))) if simple else None

    @cached_property
    def contrasts(self) -> Contrasts:
        """Banded contrasts of y and X."""
        return Contrasts.of(self.detrended(np.zeros(0)), self.X.reshape(len(self.y), -1), self.components)

    def posterior(self, variances: Floats, beta: Floats) -> StatePosterior:
        """The states given everything, by their banded precision."""
        return StatePosterior(self.detrended(beta), self.components.full(variances), self.components)

    def random_walk(self, variances: Floats, beta: Floats) -> RandomWalk | None:
        """The level by recurrences, for a model of a level with two positive variances."""
        if self.components != Components() or not variances.all():
            return None
        return RandomWalk(self.detrended(beta), float(variances[0]), float(variances[1]))

    def trend_walk(self, variances: Floats, beta: Floats) -> TrendWalk | None:
        """Level and trend by blocks, for a local linear trend with three positive variances."""
        if self.components != Components("stochastic") or not variances.all():
            return None
        return TrendWalk(self.detrended(beta), *map(float, variances))

    def _loglik(self, variances: Floats, beta: Floats) -> float:
        if self.spectrum is not None:
            return self.spectrum.loglik(*map(float, variances))
        if (walk := self.random_walk(variances, beta)) is not None:
            return walk.loglik()
        return self.contrasts.loglik(variances, beta)

    def _score(self, variances: Floats, beta: Floats) -> tuple[float, Floats]:
        if self.spectrum is not None:
            return self._loglik(variances, beta), self.spectrum.derivatives(*map(float, variances))[0]
        return self.contrasts.score(variances, beta)

    def information(self, theta: ArrayLike, *, expected: bool = False) -> Floats:
        """Observed (or expected) information at theta; raises DomainError for negative variances.

        The parts that belong to a variance of 0 mean little: it has no standard error.
        """
        variances, beta = self.checked(theta)
        if self.spectrum is not None:
            r, q = map(float, variances)
            return self.spectrum.expected_information(r, q) if expected else self.spectrum.derivatives(r, q)[1]
        return self.contrasts.information(variances, beta, expected=expected)

    def evaluate_at(self, variances: Floats) -> tuple[float, Floats]:
        """Log-likelihood and score at these variances and the most likely beta for them."""
        if not variances.any():
            return -np.inf, np.full(len(self.names), np.nan)
        return self._score(variances, self.coefficients(variances))

    def coefficients(self, variances: Floats) -> Floats:
        """The most likely beta given the variances: generalized least squares."""
        return self.contrasts.coefficients(variances) if self.regressors else np.zeros(0)


def _in_range(variances: Floats) -> bool:
    """Whether the positive ones of some variances have sizes, and ratios, whose squares float64 holds."""
    given = variances[variances > 0]
    least, most = float(given.min()), float(given.max())
    return least >= SMALLEST_GIVEN and most <= LARGEST_GIVEN and most <= LARGEST_GIVEN * least
