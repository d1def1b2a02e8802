"""The marginal likelihood of a mixed regression: effects of groups and curves are integrated out of it.

    theta = (parameters of the fixed part, the lower triangles of each T_k, the standard deviation of each curve)
    log L(theta) = log of the integral of p(y | eta) over all effects,    u_k = N_k T_k v,  v ~ N(0, I)

Columns are orthonormal, X M = Q with Q'Q = n I, Z_k N_k = Q_k, so that origin and unit of a column change no digit.

    ByLaplace       Laplace's approximation at the joint mode, for any groups and any curves
    ByQuadrature    adaptive quadrature, for up to three effects of the groups of one grouping
    ByCoefficients  Laplace's approximation over all coefficients, for curves in Cox's regression, and in that of
                    categories with a curve each

With curves the coefficients of the first linear predictor are integrated out too, by a flat prior, as by restricted
likelihood of a normal outcome; so is the level of all thresholds, of which the first is then held.
Source: Wood, JRSS B 73 (2011), 3-36; Pinheiro & Bates, J. Comput. Graph. Stat. 4 (1995), 12-35; Wood, Pya & Saefken,
JASA 111 (2016), 1548-1563, whose values mgcv has.
"""

from __future__ import annotations

from dataclasses import field, replace
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.linalg import block_diag, solve_triangular
from scipy.special import logsumexp

from stattools.data.design.latent_terms import RandomTerm
from stattools.data.rows.rows import Block, Rows
from stattools.data.rows.standardization import Standardization
from stattools.errors import ConvergenceError, IncompatibleError
from stattools.interface.arguments import as_theta
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.latent.adaptive_quadrature import Directions, Integrated, integrated, product_nodes
from stattools.latent.blocks import EffectColumns, GroupRows, LatentColumns, effect_columns, first_of
from stattools.latent.coordinates import orthonormal
from stattools.latent.laplace import CurveNodes, LaplaceIntegral, curve_nodes, log_ratio, pairs_for, shifts
from stattools.latent.modes import (
    CLOSE,
    CoefficientMode,
    ConditionalModes,
    PenalizedCoefficients,
    SeenRows,
    conditional_modes,
)
from stattools.likelihoods.likelihood import cumulants_of
from stattools.models.evaluation import NOT_ASKED, Evaluation
from stattools.models.model import Model
from stattools.models.questions import answer_of
from stattools.numerics.columns import symmetric
from stattools.numerics.small_matrices import Codes, times, transposed

NO_CURVES = np.empty(0)

NOBODY = np.empty(0, dtype=np.intp)

STEP = 2e-4
"""Of differences of the score, in units of theta: the error of a second derivative is about 1e-9 of it."""


class MarginalParameters:
    """What theta is of a likelihood with effects integrated out: parameters of the fixed part, entries of the T_k, and
    standard deviations of curves.

    `to_fixed` (p, p) makes the user's parameters of those of the fixed part, and `to_effects` N_k effects of the user's
    columns of z: u = N_k T_k v, v ~ N(0, I).
    """

    model: Any
    to_fixed: Any
    to_effects: Any
    to_taus: Any = 1.0
    """What makes the standard deviations of curves' effects in the user's units of those in theta."""
    outer: Any = slice(None)
    """Numbers of the fixed part's parameters that are entries of theta."""
    smooths = answer_of("model.smooths", "The curves that have a standard deviation each.")

    @property
    def n_smooths(self) -> int:
        """Number of curves."""
        return len(self.smooths)

    @property
    def n_outer(self) -> int:
        """Number of entries of theta that are of the fixed part."""
        return len(np.arange(len(self.to_fixed))[self.outer])

    @cached_property
    def entries(self) -> tuple[tuple[NDArray[np.intp], NDArray[np.intp]], ...]:
        """Rows and columns of the free entries of each T_k."""
        return tuple(np.tril_indices(len(back)) for back in self.to_effects)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names of the entries of theta."""
        fixed = np.array(self.model.fixed.names, dtype=object)[self.outer]
        pairs = zip(self.model.random, self.entries, strict=True)
        roots = [f"T[{i + 1}, {j + 1}] of {term.name}" for term, at in pairs for i, j in zip(*at, strict=True)]
        return (*fixed, *roots, *(f"sd of {smooth.name}" for smooth in self.smooths))

    def theta(self, fixed: Floats, factors: Any, taus: Floats = NO_CURVES) -> Floats:
        """The parameters from those of the fixed part, the T_k and the curves' standard deviations."""
        return np.concatenate([fixed[self.outer], *(T[at] for T, at in zip(factors, self.entries, strict=True)), taus])

    def parts(self, theta: Floats) -> tuple[Floats, list[Floats], Floats]:
        """Parameters of the fixed part, the T_k and the curves' standard deviations; integrated coefficients are 0."""
        at, factors = self.n_outer, []
        for back, entries in zip(self.to_effects, self.entries, strict=True):
            factors.append(np.zeros(back.shape))
            factors[-1][entries] = theta[at : at + len(entries[0])]
            at += len(entries[0])
        return self._outer_part(theta), factors, theta[at:]

    def _outer_part(self, theta: Floats) -> Floats:
        return theta[: self.n_outer]

    def factors(self, theta: Floats) -> list[Floats]:
        """The T_k (q, q)."""
        return self.parts(theta)[1]

    def taus(self, theta: Floats) -> Floats:
        """The standard deviations of the effects of curves."""
        return self.parts(theta)[2]

    def fixed_at(self, theta: Floats) -> Floats:
        """The parameters of the fixed part, (p,), in the coordinates of theta; those integrated out at their mode."""
        return theta[: len(self.to_fixed)]

    def fixed_change(self, theta: Floats) -> Floats:
        """How these move with theta, (p, size of theta)."""
        return np.eye(len(self.to_fixed), len(theta))

    def fixed_spread(self, theta: Floats) -> Floats:
        """The covariance (p, p) of the fixed part given theta, 0 but for parameters that are integrated out."""
        return np.zeros(self.to_fixed.shape)


class MarginalLikelihood(MarginalParameters):
    """The likelihood at theta, by an integral that is an approximation near that `beside` it."""

    fixed: Any
    """The fixed part in the coordinates of theta."""
    points: Any = None
    """Points that stand for the rows of one curve, where there are such."""
    is_restricted = False
    """Are fixed effects integrated out?"""
    log_unit: Any = 0.0
    """What the prior of integrated coefficients adds to the log-likelihood."""
    beside: Any
    """(theta, last): the approximation at theta, whose mode is sought near that of another one, None for none."""
    mode_of: Any
    """The mode of an approximation, where that of another one may `start`."""
    score_of: Any
    """The slopes of the log-likelihood in theta that an approximation has."""
    log_ratio: Any
    """log L - log L~ of an approximation, estimated from draws that are the same at each theta."""
    n = answer_of("model.n", "Number of observations.")

    @property
    def coarser(self) -> Any:
        """This likelihood by a quicker integral that is good enough for the ends of intervals."""
        return self

    @cached_property
    def start(self) -> Floats:
        """Where a climb begins: effects of standard deviation 1."""
        return self.theta(self.fixed.start, [np.eye(len(back)) for back in self.to_effects], np.ones(self.n_smooths))

    def effects(self, theta: Floats) -> tuple[tuple[Floats, ...], tuple[Floats, ...]]:
        """Modes (q, J) and covariances given the data (q, q, J) of each term's effects, in the user's columns."""
        return (), ()

    @cached_property
    def later(self) -> dict[str, Any]:
        """What was found last, near which the next is sought."""
        return {}

    def begin_near(self, found: Any) -> None:
        """The mode of the next theta is looked for from that of `found`, which may be one of points."""
        self.later.update(key=None, found=found)

    def at(self, theta: ArrayLike) -> Any:
        """The approximation at theta, kept until another is asked for; ConvergenceError where effects have no mode."""
        theta = np.asarray(theta, dtype=float)
        if self.later.get("key") != theta.tobytes():
            self.later.update(found=self.beside(theta, self.later.get("found")), key=theta.tobytes())
        return self.later["found"]

    def evaluate(self, theta: ArrayLike, order: int = 2) -> Evaluation:
        """Log-likelihood (order 0), score (1) and information (2) at theta; where effects have no mode the
        log-likelihood is -inf.
        """
        theta = np.asarray(theta, dtype=float)
        try:
            found = self.at(theta)
        except ConvergenceError:
            return Evaluation(-np.inf, np.zeros(len(theta)))
        score = self.score_of(found) if order else NOT_ASKED
        return Evaluation(found.loglik + self.log_unit, score, self.information(theta) if order > 1 else NOT_ASKED)

    def integral_error(self, theta: Floats, inverse: Floats) -> Floats:
        """How far the integral itself would move each parameter from theta, where the information has this inverse, in
        standard errors: by importance sampling with the approximation as proposal.
        """
        return shifts(lambda at: self.log_ratio(self.at(at)), theta, inverse)

    def information(self, theta: Floats, which: Any = None) -> Floats:
        """-d2 log L, by central differences of the score; of some columns where `which` has their numbers."""
        which, here = range(len(theta)) if which is None else which, self.at(theta)
        found = np.empty((len(theta), len(which)))
        for k, number in enumerate(which):
            step = np.zeros(len(theta))
            step[number] = STEP * max(1.0, abs(theta[number]))
            ahead = self.beside(theta + step, here)
            behind = self.beside(theta - step, here, start=2.0 * self.mode_of(here) - self.mode_of(ahead))  # nearly it
            found[:, k] = (self.score_of(behind) - self.score_of(ahead)) / (2.0 * step[number])
        return 0.5 * (found + found.T) if len(which) == len(theta) else found


@record
class OrthonormalModel:
    """`fixed` is the regression on the fixed effects over Q, `lift` (p, p) makes the user's coefficients of its own;
    `z` (q_k, n) are the columns Q_k of each random term, and `to_effects` the N_k.
    """

    fixed: Model
    lift: Floats
    z: tuple[Floats, ...]
    to_effects: tuple[Floats, ...]

    @classmethod
    def of(cls, model: Any) -> OrthonormalModel:
        """Of a mixed regression; IdentificationError for columns that are combinations of others, with their names.

        Where a linear predictor of some columns cannot follow, columns are centered and scaled only.
        """
        fixed, z, back = model.fixed, [], []
        rows = fixed.rows
        Q = np.empty((rows.X.shape[1], rows.X.shape[0]))
        M = Standardization.whole_block(orthonormal(np.asarray(rows.X), None, fixed.terms, fixed.title, Q))
        if fixed.predictor.own and fixed.predictor.held(M):
            made, lift = fixed.standardized()
        else:
            lift = fixed.predictor.lift(M)
            over = Rows(Q.T, rows.y, rows.weight, rows.offset, rows.precision)
            made = replace(fixed, rows=over, start=lift.solve(fixed.start))
        for term in model.random:
            own = np.empty((len(term.columns), len(term.codes)))
            back.append(orthonormal(term.z, None, term.columns, term.name, own))
            z.append(own)
        return cls(made, np.asarray(lift), tuple(z), tuple(back))


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
    outer: NDArray[np.intp] = field()
    to_taus: Floats = field()
    fixed = answer_of("coordinates.fixed", "The fixed part over orthonormal columns.")
    to_fixed = answer_of("coordinates.lift", "What makes the user's parameters of those of the fixed part.")
    to_effects = answer_of("coordinates.to_effects", "What makes effects of the user's columns, for each random term.")

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
    def is_restricted(self) -> bool:
        """Are fixed effects integrated out?"""
        return len(self.columns.flat) > 0

    def _outer_part(self, theta: Floats) -> Floats:
        fixed = self.fixed.start.copy()
        if self.is_restricted:
            fixed[: self.fixed.predictor.size_first] = 0.0
        fixed[self.outer] = theta[: self.n_outer]
        return fixed

    @cached_property
    def log_unit(self) -> float:
        """What the prior of integrated coefficients adds to the log-likelihood."""
        size = self.fixed.predictor.size_first
        return flat_unit(self.to_fixed[:size, :size], self.smooths) if self.is_restricted else 0.0

    def beside(
        self, theta: Floats, last: LaplaceIntegral | None, close: float = CLOSE, start: Floats | None = None
    ) -> LaplaceIntegral:
        """The approximation at theta: its mode is sought from `start`, or that of `last`, to a squared decrement."""
        (_, factors, taus), base = self.parts(theta), self.base(theta)
        return LaplaceIntegral.at(self.rows, self.columns, factors, taus.tolist(), base, last, close, start)

    def mode_of(self, found: LaplaceIntegral) -> Floats:
        """The mode of the effects."""
        return found.mode.u

    def base(self, theta: Floats) -> Floats:
        """The linear predictors without effects."""
        return self.fixed.predictor.forward(self.parts(theta)[0], self.fixed.rows.whole)[0]

    @property
    def points(self) -> CurveNodes | None:
        """Points that stand for the rows, where one curve is all that moves their linear predictors."""
        others = self.columns.factors or self.n_outer or self.n_smooths != 1 or self.base(np.zeros(1)).any()
        return None if others else curve_nodes(self.rows, self.columns)  # type: ignore[arg-type]

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
        here = found or self.at(theta)
        weight, predictor = here.mode.information[:, :, 0], self.fixed.predictor
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

    def log_ratio(self, found: LaplaceIntegral) -> float:
        """log L - log L~ from as many draws as so many rows allow."""
        return log_ratio(found, pairs_for(len(self.rows.y)))


MOST_EFFECTS = 3
"""Effects of a group that are integrated by a product rule: 31 nodes along each of three axes are 30,000."""

LEAST = 0.0625
"""The least variance of effects at the start, as a share of that with which scores of groups tell it."""


def is_integrated(terms: tuple[RandomTerm, ...]) -> bool:
    """Is there one grouping, with no more than three effects?"""
    effects = sum(len(term.columns) for term in terms)
    return 0 < effects <= MOST_EFFECTS and all(np.array_equal(term.codes, terms[0].codes) for term in terms[1:])


@record
class ByQuadrature(MarginalLikelihood):
    """The marginal log-likelihood with so many `nodes` along each axis of effects; 1 is Laplace's approximation.

    `model` is the regression with its random terms, `work` its regression without them on orthonormal columns, of
    which `to_fixed` (p, p) makes the user's parameters; `rows`, `block` and `moves` are the rows in the order of their
    groups, which are the levels `present`; `to_effects` N_k make effects of the user's columns of z: u = N_k T_k v.
    """

    model: Any
    nodes: int
    work: Model
    to_fixed: Floats
    rows: GroupRows
    block: Block
    moves: Directions
    present: Codes
    own: tuple[slice, ...]
    to_effects: tuple[Floats, ...]

    @classmethod
    def of(cls, model: Any, nodes: int) -> ByQuadrature:
        """The likelihood of a regression with random terms; IncompatibleError where quadrature cannot take them."""
        terms = model.random
        if not is_integrated(terms):
            raise IncompatibleError(
                f"{model.title}: quadrature integrates up to {MOST_EFFECTS} effects of the groups of one grouping; got "
                f"{' + '.join(term.name for term in terms)}. Leave it to Laplace's approximation."
            )
        coordinates = OrthonormalModel.of(model)
        work = coordinates.fixed
        order = np.argsort(terms[0].codes, kind="stable")
        counts = np.bincount(terms[0].codes, minlength=terms[0].n_levels)
        present = np.flatnonzero(counts)
        whole = work.rows.whole
        taken = [None if part is None else np.asarray(part)[order] for part in whole]
        block = Block(*taken)  # type: ignore[arg-type]
        rows = GroupRows(work.likelihood, block.y, block.weight, counts[present])
        z = [own[:, order] for own in coordinates.z]
        ends = np.cumsum([0, *(len(one) for one in z)]).tolist()
        own = tuple(slice(a, b) for a, b in pairwise(ends))
        held = [np.tril_indices(len(one)) for one in z]
        at = [np.concatenate([one[k] + part.start for one, part in zip(held, own, strict=True)]) for k in (0, 1)]
        predictor = work.predictor
        column, each = predictor.column, np.empty(predictor.size, dtype=np.intp)
        for number, part in enumerate(predictor.parts):
            each[part] = number
        x = np.where(column[:, None] < 0, 1.0, block.X.T[column])
        moves = Directions(np.concatenate(z), at[0], at[1], x, each, predictor.width)
        return cls(model, nodes, work, coordinates.lift, rows, block, moves, present, own, coordinates.to_effects)

    @cached_property
    def start(self) -> Floats:
        """The start of the regression, with the T of `first_factors`."""
        return self.theta(self.work.start, self.first_factors(self.work.start))

    def with_nodes(self, nodes: int) -> ByQuadrature:
        """The marginal likelihood with another number of nodes."""
        return replace(self, nodes=nodes)

    @property
    def coarser(self) -> ByQuadrature:
        """Half the nodes, whose error is about the root of that of all."""
        return self.with_nodes(-(-self.nodes // 2))

    def T(self, theta: Floats) -> Floats:
        """T of all terms, (q, q)."""
        return np.asarray(block_diag(*self.factors(theta)))

    def first_factors(self, fixed: Floats) -> tuple[Floats, ...]:
        """Diagonal T from the scores of groups without effects: s_j = sum z s has mean 0 and, where effects are small,
        variance sum z'w z + (sum z'w z)^2 T^2. At least a quarter of what an effect of a group is known to.
        """
        eta, _ = self.work.predictor.forward(fixed, self.block)
        _, score, information = self.rows.terms(eta)
        s, w = first_of(score, 1), np.abs(first_of(information, 2))
        found = []
        for own in self.own:
            z = self.moves.z[own]
            pulls, sizes = self.rows.sums_along(z * s), self.rows.sums_along(z * z * w)
            squares = (sizes**2).sum(axis=1)
            total = np.maximum((pulls**2).sum(axis=1) - sizes.sum(axis=1), LEAST * sizes.sum(axis=1))
            told = squares > 0.0  # where a row far out has all of z and no information, squares come to 0
            found.append(np.diag(np.sqrt(np.where(told, total, 1.0) / np.where(told, squares, 1.0))))
        return tuple(found)

    def large_factors(self, fixed: Floats) -> tuple[Floats, ...]:
        """Diagonal T of effects so large that a row alone would tell one standard deviation of them."""
        information = self.rows.terms(self.work.predictor.forward(fixed, self.block)[0])[2]
        size = float(np.abs(first_of(information, 2)).sum()) / self.n
        return tuple(np.eye(own.stop - own.start) / np.sqrt(size) for own in self.own)

    @np.errstate(over="ignore", invalid="ignore")  # a step that is too long may overflow, and is shortened
    def evaluate(self, theta: ArrayLike, order: int = 2) -> Evaluation:
        """Log-likelihood (order 0), score (1) and information (2)."""
        theta = as_theta(theta, self.model.title, self.names)
        eta, pullback = self.work.predictor.forward(theta[: self.n_outer], self.block)
        try:
            found = self._integrated(theta, eta, order)
        except ConvergenceError:  # effects have no mode there
            return Evaluation(-np.inf, np.zeros(len(theta)))
        loglik = float(found.loglik.sum())
        if not order:
            return Evaluation(loglik)
        score = np.append(pullback(found.score), found.moved.sum(axis=1))
        if order == 1:
            return Evaluation(loglik, score)
        first = eta if eta.ndim == 1 else eta[:, 0]
        return Evaluation(loglik, score, self._information(found, pullback), float(np.abs(first).max()))

    def _integrated(self, theta: Floats, eta: Floats, order: int) -> Integrated:
        T = self.T(theta)
        modes = self._modes(T, eta)
        nodes = product_nodes(self.nodes, len(T))
        return integrated(self.rows, eta, T, self.moves, modes, nodes, order)

    def _modes(self, T: Floats, eta: Floats) -> ConditionalModes:
        found = conditional_modes(self.rows, eta, T.T @ self.moves.z, self.later.get("modes"))
        self.later["modes"] = found.v
        return found

    def _information(self, found: Integrated, pullback: Any) -> Floats:
        """E I - Var d."""
        p, moves, predictor = self.n_outer, self.moves, self.work.predictor
        H = -found.varies
        H[:p, :p] += predictor.information(self.block, found.information)
        places = list(enumerate(zip(moves.rows.tolist(), moves.columns.tolist(), strict=True), start=p))
        for k, (a, b) in places:
            z = moves.z[a] if found.beside.ndim == 2 else moves.z[a][:, None]
            column = pullback(z * found.beside[b])
            H[:p, k] += column
            H[k, :p] += column
            for other, (c, d) in places:
                H[k, other] += float(moves.z[a] * moves.z[c] @ found.squares[b, d])
        return symmetric(H)

    def bends(self, theta: Floats) -> tuple[Floats, ...]:
        """d log L / d Sigma_k of each term (q, q), on orthonormal columns and times 2: where effects have no variance
        in a direction, the maximum is there unless this is positive along it.
        """
        eta, _ = self.work.predictor.forward(theta[: self.n_outer], self.block)
        bend = self._integrated(theta, eta, 2).bend
        return tuple(bend[own, own] for own in self.own)

    def effects(self, theta: ArrayLike) -> tuple[tuple[Floats, ...], tuple[Floats, ...]]:
        """The conditional modes (q, J) of the effects of each term and their covariances (q, q, J), in the user's
        columns of z; levels without rows have mode 0 and the covariance of nobody.
        """
        theta = as_theta(theta, self.model.title, self.names)
        eta, _ = self.work.predictor.forward(theta[: self.n_outer], self.block)
        modes = self._modes(self.T(theta), eta)
        found, spreads = [], []
        terms = zip(self.model.random, self.own, self.to_effects, self.factors(theta), strict=True)
        for term, own, back, T in terms:
            root = back @ T
            spread = times(root[:, :, None], modes.spread[own])
            u = np.zeros((len(root), term.n_levels))
            S = np.repeat((root @ root.T)[:, :, None], term.n_levels, axis=2)
            u[:, self.present], S[:, :, self.present] = root @ modes.v[own], times(spread, transposed(spread))
            found.append(u)
            spreads.append(S)
        return tuple(found), tuple(spreads)

    def integral_error(self, theta: ArrayLike, inverse: Floats) -> Floats:
        """The shift of each parameter, in standard errors, that twice as many nodes make; 0 of one without an error."""
        score = self.with_nodes(2 * self.nodes).evaluate(theta, order=1).score
        se = np.sqrt(inverse.diagonal())
        return np.abs(inverse @ score) / np.where(se > 0.0, se, 1.0)


def flat_unit(to_user: Floats, smooths: Any) -> float:
    """What the prior of coefficients that are integrated out adds to the log-likelihood: it is flat in the user's
    columns of X, and for the line of each curve flat in the coefficients of its B-splines, as mgcv has it.
    """
    return float(np.linalg.slogdet(to_user)[1]) + sum(smooth.log_line for smooth in smooths)


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
    outer = NOBODY
    is_restricted = True
    smooths = answer_of("coefficients.smooths", "The curves that have a standard deviation each.")
    fixed = answer_of("model.fixed", "The part without curves.")
    to_effects = ()

    @classmethod
    def of(cls, model: Any) -> ByCoefficients:
        """The marginal likelihood of a model that knows all its coefficients."""
        return cls(model, model.coefficients)

    @property
    def to_taus(self) -> Floats:
        """What makes these those of second differences in the user's units."""
        return 1.0 / self.coefficients.sizes

    @cached_property
    def to_fixed(self) -> Floats:
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
        """What the prior of integrated coefficients adds to the log-likelihood."""
        return flat_unit(self.to_fixed, self.smooths)

    def beside(
        self, theta: Floats, last: CoefficientMode | None, close: float = CLOSE, start: Floats | None = None
    ) -> CoefficientMode:
        """The approximation at theta: its mode is sought from `start`, or that of `last`, to a squared decrement."""
        if start is None:
            start = np.zeros(self.penalized.size) if last is None else last.coefficients
        return self.penalized.at(theta, start, close)

    def mode_of(self, found: CoefficientMode) -> Floats:
        """The mode of the coefficients: curves stay as they are where standard deviations change."""
        return found.coefficients

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

    def log_ratio(self, found: CoefficientMode) -> float:
        """log L - log L~ from draws xi (m, pairs), each with both signs."""
        pairs = int(np.clip(WORK // (2 * self.n), *PAIRS))
        xi = np.random.default_rng(1).standard_normal((len(found.u), pairs))
        prior, logs = self.penalized.prior, []
        ahead = solve_triangular(found.root, xi, lower=True, trans=1)
        for sign in (1.0, -1.0):
            for move, one in zip(ahead.T, xi.T, strict=True):
                u = found.u + sign * move
                height = self.coefficients.of.evaluate(found.scales * u, 0).loglik - 0.5 * float((prior * u) @ u)
                logs.append(height - found.value + 0.5 * float(one @ one))
        return float(logsumexp(logs) - np.log(len(logs)))


@record
class RowsOfCategories:
    """The log-likelihood of a regression of categories, and how its information moves: third cumulants of rows."""

    model: Model

    def evaluate(self, theta: ArrayLike, order: int = 2) -> Evaluation:
        """Log-likelihood (order 0), score (1) and information (2)."""
        return self.model.evaluate(theta, order)

    def information_slopes(self, theta: Floats, W: Floats) -> Floats:
        """How the trace of W' I W moves with each coefficient, (m,)."""
        predictor, block = self.model.predictor, self.model.rows.whole
        eta, pullback = predictor.forward(theta, block)
        each = np.array([block.X @ W[part] for part in predictor.parts])
        weight = np.ones(len(eta)) if block.weight is None else block.weight
        rows: Any = cumulants_of(self.model.likelihood, eta, block.y, weight)
        return pullback(rows.third(np.einsum("anr,bnr->nab", each, each, optimize=True)))


def beside(model: Model, columns: Floats) -> Model:
    """The regression with columns (n, Q) beside those of X, for every category."""
    X, old = np.asarray(model.rows.X), model.predictor
    predictor = replace(old, columns=X.shape[1] + columns.shape[1])
    rows = Rows(np.column_stack([X, columns]), model.rows.y, model.rows.weight, model.rows.offset)
    return replace(model, predictor=predictor, rows=rows, start=np.zeros(predictor.size))


def coefficients_of_categories(model: Any) -> AllCoefficients:
    """All coefficients of a mixed regression of categories, in coordinates without origin and unit of columns."""
    made = OrthonormalModel.of(model)
    p, categories = np.shape(made.fixed.rows.X)[1], model.fixed.categories
    Z = [smooth.columns for smooth in model.smooths]
    sizes = np.array([np.sqrt((one**2).sum() / len(one)) for one in Z])
    whole = beside(made.fixed, np.column_stack([one / size for one, size in zip(Z, sizes, strict=True)]))
    width = whole.predictor.columns
    back = [np.eye(one.shape[1]) / size for one, size in zip(Z, sizes, strict=True)]
    lifts = [made.lift[a * p : (a + 1) * p, a * p : (a + 1) * p] for a in range(len(categories))]
    to_user = np.asarray(block_diag(*(block_diag(lift, *back) for lift in lifts)))
    flat = np.concatenate([a * width + np.arange(p) for a in range(len(categories))])
    smooths, blocks = [], []
    for a, category in enumerate(categories):
        at = a * width + p
        for smooth in model.smooths:
            slope, height = (None if k is None else a * p + k for k in (smooth.slope, smooth.height))
            name = f"{category}: {smooth.name}"
            smooths.append(replace(smooth, name=name, slope=slope, height=height, category=category))
            blocks.append(np.arange(at, at + smooth.width))
            at += smooth.width
    return AllCoefficients(
        RowsOfCategories(whole), to_user, flat, tuple(smooths), tuple(blocks), np.tile(sizes, len(categories))
    )
