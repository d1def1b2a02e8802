"""The likelihoods that posteriors of mixed models are made of, in standard deviations and correlations of effects.

Linear mixed models, the effects integrated out; N_k are the coordinates of the columns of Z_k:

    theta = (beta, for each term the standard deviations s and the correlations of its effects, sigma)
    log L = -(1/2) [n log 2 pi + 2 n log sigma - sum log w + log|V| + r'V^-1 r / sigma^2],   r = y - X beta
    V = I + sum_k Z_k (I (x) S_k) Z_k',   S_k = N_k^-1 K_k Sigma_k K_k' N_k^-T / sigma^2

Other regressions, the effects among the parameters: as numbers of scale 1, "non-centred", since the density of b would
become a funnel as s goes to 0 (Papaspiliopoulos, Roberts & Skoeld, Statistical Science, 2007):

    theta = (beta, for each term the standard deviations s and the correlations of its effects, u),   u ~ N(0, I)
    log L = sum_i w_i log p(y_i | x_i'beta + z_i'b[group of i]),   b_j = diag(s) L u_j,   L L' the correlations

The effects of a level are those at the means of the columns, which K_k turns into those where the columns are 0:
origins of columns then change neither likelihood nor prior.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from stattools.data.design.latent_terms import RandomTerm
from stattools.errors import IncompatibleError
from stattools.interface.arguments import as_theta
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.interface.units import finite_loglik
from stattools.latent.coordinates import Coordinates, orthonormal
from stattools.latent.covariance_factors import below, slopes, triangle
from stattools.latent.elimination import Structure
from stattools.models.evaluation import NOT_ASKED, Evaluation
from stattools.models.model import behind_links, on_own_scale, shared, total
from stattools.models.questions import AnyModel, ModelFacts, answer_of
from stattools.numerics.columns import symmetric, weighted
from stattools.numerics.small_matrices import lower

WITHOUT_ROWS = (
    "has the effects of groups {} of its draws, so that they predict no rows: st.fit(model) does, and "
    "posterior.function(...) has what is made of the parameters"
)


class DensityOfMixed(AnyModel):
    """The likelihood of the mixed model `mixed` in parameters of its own."""

    mixed: Any
    effects: Any
    _roles: Any
    _by_differences: Any
    """The parameters whose row of the information is one of differences, and about how far each may move."""
    kind = answer_of("mixed.kind", "The kind of the mixed model.")
    title = answer_of("mixed.title", "What the model is, for people.")
    n = answer_of("mixed.n", "Number of observations.")
    formula = answer_of("mixed.formula", "The formula with its random parts.")
    outcome_name = answer_of("mixed.outcome_name", "The outcome as the formula writes it.")
    counted = answer_of("mixed.counted", "How many rows and groups there are, in words.")

    def arrays(self) -> dict[str, object]:
        """What the log-likelihood depends on, for the hash of the data."""
        return self.mixed.arrays()

    @np.errstate(over="ignore", invalid="ignore")  # a step too long is not finite, which a sampler sees
    def evaluate(self, theta: ArrayLike, order: int = 2) -> Evaluation:
        """Log-likelihood (order 0), score (1), and information (2), by differences of the score where no better is
        known.
        """
        at = as_theta(theta, self.title, self.names)
        now = self._scored(at, order)
        if order < 2 or not np.isfinite(now.loglik):
            return now
        H = now.information
        for k, size in self._by_differences:
            H[k] = H[:, k] = self._information_along(at, k, size)
        return now

    def loglik(self, theta: ArrayLike) -> float:
        """The log-likelihood; -inf where the outcome is impossible."""
        return finite_loglik(self.evaluate(theta, 0).loglik, self.title)

    @property
    def drawn(self) -> DensityOfMixed:
        """The likelihood of the parameters of which a posterior keeps the draws."""
        return self

    @property
    def ranges(self) -> tuple[Floats, Floats, tuple[str, ...]]:
        """Standard deviations are above 0, correlations between -1 and 1."""
        return self._ends[:, 0], self._ends[:, 1], self._roles

    @property
    def _first(self) -> int:
        """How many parameters come before those of the terms."""
        return len(self.mixed.names)

    @cached_property
    def _ends(self) -> Floats:
        """The ends of all parameters, (size, 2)."""
        found = np.tile([-np.inf, np.inf], (len(self.names), 1))
        for one, place in zip(self.effects, self._places, strict=True):
            sds = place.start + len(one.names)
            found[place.start : sds, 0] = 0.0
            found[sds : place.stop] = -1.0, 1.0
        return found

    @cached_property
    def _places(self) -> list[slice]:
        """Where the parameters of each term are."""
        ends = (self._first + np.cumsum([0, *(len(one.called) for one in self.effects)])).tolist()
        return list(map(slice, ends, ends[1:]))

    def _terms(self, theta: Floats) -> list[tuple[Effects, Floats, Floats, Floats, slice]]:
        """Each term with its standard deviations s, the numbers z of its correlations, their root, and their place."""
        found = []
        for one, place in zip(self.effects, self._places, strict=True):
            s, z = np.split(theta[place], [len(one.names)])
            found.append((one, s, z, triangle(z, len(s)), place))
        return found

    def _start_of_terms(self, unit: float) -> Floats:
        """Standard deviations of such a size in units of the columns, and correlations of 0."""
        each = ((unit / one.spread, np.zeros(len(one.called) - len(one.names))) for one in self.effects)
        return np.concatenate([part for both in each for part in both])

    def _scored(self, theta: Floats, order: int) -> Evaluation:
        """As `evaluate`, with rows of the information still to be filled in."""
        raise NotImplementedError

    def _information_along(self, theta: Floats, k: int, size: float) -> Floats:
        """A row of the information, by central differences of the score along a parameter of such a size."""
        low, high = self._ends[k]
        room = 0.5 * min(theta[k] - low, high - theta[k])
        step = np.zeros(len(theta))
        step[k] = h = min(STEP * max(abs(float(theta[k])), size), room)
        return (self._scored(theta - step, 1).score - self._scored(theta + step, 1).score) / (2.0 * h)


LOG_TWO_PI = float(np.log(2.0 * np.pi))

STEP = 1e-5
"""Of differences of the score, as a share of a parameter's size: their error is about 1e-10 of it."""

AT_MEAN = "level at the mean"
"""What the effect of the column of ones is called where others are centered."""


@record
class Effects:
    """The effects of one term: `names` of what varies, `group`, P (q, q) with S = P Sigma P' / sigma^2, and the
    standard deviation of each column, that of ones having 1.
    """

    names: tuple[str, ...]
    group: str
    P: Floats
    spread: Floats

    @classmethod
    def of(cls, term: RandomTerm, back: Floats) -> Effects:
        """Of a term and the coordinates `back` of its columns, in which they are Z = Q N^-1 with Q'Q = n I: the column
        of ones is the first of both, so that the others have their means in the first row of N^-1.
        """
        q = len(term.columns)
        names, K, N = list(term.columns), np.eye(q), np.linalg.inv(back)
        if names[0] != "Intercept":
            return cls(tuple(names), term.group, N, np.sqrt(np.sum(N**2, axis=0)))
        spread = np.append(1.0, np.sqrt(np.sum(N[1:, 1:] ** 2, axis=0)))
        K[0, 1:] = -N[0, 1:] / N[0, 0]
        P = N @ K
        P[0, 1:] = 0.0
        return cls((AT_MEAN if q > 1 else names[0], *names[1:]), term.group, P, spread)

    @cached_property
    def called(self) -> tuple[str, ...]:
        """The names of the parameters: standard deviations, then correlations below the diagonal, row by row."""
        pairs = [(self.names[j], self.names[i], i, j) for i, j in zip(*below(len(self.names)), strict=True)]
        given = [f" given {', '.join(self.names[:j])}" if j else "" for *_, j in pairs]
        sds = (f"sd({name} | {self.group})" for name in self.names)
        cors = (
            f"cor({one}, {two} | {self.group}){before}" for (one, two, *_), before in zip(pairs, given, strict=True)
        )
        return (*sds, *cors)


@record
class MixedDensity(DensityOfMixed):
    """The likelihood of the linear mixed model `mixed`, with `effects` for each of its terms."""

    mixed: Any
    structure: Structure
    coordinates: Coordinates
    effects: tuple[Effects, ...]
    facts = ModelFacts(is_density=True, without_rows=WITHOUT_ROWS.format("integrated out"))

    @property
    def single_rows(self) -> Any:
        """The fixed effects and sigma: the mean over all groups, whose effects are 0 on average; None with curves."""
        return None if self.mixed.smooths else (self.mixed.fixed, [*range(len(self.mixed.names)), len(self.names) - 1])

    @classmethod
    def of(cls, mixed: Any, structure: Structure) -> MixedDensity:
        """The density of a model, with what knows its random terms."""
        coordinates = mixed.coordinates
        each = zip(mixed.random, coordinates.to_effects, strict=True)
        effects = tuple(Effects.of(term, back) for term, back in each)
        return cls(mixed, structure, coordinates, effects)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Fixed effects, what each term has, and sigma."""
        return (*self.mixed.names, *(name for one in self.effects for name in one.called), "sigma")

    @cached_property
    def _roles(self) -> tuple[str, ...]:
        """What each parameter is."""
        between = len(self.names) - len(self.mixed.names) - 1
        return (*("coefficient",) * len(self.mixed.names), *("dispersion",) * between, "scale")

    @cached_property
    def _ends(self) -> Floats:
        found = super()._ends
        found[-1, 0] = 0.0
        return found

    @property
    def start(self) -> Floats:
        """Least squares, and effects as large as the residual."""
        c = self.coordinates
        return np.concatenate([c.beta, self._start_of_terms(c.unit), [c.unit]])

    @property
    def frame(self) -> Floats:
        """Coordinates in which parameters are comparable."""
        F = np.eye(len(self.names))
        p = len(self.mixed.names)
        F[:p, :p] = self.coordinates.to_beta * self.coordinates.unit
        return F

    @cached_property
    def _by_differences(self) -> list[tuple[int, float]]:
        start, p = np.abs(self.start), len(self.mixed.names)
        start[:p] = np.abs(self.coordinates.to_beta * self.coordinates.unit).max(axis=1)
        return list(enumerate(np.where(start > 0.0, start, 1.0).tolist()))

    @property
    def _beyond(self) -> Evaluation:
        """The density where float64 has none: beside errors that are too small for the effects."""
        return Evaluation(-np.inf, np.full(len(self.names), np.nan))

    def _scored(self, theta: Floats, order: int) -> Evaluation:
        c, p, n = self.coordinates, len(self.mixed.names), self.n
        sigma = float(theta[-1])
        if not 0.0 < sigma * sigma < np.inf:
            return self._beyond
        terms = self._terms(theta)
        roots = tuple(lower(one.P @ (s[:, None] * L) / sigma) for one, s, _, L, _ in terms)
        try:
            found = self.structure.evaluate(roots)
        except ArithmeticError:  # effects so large beside the errors that their matrix has no root in float64
            return self._beyond
        away = np.append(np.linalg.solve(c.to_beta, c.beta - theta[:p]) / c.unit, 1.0)
        left = found.cross @ away
        rho = c.unit**2 * float(away @ left)
        if rho < 0.0:  # a sum of squares of which no digit is left
            return self._beyond
        logs = n * (LOG_TWO_PI + 2.0 * np.log(sigma)) - c.log_precision + found.log_determinant
        value = float(-0.5 * (logs + rho / sigma**2))
        if order == 0:
            return Evaluation(value)
        score = np.empty(len(theta))
        score[:p] = c.unit / sigma**2 * np.linalg.solve(c.to_beta.T, left[:-1])
        score[-1] = rho / sigma**3 - n / sigma
        parts = zip(terms, roots, found.diagonal_blocks, found.projected, strict=True)
        for (one, s, z, L, place), T, blocks, projected in parts:
            g = np.einsum("amj,m->aj", projected, away) * (c.unit / sigma)
            D = 0.5 * (g @ g.T - blocks.sum(axis=2))
            score[-1] -= 2.0 / sigma * float(np.sum(D * (T @ T.T)))
            G = one.P.T @ D @ one.P / sigma**2
            score[place] = np.append(2.0 * (G * (L @ L.T)) @ s, slopes(z, L, 2.0 * (s[:, None] * G * s) @ L))
        return Evaluation(value, score, np.empty((len(score), len(score))) if order > 1 else NOT_ASKED)


def no_posterior(model: AnyModel) -> IncompatibleError:
    """What is raised where the posterior of a model with curves is asked for."""
    return IncompatibleError(
        f"posterior of {model.title} is not offered: the prior of a curve's roughness has no default. st.fit has the "
        "curves with their bands."
    )


START = 0.5
"""A standard deviation of effects to begin with, on columns of mean square 1."""

MOST_EFFECTS = 5_000
"""Effects whose posterior has a covariance that is factored."""


@record
class JointDensity(DensityOfMixed):
    """The likelihood of the mixed regression `mixed`, with `effects` for each of its terms, over orthonormal columns
    `Q` (q, n). Draws are of all parameters, or where `is_outer` of those that groups share.
    """

    mixed: Any
    effects: tuple[Effects, ...]
    Q: tuple[Floats, ...]
    is_outer: bool = False
    facts = ModelFacts(is_density=True, without_rows=WITHOUT_ROWS.format("taken out"))
    single_rows = None
    """The fixed effects alone say nothing of a row."""

    @classmethod
    def of(cls, mixed: Any) -> JointDensity:
        """Of a mixed regression. Raises IncompatibleError for curves, and for so many effects that none has been drawn
        by the time that anybody waits.
        """
        if mixed.smooths:
            raise no_posterior(mixed)
        count = sum(len(term.columns) * term.n_levels for term in mixed.random)
        if count > MOST_EFFECTS:
            raise IncompatibleError(
                f"posterior of {mixed.title} draws {count:,} effects of groups beside its parameters, and "
                f"{MOST_EFFECTS:,} are the most that it takes. st.fit integrates them out."
            )
        mixed.fixed.standardized()  # raises for columns whose squares are beyond float64
        effects, Q = [], []
        for term in mixed.random:
            own = np.empty((len(term.columns), len(term.codes)))
            effects.append(Effects.of(term, orthonormal(term.z, None, term.columns, term.name, own)))
            Q.append(own)
        return cls(mixed, tuple(effects), tuple(Q))

    @property
    def drawn(self) -> JointDensity:
        """The parameters that groups share."""
        return replace(self, is_outer=True)

    @cached_property
    def _fixed(self) -> tuple[str, ...]:
        own = shared(self.mixed.fixed)
        return tuple(own[k][0] if k in own else name for k, name in enumerate(self.mixed.fixed.names))

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The parameters of the regression on their own scale, what each term has, and the effects."""
        outer = (*self._fixed, *(name for one in self.effects for name in one.called))
        return outer if self.is_outer else (*outer, *self._effects)

    @property
    def _effects(self) -> list[str]:
        found = []
        for one, term in zip(self.effects, self.mixed.random, strict=True):
            found += [f"u({name} | {term.group}[{level}])" for level in term.levels for name in one.names]
        return found

    @cached_property
    def _roles(self) -> tuple[str, ...]:
        """What each parameter is: effects have one prior, which nobody gives."""
        fixed, role = self.mixed.fixed, "threshold" if self.mixed.fixed.predictor.taken_up else "dispersion"
        own = shared(fixed)
        first = tuple(role if k in own else "coefficient" for k in range(len(fixed.names)))
        between = sum(len(one.called) for one in self.effects)
        return (*first, *("dispersion",) * between, *("effect",) * (len(self.names) - len(first) - between))

    @property
    def _first(self) -> int:
        return len(self._fixed)

    @cached_property
    def _ends(self) -> Floats:
        found = super()._ends
        for k, (_, link) in shared(self.mixed.fixed).items():
            found[k] = link.ends
        return found

    @property
    def frame(self) -> Floats:
        """Coordinates in which parameters are comparable."""
        F, p = np.eye(len(self.names)), len(self._fixed)
        F[:p, :p] = self.mixed.fixed.standardized()[1]
        return F

    @cached_property
    def start(self) -> Floats:
        """The start of the regression, small standard deviations, and the effects that are likely with these."""
        fixed = on_own_scale(self.mixed.fixed, self.mixed.fixed.start)
        outer = np.append(fixed, self._start_of_terms(START))
        if self.is_outer:
            return outer
        theta = np.append(outer, np.zeros(len(self.names) - len(outer)))
        at = slice(len(outer), None)
        for _ in range(8):
            now = self.evaluate(theta, 2)
            H = now.information[at, at] + np.eye(len(theta) - len(outer))
            ahead = np.linalg.solve(H, now.score[at] - theta[at])
            theta[at] += ahead / max(1.0, float(np.abs(ahead).max()))
        return theta

    @cached_property
    def _by_differences(self) -> list[tuple[int, float]]:
        return [(k, 1.0) for k in range(self._first, len(self.names) - len(self._effects))]

    def _scored(self, theta: Floats, order: int) -> Evaluation:
        if self.is_outer:
            raise IncompatibleError(f"{self.title}: the likelihood of the parameters that groups share is an integral.")
        fixed, block, p = self.mixed.fixed, self.mixed.fixed.rows.whole, len(self._fixed)
        beta = behind_links(fixed, theta[:p])
        eta, pullback = fixed.predictor.forward(beta, block)
        eta = np.array(eta)
        first = eta if eta.ndim == 1 else eta[:, 0]
        parts = [(*term, term[0].P @ (term[1][:, None] * term[3])) for term in self._terms(theta)]
        moves, k = [], parts[-1][4].stop
        for (one, *_, R), Q, term in zip(parts, self.Q, self.mixed.random, strict=True):
            size = len(one.names) * term.n_levels
            u = theta[k : k + size].reshape(term.n_levels, -1)
            moves.append((u, slice(k, k + size)))
            first += ((u @ R.T)[term.codes].T * Q).sum(axis=0)
            k += size
        value = total(fixed.likelihood.loglik(eta, block.y), block.weight)
        if order == 0 or not np.isfinite(value):
            return Evaluation(value, np.zeros(len(theta)))
        rows = weighted(fixed.likelihood.score(eta, block.y), block.weight)
        pull = rows if rows.ndim == 1 else rows[:, 0]
        unit = np.ones(p)
        for j, (_, link) in shared(fixed).items():
            unit[j] = 1.0 / link.slope(beta[j])
        score, behind = np.empty(len(theta)), pullback(rows)
        score[:p] = behind * unit
        for (one, s, z, L, place, R), Q, term, (u, at) in zip(parts, self.Q, self.mixed.random, moves, strict=True):
            sums = np.stack([np.bincount(term.codes, weights=pull * x, minlength=term.n_levels) for x in Q], axis=1)
            score[at] = (sums @ R).ravel()
            G = one.P.T @ (sums.T @ u)
            score[place] = np.append((G * L).sum(axis=1), slopes(z, L, s[:, None] * G))
        if order == 1:
            return Evaluation(value, score)
        return Evaluation(value, score, self._information(eta, beta, behind, unit, [part[-1] for part in parts]))

    def _information(self, eta: Floats, beta: Floats, behind: Floats, unit: Floats, roots: list[Floats]) -> Floats:
        """The information about the fixed part and the effects; 0 for the rest."""
        from scipy.sparse import csr_array, hstack

        fixed, block, p, size = self.mixed.fixed, self.mixed.fixed.rows.whole, len(self._fixed), len(self.names)
        rows = weighted(fixed.likelihood.information(eta, block.y), block.weight)
        H = np.zeros((size, size))
        H[:p, :p] = symmetric(fixed.predictor.upper(block, rows)) * np.outer(unit, unit)
        for j, (_, link) in shared(fixed).items():
            H[j, j] += behind[j] * link.bend(beta[j]) * unit[j] ** 3
        n, made = len(eta), []
        for R, Q, term in zip(roots, self.Q, self.mixed.random, strict=True):
            q = len(Q)
            places = (term.codes[:, None] * q + np.arange(q)).ravel()
            entries = (R.T @ Q).T.ravel(), places, np.arange(0, n * q + 1, q)
            made.append(csr_array(entries, shape=(n, q * term.n_levels)))
        Z: Any = hstack(made, format="csr")
        u = slice(size - Z.shape[1], None)
        own = rows if rows.ndim == 1 else rows[:, 0, 0]
        H[u, u] = (Z.T @ (Z * own[:, None])).toarray()
        cross = fixed.predictor.row_scores(np.asarray(block.X), rows if rows.ndim == 1 else rows[:, 0]) * unit
        H[u, :p] = Z.T @ cross
        H[:p, u] = H[u, :p].T
        return H
