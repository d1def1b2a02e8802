"""Where a sampler begins whose density has effects of groups among its parameters, and in which coordinates.

Beside many effects the joint mode is far from where the density has its mass: standard deviations are too large there,
and effects too small. The middle of the others is sought with the effects integrated out by Laplace's approximation,

    f(o) = max over u of log p(o, u) - (1/2) log|H_uu|,      o the other parameters, H the information

and the coordinates z are those of the normal approximation about it: o = o* + A z_o with A A' the inverse of f's
curvature, u = u*(o*) - H_uu^-1 H_uo (o - o*) + C z_u with C C' = H_uu^-1. Cost: some hundred inner maxima.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from stattools.bayes.priors.assignment import Priors
from stattools.bayes.sampling.target import Mode, Target
from stattools.errors import IdentificationError
from stattools.interface.arrays import Floats
from stattools.models.evaluation import Evaluation

STEP = 1e-3
"""Of differences of f, in coordinates in which parameters are comparable."""
FLAT = 1e-2
"""The least curvature of f in these: what is known no better is left to the sampler."""
CLOSE = 1e-12
"""Half of the squared decrement at which an inner climb ends."""
INNER = 60


class Inner:
    """The largest density over the effects, the last parameters from number m on, given the first."""

    def __init__(self, density: Target, m: int) -> None:
        self.density, self.m = density, m
        self.at = density.start

    def __call__(self, outer: Floats) -> float:
        """f, -inf where the density is 0."""
        found = self.climbed(np.append(outer, self.at[self.m :]))
        if found is None:
            return -np.inf
        self.at, now = found
        return now.loglik - 0.5 * float(np.linalg.slogdet(now.information[self.m :, self.m :])[1])

    def climbed(self, u: Floats) -> tuple[Floats, Evaluation] | None:
        """Where Newton's steps, halved where the density does not rise, end."""
        m, now = self.m, self.density.evaluate(u, 2)
        if not np.isfinite(now.loglik):
            return None
        for _ in range(INNER):
            H = now.information[m:, m:]
            values, vectors = np.linalg.eigh(H)
            step = vectors @ ((vectors.T @ now.score[m:]) / np.maximum(np.abs(values), 1e-8))
            if float(step @ now.score[m:]) <= CLOSE:
                break
            for _ in range(40):
                new = self.density.evaluate(np.append(u[:m], u[m:] + step), 2)
                if new.loglik > now.loglik:
                    break
                step = 0.5 * step
            else:
                break
            u, now = np.append(u[:m], u[m:] + step), new
        return u, now


def first_priors(priors: Priors, m: int) -> Priors:
    """The priors of the first m parameters: effects have one that nobody gave."""
    return Priors(priors.parameters[:m], priors.each[:m], priors.rows[:m, :m], priors.why[:m])


def latent_center(density: Target, m: int) -> Mode:
    """The center and its coordinates, where the first m parameters are not effects."""
    from scipy.optimize import minimize

    inner, F = Inner(density, m), density.frame[:m, :m]
    start = np.linalg.solve(F, density.start[:m])

    def fall(phi: Floats) -> float:
        value = inner(F @ phi)
        return -value if np.isfinite(value) else 1e10

    phi = np.asarray(minimize(fall, start, method="BFGS", options={"gtol": 1e-3, "eps": 1e-5}).x)
    if not np.isfinite(inner(F @ phi)):
        raise IdentificationError(
            f"the posterior of {density.title} has no middle that was found. Give a proper prior to every parameter "
            "that the data do not determine."
        )
    bend = _bend(fall, phi)
    inner(F @ phi)
    u, now = inner.at, inner.density.evaluate(inner.at, 2)
    u = np.append(F @ phi, u[m:])
    values, vectors = np.linalg.eigh(bend)
    A = F @ (vectors / np.sqrt(np.maximum(values, FLAT)))
    inside = np.linalg.inv(np.linalg.cholesky(now.information[m:, m:]))
    W = np.zeros((len(u), len(u)))
    W[:m, :m], W[m:, m:] = A, inside.T
    W[m:, :m] = -inside.T @ (inside @ now.information[m:, :m] @ A)
    return Mode(density, u, W, now.loglik, 0.0)


def _bend(fall: Callable[[Floats], float], phi: Floats) -> Floats:
    """The second derivatives of f, with the sign of the fall."""
    m = len(phi)
    here = fall(phi)
    E = STEP**0.5 * np.eye(m)
    one = np.array([[fall(phi + side * e) for side in (1.0, -1.0)] for e in E])
    H = np.diag((one.sum(axis=1) - 2.0 * here) / STEP)
    for a in range(m):
        for b in range(a):
            both = sum(s * t * fall(phi + s * E[a] + t * E[b]) for s in (1.0, -1.0) for t in (1.0, -1.0))
            H[a, b] = H[b, a] = both / (4.0 * STEP)
    return H
