"""The marginal likelihood of a mixed regression by Laplace's approximation, for any groups and any curves.

    theta = (parameters of the fixed part, the free entries of each T_k, the standard deviation of each curve)
    log L(theta) = log of the integral of p(y | eta) over all effects, approximated at their joint mode

With curves the coefficients of the first linear predictor are integrated out as well, by a flat prior, as by restricted
likelihood of a normal outcome; they are then no part of theta, nor is the first threshold of ordered labels, which is
held where it starts: the level of all of them is integrated out.
Source: Wood, JRSS B 73 (2011), 3-36.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stattools.errors import ConvergenceError, IncompatibleError
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.latent.curve_nodes import CurveNodes, curve_nodes
from stattools.latent.effect_columns import EffectColumns
from stattools.latent.importance import log_ratio, pairs_for, shifts
from stattools.latent.joint_modes import CLOSE, SeenRows
from stattools.latent.laplace import LaplaceIntegral
from stattools.latent.small_blocks import times, transposed
from stattools.latent.spline_columns import effect_columns
from stattools.latent.structure import LatentColumns
from stattools.models.evaluation import Evaluation
from stattools.models.mixed.latest import Latest
from stattools.models.mixed.marginal import MarginalLikelihood
from stattools.models.mixed.orthonormal_model import OrthonormalModel

STEP = 2e-4
"""Of differences of the score, in units of theta: the error of a second derivative is about 1e-9 of it."""


@record
class ByLaplace(MarginalLikelihood):
    """The log-likelihood of the mixed regression `model` in `coordinates`; `columns` are those of its effects, and
    `outer` the numbers of the fixed part's parameters that are parts of theta. Curves are divided by
    their size, so that their standard deviations in theta are those of the linear predictor.
    """

    model: Any
    coordinates: OrthonormalModel
    columns: EffectColumns
    rows: SeenRows
    outer: NDArray[np.intp]
    to_taus: Floats  # type: ignore[override]

    @classmethod
    def of(cls, model: Any) -> ByLaplace:
        """The likelihood of a mixed regression; IncompatibleError for more than one linear predictor of the mean."""
        coordinates = OrthonormalModel.of(model)
        fixed = coordinates.fixed
        predictor, block = fixed.predictor, fixed.rows.whole
        if predictor.n_first > 1:
            raise IncompatibleError(
                f"{model.title}: effects of groups move one linear predictor, and here each category has one. Compare "
                "categories two at a time with st.logistic."
            )
        outer, flat = np.arange(predictor.size), None
        if model.smooths:
            first = np.arange(predictor.size_first)
            held = np.flatnonzero(fixed.shift)[:1]
            outer = np.setdiff1d(outer, np.append(first, held))
            flat = np.asarray(block.X)[:, predictor.first].T
            if len(held):
                flat = np.concatenate([flat, np.ones((1, len(block.y)))])
        codes = tuple(term.codes for term in model.random)
        sizes = tuple(term.n_levels for term in model.random)
        latent = LatentColumns(np.empty((0, len(block.y))), codes, sizes, coordinates.z)
        columns, sizes_of = effect_columns(latent, model.smooths, flat)
        return cls(
            model,
            coordinates,
            columns,
            SeenRows(fixed.likelihood, block.y, block.weight),
            outer,
            1.0 / np.array(sizes_of),
        )

    @property
    def fixed(self) -> Any:
        """The fixed part over orthonormal columns."""
        return self.coordinates.fixed

    @property
    def is_restricted(self) -> bool:
        """Are fixed effects integrated out?"""
        return len(self.columns.flat) > 0

    @cached_property
    def entries(self) -> tuple[tuple[NDArray[np.intp], NDArray[np.intp]], ...]:
        """Rows and columns of the free entries of each T_k."""
        return tuple(np.tril_indices(len(z)) for z in self.coordinates.z)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names of the entries of theta."""
        fixed = [self.model.fixed.names[k] for k in self.outer]
        pairs = zip(self.model.random, self.entries, strict=True)
        roots = [f"T[{i + 1}, {j + 1}] of {term.name}" for term, at in pairs for i, j in zip(*at, strict=True)]
        return (*fixed, *roots, *(f"sd of {smooth.name}" for smooth in self.model.smooths))

    @property
    def n_outer(self) -> int:
        """Number of entries of theta that are of the fixed part."""
        return len(self.outer)

    @cached_property
    def start(self) -> Floats:
        """Where a climb begins: effects of standard deviation 1."""
        return self.theta(self.fixed.start, [np.eye(len(z)) for z in self.coordinates.z], np.ones(self.n_smooths))

    @property
    def n_smooths(self) -> int:
        """Number of curves."""
        return len(self.columns.smooths)

    def theta(self, fixed: Floats, factors: Any, taus: Floats) -> Floats:
        """The parameters from those of the fixed part, the T_k and the curves' standard deviations."""
        roots = [factor[at] for factor, at in zip(factors, self.entries, strict=True)]
        return np.concatenate([fixed[self.outer], *roots, taus])

    def parts(self, theta: Floats) -> tuple[Floats, list[Floats], Floats]:
        """Parameters of the fixed part, the T_k and the curves' standard deviations; integrated coefficients are 0."""
        fixed = self.fixed.start.copy()
        if self.is_restricted:
            fixed[: self.fixed.predictor.size_first] = 0.0
        fixed[self.outer] = theta[: self.n_outer]
        at, factors = self.n_outer, []
        for z, entries in zip(self.coordinates.z, self.entries, strict=True):
            T = np.zeros((len(z), len(z)))
            T[entries] = theta[at : at + len(entries[0])]
            at += len(entries[0])
            factors.append(T)
        return fixed, factors, theta[at:]

    @cached_property
    def log_unit(self) -> float:
        """What the prior of integrated coefficients adds to the log-likelihood: it is flat in the user's columns of X,
        and for the line of each curve flat in the coefficients of its B-splines, as mgcv has it.
        """
        if not self.is_restricted:
            return 0.0
        size = self.fixed.predictor.size_first
        return float(np.linalg.slogdet(self.to_fixed[:size, :size])[1]) + sum(
            smooth.log_line for smooth in self.model.smooths
        )

    @cached_property
    def _latest(self) -> Latest[LaplaceIntegral]:
        """The approximation that was made last."""
        return Latest()

    def at(self, theta: ArrayLike) -> LaplaceIntegral:
        """The approximation at theta; ConvergenceError where the effects have no mode in float64."""
        return self._latest.at(np.asarray(theta, dtype=float), self.beside)

    def beside(
        self, theta: Floats, last: LaplaceIntegral | None, close: float = CLOSE, start: Floats | None = None
    ) -> LaplaceIntegral:
        """The approximation at theta: its mode is sought from `start`, or that of `last`, to a squared decrement."""
        (_, factors, taus), base = self.parts(theta), self.base(theta)
        return LaplaceIntegral.at(self.rows, self.columns, factors, taus.tolist(), base, last, close, start)

    def base(self, theta: Floats) -> Floats:
        """The linear predictors without effects."""
        return self.fixed.predictor.forward(self.parts(theta)[0], self.fixed.rows.whole)[0]

    @property
    def points(self) -> CurveNodes | None:
        """Points that stand for the rows, where one curve is all that moves their linear predictors."""
        others = self.columns.factors or self.n_outer or self.n_smooths != 1 or self.base(np.zeros(1)).any()
        return None if others else curve_nodes(self.rows, self.columns)  # type: ignore[arg-type]

    @property
    def to_fixed(self) -> Floats:  # type: ignore[override]
        """What makes the user's parameters of those of the fixed part."""
        return self.coordinates.lift

    @property
    def to_effects(self) -> tuple[Floats, ...]:  # type: ignore[override]
        """What makes effects of the user's columns, for each random term."""
        return self.coordinates.to_effects

    def factors(self, theta: Floats) -> list[Floats]:
        """The T_k."""
        return self.parts(theta)[1]

    def taus(self, theta: Floats) -> Floats:
        """The standard deviation of the effects of each curve."""
        return self.parts(theta)[2]

    def fixed_at(self, theta: Floats) -> Floats:
        """The parameters of the fixed part; those that are integrated out at their mode."""
        fixed = self.parts(theta)[0]
        return fixed + self.of_flat @ self.at(theta).mode.u[self.flat] if self.is_restricted else fixed

    @cached_property
    def flat(self) -> slice:
        """Where fixed effects are among all effects."""
        return slice(self.columns.size - len(self.columns.flat), self.columns.size)

    @cached_property
    def of_flat(self) -> Floats:
        """What makes parameters of the fixed part of those that are integrated out, (p, number of these)."""
        size = self.fixed.predictor.size_first
        found = np.eye(len(self.fixed.start), size)
        return found if len(self.columns.flat) == size else np.column_stack([found, -self.fixed.shift])

    def fixed_spread(self, theta: Floats) -> Floats:
        """The covariance given theta of the parameters of the fixed part, 0 but for those that are integrated out."""
        p, count = len(self.fixed.start), len(self.columns.flat)
        inverse = self.at(theta).mode.penalized.dense
        own = inverse[len(inverse) - count :, len(inverse) - count :] if count else inverse[:0, :0]
        return self.of_flat @ own @ self.of_flat.T if count else np.zeros((p, p))

    def fixed_change(self, theta: Floats) -> Floats:
        """How the parameters of the fixed part move with theta, (p, size of theta)."""
        found = np.zeros((len(self.fixed.start), len(theta)))
        found[self.outer, np.arange(self.n_outer)] = 1.0
        if self.is_restricted and self.n_outer:
            moves = self.at(theta).moves(self.jacobian(theta)[:, self.outer])
            found[:, : self.n_outer] += self.of_flat @ moves[self.flat]
        return found

    def effects(self, theta: Floats) -> tuple[tuple[Floats, ...], tuple[Floats, ...]]:
        """Modes (q, J) and covariances given the data (q, q, J) of each term's effects, in the user's columns."""
        modes, spreads = self.at(theta).effects
        backs = [back[:, :, None] for back in self.to_effects]
        own = (times(times(back, spread), transposed(back)) for back, spread in zip(backs, spreads, strict=True))
        return tuple(back @ mode for back, mode in zip(self.to_effects, modes, strict=True)), tuple(own)

    def jacobian(self, theta: Floats, found: LaplaceIntegral | None = None) -> Floats:
        """I_0k d eta_k / d theta_fixed of each row, summed over the linear predictors k, (n, p)."""
        found = self.at(theta) if found is None else found
        weight, predictor = found.mode.information[:, :, 0], self.fixed.predictor
        X = np.asarray(self.fixed.rows.whole.X)
        return predictor.row_scores(X, weight[:, 0] if predictor.width == 1 else weight)

    def fixed_metric(self, theta: Floats) -> Floats:
        """Nearly the information about the fixed part, with the effects at their modes: what the bend of the
        determinant adds is left out.
        """
        found, predictor = self.at(theta), self.fixed.predictor
        weight = found.mode.information
        whole = predictor.information(self.fixed.rows.whole, weight[:, 0, 0] if predictor.width == 1 else weight)
        across = self.jacobian(theta, found)[:, self.outer]
        columns = found.mode.penalized.columns
        moves = found.moves(across)
        lost = np.array([columns.down(row) for row in across.T]).reshape(self.n_outer, self.columns.size) @ moves
        return whole[np.ix_(self.outer, self.outer)] + 0.5 * (lost + lost.T)

    def score_of(self, found: LaplaceIntegral) -> Floats:
        """The slopes of the log-likelihood in theta."""
        fixed, (roots, taus) = np.empty(0), found.slopes
        if self.n_outer:
            pullback, rows = self.fixed.predictor.forward(self.fixed.start, self.fixed.rows.whole)[1], found.row_slopes
            fixed = pullback(rows[:, 0] if self.fixed.predictor.width == 1 else rows)[self.outer]
        return np.concatenate([fixed, *(T[at] for T, at in zip(roots, self.entries, strict=True)), taus])

    def evaluate(self, theta: ArrayLike, order: int = 2) -> Evaluation:
        """Log-likelihood (order 0), score (1) and information (2, by differences of the score) at theta; where the
        effects have no mode the log-likelihood is -inf.
        """
        theta = np.asarray(theta, dtype=float)
        try:
            found = self.at(theta)
        except ConvergenceError:
            return Evaluation(-np.inf, np.zeros(len(theta)))
        if order == 0:
            return Evaluation(found.loglik + self.log_unit)
        score = self.score_of(found)
        if order == 1:
            return Evaluation(found.loglik + self.log_unit, score)
        return Evaluation(found.loglik + self.log_unit, score, self.information(theta))

    def information(self, theta: Floats, which: Any = None) -> Floats:
        """-d2 log L, by central differences of the score; of some columns where `which` has their numbers."""
        which, here = range(len(theta)) if which is None else which, self.at(theta)
        found = np.empty((len(theta), len(which)))
        for k, number in enumerate(which):
            step = np.zeros(len(theta))
            step[number] = STEP * max(1.0, abs(theta[number]))
            ahead = self.beside(theta + step, here)
            behind = self.beside(theta - step, here, start=2.0 * here.mode.u - ahead.mode.u)  # nearly its mode
            found[:, k] = (self.score_of(behind) - self.score_of(ahead)) / (2.0 * step[number])
        return 0.5 * (found + found.T) if len(which) == len(theta) else found

    def integral_error(self, theta: Floats, inverse: Floats, pairs: int | None = None) -> Floats:
        """How far the integral itself would move each parameter from theta, where the information has this inverse, in
        standard errors: estimated from so many pairs of draws.
        """
        pairs = pairs_for(len(self.rows.y)) if pairs is None else pairs
        return shifts(lambda at: log_ratio(self.at(at), pairs), theta, inverse)
