"""An elastic-net penalty that nobody mentions: both strengths, of the squares and of the absolute values, are read off
the claimed coefficients.

At its maximum theta the score is the slope of the penalty, q P theta + a sign(theta), which gives first strengths by
least squares; the maximum moves with them as -(H + q P)^-1 (P theta, sign(theta)), along which a few Gauss-Newton steps
lead to those whose maximum is nearest to the claim. Source: Zou & Hastie (2005).
"""

from __future__ import annotations

import numpy as np

from stattools.errors import DomainError, StattoolsError
from stattools.interface.arrays import Floats
from stattools.interface.time_limit import require_time
from stattools.models.model import Model
from stattools.solvers.metric import Metric
from stattools.validation.foreign.shrinkage import Shrinkage, shrunk_maximum

LEAST = 3
"""So many coefficients at least have a penalty and are not 0: two strengths explain any two."""
STEPS = 12
"""More steps bring the strengths no nearer."""


def elastic_net(model: Model, P: Floats, near: Floats, rounding: Floats, words: str) -> Shrinkage:
    """The elastic net whose maximum comes nearest to the claimed coefficients `near`, P being the penalty of squares of
    strength 1; DomainError where they are no such maximum beyond their `rounding`, half of the last digit of each.
    """
    shrunk = np.diagonal(P) > 0
    held = (near == 0) & shrunk
    if np.count_nonzero(shrunk & ~held) < LEAST:
        raise DomainError("that they are no maximum with such a penalty is open: two strengths explain any two.")
    strengths = _first(model, P, near, held, rounding)
    for _ in range(STEPS):
        require_time()
        theta = shrunk_maximum(model, _of(P, strengths, ""), near)
        step = _step(model, P, strengths, near - theta, theta, held)
        strengths = np.maximum(strengths + step, 0.1 * strengths)
        if np.abs(step).max() <= 1e-9 * strengths.max():
            break
    squares, absolute = strengths
    return _of(P, strengths, f"{words}, of strength {squares:.4g} on squares and {absolute:.4g} on absolute values")


def _first(model: Model, P: Floats, near: Floats, held: Floats, rounding: Floats) -> Floats:
    """The strengths at which the slope of the penalty is nearest to the score at the claim."""
    now = model.evaluate(near, order=2)
    if not now.is_finite:
        raise DomainError("the likelihood has no value at the claimed coefficients.")
    free = ~np.asarray(held, dtype=bool)
    W = _half(now.information[np.ix_(free, free)])
    g, V = W @ now.score[free], W @ _slopes(P, near)[free]
    strengths: Floats = np.linalg.lstsq(V, g, rcond=None)[0].astype(float)
    size, left = float(np.linalg.norm(g)), float(np.linalg.norm(g - V @ strengths))
    blur = float(np.sqrt(np.diagonal(now.information)[free]) @ rounding[free])
    if not (strengths > 0).all() or left > blur + 0.05 * size or size <= blur:
        raise DomainError("the claimed coefficients are no maximum with such a penalty.")
    return strengths


def _step(model: Model, P: Floats, strengths: Floats, gap: Floats, theta: Floats, held: Floats) -> Floats:
    """How the strengths change so that the maximum moves by the gap."""
    free = ~np.asarray(held, dtype=bool)
    H = model.evaluate(theta, order=2).information[np.ix_(free, free)]
    moves = -np.linalg.solve(H + strengths[0] * P[np.ix_(free, free)], _slopes(P, theta)[free])
    units = np.sqrt(np.diagonal(H))[:, None]
    return np.linalg.lstsq(moves * units, gap[free] * units[:, 0], rcond=None)[0].astype(float)


def _slopes(P: Floats, theta: Floats) -> Floats:
    """The slopes of both parts of strength 1, (p, 2)."""
    return np.column_stack([P @ theta, np.sqrt(np.diagonal(P)) * np.sign(theta)])


def _half(information: Floats) -> Floats:
    """What takes a score into standard errors."""
    try:
        return Metric(information).whiten().T
    except StattoolsError:
        raise DomainError("the information at the claimed coefficients is singular.") from None


def _of(P: Floats, strengths: Floats, words: str) -> Shrinkage:
    squares, absolute = map(float, strengths)
    return Shrinkage(words, squares + absolute, squares * P, absolute * np.sqrt(np.diagonal(P)))
