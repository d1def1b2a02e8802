"""How far predictions of a linear mixed model are from what will be, in variances.

    known        x'beta_hat + z'u_hat,   variance sigma^2 [z'K z + d'A d],   d = x - D'z
    population   x'beta_hat,             variance sigma^2 x'A x
    new          x'beta_hat,             variance sigma^2 [x'A x + z'S z]: the mean of a group that nobody saw

A = (X'V^-1 X)^-1, and K, D, S = T T' as in `latent/effects.py`. An observation adds sigma^2 / precision. The quantile
is Student's t with Satterthwaite's degrees of freedom of that variance, nu = 2 v^2 / (g'C g), where g are its slopes in
the variance components, by differences, and C is the covariance of these; exact for means of balanced groups.
Source: McCulloch & Searle, Generalized, Linear, and Mixed Models (2001), 6.7; Satterthwaite, Biometrics 2 (1946).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from stattools.data.random_term import RandomTerm
from stattools.data.smooth_term import SmoothTerm
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.latent.curves import Curves
from stattools.latent.deviance import Profile
from stattools.latent.effects import joint_spread, pulls
from stattools.latent.lower import lower
from stattools.latent.small_blocks import Codes
from stattools.latent.variance_directions import changes_of
from stattools.solvers.mixed.degrees_of_freedom import Curvatures, variance_covariance
from stattools.solvers.mixed.mixed_maximum import MixedMaximum

STEP = 1e-4
"""Change of a variance component, as a share of it, for the slopes of variances."""


@record
class PredictedRows:
    """Rows in the coordinates of the fit: `x` (r, p), `z` (q, r) and `codes` (r,) of each term, and whose `groups`."""

    x: Floats
    z: tuple[Floats, ...]
    codes: tuple[Codes, ...]
    groups: str

    @classmethod
    def of(cls, found: MixedMaximum, X: Floats, terms: tuple[RandomTerm, ...], groups: str) -> PredictedRows:
        """From the columns and the terms of the rows, as the data have them; no terms for the population."""
        pairs = zip(terms, found.coordinates.to_effects, strict=bool(terms))
        z = tuple((term.z @ back).T for term, back in pairs)
        return cls(X @ found.coordinates.to_beta, z, tuple(term.codes for term in terms), groups)

    def beside_curves(self, curves: Curves, terms: Sequence[SmoothTerm]) -> PredictedRows:
        """The same rows with the columns of curves before those of X, as `Curves.seen` has them."""
        Z = [term.columns @ back for term, back in zip(terms, curves.back, strict=True)]
        return replace(self, x=np.column_stack([*Z, self.x]))

    def variances(self, at: Profile) -> Floats:
        """The variance (r,) of what is predicted less what it will be, over that of the residual."""
        away, own = OF_GROUPS[self.groups](self, at)
        return np.einsum("ip,pr,ir->i", away, at.inverse_gram, away, optimize=True) + own


def _known(rows: PredictedRows, at: Profile) -> tuple[Floats, Floats]:
    away = rows.x.copy()
    for pull, z, codes in zip(pulls(at), rows.z, rows.codes, strict=True):
        away -= np.einsum("qpi,qi->ip", np.where(codes >= 0, pull[:, :, codes], 0.0), z)
    if not rows.z:
        return away, np.zeros(len(away))
    z = np.concatenate(rows.z)
    return away, np.einsum("ai,abi,bi->i", z, joint_spread(at, rows.codes), z, optimize=True)


def _population(rows: PredictedRows, at: Profile) -> tuple[Floats, Floats]:
    return rows.x, np.zeros(len(rows.x))


def _new(rows: PredictedRows, at: Profile) -> tuple[Floats, Floats]:
    own = np.zeros(len(rows.x))
    for T, z in zip(at.factors, rows.z, strict=True):
        own += ((T.T @ z) ** 2).sum(axis=0)
    return rows.x, own


OF_GROUPS = {"known": _known, "population": _population, "new": _new}
"""The combination of coefficients that is uncertain, and the variance beside it that the effects have."""


def degrees_of(found: MixedMaximum, curvatures: Curvatures, rows: PredictedRows, variance: Floats) -> Floats:
    """Satterthwaite's degrees of freedom (r,) of the variances, which may be those of observations."""
    at, slopes = found.profile, [variance]
    for pair in beside_maximum(at):
        ends = [rows.variances(at.of.at(at.of.theta(factors))) for factors in pair]
        slopes.append(found.s2 * (ends[0] - ends[1]) / (2.0 * STEP))
    g = np.array(slopes) / variance  # relative slopes: squares of variances may leave float64
    covariance = variance_covariance(curvatures)
    return 2.0 / np.einsum("ki,kl,li->i", g, covariance, g, optimize=True)


def beside_maximum(at: Profile) -> list[tuple[tuple[Floats, ...], tuple[Floats, ...]]]:
    """The T_k a small step up and down each variance component."""
    pairs = []
    for k, change in changes_of(at.factors)[0]:
        ends = (moved(at.factors[k], step * change) for step in (STEP, -STEP))
        up, down = ((*at.factors[:k], end, *at.factors[k + 1 :]) for end in ends)
        pairs.append((up, down))
    return pairs


def moved(T: Floats, change: Floats) -> Floats:
    """The lower triangle of T T' + a small change within the directions in which it varies.

    >>> moved(np.array([[2.0]]), np.array([[5.0]])).tolist()
    [[3.0]]
    """
    values, vectors = np.linalg.eigh(T @ T.T + change)
    return lower(vectors * np.sqrt(np.maximum(values, 0.0)))
