"""Few groups: scores corrected for the leverage of their group, and the degrees of freedom that t and F then have.

Where the covariance of the estimate is I, group g has the score S_g and the information M_g, and sum M_g = I:

    CR2    V = sum_g f(M_g) S_g S_g^T f(M_g),   f(m) = (1 - m)^(-1/2):   unbiased where the model is true
    CR3                                         f(m) = 1 / (1 - m):      C f(M_g) S_g is the move without group g

The same as (I - H_gg)^(-1/2) of the residuals of a group, without any matrix of its rows. m = 1 is a direction that
group g alone determines: its score there is 0, and f(1) = 0, a generalized inverse.

For a combination l of the coefficients l^T V l is a square form of the scores, whose covariance where the model is true
is P_gh = l^T f(M_g) (d_gh M_g - M_g M_h) f(M_h) l. Student's t has Satterthwaite's degrees of freedom, and q
combinations, in coordinates where E V = I, Hotelling's T^2:

    df = (tr P)^2 / |P|^2,   (eta - q + 1) / (eta q) W ~ F(q, eta - q + 1),   eta = q (q + 1) / sum_st Var(V_st)

Cost: an eigendecomposition per group, p^2 numbers per group and combination. Source: Bell & McCaffrey, Survey
Methodology 28 (2002); Pustejovsky & Tipton, J. Business & Economic Statistics 36 (2018), 672-683, of which this is CR2
of least squares; elsewhere, and with precisions, the square root is the symmetric one, which goes with the information.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from stattools.errors import DomainError, IdentificationError, quoted
from stattools.inference.covariance.kinds import COUNTED, FEW_CLUSTERS, Cluster, unusual
from stattools.inference.covariance.sandwich import LEVERAGE_LIMIT
from stattools.interface.arrays import Floats

POWERS: dict[str, float] = {"CR2": 0.5, "CR3": 1.0}
"""The score of a group is divided by (1 - M_g) to this power."""

ENTRIES = 4_000_000
"""Numbers that are in memory together."""

ALONE = 1e-6
"""The share of a coefficient's variance, along what one group determines alone, from which on it is named."""


@dataclass(frozen=True, eq=False)
class Satterthwaite:
    """The information of each group, `parts` (G, p, p), in coordinates z where theta = root z has the covariance
    root root^T, and the kind of correction.
    """

    kind: str
    root: Floats
    parts: Floats

    @cached_property
    def _eigen(self) -> tuple[Floats, Floats]:
        """The eigenvalues (G, p) and eigenvectors (G, p, p) of the parts; those that cannot be divided by are 1."""
        values, vectors = np.linalg.eigh(self.parts)
        return np.where(values > LEVERAGE_LIMIT, 1.0, values), vectors

    @cached_property
    def _factors(self) -> Floats:
        """f(m), (G, p)."""
        values = self._eigen[0]
        with np.errstate(divide="ignore"):
            return np.where(values < 1.0, (1.0 - values) ** -POWERS[self.kind], 0.0)

    def alone(self) -> tuple[Any, Any]:
        """Pairs of a group and of a coefficient that it determines alone, as two arrays."""
        values, vectors = self._eigen
        groups, which = np.nonzero(values >= 1.0)
        reach = self.root @ vectors[groups, :, which].T
        share = reach**2 / (self.root**2).sum(axis=1)[:, None]
        coefficients, found = np.nonzero(share > ALONE)
        return groups[found], coefficients

    def df(self, gradient: Floats) -> Floats:
        """Degrees of freedom of t for combinations of the coefficients, (..., p); infinite where they are of none."""
        L = gradient.reshape(-1, len(self.root)) @ self.root
        size = max(1, ENTRIES // self.parts[:, 0].size)
        found = [self._df(L[start : start + size]) for start in range(0, max(len(L), 1), size)]
        return np.concatenate(found).reshape(gradient.shape[:-1])

    def _df(self, L: Floats) -> Floats:
        there = L.any(axis=1)
        own, y = self._pieces(L)
        own = own.diagonal(axis1=1, axis2=2)
        shared = (y * y).sum(axis=2)
        both = y.transpose(1, 2, 0) @ y.transpose(1, 0, 2)
        trace = (own - shared).sum(axis=0)
        square = (own * (own - 2.0 * shared)).sum(axis=0) + (both * both).sum(axis=(1, 2))
        if not (trace[there] > 0).all():
            raise IdentificationError(
                f"{self.kind}: a combination of the coefficients is determined by single groups alone, and the others "
                "say nothing of its variance. Leave out the columns that belong to one group."
            )
        return np.divide(trace * trace, square, out=np.full(len(L), np.inf), where=there)

    def _pieces(self, L: Floats) -> tuple[Floats, Floats]:
        """For combinations l (k, p), made units: l^T f M f l of each with each (G, k, k), and f M l (G, k, p)."""
        size = np.sqrt((L * L).sum(axis=1, keepdims=True))
        L = np.divide(L, size, out=np.zeros_like(L), where=size > 0)
        (values, vectors), f = self._eigen, self._factors
        z = L @ vectors
        own = (z * (values * f * f)[:, None, :]) @ z.transpose(0, 2, 1)
        return own, (z * (values * f)[:, None, :]) @ vectors.transpose(0, 2, 1)

    by = "Wald's by Hotelling's T²"

    def several(self, R: Floats, statistic: float) -> tuple[float, float]:
        """F of Wald's `statistic` of q combinations (q, p) tested together, and its degrees of freedom eta - q + 1.

        IdentificationError where there are too few clusters for q hypotheses.
        """
        q, eta = len(R), self.hotelling(R)
        df = eta - q + 1.0
        if not df > 0.0:
            raise IdentificationError(
                f"{self.kind} has {eta:.3g} degrees of freedom for {q} hypotheses tested together, of which {q - 1} "
                "are lost: there are too few clusters. Test fewer at a time."
            )
        return df / (eta * q) * statistic, df

    def hotelling(self, R: Floats) -> float:
        """eta of q combinations (q, p) tested together: at q = 1 Satterthwaite's degrees of freedom."""
        q = len(R)
        own, y = self._pieces(R @ self.root)
        flat = y.transpose(1, 0, 2).reshape(q, -1)
        sizes = own.sum(axis=0) - flat @ flat.T  # E l_s^T V l_t, which is to be I
        values, Q = np.linalg.eigh(sizes)
        if not values[0] > 1e-10 * values[-1]:
            raise IdentificationError(
                f"{self.kind}: {len(self.parts)} groups do not determine the covariance of {q} combinations of the "
                "coefficients. Test fewer at a time."
            )
        T = (Q / np.sqrt(values)).T
        own, y = T @ own @ T.T, T @ y
        shared = y @ y.transpose(0, 2, 1)
        traces, of_shared = (part.diagonal(axis1=1, axis2=2).sum(axis=1) for part in (own, shared))
        total = np.sum(own * (own - 2.0 * shared)) + np.sum(traces * (traces - 2.0 * of_shared))
        for s in range(q):
            across = y[:, s].T @ y.transpose(1, 0, 2)
            total += np.sum(across * (across + across.transpose(0, 2, 1)))
        return float(q * (q + 1.0) / total)


def few_groups(
    kind: str, B: Floats, sums: Floats, names: Sequence[str], label_of: Callable[[int], object]
) -> tuple[Floats, Floats, Satterthwaite]:
    """A root of the covariance, (p, p), the meat beside it, and the degrees of freedom.

    B is the map from scores to theta, `sums` (G, p + p^2) the scores and the information of the groups; the inverse of
    their sum is made here, so that a direction of one group alone has the leverage 1 to round-off. DomainError for CR3
    where a group alone determines a coefficient.
    """
    p = len(B)
    parts = sums[:, p:].reshape(-1, p, p)
    lower = np.linalg.cholesky(np.linalg.inv(parts.sum(axis=0)))
    root = np.linalg.solve(lower, B.T).T
    parts = lower.T @ parts @ lower
    parts = 0.5 * (parts + parts.transpose(0, 2, 1))
    found = Satterthwaite(kind, root, parts)
    largest = np.linalg.eigvalsh(parts)[:, -1]
    if not largest.max() < 2.0 - LEVERAGE_LIMIT:
        raise DomainError(
            f"{kind} divides by 1 - leverage, and the group {quoted(label_of(int(largest.argmax())))} has the leverage "
            f"{largest.max():.6g}: the observed information of the others is negative in a direction. Use kind='CR1'."
        )
    if kind == "CR3":
        groups, coefficients = found.alone()
        if len(groups):
            raise DomainError(
                f"CR3 leaves out one group at a time, and the group {quoted(label_of(int(groups[0])))} alone "
                f"determines {names[int(coefficients[0])]!r}. Use kind='CR2', or leave out the column of this group."
            )
    vectors = found._eigen[1]
    along = found._factors * np.einsum("gpi,gp->gi", vectors, sums[:, :p] @ lower)
    scores = np.einsum("gpi,gi->gp", vectors, along)  # f(M_g) S_g
    return root, scores.T @ scores, found


AT_ONCE = 1e9
"""Clusters times p^3, up to which few clusters are "CR2" without being asked for: about a second."""


def named(model: Any, cov: Cluster, ways: Sequence[Any], p: int) -> tuple[str, float, list[tuple[Any, float]]]:
    """The name of the covariance, the degrees of freedom of Student's t, and each way with what its meat is multiplied
    with for its number of clusters: that of both is taken off.
    """
    called, fewest = ", ".join(way.of.name for way in ways[:2]), min(way.of.n for way in ways[:2])
    few = cov.kind == "CR1" and fewest < FEW_CLUSTERS and not COUNTED.search(called)
    scaled = cov.correction == "statsmodels" or (cov.correction == "stata" and model.has_scale)
    small = (model.n - 1.0) / (model.n - p) if scaled else 1.0
    parts = []
    for way, sign in zip(ways, (1.0, 1.0, -1.0), strict=False):
        G = fewest if cov.correction == "stata" else way.of.n
        parts.append((way, sign * small * (1.0 if cov.correction == "none" else G / (G - 1.0))))
    name = f"Cluster({called}{f', {fewest} groups' if few else ''}{unusual(cov)})"
    return name, fewest - 1.0 if model.has_scale else np.inf, parts
