"""The likelihood of a linear mixed model in its own parameters, the effects of groups integrated out: what a posterior
is made of.

    theta = (beta, for each term the standard deviations s and the correlations of its effects, sigma)
    log L = -(1/2) [n log 2 pi + 2 n log sigma - sum log w + log|V| + r'V^-1 r / sigma^2],   r = y - X beta
    V = I + sum_k Z_k (I (x) S_k) Z_k',   S_k = N_k^-1 K_k Sigma_k K_k' N_k^-T / sigma^2

N_k are the coordinates of the columns of Z_k. The effects of a level are those at the means of the columns, which K_k
turns into those where the columns are 0: origins of columns then change neither likelihood nor prior.
"""

from __future__ import annotations

from dataclasses import field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from stattools.data.random_term import RandomTerm
from stattools.interface.arguments import as_theta
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.latent.coordinates import Coordinates
from stattools.latent.lower import lower
from stattools.latent.partial_correlations import below, slopes, triangle
from stattools.latent.structure import Structure
from stattools.models.evaluation import Evaluation
from stattools.models.mixed.density_of_mixed import DensityOfMixed

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
    kind: str = field()  # type: ignore[assignment]
    title: str = field()  # type: ignore[assignment]
    without_rows = (
        "has the effects of groups integrated out of its draws, so that they predict no rows: st.fit(model) does, and "
        "posterior.function(...) has what is made of the parameters"
    )

    @property
    def single_rows(self) -> Any:  # type: ignore[override]
        """The fixed effects and sigma: the mean over all groups, whose effects are 0 on average; None with curves."""
        return None if self.mixed.smooths else (self.mixed.fixed, [*range(len(self.mixed.names)), len(self.names) - 1])

    @classmethod
    def of(cls, mixed: Any, structure: Structure) -> MixedDensity:
        """The density of a model, with what knows its random terms."""
        coordinates = mixed.coordinates
        each = zip(mixed.random, coordinates.to_effects, strict=True)
        effects = tuple(Effects.of(term, back) for term, back in each)
        return cls(mixed, structure, coordinates, effects, mixed.kind, mixed.title)

    @cached_property
    def names(self) -> tuple[str, ...]:  # type: ignore[override]
        """Fixed effects, what each term has, and sigma."""
        return (*self.mixed.names, *(name for one in self.effects for name in one.called), "sigma")

    @cached_property
    def roles(self) -> tuple[str, ...]:
        """What each parameter is."""
        between = len(self.names) - len(self.mixed.names) - 1
        return (*("coefficient",) * len(self.mixed.names), *("dispersion",) * between, "scale")

    @cached_property
    def low(self) -> Floats:
        """Standard deviations are above 0, correlations above -1."""
        ends = {"coefficient": -np.inf, "dispersion": 0.0, "scale": 0.0}
        return np.array([-1.0 if self._is_correlation(name, role) else ends[role] for role, name in self._all])

    @cached_property
    def high(self) -> Floats:
        """Correlations are below 1."""
        return np.array([1.0 if self._is_correlation(name, role) else np.inf for role, name in self._all])

    def _is_correlation(self, name: str, role: str) -> bool:
        return role == "dispersion" and name.startswith("cor(")

    @property
    def _all(self) -> list[tuple[str, str]]:
        return list(zip(self.roles, self.names, strict=True))

    @property
    def start(self) -> Floats:
        """Least squares, and effects as large as the residual."""
        c = self.coordinates
        between = [(c.unit / one.spread, np.zeros(len(one.called) - len(one.names))) for one in self.effects]
        return np.concatenate([c.beta, *(part for both in between for part in both), [c.unit]])

    @property
    def frame(self) -> Floats:
        """Coordinates in which parameters are comparable."""
        F = np.eye(len(self.names))
        p = len(self.mixed.names)
        F[:p, :p] = self.coordinates.to_beta * self.coordinates.unit
        return F

    @np.errstate(over="ignore", invalid="ignore")  # a step too long is not finite, which a sampler sees
    def evaluate(self, theta: ArrayLike, order: int = 2) -> Evaluation:
        """Log-likelihood (order 0), score (1), and the information by differences of the score (2)."""
        at = as_theta(theta, self.title, self.names)
        now = self._scored(at, order)
        if order < 2 or not np.isfinite(now.loglik):
            return now
        information = np.empty((len(at), len(at)))
        for k in range(len(at)):
            room = 0.5 * min(at[k] - self.low[k], self.high[k] - at[k])
            step = np.zeros(len(at))
            step[k] = h = min(STEP * max(abs(float(at[k])), self._sizes[k]), room)
            information[k] = (self._scored(at - step, 1).score - self._scored(at + step, 1).score) / (2.0 * h)
        return Evaluation(now.loglik, now.score, 0.5 * (information + information.T))

    @cached_property
    def _sizes(self) -> Floats:
        """About how far each parameter may move."""
        start, p = np.abs(self.start), len(self.mixed.names)
        start[:p] = np.abs(self.coordinates.to_beta * self.coordinates.unit).max(axis=1)
        return np.where(start > 0.0, start, 1.0)

    @property
    def _beyond(self) -> Evaluation:
        """The density where float64 has none: beside errors that are too small for the effects."""
        return Evaluation(-np.inf, np.full(len(self.names), np.nan))

    def _scored(self, theta: Floats, order: int) -> Evaluation:
        c, p, n = self.coordinates, len(self.mixed.names), self.n
        sigma = float(theta[-1])
        if not 0.0 < sigma * sigma < np.inf:
            return self._beyond
        roots, each = [], []
        first = p
        for one in self.effects:
            q, last = len(one.names), first + len(one.called)
            s, z = theta[first : first + q], theta[first + q : last]
            L = triangle(z, q)
            roots.append(lower(one.P @ (s[:, None] * L) / sigma))
            each.append((one, s, z, L))
            first = last
        try:
            found = self.structure.evaluate(tuple(roots))
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
        first = p
        terms = zip(each, roots, found.diagonal_blocks, found.projected, strict=True)
        for (one, s, z, L), T, blocks, projected in terms:
            q, last = len(one.names), first + len(one.called)
            g = np.einsum("amj,m->aj", projected, away) * (c.unit / sigma)
            D = 0.5 * (g @ g.T - blocks.sum(axis=2))
            score[-1] -= 2.0 / sigma * float(np.sum(D * (T @ T.T)))
            G = one.P.T @ D @ one.P / sigma**2
            score[first : first + q] = 2.0 * (G * (L @ L.T)) @ s
            score[first + q : last] = slopes(z, L, 2.0 * (s[:, None] * G * s) @ L)
            first = last
        return Evaluation(value, score)
