"""Small mixed models of unequal groups, as rows and as the package stacks them."""

from __future__ import annotations

import numpy as np

from stattools.data.design.latent_terms import RandomTerm
from stattools.latent.coordinates import coordinates
from stattools.latent.deviance import Deviance
from stattools.latent.elimination import OneFactor

M = 5


def members(effects: int, weighted: bool = False, m: int = M):
    """X, y, z, precision and codes of m models; x is far from 0."""
    found = []
    for seed in range(m):
        rng = np.random.default_rng(seed)
        J = 6 + seed
        codes = np.append(np.arange(J), rng.integers(0, J, 8 * J))
        n = len(codes)
        x = rng.normal(size=n)
        y = 100.0 + x + rng.normal(size=J)[codes] + 0.7 * rng.normal(size=J)[codes] * x + rng.normal(size=n)
        X = np.column_stack([np.ones(n), 2000.0 + 3.0 * x])
        found.append((X, y, X[:, :effects], rng.uniform(0.5, 2.0, n) if weighted else None, codes))
    return found


def alone(part, widths: tuple[int, ...], reml: bool) -> Deviance:
    """The deviance of one of the models."""
    X, y, z, precision, codes = part
    levels, terms, start = tuple(range(codes.max() + 1)), [], 0
    for k, q in enumerate(widths):
        names = tuple(f"z{k}{a}" for a in range(q))
        terms.append(RandomTerm(f"term {k}", "g", codes, levels, names, z[:, start : start + q]))
        start += q
    found = coordinates(X, y, terms, precision)
    return Deviance.of(OneFactor.of(found.columns), found, reml)
