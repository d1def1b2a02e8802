"""The curves of a maximum in the units of the data: coefficients of B-splines with their covariance."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.linalg import block_diag

from stattools.data.smooth_term import SmoothTerm
from stattools.interface.arrays import Floats
from stattools.interface.record import record


@record
class FittedCurve:
    """A curve B(x) c of the coefficients c (k,), `coefficients`, whose `covariance` (k, k) is that given the data.

    `sd` is tau, the standard deviation of second differences of c, and `penalty` is lambda = sigma^2 / tau^2, infinite
    where the curve is a straight line. `edf` are its effective degrees of freedom, the line (and a number's height)
    among them. `wiggly` (k - 2,) is b, the part of c that is no line. The curve sums to zero over the rows, whose mean
    is the intercept's; that of a number does not.
    """

    term: SmoothTerm
    coefficients: Floats
    covariance: Floats
    sd: float
    penalty: float
    edf: float
    wiggly: Floats


def whole_covariance(found: Any) -> Floats:
    """The covariance (p + Q, p + Q) of the coefficients of X and of the wiggly parts of all curves, given the data."""
    Q = len(found.curve_effects.u)
    way = _way(found)
    order = np.r_[Q : Q + len(found.beta), :Q]
    return found.s2 * way @ found.curve_effects.covariance[np.ix_(order, order)] @ way.T


def _way(found: Any) -> Floats:
    return block_diag(found.coordinates.to_beta, *found.model.curves.back)


def fitted_curves(found: Any) -> tuple[FittedCurve, ...]:
    """The curves of a `MixedMaximum`."""
    effects, model, p = found.curve_effects, found.model, len(found.beta)
    covariance = whole_covariance(found)
    sigma, roots = np.sqrt(found.s2), found.roots[-len(model.smooths) :]
    made, end = [], 0
    for term, back, root, edf in zip(model.smooths, model.curves.back, roots, effects.edf, strict=True):
        own = slice(end, end + term.width)
        end += term.width
        b = found.coordinates.unit * back @ effects.u[own]
        lines = [k for k in (term.slope, term.height) if k is not None]
        places = np.r_[lines, p + own.start : p + own.stop].astype(np.intp)
        lift, sd = term.lift, abs(float(root[0, 0]))
        made.append(
            FittedCurve(
                term,
                lift @ np.concatenate([found.beta[lines], b]),
                lift @ covariance[np.ix_(places, places)] @ lift.T,
                sd,
                float((sigma / sd) ** 2) if sd > 0.0 else np.inf,
                edf + len(lines),
                b,
            )
        )
    return tuple(made)
