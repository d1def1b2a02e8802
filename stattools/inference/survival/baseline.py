"""The hazard that rows share in Cox's regression, and the survival of rows with given columns, with its error.

    H(t | x) = exp((x - c) beta) sum over t_k <= t of sum over l of 1 / phi_kl            S = exp(-H)
    Var H    = exp(2 (x - c) beta) sum of 1 / phi^2 + q' V q,   q = sum of exp((x - c) beta) (x - m_kl) / phi_kl

c are the means of the columns, phi_kl what is at risk at the l-th event of time t_k (Efron, Breslow), m_kl the mean of
x then. Source: Tsiatis (1981); Therneau & Grambsch (2000), 10.2; R's survfit.coxph is this.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.inference.survival.product_limit import BANDS, first_below
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.models.survival.cox import CoxRegression
from stattools.models.survival.row_scores import exposure
from stattools.numerics.segments import sums_to_the_end


@record
class CoxBaseline:
    """The sums of one fit at its event times, of each stratum from the latest to the earliest."""

    model: CoxRegression
    theta: Floats
    covariance: Floats

    @cached_property
    def center(self) -> Floats:
        """The means of the columns over all rows."""
        return np.average(self.model.X, axis=0, weights=self.model.said.weights)

    @cached_property
    def last(self) -> float:
        """The time until which a row is at risk."""
        return float(self.model.said.time.max())

    @cached_property
    def sums(self) -> tuple[Floats, Floats, Floats]:
        """At each event time the sums up to it of 1 / phi, of 1 / phi^2 and of (m - c) / phi, (p, m)."""
        model = self.model
        at, sets = model.at(self.theta), model.sets
        terms, first = at.terms, sets.first
        row = sets.starts[first]  # a row of each stratum tells by how much its columns were moved
        moved = model.X[sets.rows[row]].T - model.Z[:, row] - self.center[:, None]
        scale = np.exp(-self.theta @ moved - at.shift[row])  # of 1 / phi, from the shift of the stratum to the center
        each = np.repeat(scale, np.diff(np.append(first, sets.m)))
        away = np.repeat(moved, np.diff(np.append(first, sets.m)), axis=1)
        means = (exposure(at) + away * terms.hazard) * each
        hazard = sums_to_the_end(terms.hazard * each, first)
        return hazard, sums_to_the_end(terms.squares * each**2, first), sums_to_the_end(means, first)

    def steps(self, stratum: int) -> NDArray[np.intp]:
        """The numbers of the event times of a stratum, the earliest first."""
        sets = self.model.sets
        return np.flatnonzero(sets.stratum == stratum)[::-1]

    def curve(self, stratum: int) -> tuple[Floats, Floats]:
        """Event times and the cumulative hazard at the means of the columns."""
        k = self.steps(stratum)
        return self.model.sets.times[k], self.sums[0][k]

    def hazards(self, x: Floats, stratum: int, times: Floats) -> tuple[Floats, Floats]:
        """The cumulative hazard of rows x (r, p) at the times, and its standard error, (r, times)."""
        k = self.steps(stratum)
        place = np.searchsorted(self.model.sets.times[k], times, side="right")
        hazard, square, means = (np.append(np.zeros((*part.shape[:-1], 1)), part[..., k], axis=-1)[..., place]
                                 for part in self.sums)  # fmt: skip
        away = x - self.center
        risk = np.exp(away @ self.theta)[:, None]
        q = away[:, :, None] * hazard - means
        error = np.einsum("rit,ij,rjt->rt", q, self.covariance, q)
        return risk * hazard, risk * np.sqrt(np.maximum(square + error, 0.0))


def survival_ends(hazard: Floats, se: Floats, z: float, band: str) -> tuple[Floats, Floats]:
    """The ends of S = exp(-H): se is that of log S."""
    S = np.exp(-hazard)
    return BANDS[band](S, se * se, -z), BANDS[band](S, se * se, z)


def median_of(times: Floats, S: Floats) -> Any:
    """Where each curve (r, times) comes down to a half, infinite where it does not."""
    return np.array([first_below(times, row, 0.5) for row in S])
