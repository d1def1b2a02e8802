"""Is the maximum of a mixed model the highest one? One ratio is searched as a whole, several by branch and bound."""

from __future__ import annotations

from math import sqrt

import numpy as np

from stattools.errors import ConvergenceError, IncompatibleError
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.latent.branch_and_bound import branch_and_bound
from stattools.latent.deviance import Deviance
from stattools.latent.few_effects import FewEffects
from stattools.latent.ratio_search import LocalMaximum, ratio_search, sums_of_one_ratio
from stattools.latent.sprint import known
from stattools.solvers.mixed.known_maximum import Maximum, known_maximum
from stattools.solvers.mixed.maximum import maximum

CERTIFY = ("auto", "global", "local")


@record
class GlobalProof:
    """No variances have a -2 log L below that of the maximum by more than `gap`, after `points` were computed.

    `maxima` are all local ones, of one ratio, best first; empty where there are several ratios. `closed` says whether
    shares of the residual below 1e-4 are in the proof.
    """

    gap: float
    points: int
    closed: bool
    maxima: tuple[LocalMaximum, ...] = ()


def proven_maximum(
    deviance: Deviance, start: tuple[Floats, ...] | None, certify: str = "auto"
) -> tuple[Maximum, GlobalProof | None]:
    """The maximum and what is proven of it; None where it is local for all that is known.

    A model of one ratio is searched first, and the climb starts at its best; several independent ratios are searched
    after the climb where `certify` is "global", and the climb goes on from a better point if there is one.
    IncompatibleError for "global" where effects of a term are correlated.
    """
    widths = deviance.structure.widths
    if certify == "global" and max(widths) > 1:
        raise IncompatibleError(
            'certify="global" is for variances of independent effects, (1 | g) or (x || g): with correlated ones as in '
            "(x | g) the likelihood has no bound of this kind. Leave certify out: the certificate is then local"
        )
    if widths == (1,) and start is None and certify != "local":
        try:
            found = ratio_search(sums_of_one_ratio(deviance), deviance.reml)
        except ConvergenceError:  # nothing varies within groups: the climb says so in the words of the model
            return maximum(deviance), None
        point = known(deviance, FewEffects.made(deviance), np.array([sqrt(found.best.ratio)]))
        best = known_maximum(point, np.array([[found.bend]]), [])
        if best is None:
            best = maximum(deviance, (np.full((1, 1), np.sqrt(found.best.ratio)),))
        if not best.converged:  # a start within round-off of the end may have no step that rises
            other = maximum(deviance)
            best = other if other.converged and other.at.value <= best.at.value + found.gap else best
        return best, GlobalProof(found.gap, found.evaluations, True, found.maxima)
    best = maximum(deviance, start)
    if certify != "global" or not best.converged:
        return best, None
    bounded = branch_and_bound(deviance, best.at.value)
    if bounded.value < best.at.value - bounded.gap:
        best = maximum(deviance, deviance.factors(bounded.theta))
    gap = max(bounded.gap - (bounded.value - best.at.value), min(bounded.gap, 1e-6))
    return best, GlobalProof(gap, bounded.points, bounded.closed)
