"""The likelihood of a regression whose groups share up to three effects, integrated by adaptive quadrature.

    log L(theta) = sum_j log E_v prod_{i in j} p(y_i | eta_i + z_i'T v)^w_i,    v ~ N(0, I)
    theta = (the parameters of the regression on standardized columns, the entries of T on orthonormal columns of z)

T is lower triangular, and block diagonal where several terms have the same grouping. Its entries have any sign, and 0
is an ordinary point: by symmetry the score of T is 0 there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from stattools.data.random_term import RandomTerm
from stattools.data.rows.rows import Block
from stattools.errors import IncompatibleError
from stattools.interface.arguments import as_theta
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.latent.adaptive_nodes import Directions, Integrated, integrated
from stattools.latent.conditional_modes import ConditionalModes, conditional_modes
from stattools.latent.coordinates import orthonormal
from stattools.latent.group_rows import GroupRows, first_of
from stattools.latent.product_nodes import product_nodes
from stattools.latent.small_blocks import Codes, times, transposed
from stattools.models.evaluation import Evaluation
from stattools.models.mixed.marginal import MarginalLikelihood
from stattools.models.model import Model
from stattools.numerics.products import symmetric

MOST_EFFECTS = 3
"""Effects of a group that are integrated by a product rule: 31 nodes along each of three axes are 30,000."""

NO_CURVES = np.empty(0)
LEAST = 0.0625
"""The least variance of effects at the start, as a share of that with which scores of groups tell it."""


def is_integrated(terms: tuple[RandomTerm, ...]) -> bool:
    """Is there one grouping, with no more than three effects?"""
    effects = sum(len(term.columns) for term in terms)
    return 0 < effects <= MOST_EFFECTS and all(np.array_equal(term.codes, terms[0].codes) for term in terms[1:])


@record
class ByQuadrature(MarginalLikelihood):
    """The marginal log-likelihood with so many `nodes` along each axis of effects; 1 is Laplace's approximation.

    `model` is the regression with its random terms, `work` its regression without them on standardized columns, of
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
        work, to_fixed = model.fixed.standardized()
        order = np.argsort(terms[0].codes, kind="stable")
        counts = np.bincount(terms[0].codes, minlength=terms[0].n_levels)
        present = np.flatnonzero(counts)
        whole = work.rows.whole
        taken = [None if part is None else np.asarray(part)[order] for part in whole]
        block = Block(*taken)  # type: ignore[arg-type]
        rows = GroupRows(work.likelihood, block.y, block.weight, counts[present])
        z, back = [], []
        for term in terms:
            made = np.empty((len(term.columns), len(order)))
            back.append(orthonormal(term.z, None, term.columns, term.name, made))
            z.append(made[:, order])
        ends = np.cumsum([0, *(len(one) for one in z)]).tolist()
        own = tuple(slice(a, b) for a, b in pairwise(ends))
        held = [np.tril_indices(len(one)) for one in z]
        at = [np.concatenate([one[k] + part.start for one, part in zip(held, own, strict=True)]) for k in (0, 1)]
        predictor = work.predictor
        column, each = predictor.column, np.empty(predictor.size, dtype=np.intp)
        for number, part in enumerate(predictor.parts):
            each[part] = number
        x = np.ones((len(column), len(order)))
        for k, c in enumerate(column.tolist()):
            if c >= 0:
                x[k] = block.X[:, c]
        moves = Directions(np.concatenate(z), at[0], at[1], x, each, predictor.width)
        return cls(model, nodes, work, to_fixed, rows, block, moves, present, own, tuple(back))

    @cached_property
    def later(self) -> dict[str, Any]:
        """The modes that were found last, near which the next ones are."""
        return {}

    @property
    def title(self) -> str:
        """What the model is, for people."""
        return str(self.model.title)

    @property
    def n_fixed(self) -> int:
        """How many parameters come before those of T."""
        return self.work.predictor.size

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The parameters of the regression, then the entries of T."""
        found = [*self.work.names]
        for term, own in zip(self.model.random, self.own, strict=True):
            rows, columns = np.tril_indices(own.stop - own.start)
            found += [f"T[{a + 1}, {b + 1}] of {term.name}" for a, b in zip(rows, columns, strict=True)]
        return tuple(found)

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
        found = np.zeros((len(self.moves.z),) * 2)
        found[self.moves.rows, self.moves.columns] = theta[self.n_fixed :]
        return found

    def factors(self, theta: Floats) -> tuple[Floats, ...]:
        """T of each term."""
        T = self.T(theta)
        return tuple(T[own, own] for own in self.own)

    def theta(self, fixed: Floats, factors: Sequence[Floats], taus: Floats = NO_CURVES) -> Floats:
        """theta of the parameters of the regression and of T of each term; there are no curves."""
        return np.concatenate([fixed, *(T[np.tril_indices(len(T))] for T in factors)])

    def parts(self, theta: Floats) -> tuple[Floats, tuple[Floats, ...], Floats]:
        """The parameters of the regression, T of each term, and nothing of curves."""
        return theta[: self.n_fixed], self.factors(theta), NO_CURVES

    def roots(self, theta: Floats) -> tuple[Floats, ...]:
        """A root R of the covariance R R' of each term's effects, in the user's columns of z."""
        return tuple(N @ T for N, T in zip(self.to_effects, self.factors(theta), strict=True))

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
        theta = as_theta(theta, self.title, self.names)
        eta, pullback = self.work.predictor.forward(theta[: self.n_fixed], self.block)
        found = self._integrated(theta, eta, order)
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
        p, moves, predictor = self.n_fixed, self.moves, self.work.predictor
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
        eta, _ = self.work.predictor.forward(theta[: self.n_fixed], self.block)
        bend = self._integrated(theta, eta, 2).bend
        return tuple(bend[own, own] for own in self.own)

    def effects(self, theta: ArrayLike) -> tuple[tuple[Floats, ...], tuple[Floats, ...]]:
        """The conditional modes (q, J) of the effects of each term and their covariances (q, q, J), in the user's
        columns of z; levels without rows have mode 0 and the covariance of nobody.
        """
        theta = as_theta(theta, self.title, self.names)
        eta, _ = self.work.predictor.forward(theta[: self.n_fixed], self.block)
        modes = self._modes(self.T(theta), eta)
        found, spreads = [], []
        for term, own, root in zip(self.model.random, self.own, self.roots(theta), strict=True):
            spread = times(root[:, :, None], modes.spread[own])
            u = np.zeros((len(root), term.n_levels))
            S = np.repeat((root @ root.T)[:, :, None], term.n_levels, axis=2)
            u[:, self.present], S[:, :, self.present] = root @ modes.v[own], times(spread, transposed(spread))
            found.append(u)
            spreads.append(S)
        return tuple(found), tuple(spreads)

    def integral_error(self, theta: ArrayLike, covariance: Floats) -> Floats:
        """The shift of each parameter, in standard errors, that twice as many nodes make; 0 of one without an error.

        `covariance` is that of theta.
        """
        score = self.with_nodes(2 * self.nodes).evaluate(theta, order=1).score
        se = np.sqrt(covariance.diagonal())
        return np.abs(covariance @ score) / np.where(se > 0.0, se, 1.0)
