"""Degrees of freedom of t and F of fixed effects of a linear mixed model: Satterthwaite, and Kenward and Roger.

Satterthwaite: the estimated variance v = l'C l of one combination l of coefficients is taken as v chi2_nu / nu,

    nu = 2 v^2 / (g'A g),    g = dv / d(variance parameters),    A = 2 (d2 -2 log L)^-1, the observed information;

of several at once as the sum of t^2 over the principal axes of their covariance (Fai & Cornelius, J. Stat. Comput.
Simul. 54 (1996), 363-378). Kenward and Roger, Biometrics 53 (1997), 983-997: the covariance of the coefficients is
first adjusted for the estimation of the variances, and F is scaled. Both are exact where V is balanced in the
combination. At the boundary they are those of the model without the effects of variance 0.
"""

from __future__ import annotations

import numpy as np

from stattools.errors import IdentificationError, IncompatibleError
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.latent.variance_directions import VarianceDirections
from stattools.solvers.mixed.variance_differences import VarianceDifferences

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
