"""The exact partial likelihood of tied times, and of matched sets: which d of those at risk have the event.

    P(D | R, d) = prod over D of r_j / e_d(r over R),   r_j = exp(x_j beta)

e_d is the elementary symmetric function, the sum over all sets of d of the products of their r, by the recursion of
`numerics/symmetric_functions.py`. Risk sets are nested without late entry, so that one pass along the rows has e_d of
all of them, with score and information. Cost: n d (1 + p)(2 + p) / 2 of a stratum, d its largest tie. Source: Cox
(1972); Gail, Lubin & Rubinstein, Biometrika 68 (1981), 703-707.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from stattools.errors import IncompatibleError
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.models.evaluation import Evaluation
from stattools.models.survival.risk_sets import RiskSets
from stattools.numerics.symmetric_functions import ROOM, Symmetric, symmetric, symmetric_side_by_side, unpacked

Ints = NDArray[np.intp]

MOST = 1e10
"""Operations of one evaluation, beyond which it is refused."""

SHORT = 64
"""Chains of so many rows at most may be taken side by side, each of their risk sets by itself."""

BEGUN = 8
"""Vector operations of a pass along a chain that are not for one of its degrees, in those of a degree."""


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
        for found in self._symmetric(X, eta, order):
            loglik -= float(found.logs.sum())
            if order:
                score -= found.means.sum(axis=1)
            if order > 1:
                information += unpacked(found.seconds.sum(axis=1), p) - found.means @ found.means.T
        reach = float(np.abs(eta).max(initial=0.0))
        if order == 0 or not np.isfinite(loglik):
            return Evaluation(loglik, reach=reach)
        return Evaluation(loglik, score, information if order > 1 else np.empty(0), reach)

    def _symmetric(self, X: Floats, eta: Floats, order: int) -> Iterator[Symmetric]:
        """Of all risk sets: those of short chains side by side, those of long ones along the chain."""
        width = 1 + len(X) * (order > 0) + len(X) * (len(X) + 1) // 2 * (order > 1)
        for members, d in self._small:
            step = max(1, ROOM // (width * (members.shape[1] + int(d.max()) + 1)))
            for start in range(0, len(d), step):
                some, chosen = members[start : start + step], d[start : start + step]
                logs = np.where(some < 0, -np.inf, eta[some])
                found = symmetric_side_by_side(logs, X[:, some], chosen, order)
                if np.isfinite(found.logs).all():
                    yield found
                    continue
                for row, k in zip(some, chosen, strict=True):  # risks too far apart for one scale
                    row = row[row >= 0]
                    yield symmetric(eta[row], X[:, row], np.array([len(row)]), np.array([k]), order)
        for chain in self._long:
            yield symmetric(eta[chain.members], X[:, chain.members], chain.ends, chain.d, order)

    @cached_property
    def _long(self) -> tuple[Chain, ...]:
        """The chains that are passed along, one degree of all their risk sets at a time."""
        return tuple(chain for chain in self.chains if self._is_apart or len(chain.members) > SHORT)

    @cached_property
    def _small(self) -> list[tuple[Ints, Ints]]:
        """The risk sets of short chains, those of like size and degree together: members (S, N), -1 for none, and d."""
        found = []
        for some in [] if self._is_apart else self._alike.values():
            members = np.full((len(some), max(len(rows) for rows, _ in some)), -1, dtype=np.intp)
            for row, (rows, _) in zip(members, some, strict=True):
                row[: len(rows)] = rows
            found.append((members, np.array([d for _, d in some])))
        return found

    @cached_property
    def _is_apart(self) -> bool:
        """Do passes along the short chains, one after the other, take fewer steps than a row of all sets at a time?"""
        along = sum(BEGUN + int(chain.d.max(initial=0)) for chain in self.chains if len(chain.members) <= SHORT)
        return along < sum(max(len(rows) for rows, _ in some) for some in self._alike.values())

    @cached_property
    def _alike(self) -> dict[tuple[int, int], list[tuple[Ints, int]]]:
        """The risk sets of short chains with how many are chosen, by the size and the degree as powers of 2."""
        found: dict[tuple[int, int], list[tuple[Ints, int]]] = {}
        for chain in (one for one in self.chains if len(one.members) <= SHORT):
            for end, d in zip(chain.ends.tolist(), chain.d.tolist(), strict=True):
                found.setdefault((end.bit_length(), d.bit_length()), []).append((chain.members[:end], d))
        return found
