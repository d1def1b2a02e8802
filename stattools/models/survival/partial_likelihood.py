"""Cox's partial likelihood with Breslow's or Efron's ties: score, information, what rows say, third moments.

    log L = sum over events of [x_i beta - log sum over those at risk of exp(x_j beta)]

With m = S1 / S0 the mean of x over a risk set, S2 / S0 - m m' its covariance, the sum over event times of S2 / S0 is a
sum over rows, X' diag(r A) X, where A_j adds up 1 / S0 while row j is at risk: one product for it, one for the m m'.
Cost: O(n p^2), with 2 n p numbers beside X.

Beside a factor of many levels, S has the sums of r z over those at risk in each level, z the numbers of a row in the
columns of its level. S changes only where a row joins or leaves, so that the sum of w S S' over event times is one over
pairs of such changes, r_e r_f W(the later of e and f) z_e z_f', W(t) the sum of w from t on: L k^2 numbers for each
row, and not (L k)^2 for each event time.

    martingale  M_j = died_j - r_j A_j              score  U_j = sum over time of (x_j - m(t)) dM_j(t), of each row

    d log det I / d beta_k = sum over steps of E[x_k q] - E[x_k] E[q] - 2 E[x_k z]' E[z] + 2 E[x_k] |E[z]|^2

is the trace of I^-1 times the third central moments of x over those at risk: I^-1 = W W', z = W' x, q = |z|^2. As a sum
over rows it costs O(n p^2) for z, then O(n p).

Source: Cox, JRSS B 34 (1972), 187-220;
Therneau & Grambsch, Modeling Survival Data (2000), ch. 3, 4, 7; Barlow & Prentice (1988); Lin & Wei, JASA 84 (1989);
Firth, Biometrika 80 (1993); Heinze & Schemper, Biometrics 57 (2001).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.interface.arrays import Floats
from stattools.interface.memory import require_memory
from stattools.interface.record import record
from stattools.models.evaluation import NOT_ASKED, Evaluation
from stattools.models.survival.risk_sets import Ints, RiskSets, TiedTerms, one_by_one
from stattools.numerics.columns import Columns, with_levels
from stattools.numerics.sums import changes, sums_to_the_end

TOGETHER = 64
"""Changes that are met as a block: what S was before all of them is added by one product, and their pairs by one sum.
"""


def information_beside_levels(X: Columns, sets: RiskSets, risk: Floats, hazard: Floats, at: TiedTerms) -> Floats:
    """The sum over event times of the covariance of x over those at risk, (p, p), for X (n, p) of the rows of `sets`;
    `hazard` is what each row has been exposed to.
    """
    p = X.shape[1]
    require_memory(f"the information of {p:,} coefficients", 3 * p * p, "Group the levels of the factor.")
    found, A = np.asarray(X.gram(risk * hazard)).copy(), X.others.T * risk
    levels, others = X.places.ravel(), X.rest
    S = sets.sums(A)
    less, between = _beside(X, sets, risk, at.squares * S), (S * at.squares) @ S.T
    within = _between_levels(X, sets, risk, at)
    if at.mixed is not None and at.own_squares is not None:
        T = sets.sums_of_dead(A)
        less -= _beside(X, sets, risk, at.mixed * T)
        less -= _of_levels(X, sets.died * risk * (at.mixed * S - at.own_squares * T)[:, sets.joins])
        tied = (S * at.mixed) @ T.T
        between += (T * at.own_squares) @ T.T - tied - tied.T
    found[np.ix_(levels, levels)] -= within
    found[np.ix_(levels, others)] -= less
    found[np.ix_(others, levels)] -= less.T
    found[np.ix_(others, others)] -= between
    return 0.5 * (found + found.T)


def _of_levels(X: Columns, values: Floats) -> Floats:
    """X' times values (m, n) of each row, of the columns of levels, level after level, (L k, m)."""
    return X.pulled(np.ascontiguousarray(values.T))[X.places.ravel()]


def _beside(X: Columns, sets: RiskSets, risk: Floats, values: Floats) -> Floats:
    """The sum over event times of S times values (m, event times) of each, (L k, m)."""
    return _of_levels(X, risk * sets.while_at_risk(values))


def _between_levels(X: Columns, sets: RiskSets, risk: Floats, at: TiedTerms) -> Floats:
    """The sum of w S S' - mixed (S T' + T S') + own T T' over event times, (L k, L k)."""
    from scipy.sparse import csr_array

    row, change, gain, anew = _changes(X, sets, risk, at)
    (L, k), z = X.places.shape, X.values[row]
    places, moved, gained = X.codes[row, None] * k + np.arange(k), change[:, None] * z, gain[:, None] * z
    S, found = np.zeros(L * k), np.zeros((L * k, L * k))
    number = np.arange(len(row))
    first = np.maximum.accumulate(np.where(anew, number, 0))  # of the stratum of each change
    starts = np.flatnonzero((number - first) % TOGETHER == 0)
    ends = np.append(starts[1:], len(row))
    later, earlier = np.tril_indices(TOGETHER)
    for begin in range(0, len(starts), TOGETHER):
        own = slice(begin, begin + TOGETHER)
        before = np.empty((len(starts[own]), L * k))
        for place, (start, stop) in enumerate(zip(starts[own].tolist(), ends[own].tolist(), strict=True)):
            if anew[start]:
                S[:] = 0.0
            before[place] = S
            S += np.bincount(places[start:stop].ravel(), moved[start:stop].ravel(), L * k)
        met = slice(starts[begin], ends[own][-1])
        block = np.repeat(np.arange(len(before)), (ends - starts)[own] * k)
        found += csr_array((gained[met].ravel(), (places[met].ravel(), block)), shape=(L * k, len(before))) @ before
        each, pair = np.nonzero(later < (ends - starts)[own, None])
        e, f = starts[own][each] + later[pair], starts[own][each] + earlier[pair]
        at_pair = places[e][:, :, None] * (L * k) + places[f][:, None, :]
        np.add.at(found.reshape(-1), at_pair.ravel(), (gained[e][:, :, None] * moved[f][:, None, :]).ravel())
    found += found.T
    twice = moved[:, :, None] * gained[:, None, :]  # each change met itself twice
    np.subtract.at(found, (places[:, :, None], places[:, None, :]), twice)
    if at.own_squares is not None:
        dead = np.flatnonzero(sets.died & (X.codes >= 0))
        rows = (X.codes[dead, None] * k + np.arange(k)).ravel()
        numbers = (risk[dead, None] * X.values[dead]).ravel()
        T = csr_array((numbers, (rows, np.repeat(sets.joins[dead], k))), shape=(L * k, sets.m))
        found += ((T * at.own_squares) @ T.T).toarray()
    return found


def _changes(X: Columns, sets: RiskSets, risk: Floats, at: TiedTerms) -> tuple[Ints, Floats, Floats, NDArray[np.bool_]]:
    """In their order: the row whose level changes, how often its numbers are added to S, what times S they gain, and
    whether a stratum begins. Rows join, then leave; those with the event at a tied time gain S when all have joined.
    """
    W = sums_to_the_end(at.squares, sets.first)
    rows = np.flatnonzero(X.codes >= 0)
    parts: list[tuple[Any, ...]] = [(sets.joins[rows], 0, rows, risk[rows], risk[rows] * W[sets.joins[rows]])]
    if sets.leaves is not None:
        ends = np.append(sets.first[1:], sets.m)[np.searchsorted(sets.first, sets.joins[rows], side="right") - 1]
        late = rows[sets.leaves[rows] < ends]
        leaves = sets.leaves[late]
        parts.append((leaves, 0, late, -risk[late], -risk[late] * W[leaves]))
    if at.mixed is not None:
        tied = rows[sets.died[rows] & (sets.deaths > 1.0)[sets.joins[rows]]]
        own = sets.joins[tied]
        parts.append((own, 1, tied, np.zeros(len(tied)), -risk[tied] * at.mixed[own]))
    time, last, row, change, gain = (
        np.concatenate([np.broadcast_to(part[k], len(part[2])) for part in parts]) for k in range(5)
    )
    order = np.lexsort((last, time))
    stratum = np.searchsorted(sets.first, time[order], side="right")
    return row[order], change[order], gain[order], np.diff(stratum, prepend=-1) != 0


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
        return self._exposed(self.terms)

    def _exposed(self, terms: TiedTerms) -> Floats:
        found = self.sets.while_at_risk(terms.hazard)
        return found if terms.own is None else found - np.where(self.sets.died, terms.own[self.sets.joins], 0.0)

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
    def tied(self) -> Ints:
        """The times with several events: at others the sums with f are 0."""
        return np.flatnonzero(self.sets.deaths > 1.0)

    @cached_property
    def dead_sums(self) -> Floats:
        """T1: r x over those with the event at each tied time, (p, tied times)."""
        sets = self.sets
        rows = np.flatnonzero(sets.died & (sets.deaths > 1.0)[sets.joins])
        return np.add.reduceat(self.X[:, rows] * self.risk[rows], changes(sets.joins[rows]), axis=1)

    def information(self, by: Floats | None = None) -> Floats:
        """The sum over event times of the covariance of x over those at risk, (p, p), each time with a weight."""
        terms = self.terms.weighted(by)
        if (coded := with_levels(self.X.T)) is not None:
            return information_beside_levels(coded, self.sets, self.risk, self._exposed(terms), terms)
        found = gram(self.X, self.risk * self._exposed(terms)) - gram(self.first_sums, terms.squares)
        if terms.mixed is not None and terms.own_squares is not None:
            tied, dead = self.tied, self.dead_sums
            between = (self.first_sums[:, tied] * terms.mixed[tied]) @ dead.T
            found += between + between.T - gram(dead, terms.own_squares[tied])
        return found

    def evaluation(self, order: int) -> Evaluation:
        """Log-likelihood, score and information as far as asked for."""
        reach = float(np.abs(self.eta).max(initial=0.0))
        if order == 0 or not np.isfinite(self.loglik):
            return Evaluation(self.loglik if np.isfinite(self.loglik) else -np.inf, reach=reach)
        return Evaluation(self.loglik, self.score, self.information() if order > 1 else NOT_ASKED, reach)


def gram(X: Floats, weight: Floats) -> Floats:
    """X diag(weight) X', (p, p), some columns at a time."""
    found = np.zeros((len(X), len(X)))
    for some in parts(*X.shape):
        found += (X[:, some] * weight[some]) @ X[:, some].T
    return 0.5 * (found + found.T)


def martingale(at: AtPoint) -> Floats:
    """Events seen less expected, of each row of the risk sets, (n,)."""
    return at.sets.died - np.exp(at.eta - at.shift) * at.hazard


def mean_at_events(at: AtPoint) -> Floats:
    """The mean of x over those at risk at each event time, (p, m); of ties the mean over Efron's steps."""
    terms, d = at.terms, at.sets.deaths
    means = at.first_sums * (terms.hazard / d)
    if terms.own is not None:
        means[:, at.tied] -= at.dead_sums * (terms.own / d)[at.tied]
    return means


def exposure(at: AtPoint) -> Floats:
    """The sum over l of m / phi at each event time, (p, m)."""
    terms = at.terms
    found = at.first_sums * terms.squares
    if terms.mixed is not None:
        found[:, at.tied] -= at.dead_sums * terms.mixed[at.tied]
    return found


def score_rows(at: AtPoint) -> Floats:
    """The scores of the rows of the risk sets, (p, n); times their weights they add up to the score."""
    sets, terms = at.sets, at.terms
    found = at.X * martingale(at)
    within = sets.while_at_risk(exposure(at))
    if terms.mixed is not None and terms.own_squares is not None:
        own = at.first_sums * terms.mixed
        own[:, at.tied] -= at.dead_sums * terms.own_squares[at.tied]
        within = within - np.where(sets.died, own[:, sets.joins], 0.0)
    found += np.exp(at.eta - at.shift) * within
    return found - np.where(sets.died, mean_at_events(at)[:, sets.joins], 0.0)


def on_all_rows(values: Floats, at: AtPoint, n: int) -> Floats:
    """Values of the rows of the risk sets, (..., rows), as those of all n rows; others are never at risk."""
    found = np.zeros((*values.shape[:-1], n))
    found[..., at.sets.rows] = values
    return found


def slope_of_log_determinant(at: AtPoint, W: Floats) -> Floats:
    """The slope of log det I, (p,), for W (p, p) with W W' = I^-1."""
    z = W.T @ at.X
    q = np.einsum("an,an->n", z, z)
    met = np.concatenate([z, q[None]])
    time, share, count = steps(at)
    sums = at.sets.sums(at.risk * met)[:, time] - share * at.sets.sums_of_dead(at.risk * met)[:, time]
    phi = at.sets.sums(at.risk)[time] - share * at.sets.sums_of_dead(at.risk)[time]
    means, mean_q = sums[:-1] / phi, sums[-1] / phi
    along = np.concatenate([2.0 * means, (mean_q - 2.0 * np.einsum("as,as->s", means, means))[None]]) * (count / phi)
    while_there = _while_at_risk(at, along, time, share)
    rows = q * at.hazard - while_there[-1] - np.einsum("an,an->n", z, while_there[:-1])
    return at.X @ (at.risk * rows)


def steps(at: AtPoint) -> tuple[Ints, Floats, Floats]:
    """Of the steps in which ties are counted the event time, the share of its events that are gone, and how often."""
    d = at.sets.deaths
    if at.terms.own is None:  # Breslow's, or no ties
        return np.arange(len(d)), np.zeros(len(d)), d
    time, share = one_by_one(d)
    return time, share, np.ones(len(time))


def _while_at_risk(at: AtPoint, values: Floats, time: Ints, share: Floats) -> Floats:
    """The sum of values (k, steps) over the steps that each row meets, those of its own tie by what is left of it."""
    sets = at.sets
    first = np.searchsorted(time, np.arange(sets.m))
    found = sets.while_at_risk(np.add.reduceat(values, first, axis=1))
    if at.terms.own is not None:
        own = np.add.reduceat(share * values, first, axis=1)
        found = found - np.where(sets.died, own[:, sets.joins], 0.0)
    return found


APART = 150.0

WIDE, WIDE_IF_LATE = 300.0, 20.0
"""Linear predictors of rows that are farther apart than this are looked at."""


def near(at: AtPoint) -> AtPoint:
    """This likelihood with strata in which nothing is lost: exponentials are relative to the largest of a stratum,
    beside which those 300 below it have a square of 0. Itself where linear predictors are near each other.
    """
    eta, sets = at.eta, at.sets
    if not float(np.ptp(eta)) > (WIDE if sets.leaves is None else WIDE_IF_LATE):
        return at
    parts = list(_nested(at) if sets.leaves is None else _one_by_one(at))
    rows = np.concatenate([some for some, _ in parts])
    begins = np.repeat([start for _, start in parts], [len(some) for some, _ in parts])
    codes = np.repeat(np.arange(len(parts)), [len(some) for some, _ in parts])
    joins = sets.joins[rows]
    again = RiskSets.of(
        -np.maximum(joins, begins).astype(float), sets.died[rows] & (joins >= begins), None, sets.weight[rows], codes
    )
    chosen = rows[again.rows]
    return AtPoint(again, at.X[:, chosen], eta[chosen], at.ties)


def _nested(at: AtPoint) -> Iterator[tuple[Ints, int]]:
    """The rows of each new stratum, and its first event time."""
    sets = at.sets
    highest = np.maximum.reduceat(at.eta, sets.starts)
    for first, last in zip(sets.first, np.append(sets.first[1:], sets.m), strict=True):
        so_far = np.maximum.accumulate(highest[first:last])
        begin, start = int(sets.starts[first]), int(first)
        while start < last:
            top = so_far[start - first]
            stop = int(first + np.searchsorted(so_far, top + APART, side="right"))
            end = int(sets.starts[stop]) if stop < sets.m else len(at.eta)
            rows = np.arange(begin, end)
            yield rows[(sets.joins[rows] >= start) | (at.eta[rows] > top - 745.0)], start
            start = stop


def _one_by_one(at: AtPoint) -> Iterator[tuple[Ints, int]]:
    leaves = at.sets.leaves
    assert leaves is not None
    for k in range(at.sets.m):
        yield np.flatnonzero((at.sets.joins <= k) & (leaves > k)), k
