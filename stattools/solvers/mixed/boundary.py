"""Where variances of effects are 0: what leads there, and what leads off it."""

from __future__ import annotations

from typing import Any

import numpy as np

from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.latent.lower import lower
from stattools.numerics.few_columns import eigen
from stattools.solvers.climb import Standing

FLATTEST = 1e-9
"""A curvature below this share of the largest, in units of theta, is taken as this."""
LEAST_UNIT = 1e-8
"""The least unit of a parameter as a share of the largest: of flat directions the diagonal is round-off."""
NEGATIVE = 1e-7
"""An eigenvalue of the information below minus this share of the largest is negative beyond its error."""
SMALL = 0.05
"""A standard deviation of effects below this is tried at 0."""
UNCLEAR = 3.0
"""A standard deviation of a curve that is less than so many standard errors is tried at 0 too: there may be another
maximum.
"""
LOST = 1e-9
"""So much of log L may a zero lose at most."""
TRIED = (0.3, 0.1, 0.03, 0.01)
"""Standard deviations at which a zero is left."""
FLAT = 1e-12
"""A standard deviation below this share of the largest of its term is 0."""


@record
class Bent:
    """The metric of a matrix `H` that may be indefinite: eigenvalues `sizes` > 0 and `vectors` of those parameters that
    are `free`, in units in which the diagonal is 1; at a saddle `away` leads off it. `is_exact` says whether H was
    measured here.
    """

    H: Floats
    free: Any
    vectors: Floats
    sizes: Floats
    definite: bool
    away: Floats
    is_exact: bool

    @classmethod
    def of(cls, H: Floats, free: Any, is_exact: bool) -> Bent:
        own = H[np.ix_(free, free)]
        unit = np.sqrt(np.abs(own.diagonal()))
        unit = np.maximum(unit, LEAST_UNIT * unit.max(initial=0.0)) + (unit.max(initial=0.0) == 0.0)
        values, vectors = eigen(own / unit[:, None] / unit)
        vectors = vectors / unit[:, None]
        largest = max(float(np.abs(values).max(initial=0.0)), 1e-300)
        away = np.zeros(len(H))
        if len(free):
            away[free] = vectors[:, 0]
        definite = not len(values) or bool(values[0] >= -NEGATIVE * largest)
        return cls(H, free, vectors, np.maximum(np.abs(values), FLATTEST * largest), definite, away, is_exact)

    def solve(self, score: Floats) -> Floats:
        """The step of this score."""
        found = np.zeros(len(score))
        found[self.free] = self.vectors @ ((self.vectors.T @ score[self.free]) / self.sizes)
        return found

    def norm(self, score: Floats) -> float:
        """The decrement of this score."""
        along = self.vectors.T @ score[self.free]
        with np.errstate(over="ignore"):  # infinitely far, where next to nothing is known
            return float(np.sqrt(along @ (along / self.sizes)))


def _moved(by: Any, here: Standing, factors: list[Floats], taus: Floats) -> tuple[Floats, float]:
    theta = by.theta(by.parts(here.theta)[0], factors, taus)
    return theta, by.evaluate(theta, 0).loglik


def without_small(by: Any, here: Standing) -> tuple[Floats, float] | None:
    """The point with effects at 0 that are small, where log L is no lower; None without any."""
    factors, taus = by.factors(here.theta), by.taus(here.theta)
    for k, T in enumerate(factors):
        vectors, size, _ = np.linalg.svd(T)
        small = np.flatnonzero((size < SMALL) & (size > FLAT * size[0] * (len(T) > 1)))
        for first in range(len(small)):
            kept = size.copy()
            kept[small[first:]] = 0.0
            found = _moved(by, here, [*factors[:k], lower(vectors * kept), *factors[k + 1 :]], taus)
            if found[1] >= here.now.loglik - LOST:
                return found
    own = here.metric.H.diagonal()[len(here.theta) - len(taus) :]
    small = (np.abs(taus) < SMALL) | (taus**2 * own < UNCLEAR**2)
    for k in np.flatnonzero(small & (taus != 0.0)):
        found = _moved(by, here, factors, np.where(np.arange(len(taus)) == k, 0.0, taus))
        if found[1] >= here.now.loglik - LOST:
            return found
    return None


def released(by: Any, here: Standing) -> tuple[Floats, float] | None:
    """The point with an effect moved off 0 along which log L rises; None where all zeros are maxima."""
    factors, taus = by.factors(here.theta), by.taus(here.theta)
    for k, T in enumerate(factors):
        vectors, size, _ = np.linalg.svd(T)
        null = vectors[:, size <= FLAT * size[0]]
        for s in TRIED:
            for along in null.T:
                root = lower(np.column_stack([T, s * along]))
                found = _moved(by, here, [*factors[:k], root, *factors[k + 1 :]], taus)
                if found[1] > here.now.loglik + LOST:
                    return found
    for k in np.flatnonzero(taus == 0.0):
        for s in TRIED:
            found = _moved(by, here, factors, np.where(np.arange(len(taus)) == k, s, taus))
            if found[1] > here.now.loglik + LOST:
                return found
    return None
