"""Fixed effects of a linear mixed model: profile intervals, and degrees of freedom of t and F.

    interval        D(c) = min of -2 log L where beta_k = c;   D(c) = D(estimate) + the quantile of chi-squared
    Satterthwaite   nu = 2 v^2 / (g'A g),   v = l'C l,   g = dv / d(variances),   A = 2 (d2 -2 log L)^-1

With beta_k held, y less its part is a combination of the columns W = [Q y], so that W'V^-1 W is multiplied by a small
matrix from both sides. Several combinations at once are tested by the sum of t^2 over the principal axes of their
covariance (Fai & Cornelius, J. Stat. Comput. Simul. 54 (1996), 363-378). Kenward & Roger, Biometrics 53 (1997),
983-997, first adjust the covariance for the estimation of the variances, and scale F. At the boundary the degrees are
those of the model without the effects of variance 0. Where there are too many crossed effects for exact second
derivatives, they are central differences of the exact gradient over +-1e-4, right to 1e-8.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.linalg import null_space
from scipy.special import ndtri

from stattools.errors import ConvergenceError, IdentificationError, IncompatibleError
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.interface.when_needed import optimize
from stattools.latent.deviance import Deviance, Profile, VarianceDirections, changes_of
from stattools.latent.elimination import AtFactors, Evaluated, Joint, Structure
from stattools.numerics.small_matrices import lower
from stattools.solvers.mixed.maximum import MixedMaximum, maximum

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
        return AtFactors(at.log_determinant, L.T @ at.cross @ L, at.diagonal_blocks, projected, joint)

    def with_columns(self, which: list[int]) -> Recombined:
        """See `Structure`."""
        return Recombined(self.of, self.L[:, which])


class FixedProfile:
    """The profiled -2 log L of coefficient k as a function of its value, by maxima that start from each other."""

    def __init__(self, found: MixedMaximum, k: int) -> None:
        self.found, self.k = found, k
        self.row = found.coordinates.to_beta[k] * found.coordinates.unit
        self.others = null_space(self.row[None])
        self.factors = found.profile.factors

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
        self.factors = best.profile.factors
        return best.profile.value - found.profile.value

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
        self.factors = found.profile.factors
        at: Any = optimize.brentq(beyond, last, share, xtol=1e-10)
        return middle + side * float(at) * unit


def fixed_ends(found: MixedMaximum, level: float) -> tuple[Floats, Floats]:
    """The lower and the upper ends (p,) of a fit by maximum likelihood."""
    profiles = [FixedProfile(found, k) for k in range(len(found.beta))]
    lower, upper = (np.array([one.end(side, level) for one in profiles]) for side in (-1.0, 1.0))
    return lower, upper


STEP = 1e-4


@record
class VarianceDifferences:
    """What Satterthwaite's degrees of freedom need: see `VarianceDirections`."""

    s2: float
    gram_inverse: Floats
    hessian: Floats
    covariance_slopes: Floats
    without: tuple[int, ...]


def variance_differences(at: Profile) -> VarianceDifferences:
    """The second derivatives at a maximum, two gradients for each entry of the covariances of the effects."""
    changes, without = changes_of(at.factors)

    def gradient(k: int, E: Floats, step: float) -> Floats:
        values, vectors = np.linalg.eigh(at.factors[k] @ at.factors[k].T + step * E)
        root = lower(vectors * np.sqrt(np.maximum(values, 0.0)))
        moved = at.of.at(at.of.theta((*at.factors[:k], root, *at.factors[k + 1 :])))
        return np.array([np.sum(moved.gammas[j] * other) for j, other in changes])

    rows = []
    for k, E in changes:
        rows.append((gradient(k, E, STEP) - gradient(k, E, -STEP)) / (2.0 * STEP))
    profiled = np.array(rows).reshape(len(changes), len(changes))
    first, ones = [at.evaluated.cross[:-1, :-1]], []
    for k, E in changes:
        projected = at.evaluated.projected[k]
        G, g = projected[:, :-1], at.slopes(projected)
        first.append(np.einsum("apj,ab,brj->pr", G, E, G, optimize=True))
        ones.append(np.einsum("aj,ab,bj->", g, E, g))
    beside = np.array([at.of.d, *(np.array(ones) / at.s2)])
    H = np.outer(beside, beside) / at.of.d
    H[1:, 1:] += 0.5 * (profiled + profiled.T)
    C = at.inverse_gram
    return VarianceDifferences(at.s2, C, H, at.s2 * C @ np.array(first) @ C, without)


Curvatures = VarianceDirections | VarianceDifferences


@record
class ApproximateF:
    """F = `scale` (L b)'(L C L')^-1 (L b) / rank against `rank` and `df` degrees of freedom."""

    rank: int
    df: float
    scale: float


def satterthwaite(directions: Curvatures, L: Floats) -> Floats:
    """Degrees of freedom (k,) of each row of L (k, p), combinations of the coefficients in their coordinates."""
    slopes = np.einsum("kp,ipr,kr->ki", L, directions.covariance_slopes, L)
    variances = directions.s2 * np.einsum("kp,pr,kr->k", L, directions.gram_inverse, L)
    return 2.0 * variances**2 / np.einsum("ki,il,kl->k", slopes, variance_covariance(directions), slopes)


def are_determined(matrix: Floats) -> bool:
    """Is the matrix, second derivatives by the variances, positive definite beyond round-off, whatever their units?"""
    size = matrix.diagonal()
    if not (size > 0.0).all():
        return False
    unit = np.sqrt(size)
    return bool(np.linalg.eigvalsh(matrix / unit[:, None] / unit)[0] > 1e-12)


def variance_covariance(directions: Curvatures) -> Floats:
    """A = 2 H^-1, the covariance of log s2 and of the changes of V, of the observed information.

    IdentificationError where -2 log L is flat or bent downwards: the variances are then not known.
    """
    if not are_determined(directions.hessian):
        raise _flat("Satterthwaite's")
    unit = np.sqrt(directions.hessian.diagonal())
    return 2.0 * np.linalg.inv(directions.hessian / unit[:, None] / unit) / unit[:, None] / unit


def _flat(whose: str) -> IdentificationError:
    return IdentificationError(
        f"{whose} degrees of freedom need variances that the data determine; here the likelihood is flat along a "
        'combination of them. Ask for df="normal", or leave a random term out'
    )


def satterthwaite_test(directions: Curvatures, L: Floats) -> ApproximateF:
    """The F of all rows of L (k, p), of full rank, at once; its degrees of freedom are 2 E / (E - k), E the sum of
    nu / (nu - 2) over the axes, 2 where one has 2 or fewer.
    """
    covariance = directions.s2 * L @ directions.gram_inverse @ L.T
    _, axes = np.linalg.eigh(covariance)
    nu, k = satterthwaite(directions, axes.T @ L), len(L)
    if k == 1:
        return ApproximateF(1, float(nu[0]), 1.0)
    if np.ptp(nu) <= 1e-8 * nu[0]:
        return ApproximateF(k, float(nu[0]), 1.0)
    expected = float((nu / (nu - 2.0)).sum()) if (nu > 2.0).all() else np.inf
    return ApproximateF(k, 2.0 * expected / (expected - k) if np.isfinite(expected) else 2.0, 1.0)


@record
class KenwardRoger:
    """The adjusted covariance (p, p) of the coefficients in their coordinates, and what F tests need."""

    directions: VarianceDirections
    weights: Floats
    covariance: Floats

    def test(self, L: Floats) -> ApproximateF:
        """The scaled F of all rows of L (k, p), of full rank; the F is made of the adjusted covariance."""
        d, k = self.directions, len(L)
        C = d.gram_inverse
        theta = L.T @ np.linalg.solve(L @ C @ L.T, L)
        moved = theta @ C @ d.first @ C  # (r + 1, p, p)
        each = np.einsum("ipp->i", moved)
        one = float(each @ self.weights @ each)
        two = float(np.einsum("il,ipr,lrp->", self.weights, moved, moved))
        if k == 1:
            return ApproximateF(1, 2.0 / two, 1.0)
        B = (one + 6.0 * two) / (2.0 * k)
        g = ((k + 1.0) * one - (k + 4.0) * two) / ((k + 2.0) * two)
        below = 3.0 * k + 2.0 * (1.0 - g)
        c1, c2, c3 = g / below, (k - g) / below, (k + 2.0 - g) / below
        top, middle, last = 1.0 + c1 * B, 1.0 - c2 * B, 1.0 - c3 * B
        left = 1.0 - two / k  # with `middle` 0 for 2 degrees of freedom, where data are balanced: they are then alike
        share = 1.0 if max(abs(left), abs(middle)) < 1e-10 else left / middle
        beyond = share**2 * (0.0 if abs(top) < 1e-10 else top) - last
        if beyond <= 0.0:  # the variance of F is that of no more than chi-squared: the limit of many degrees of freedom
            return ApproximateF(k, np.inf, float(left))
        df = 4.0 + (k + 2.0) * last / beyond
        near = abs(df - 2.0) < 1e-6  # both parts of the scale are 0 there, and balanced data have 1
        return ApproximateF(k, float(df), 1.0 if near else float(df * left / (df - 2.0)))

    def df(self, L: Floats) -> Floats:
        """Degrees of freedom (k,) of each row of L (k, p) alone."""
        return np.array([self.test(row[None]).df for row in L])


def kenward_roger(directions: VarianceDirections) -> KenwardRoger:
    """The adjustment of a fit by REML; IncompatibleError for maximum likelihood, IdentificationError where the
    variances are not known.

    Phi_A = s2 (C + 2 C [sum_il W_il (Q_il - P_i C P_l)] C) with C = (X'V^-1 X)^-1, P_i = X'V^-1 V_i V^-1 X, Q_il =
    X'V^-1 V_i V^-1 V_l V^-1 X and W = 2 [tr P V_i P V_l]^-1, the expected information.
    """
    if not directions.reml:
        raise IncompatibleError(
            'df="kenward-roger" needs the variances of REML, and this fit is by maximum likelihood: fit with '
            'reml=True, or ask for df="satterthwaite"'
        )
    if not are_determined(directions.expected):
        raise _flat("Kenward and Roger's")
    C, first = directions.gram_inverse, directions.first
    weights = 2.0 * np.linalg.inv(directions.expected)
    bent = np.einsum("il,ilpr->pr", weights, directions.second)
    bent -= np.einsum("il,ipa,ab,lbr->pr", weights, first, C, first, optimize=True)
    covariance = directions.s2 * (C + 2.0 * C @ bent @ C)
    return KenwardRoger(directions, weights, 0.5 * (covariance + covariance.T))
