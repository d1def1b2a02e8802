"""A maximum at the edge of the means that a family has, where the link allows others: a probability of 1, a rate of 0.

There the slope of the log-likelihood is not 0, and no standard error describes the estimate. Newton's steps are held
inside and stop short of it; the maximum of

    loglik(theta) + mu sum_i log |eta_i - end|

is inside for any mu > 0 and tends to it as mu -> 0, and rows at the edge are those whose distance from it is about mu.
Where no row is, Newton's method finds the maximum from there. Source: Boyd & Vandenberghe, Convex Optimization (2004),
11.2.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import isfinite
from typing import Any

import numpy as np

from stattools.errors import DomainError, IdentificationError
from stattools.interface.arrays import Floats
from stattools.likelihoods.links import LINKS
from stattools.models.evaluation import Evaluation
from stattools.models.model import Model
from stattools.solvers.newton_steps import newton_ascent
from stattools.solvers.solution import Solution

BARRIERS = 10.0 ** -np.arange(1.0, 10.0)

NEAR, AT = 1e-4, 1e-6
"""A row is at the edge where its distance is this share of the usual one, or less: with the last barrier, and at a
maximum where the slope is 0, as that of a square root of 0 is.
"""


def has_edges(model: Any) -> bool:
    """Can a linear predictor leave the means of the family, and are the rows at hand?"""
    if not isinstance(model, Model) or not model.in_memory:
        return False
    return any(map(isfinite, model.likelihood.domain))


def inside(model: Model) -> Solution | None:
    """The maximum, where Newton's steps stopped short of it; None where they do not reach it from within either.

    IdentificationError with the rows that it holds at the edge of the domain.
    """
    work, T = model.standardized()
    phi, barrier = work.start, None
    for mu in BARRIERS.tolist():
        barrier: Any = Barrier(work, mu)
        try:
            phi = newton_ascent(barrier, phi, 1e-6, 50, "Newton").estimate
        except (DomainError, IdentificationError):  # not concave there, or round-off: what is known has to do
            break
    _require_inside(model, work, phi, NEAR)
    found = newton_ascent(work, phi, 1e-8, 100, "Newton")
    return found.mapped(T) if found.converged else None


def check_edge(model: Model, estimate: Floats) -> None:
    """IdentificationError where a maximum has rows at the edge of the domain."""
    if has_edges(model):
        _require_inside(model, model, estimate, AT)


def _require_inside(model: Model, work: Model, theta: Floats, share: float) -> None:
    distance = _distances(work, theta)
    at_edge = distance <= share * np.median(distance, axis=1, keepdims=True)
    if at_edge.any():
        raise IdentificationError(_named(model, at_edge))


def _distances(model: Model, theta: Floats) -> Floats:
    """How far the first linear predictor of each row is from each end that is finite, (ends, n)."""
    eta = model.eta(theta)
    first = eta if eta.ndim == 1 else eta[:, 0]
    return np.stack([np.abs(first - end) for end in model.likelihood.domain if np.isfinite(end)])


@dataclass(frozen=True, eq=False)
class Barrier:
    """A model whose log-likelihood falls without end towards the edges of its domain."""

    model: Model
    mu: float

    @property
    def title(self) -> str:
        return self.model.title

    @property
    def n(self) -> float:
        return self.model.n

    @cached_property
    def X(self) -> Floats:
        """The columns of the first linear predictor, in the units of the model."""
        X, main = np.concatenate([block.X for block in self.model.rows.blocks()]), self.model.predictor.main
        return X if main is None else X[:, list(main)]

    def evaluate(self, theta: Floats, order: int = 2) -> Evaluation:
        now = self.model.evaluate(theta, order)
        if not np.isfinite(now.loglik):
            return now
        part, X = self.model.predictor.parts[0], self.X
        ends = [end for end in self.model.likelihood.domain if np.isfinite(end)]
        score, information = np.zeros(len(theta)), np.zeros((len(theta), len(theta)))
        distance = _distances(self.model, theta)
        for end, away in zip(ends, distance, strict=True):
            inverse = (1.0 if end == self.model.likelihood.domain[0] else -1.0) / away
            score[part] += self.mu * (inverse @ X)
            information[part, part] += self.mu * (X.T * inverse**2) @ X
        value = self.mu * float(np.log(distance).sum())
        if order == 0:
            return Evaluation(now.loglik + value)
        return Evaluation(now.loglik + value, now.score + score, now.information + information if order == 2 else NONE)

    def dispersion(self, theta: Floats) -> float:
        return 1.0


NONE = np.empty(0)


def _named(model: Model, at_edge: Any) -> str:
    """What is said of a maximum at the edge: the rows there, the mean that they have, and the way out."""
    likelihood = model.likelihood
    link = LINKS[next(iter(likelihood.parameters.values()))]
    what = "probability" if likelihood.is_event else "mean"
    said = []
    for end, rows in zip([end for end in likelihood.domain if np.isfinite(end)], at_edge, strict=True):
        numbers = np.flatnonzero(rows) if model.kept is None else model.kept[rows]
        if len(numbers):
            shown = ", ".join(map(str, numbers[:6])) + (f" and {len(numbers) - 6} more" if len(numbers) > 6 else "")
            have = "row has" if len(numbers) == 1 else "rows have"
            said.append(
                f"{len(numbers)} {have} the {what} {round(float(link.mean(np.array(end))), 9):g} there ({shown})"
            )
    other = "logit" if likelihood.is_event else "log"
    return (
        f"{model.title}: the maximum lies at the edge of what the link {link.name} allows: {'; '.join(said)}. "
        f"No standard error describes it. Use the link {other}, which has no edge, or leave out or merge columns of "
        "these rows."
    )
