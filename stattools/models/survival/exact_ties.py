"""The exact partial likelihood of tied times, and of matched sets: which d of those at risk have the event.

    P(D | R, d) = prod over D of r_j / e_d(r over R),   r_j = exp(x_j beta)

e_d is the elementary symmetric function, the sum over all sets of d of the products of their r, by the recursion of
`elementary_symmetric.py`. Risk sets are nested without late entry, so that one pass along the rows has e_d of all of
them, with score and information. Cost: n d (1 + p)(2 + p) / 2 of a stratum, d its largest tie. Source: Cox (1972);
Gail, Lubin & Rubinstein, Biometrika 68 (1981), 703-707.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from stattools.errors import IncompatibleError
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.models.evaluation import Evaluation
from stattools.models.survival.risk_sets import RiskSets
from stattools.numerics.elementary_symmetric import symmetric, unpacked

Ints = NDArray[np.intp]
MOST = 1e10
"""Operations of one evaluation, beyond which it is refused."""


@record
class Chain:
    """Sets of rows that grow: `members` (N,) in their order, and after `ends` of them (G,) how many are chosen, `d`."""

    members: Ints
    ends: Ints
    d: Ints

    @property
    def cost(self) -> float:
        """Rows times the largest number chosen."""
        return float(len(self.members)) * float(self.d.max(initial=0))


@record
class ExactTies:
    """The chains of some risk sets: one for each stratum, or of late entry for each event time."""

    sets: RiskSets
    chains: tuple[Chain, ...]

    @classmethod
    def of(cls, sets: RiskSets) -> ExactTies:
        """Weights repeat rows."""
        weight = sets.weight.astype(np.intp)
        rows = np.repeat(np.arange(len(weight)), weight)
        joins = sets.joins[rows]
        d = sets.deaths.astype(np.intp)
        ends = np.searchsorted(joins, np.arange(sets.m), side="right")
        chains = []
        for first, last in zip(sets.first, np.append(sets.first[1:], sets.m), strict=True):
            begin = int(np.searchsorted(joins, first))
            if sets.leaves is None:
                chains.append(Chain(rows[begin : ends[last - 1]], ends[first:last] - begin, d[first:last]))
                continue
            for k in range(first, last):
                there = rows[begin : ends[k]]
                there = there[sets.leaves[there] > k]
                chains.append(Chain(there, np.array([len(there)]), d[k : k + 1]))
        return cls(sets, tuple(chains))

    def require_cost(self, p: int) -> None:
        """IncompatibleError where one evaluation takes more than `MOST` operations."""
        cost = sum(chain.cost for chain in self.chains) * (1 + p) * (2 + p) / 2
        if cost > MOST:
            raise IncompatibleError(
                f'ties="exact" takes {cost:.1e} operations for each step here, rows times the largest tie, and at most '
                f'{MOST:.0e} are made. Use ties="efron", or measure times more finely.'
            )

    @cached_property
    def seen(self) -> Floats:
        """How often each row has the event."""
        return self.sets.weight * self.sets.died

    def evaluation(self, X: Floats, eta: Floats, order: int) -> Evaluation:
        """Log-likelihood, score and information of rows with X (p, n) and linear predictor eta (n,)."""
        p = len(X)
        loglik, score, information = float(self.seen @ eta), X @ self.seen, np.zeros((p, p))
        for chain in self.chains:
            found = symmetric(eta[chain.members], X[:, chain.members], chain.ends, chain.d, order)
            loglik -= float(found.logs.sum())
            if order:
                score -= found.means.sum(axis=1)
            if order > 1:
                information += unpacked(found.seconds.sum(axis=1), p) - found.means @ found.means.T
        reach = float(np.abs(eta).max(initial=0.0))
        if order == 0 or not np.isfinite(loglik):
            return Evaluation(loglik, reach=reach)
        return Evaluation(loglik, score, information if order > 1 else np.empty(0), reach)
