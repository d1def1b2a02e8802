"""The maximum of a linear mixed model in the units of its data.

beta = beta_0 + M (s b),   Cov(beta) = sigma^2 M (Q'V^-1 Q)^-1 M',   Sigma_k = sigma^2 (N_k T_k)(N_k T_k)'
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np

from stattools.errors import ConvergenceError, IdentificationError
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.latent.coordinates import Coordinates
from stattools.latent.deviance import Deviance, Profile
from stattools.latent.global_proof import GlobalProof, proven_maximum
from stattools.latent.linear_mixed import LinearMixed
from stattools.latent.maximum import Maximum
from stattools.latent.structure import Structure

ROUND_OFF = 1e-14
"""A residual this small beside y is round-off."""
VANISHED = 1e-13
"""A residual variance below this share of that of y, less the fixed effects, is round-off of its sums of squares."""
LOST = 1e-8
"""The same where no maximum was found: the likelihood rises as the residual vanishes."""


@record
class MixedMaximum:
    """The model, its `maximum` in `coordinates`, whether the likelihood is the restricted one, and what is proven."""

    model: LinearMixed
    coordinates: Coordinates
    deviance: Deviance
    maximum: Maximum
    reml: bool
    proof: GlobalProof | None = None

    @property
    def structure(self) -> Structure:
        """What knows the random terms."""
        return self.deviance.structure

    @property
    def profile(self) -> Profile:
        """Everything that is known at the maximum, in the coordinates."""
        return self.maximum.profile

    @property
    def loglik(self) -> float:
        """The log-likelihood, or the restricted one."""
        return -0.5 * self.profile.value

    @property
    def s2(self) -> float:
        """The residual variance sigma^2, of rows of precision 1."""
        return self.profile.s2 * self.coordinates.unit**2

    @cached_property
    def beta(self) -> Floats:
        """The fixed effects (p,)."""
        return self.coordinates.beta + self.coordinates.to_beta @ self.profile.b * self.coordinates.unit

    @cached_property
    def covariance(self) -> Floats:
        """The covariance of the fixed effects (p, p), the variances taken as known."""
        root = self.coordinates.to_beta @ np.linalg.cholesky(self.profile.inverse_gram) * np.sqrt(self.s2)
        return root @ root.T

    @cached_property
    def roots(self) -> tuple[Floats, ...]:
        """A square root R (q, q) of the covariance of each term's effects: Sigma_k = R R'."""
        sigma = np.sqrt(self.s2)
        pairs = zip(self.coordinates.to_effects, self.profile.factors, strict=True)
        return tuple(sigma * back @ T for back, T in pairs)

    @cached_property
    def covariances(self) -> tuple[Floats, ...]:
        """The covariance Sigma_k (q, q) of the effects of a level of each term."""
        return tuple(root @ root.T for root in self.roots)

    @property
    def n_parameters(self) -> int:
        """Fixed effects, entries of the covariances, and the residual variance."""
        return len(self.beta) + len(self.profile.theta) + 1


def maximized(model: LinearMixed, reml: bool, *, start: Any = None, certify: str = "auto") -> MixedMaximum:
    """The maximum of the likelihood, or of the restricted one, the highest where `certify` asks for a proof.

    Raises IdentificationError where fixed and random effects make y exactly, so that the residual variance is 0, and
    ConvergenceError where the decrement did not come within 1e-8 standard errors.
    """
    found = model.coordinates
    size = float(np.sqrt(model.fixed.rows.outcome_square / model.n))
    if found.unit <= ROUND_OFF * size or model.n <= len(model.names):
        raise IdentificationError(
            f"{model.title}: the fixed effects make {model.outcome_name} exactly, and nothing is left to vary between "
            "groups or within. Take fewer columns, or give more rows."
        )
    deviance = Deviance.of(model.structure, found, reml)
    best, proof = proven_maximum(deviance, start, certify)
    if not best.profile.s2 > (VANISHED if best.converged else LOST):
        raise _no_residual(model)
    if not best.converged:
        raise ConvergenceError(
            f"{model.title} stopped {best.decrement:.1e} standard errors from the maximum after {best.steps} steps: "
            "the likelihood is nearly flat in the variances. Take a simpler random part."
        )
    return MixedMaximum(model, found, deviance, best, reml, proof)


def _no_residual(model: LinearMixed) -> IdentificationError:
    return IdentificationError(
        f"{model.title}: fixed and random effects make {model.outcome_name} exactly, so that the residual variance is "
        "0 and the likelihood has no maximum. Take a simpler random part, or give more rows per group."
    )
