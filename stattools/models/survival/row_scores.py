"""What each row says about the coefficients, for robust standard errors and residuals, with Breslow's or Efron's ties.

    martingale  M_j = died_j - r_j A_j                 score  U_j = sum over time of (x_j - m(t)) dM_j(t)

m(t) is the mean of x over those at risk, A_j what row j was exposed to. Both are per row, not times its weight.
Source: Barlow & Prentice (1988); Lin & Wei, JASA 84 (1989); Therneau & Grambsch (2000), ch. 4, 7.
"""

from __future__ import annotations

import numpy as np

from stattools.interface.arrays import Floats
from stattools.models.survival.partial_likelihood import AtPoint


def martingale(at: AtPoint) -> Floats:
    """Events seen less expected, of each row of the risk sets, (n,)."""
    return at.sets.died - np.exp(at.eta - at.shift) * at.hazard


def mean_at_events(at: AtPoint) -> Floats:
    """The mean of x over those at risk at each event time, (p, m); of ties the mean over Efron's steps."""
    terms, d = at.terms, at.sets.deaths
    means = at.first_sums * (terms.hazard / d)
    return means if terms.own is None else means - at.dead_sums * (terms.own / d)


def exposure(at: AtPoint) -> Floats:
    """The sum over l of m / phi at each event time, (p, m)."""
    terms = at.terms
    found = at.first_sums * terms.squares
    return found if terms.mixed is None else found - at.dead_sums * terms.mixed


def score_rows(at: AtPoint) -> Floats:
    """The scores of the rows of the risk sets, (p, n); times their weights they add up to the score."""
    sets, terms = at.sets, at.terms
    found = at.X * martingale(at)
    within = sets.while_at_risk(exposure(at))
    if terms.mixed is not None and terms.own_squares is not None:
        own = at.first_sums * terms.mixed - at.dead_sums * terms.own_squares
        within = within - np.where(sets.died, own[:, sets.joins], 0.0)
    found += np.exp(at.eta - at.shift) * within
    return found - np.where(sets.died, mean_at_events(at)[:, sets.joins], 0.0)


def on_all_rows(values: Floats, at: AtPoint, n: int) -> Floats:
    """Values of the rows of the risk sets, (..., rows), as those of all n rows; others are never at risk."""
    found = np.zeros((*values.shape[:-1], n))
    found[..., at.sets.rows] = values
    return found
