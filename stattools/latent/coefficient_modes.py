"""Laplace's approximation of the integral over all coefficients of any log-likelihood, with its exact gradient.

    c = D u,   u_j ~ N(0, 1) for coefficients of curves, D their standard deviations; a flat prior, D = 1, for others
    log L(tau) = l(D u^) - |P u^|^2 / 2 - log|H| / 2 + p log(2 pi) / 2,   H = P + D I D at the mode u^
    d log L / d tau_k = sum over curve k of  s u - (I D H^-1)_jj - [t u + v s - (I D v) u] / 2,   v = H^-1 D t

with s and I score and information of l in c, and t_j the sum of (D H^-1 D) dI / dc_j, P the 0 and 1 of the prior. The
likelihood need not be a sum over rows: it is asked for `evaluate(c, order)` and `information_slopes(c, W)`, which is t
where W W' = D H^-1 D. Source: Wood, JRSS B 73 (2011), 3-36; Wood, Pya & Saefken, JASA 111 (2016), 1548-1563.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve_triangular

from stattools.errors import ConvergenceError
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.latent.curve_variances import information_of_curves, variance_ratios

Places = NDArray[np.intp]

LOG_TWO_PI = float(np.log(2.0 * np.pi))
MOST = 200
"""Newton steps to the mode, at most."""
CLOSE = 1e-21
"""A squared decrement this small: what is left of the mode is less than 1e-10 standard errors."""
ROUND_OFF = 1e-12
"""A squared decrement below this that does not fall any more is round-off."""
NOISE = 1e-13
"""The round-off of the log-likelihood as a share of it."""
HALVINGS = 60


@record
class PenalizedCoefficients:
    """The log-likelihood `of` coefficients c (m,), of which `blocks` are the numbers of those of each curve."""

    of: Any
    size: int
    blocks: tuple[Places, ...]

    @cached_property
    def prior(self) -> Floats:
        """1 for the coefficients that have a prior, 0 for others."""
        found = np.zeros(self.size)
        found[np.concatenate([np.empty(0, dtype=np.intp), *self.blocks])] = 1.0
        return found

    @property
    def n_flat(self) -> int:
        """How many coefficients have a flat prior."""
        return self.size - int(self.prior.sum())

    def scales(self, taus: Sequence[float] | Floats) -> Floats:
        """D: the standard deviation of each coefficient, 1 without a prior."""
        found = np.ones(self.size)
        for tau, block in zip(taus, self.blocks, strict=True):
            found[block] = tau
        return found

    def at(self, taus: Floats, start: Floats, close: float = CLOSE) -> CoefficientMode:
        """The mode at these standard deviations, searched from the coefficients `start` to a squared decrement `close`.

        ConvergenceError where no number of steps reaches it.
        """
        D, P = self.scales(taus), self.prior
        u = np.divide(start, D, out=np.zeros(self.size), where=D != 0.0)
        now, last = self.of.evaluate(D * u, 2), np.inf
        if not np.isfinite(now.loglik):
            u = np.zeros(self.size)
            now = self.of.evaluate(u, 2)
        value = now.loglik - 0.5 * float((P * u) @ u)
        for _ in range(MOST):
            H = D[:, None] * now.information * D
            H[np.diag_indices(self.size)] += P
            root = _root(H)
            slope = D * now.score - P * u
            ahead = _solved(root, slope)
            along = float(slope @ ahead)
            if along <= close or (along > 0.25 * last and along <= max(ROUND_OFF, NOISE * abs(value))):
                return CoefficientMode(self, tuple(taus.tolist()), D, u, now.score, now.information, root, value)
            last, noise = along, NOISE * (abs(value) + self.size)
            for _ in range(HALVINGS):
                new = self.of.evaluate(D * (u + ahead), 2)
                higher = new.loglik - 0.5 * float((P * (u + ahead)) @ (u + ahead))
                if higher >= value + 1e-4 * along or (abs(higher - value) <= noise and along <= max(1e-6, noise)):
                    break
                ahead, along = 0.5 * ahead, 0.5 * along
            else:
                break
            u, now, value = u + ahead, new, higher
        raise ConvergenceError(
            "the mode of the coefficients was not found: the likelihood is nearly flat along a combination of columns. "
            "Take a smaller k, or leave a column out."
        )


@record
class CoefficientMode:
    """The mode `u` at standard deviations `taus`, D as `scales`, the score and the information about c there, the
    lower triangular root of H, and F, `value`.
    """

    given: PenalizedCoefficients
    taus: tuple[float, ...]
    scales: Floats
    u: Floats
    score: Floats
    information: Floats
    root: Floats
    value: float

    @property
    def coefficients(self) -> Floats:
        """c = D u."""
        return self.scales * self.u

    @property
    def loglik(self) -> float:
        """The approximation of the log-likelihood."""
        log_determinant = 2.0 * float(np.log(self.root.diagonal()).sum())
        return self.value - 0.5 * log_determinant + 0.5 * self.given.n_flat * LOG_TWO_PI

    def start_for(self, taus: Floats) -> Floats:
        """Where the mode is looked for at other standard deviations: the curves stay as they are."""
        return self.coefficients

    def solve(self, g: Floats) -> Floats:
        """H^-1 g."""
        return _solved(self.root, g)

    @cached_property
    def inverse(self) -> Floats:
        """H^-1."""
        return _solved(self.root, np.eye(self.given.size))

    @cached_property
    def covariance(self) -> Floats:
        """D H^-1 D, the covariance of the coefficients given the data."""
        return self.scales[:, None] * self.inverse * self.scales

    @cached_property
    def slopes(self) -> Floats:
        """The slopes of log L in the standard deviation of each curve."""
        D, u, s = self.scales, self.u, self.score
        W = D[:, None] * solve_triangular(self.root, np.eye(len(u)), lower=True).T
        t = self.given.of.information_slopes(self.coefficients, W)
        v = self.solve(D * t)
        ID = self.information * D
        each = s * u - np.einsum("jk,kj->j", ID, self.inverse) - 0.5 * (t * u + v * s - (ID @ v) * u)
        return np.array([float(each[block].sum()) for block in self.given.blocks])

    @property
    def moments(self) -> tuple[tuple[()], Floats]:
        """Of each curve what `variance_ratios` says: 1 at a maximum, nearly."""
        return (), variance_ratios(self.u, self.inverse, self.given.blocks)

    @property
    def information_of_curves(self) -> Floats:
        """Nearly the information about the logarithms of the standard deviations of curves."""
        return information_of_curves(self.u, self.inverse, self.given.blocks)

    @property
    def degrees(self) -> list[float]:
        """The effective degrees of freedom of the coefficients of each curve."""
        kept = 1.0 - self.inverse.diagonal()
        return [float(kept[block].sum()) for block in self.given.blocks]


def _root(H: Floats) -> Floats:
    try:
        return np.linalg.cholesky(H)
    except np.linalg.LinAlgError:
        raise ConvergenceError(
            "the information about the coefficients is not positive definite in float64: columns are nearly "
            "combinations of others. Leave a column out."
        ) from None


def _solved(root: Floats, g: Floats) -> Floats:
    return solve_triangular(root, solve_triangular(root, g, lower=True), lower=True, trans=1)
