"""How the information of a partial likelihood moves with its coefficients: third moments of those at risk.

Of each event, or step of Efron's, I is the covariance of x over those at risk, and its slope is their third central
moment. With I^-1 = W W', z = W' x, q = |z|^2 and means E over those at risk

    d log det I / d beta_k = sum over steps of E[x_k q] - E[x_k] E[q] - 2 E[x_k z]' E[z] + 2 E[x_k] |E[z]|^2

which is one sum over rows of x_jk r_j times what row j met while it was at risk. Cost: O(n p^2) for z, then O(n p).
Source: Firth, Biometrika 80 (1993); Heinze & Schemper, Biometrics 57 (2001), who have it with Breslow's ties.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from stattools.interface.arrays import Floats
from stattools.models.survival.partial_likelihood import AtPoint

Ints = NDArray[np.intp]


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
    count = d.astype(np.intp)
    time = np.repeat(np.arange(len(d)), count)
    before = np.repeat(np.cumsum(count) - count, count)
    return time, (np.arange(len(time)) - before) / d[time], np.ones(len(time))


def _while_at_risk(at: AtPoint, values: Floats, time: Ints, share: Floats) -> Floats:
    """The sum of values (k, steps) over the steps that each row meets, those of its own tie by what is left of it."""
    sets = at.sets
    first = np.searchsorted(time, np.arange(sets.m))
    found = sets.while_at_risk(np.add.reduceat(values, first, axis=1))
    if at.terms.own is not None:
        own = np.add.reduceat(share * values, first, axis=1)
        found = found - np.where(sets.died, own[:, sets.joins], 0.0)
    return found
