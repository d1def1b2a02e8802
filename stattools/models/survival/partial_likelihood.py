"""Cox's partial likelihood with Breslow's or Efron's ties, its score and its information.

    log L = sum over events of [x_i beta - log sum over those at risk of exp(x_j beta)]

With m = S1 / S0 the mean of x over a risk set, S2 / S0 - m m' its covariance, the sum over event times of S2 / S0 is a
sum over rows, X' diag(r A) X, where A_j adds up 1 / S0 while row j is at risk: one product for it, one for the m m'.
Cost: O(n p^2), with 2 n p numbers beside X. Source: Cox, JRSS B 34 (1972), 187-220; Therneau & Grambsch, Modeling
Survival Data (2000), ch. 3.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.models.evaluation import NOT_ASKED, Evaluation
from stattools.models.survival.levels_at_risk import AtEvents, information_beside_levels
from stattools.models.survival.risk_sets import RiskSets
from stattools.models.survival.tied_times import TiedTerms
from stattools.numerics.columns import as_columns
from stattools.numerics.segments import changes, running_sums

AT_A_TIME = 1 << 16
"""Numbers of a product at a time, so that they stay in the cache."""


def parts(p: int, n: int) -> Iterator[slice]:
    """The columns of an array (p, n), so many at a time that they stay in the cache."""
    step = max(AT_A_TIME // max(p, 1), 1)
    return (slice(start, start + step) for start in range(0, n, step))


@record
class AtPoint:
    """What the partial likelihood is made of at one point: X (p, n), the linear predictor eta (n,) of the rows of
    `sets`, and how ties are counted.
    """

    sets: RiskSets
    X: Floats
    eta: Floats
    ties: Callable[[Floats, Floats, Floats], TiedTerms]

    @cached_property
    def shift(self) -> Floats:
        """The largest eta of each row's stratum: what the exponentials are relative to."""
        first = self.sets.starts[self.sets.first]
        if len(first) == 1:
            return np.full(len(self.eta), np.maximum.reduce(self.eta))
        each = np.maximum.reduceat(self.eta, first)
        return np.repeat(each, np.diff(np.append(first, len(self.eta))))

    @cached_property
    def risk(self) -> Floats:
        """r = weight exp(eta - shift)."""
        return self.sets.weight * np.exp(self.eta - self.shift)

    @cached_property
    def terms(self) -> TiedTerms:
        """The sums of each event time."""
        sets = self.sets
        with np.errstate(divide="ignore", over="ignore", invalid="ignore"):  # a step too long: `is_finite` tells
            return self.ties(sets.sums(self.risk), sets.sums_of_dead(self.risk), sets.deaths)

    @cached_property
    def loglik(self) -> float:
        """The partial log-likelihood."""
        seen = (self.sets.weight * (self.eta - self.shift))[self.sets.died]
        return float(seen.sum() - self.terms.logs.sum())

    @cached_property
    def hazard(self) -> Floats:
        """What each row has been exposed to while it was at risk, relative to exp(shift): A_j, less its share in its
        own tie.
        """
        return self.weighted_hazard(None)

    def weighted_hazard(self, by: Floats | None) -> Floats:
        """The `hazard` with a weight for each event time."""
        terms, sets = self.terms, self.sets
        found = sets.while_at_risk(terms.hazard if by is None else by * terms.hazard)
        if terms.own is not None:
            own = terms.own if by is None else by * terms.own
            found = found - np.where(sets.died, own[sets.joins], 0.0)
        return found

    @cached_property
    def score(self) -> Floats:
        """The slope of the log-likelihood, (p,)."""
        return self.X @ (self.sets.weight * self.sets.died - self.risk * self.hazard)

    @cached_property
    def first_sums(self) -> Floats:
        """S1: r x over each risk set, (p, m)."""
        found = np.empty((len(self.X), self.sets.m))
        for j, x in enumerate(self.X):
            found[j] = self.sets.sums(self.risk * x)
        return found

    @cached_property
    def dead_sums(self) -> Floats:
        """T1: r x over those with the event at each time, (p, m)."""
        return np.array([self.sets.sums_of_dead(self.risk * x) for x in self.X]).reshape(len(self.X), self.sets.m)

    def information(self, by: Floats | None = None) -> Floats:
        """The sum over event times of the covariance of x over those at risk, (p, p), each time with a weight."""
        terms, weight = self.terms, 1.0 if by is None else by
        if (coded := as_columns(self.X.T).by_levels) is not None:
            each = (None if of is None else weight * of for of in (terms.squares, terms.mixed, terms.own_squares))
            hazard = self.weighted_hazard(by)
            return information_beside_levels(coded, self.sets, self.risk, hazard, AtEvents(*each))  # type: ignore
        found = gram(self.X, self.risk * self.weighted_hazard(by))
        squares = weight * terms.squares
        tied = np.flatnonzero(self.sets.deaths > 1.0)  # of one event the sums with f are 0
        tied = tied[:0] if terms.mixed is None else tied
        of_tied = np.empty((len(self.X), len(tied)))
        for times, sums in self._sums_in_parts():
            found -= _times_own(sums, squares[times])
            some = slice(*np.searchsorted(tied, (times.start, times.stop)).tolist())
            of_tied[:, some] = sums[:, tied[some] - times.start]
        if terms.mixed is not None and terms.own_squares is not None:
            dead = self._dead_sums_at(tied)
            between = (of_tied * (weight * terms.mixed)[tied]) @ dead.T
            found += between + between.T - gram(dead, (weight * terms.own_squares)[tied])
        return 0.5 * (found + found.T)

    def _sums_in_parts(self) -> Iterator[tuple[slice, Floats]]:
        """S1 of some event times after the others, which stay in the cache and need no array of all of them."""
        sets, p = self.sets, len(self.X)
        if sets.leaves is not None or sets.are_few or "first_sums" in self.__dict__:
            yield from ((part, self.first_sums[:, part]) for part in parts(p, sets.m))
            return
        anew = sets.starts[sets.first]  # the first row of each stratum
        carried = np.zeros((p, 1))
        for rows in parts(*self.X.shape):
            sums = self.X[:, rows] * self.risk[rows]
            begin, end = np.searchsorted(anew, (rows.start, rows.stop)).tolist()
            inside = anew[begin:end] - rows.start
            if not (len(inside) and inside[0] == 0):
                sums[:, :1] += carried
                inside = np.append(0, inside)
            sums = running_sums(sums, inside)
            carried = sums[:, -1:].copy()
            k, stop = np.searchsorted(sets.last, (rows.start, rows.stop)).tolist()
            yield slice(k, stop), sums[:, sets.last[k:stop] - rows.start]

    def _dead_sums_at(self, times: NDArray[np.intp]) -> Floats:
        """T1 of some event times, (p, times)."""
        sets = self.sets
        if sets.are_few or not len(times):
            return self.dead_sums[:, times]
        some = np.zeros(sets.m, dtype=bool)
        some[times] = True
        rows = np.flatnonzero(sets.died & some[sets.joins])
        begin = changes(sets.joins[rows])
        return (
            np.add.reduceat(self.X[:, rows] * self.risk[rows], begin, axis=1)
            if len(rows)
            else np.empty((len(self.X), 0))
        )

    def evaluation(self, order: int) -> Evaluation:
        """Log-likelihood, score and information as far as asked for."""
        reach = float(np.abs(self.eta).max(initial=0.0))
        if order == 0 or not np.isfinite(self.loglik):
            return Evaluation(self.loglik if np.isfinite(self.loglik) else -np.inf, reach=reach)
        return Evaluation(self.loglik, self.score, self.information() if order > 1 else NOT_ASKED, reach)


def _times_own(part: Floats, weight: Floats) -> Floats:
    """part diag(weight) part'."""
    return (part * weight) @ part.T


def gram(X: Floats, weight: Floats) -> Floats:
    """X diag(weight) X', (p, p), some columns at a time."""
    found = np.zeros((len(X), len(X)))
    for some in parts(*X.shape):
        found += _times_own(X[:, some], weight[some])
    return 0.5 * (found + found.T)
