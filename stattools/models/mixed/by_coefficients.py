"""The marginal likelihood of a regression with curves whose log-likelihood is that of no single linear predictor: Cox's
partial likelihood, and labels of which each has a predictor.

    theta = the standard deviation of each curve
    log L(theta) = log of the integral over all coefficients, flat for those without a curve, by Laplace's approximation

Source: Wood, Pya & Saefken, JASA 111 (2016), 1548-1563; the value is that of mgcv.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.linalg import solve_triangular

from stattools.errors import ConvergenceError
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.latent.coefficient_modes import CLOSE, CoefficientMode, PenalizedCoefficients
from stattools.latent.importance import shifts
from stattools.models.evaluation import Evaluation
from stattools.models.mixed.latest import Latest
from stattools.models.mixed.marginal import MarginalLikelihood

STEP = 2e-4
"""Of differences of the score, in units of theta: the error of a second derivative is about 1e-9 of it."""
WORK = 4_000_000
"""Linear predictors that are evaluated for one difference of the error of the integral."""
PAIRS = (20, 500)
"""At least and at most so many pairs of draws."""


@record
class AllCoefficients:
    """All coefficients of a model with curves: the log-likelihood `of` c (m,), `to_user` (m, m) with theta = to_user c,
    `flat`, the numbers of those without a prior in the order of the model's names, and `blocks`, those of each of its
    `smooths`; the columns of a curve are divided by `sizes`, so that standard deviations are of the linear predictor.
    """

    of: Any
    to_user: Floats
    flat: NDArray[np.intp]
    smooths: tuple[Any, ...]
    blocks: tuple[NDArray[np.intp], ...]
    sizes: Floats


@record
class ByCoefficients(MarginalLikelihood):
    """The log-likelihood of the regression `model`, of whose `coefficients` those of curves and lines are integrated
    out.
    """

    model: Any
    coefficients: AllCoefficients
    n_outer = 0
    is_restricted = True
    to_effects = ()

    @classmethod
    def of(cls, model: Any) -> ByCoefficients:
        """The marginal likelihood of a model that knows all its coefficients."""
        return cls(model, model.coefficients)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the entries of theta."""
        return tuple(f"sd of {smooth.name}" for smooth in self.smooths)

    @property
    def smooths(self) -> tuple[Any, ...]:
        """The curves that have a standard deviation each."""
        return self.coefficients.smooths

    @property
    def n_smooths(self) -> int:
        """Number of curves."""
        return len(self.coefficients.blocks)

    @property
    def fixed(self) -> Any:
        """The part without curves."""
        return self.model.fixed

    @property
    def start(self) -> Floats:
        """Where a climb begins: effects of standard deviation 1."""
        return np.ones(self.n_smooths)

    def theta(self, fixed: Any, factors: Any, taus: Floats) -> Floats:
        """The parameters: the standard deviations alone."""
        return np.asarray(taus, dtype=float)

    def parts(self, theta: Floats) -> tuple[Floats, list[Floats], Floats]:
        """No parameters of a fixed part and no groups, and the standard deviations."""
        return np.empty(0), [], theta

    def factors(self, theta: Floats) -> list[Floats]:
        """The factors of random terms: there are no groups."""
        return []

    def taus(self, theta: Floats) -> Floats:
        """The standard deviation of the effects of each curve."""
        return theta

    @property
    def to_taus(self) -> Floats:  # type: ignore[override]
        """What makes these those of second differences in the user's units."""
        return 1.0 / self.coefficients.sizes

    @cached_property
    def to_fixed(self) -> Floats:  # type: ignore[override]
        """What makes the user's coefficients of all others of those of the climb."""
        flat = self.coefficients.flat
        return self.coefficients.to_user[np.ix_(flat, flat)]

    @cached_property
    def penalized(self) -> PenalizedCoefficients:
        """The log-likelihood with the prior of curves."""
        of = self.coefficients
        return PenalizedCoefficients(of.of, len(of.to_user), of.blocks)

    @cached_property
    def log_unit(self) -> float:
        """What the flat prior adds to the log-likelihood: it is flat in the user's columns, and for the line of each
        curve in the coefficients of its B-splines, as mgcv has it.
        """
        return float(np.linalg.slogdet(self.to_fixed)[1]) + sum(one.log_line for one in self.smooths)

    @cached_property
    def _latest(self) -> Latest[CoefficientMode]:
        """The mode that was found last."""
        return Latest()

    def at(self, theta: ArrayLike) -> CoefficientMode:
        """The approximation at theta; ConvergenceError where the coefficients have no mode in float64."""
        return self._latest.at(np.asarray(theta, dtype=float), self.beside)

    def beside(self, theta: Floats, last: CoefficientMode | None, close: float = CLOSE) -> CoefficientMode:
        """The approximation at theta, whose mode is looked for from that of `last`, to a squared decrement `close`."""
        start = np.zeros(self.penalized.size) if last is None else last.start_for(theta)
        return self.penalized.at(theta, start, close)

    def fixed_at(self, theta: Floats) -> Floats:
        """The coefficients without a curve at the mode."""
        return self.at(theta).coefficients[self.coefficients.flat]

    def fixed_spread(self, theta: Floats) -> Floats:
        """The covariance of the coefficients without a curve, given the standard deviations."""
        return self.at(theta).covariance[np.ix_(self.coefficients.flat, self.coefficients.flat)]

    def fixed_change(self, theta: Floats) -> Floats:
        """How these coefficients move with theta: not at all, as the standard deviations are taken as known."""
        return np.zeros((len(self.coefficients.flat), len(theta)))

    def fixed_metric(self, theta: Floats) -> Floats:
        """The information about parameters that are not integrated out: there are none."""
        return np.empty((0, 0))

    def effects(self, theta: Floats) -> tuple[tuple[Floats, ...], tuple[Floats, ...]]:
        """The modes of groups and their covariances: there are none."""
        return (), ()

    def curves(self, theta: Floats) -> tuple[Floats, Floats, list[float]]:
        """The wiggly parts of all curves one after the other (Q,), the covariance (p + Q, p + Q) of all other
        coefficients and these, given the data, and the effective degrees of freedom of each.
        """
        found, of = self.at(theta), self.coefficients
        order = np.concatenate([of.flat, *of.blocks])
        way = of.to_user[order]
        return (way @ found.coefficients)[len(of.flat) :], way @ found.covariance @ way.T, found.degrees

    def score_of(self, found: CoefficientMode) -> Floats:
        """The slopes of the log-likelihood in theta."""
        return found.slopes

    def evaluate(self, theta: ArrayLike, order: int = 2) -> Evaluation:
        """Log-likelihood (order 0), score (1) and information (2, by differences of the score) at theta; where there
        is no mode the log-likelihood is -inf.
        """
        theta = np.asarray(theta, dtype=float)
        try:
            found = self.at(theta)
        except ConvergenceError:
            return Evaluation(-np.inf, np.zeros(len(theta)))
        loglik = found.loglik + self.log_unit
        if order == 0:
            return Evaluation(loglik)
        if order == 1:
            return Evaluation(loglik, found.slopes)
        return Evaluation(loglik, found.slopes, self.information(theta))

    def information(self, theta: Floats, which: Any = None) -> Floats:
        """-d2 log L, by central differences of the score; of some columns where `which` has their numbers."""
        which = range(len(theta)) if which is None else which
        found = np.empty((len(theta), len(which)))
        for k, number in enumerate(which):
            step = np.zeros(len(theta))
            step[number] = STEP * max(1.0, abs(theta[number]))
            ahead, behind = (self.at(theta + by).slopes for by in (step, -step))
            found[:, k] = (behind - ahead) / (2.0 * step[number])
        return 0.5 * (found + found.T) if len(which) == len(theta) else found

    def integral_error(self, theta: Floats, inverse: Floats) -> Floats:
        """How far the integral itself would move each standard deviation from theta, in standard errors, by importance
        sampling with the approximation as proposal: see `latent/importance.py`.
        """
        pairs = int(np.clip(WORK // (2 * self.n), *PAIRS))
        xi = np.random.default_rng(1).standard_normal((len(self.coefficients.to_user), pairs))
        return shifts(lambda at: self._log_ratio(self.at(at), xi), theta, inverse)

    def _log_ratio(self, found: CoefficientMode, xi: Floats) -> float:
        """log L - log L~ of draws xi (m, pairs)."""
        prior, logs = self.penalized.prior, []
        ahead = solve_triangular(found.root, xi, lower=True, trans=1)
        for sign in (1.0, -1.0):
            for move, one in zip(ahead.T, xi.T, strict=True):
                u = found.u + sign * move
                height = self.coefficients.of.evaluate(found.scales * u, 0).loglik - 0.5 * float((prior * u) @ u)
                logs.append(height - found.value + 0.5 * float(one @ one))
        every = np.array(logs)
        top = float(every.max())
        return top + float(np.log(np.exp(every - top).mean()))
