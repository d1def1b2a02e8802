"""Clusters as they were asked for, beside a model: their ways, the factors of their meat, their name, what is beyond
reach.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from stattools.errors import IncompatibleError
from stattools.inference.covariance.groups import Groups
from stattools.inference.covariance.kinds import COUNTED, FEW_CLUSTERS, Cluster, unusual
from stattools.interface.memory import require_memory

LONGEST = 4e11
"""Clusters times p^3 of "CR2" and "CR3": some minutes of one core."""

AT_ONCE = 1e9
"""The same, up to which few clusters are "CR2" without being asked for: about a second."""


def ways_of(labelled: Any, cov: Cluster) -> list[Groups]:
    """The groups of each way and, for two ways, of both."""
    asked: list[Any] = [groups for groups in (cov.groups, cov.second) if groups is not None]
    ways = [groups if isinstance(groups, Groups) else Groups.read(groups, labelled) for groups in asked]
    return [*ways, ways[0].crossed(ways[1])] if len(ways) == 2 else ways


def signed(model: Any, cov: Cluster, ways: Sequence[Any], p: int) -> list[tuple[Any, float]]:
    """Each way, and what its meat is multiplied with: that of both is taken off."""
    smallest = min(way.n for way in ways[:2])
    each = zip(ways, (1.0, 1.0, -1.0), strict=False)
    return [
        (way, sign * _few_clusters(model, cov, smallest if cov.correction == "stata" else way.n, p))
        for way, sign in each
    ]


def named(model: Any, cov: Cluster, ways: Sequence[Any]) -> tuple[str, float]:
    """The name of the covariance, and the degrees of freedom of Student's t."""
    called, G = ", ".join(way.name for way in ways[:2]), min(way.n for way in ways[:2])
    few = f", {G} groups" if cov.kind == "CR1" and G < FEW_CLUSTERS and not COUNTED.search(called) else ""
    return f"Cluster({called}{few}{unusual(cov)})", G - 1.0 if model.has_scale else np.inf


def _few_clusters(model: Any, cov: Cluster, G: float, p: int) -> float:
    """What the meat of G clusters is multiplied with."""
    factor = 1.0 if cov.correction == "none" else G / (G - 1.0)
    if cov.correction == "statsmodels" or (cov.correction == "stata" and model.has_scale):
        factor *= (model.n - 1.0) / (model.n - p)
    return factor


def require_few(cov: Cluster, n: int, p: int) -> None:
    """DomainError or IncompatibleError where "CR2" and "CR3" of p coefficients and n clusters are beyond reach."""
    if cov.kind == "CR1":
        return
    what = f'Cluster(kind="{cov.kind}"), of {p:,} coefficients and {n:,} clusters,'
    instead = 'Use kind="CR1", which sums scores alone, or fewer coefficients.'
    require_memory(what, 2 * n * p * p, instead)
    if n * p**3 > LONGEST:
        raise IncompatibleError(f"{what} decomposes a matrix of each cluster, which takes many minutes. {instead}")
