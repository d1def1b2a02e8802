"""The curves of a maximum in the units of the data: coefficients of B-splines with their covariance."""

from __future__ import annotations

from collections.abc import Sequence
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
    return np.asarray(block_diag(found.coordinates.to_beta, *found.model.curves.back))


def fitted_curves(found: Any) -> tuple[FittedCurve, ...]:
    """The curves of a `MixedMaximum`."""
    effects, smooths, unit = found.curve_effects, found.model.smooths, found.coordinates.unit
    sds = [abs(float(root[0, 0])) for root in found.roots[-len(smooths) :]]
    penalties = [float(found.s2) / sd**2 if sd > 0.0 else np.inf for sd in sds]
    b = unit * block_diag(*found.model.curves.back) @ effects.u
    return fitted(smooths, found.beta, b, whole_covariance(found), sds, penalties, effects.edf)


def fitted(
    smooths: Sequence[SmoothTerm],
    estimate: Floats,
    b: Floats,
    covariance: Floats,
    sds: Sequence[float],
    penalties: Sequence[float],
    edfs: Sequence[float],
) -> tuple[FittedCurve, ...]:
    """Curves of the coefficients of X, `estimate` (p,), and all wiggly parts, `b` (Q,), with their `covariance` (p + Q,
    p + Q); `edfs` are those of the wiggly parts.
    """
    made, end, p = [], 0, len(estimate)
    for term, sd, penalty, edf in zip(smooths, sds, penalties, edfs, strict=True):
        own = slice(end, end + term.width)
        end += term.width
        lines = [k for k in (term.slope, term.height) if k is not None]
        places = np.r_[lines, p + own.start : p + own.stop].astype(np.intp)
        lift = term.lift
        coefficients = lift @ np.concatenate([estimate[lines], b[own]])
        spread = lift @ covariance[np.ix_(places, places)] @ lift.T
        made.append(FittedCurve(term, coefficients, spread, sd, penalty, edf + len(lines), b[own]))
    return tuple(made)
