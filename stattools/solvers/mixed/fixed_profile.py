"""Profile intervals of the fixed effects: values of a coefficient that a likelihood ratio does not reject.

    D(c) = min of -2 log L over variances and the other coefficients where beta_k = c
    ends: D(c) = D(estimate) + the quantile of chi-squared on one degree of freedom

With beta_k held, y less its part is a combination of the columns W = [Q y], so that all sums over rows stay what they
are: W'V^-1 W is multiplied by a small matrix from both sides. The signed root of D is nearly a straight line in c.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.linalg import null_space
from scipy.special import ndtri

from stattools.errors import ConvergenceError
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.interface.when_needed import optimize
from stattools.latent.deviance import Deviance
from stattools.latent.structure import AtFactors, BetweenTerms, Evaluated, Joint, Structure
from stattools.solvers.mixed.maximum import maximum
from stattools.solvers.mixed.mixed_maximum import MixedMaximum

FARTHEST = 64.0
"""So many times as far as Wald's end is looked for the profile's."""


@record
class Recombined:
    """A structure of which W (m, n) is replaced by L'W: L (m, k)."""

    of: Structure
    L: Floats

    @property
    def widths(self) -> tuple[int, ...]:
        """See `Structure`."""
        return self.of.widths

    def evaluate(self, factors: tuple[Floats, ...]) -> Evaluated:
        """See `Structure`."""
        at, L = self.of.evaluate(factors), self.L
        projected = tuple(np.matmul(L.T, one) for one in at.projected)
        joint = None if at.joint is None else Joint(at.joint.blocks, np.matmul(L.T, at.joint.projected))
        between = None if at.between is None else BetweenTerms(at.between.squares, L.T @ at.between.through @ L)
        return AtFactors(at.log_determinant, L.T @ at.cross @ L, at.diagonal_blocks, projected, joint, between)

    def with_columns(self, which: list[int]) -> Recombined:
        """See `Structure`."""
        return Recombined(self.of, self.L[:, which])


class FixedProfile:
    """The profiled -2 log L of coefficient k as a function of its value, by maxima that start from each other."""

    def __init__(self, found: MixedMaximum, k: int) -> None:
        self.found, self.k = found, k
        self.row = found.coordinates.to_beta[k] * found.coordinates.unit
        self.others = null_space(self.row[None])
        self.factors = found.at.factors

    def fall(self, value: float) -> float:
        """D(value) - D(estimate), not negative but for round-off."""
        found, row = self.found, self.row
        b = row * ((value - found.coordinates.beta[self.k]) / (row @ row))
        p = len(row)
        L = np.zeros((p + 1, p))
        L[:p, : p - 1], L[:p, -1], L[-1, -1] = self.others, -b, 1.0
        deviance = Deviance(
            Recombined(found.structure, L), found.deviance.n, p - 1, False, found.deviance.constant
        )  # the likelihood does not depend on which coordinates the other columns have
        best = maximum(deviance, self.factors)
        if not best.converged:
            raise ConvergenceError(
                f"{found.model.title}: the profile of {found.model.names[self.k]!r} at {value:.6g} stopped "
                f'{best.decrement:.1e} standard errors from its maximum; kind="wald" needs no other maxima.'
            )
        self.factors = best.at.factors
        return best.at.value - found.at.value

    def end(self, side: float, level: float) -> float:
        """The end of the interval on one side, -1.0 or 1.0."""
        found, z = self.found, float(ndtri(0.5 + 0.5 * level))
        middle = float(found.beta[self.k])
        unit = z * float(np.sqrt(found.covariance[self.k, self.k]))

        def beyond(share: float) -> float:
            return float(np.sqrt(max(self.fall(middle + side * share * unit), 0.0))) - z

        last, share = 0.0, 1.0
        while beyond(share) < 0.0:
            last, share = share, 1.5 * share
            if share > FARTHEST:
                return side * np.inf
        self.factors = found.at.factors
        at: Any = optimize.brentq(beyond, last, share, xtol=1e-10)
        return middle + side * float(at) * unit


def fixed_ends(found: MixedMaximum, level: float) -> tuple[Floats, Floats]:
    """The lower and the upper ends (p,) of a fit by maximum likelihood."""
    profiles = [FixedProfile(found, k) for k in range(len(found.beta))]
    lower, upper = (np.array([one.end(side, level) for one in profiles]) for side in (-1.0, 1.0))
    return lower, upper
