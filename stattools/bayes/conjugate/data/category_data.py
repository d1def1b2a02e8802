"""Counts of categories for a Dirichlet prior: the evidence of a batch, each observation left out, and replicates."""

from __future__ import annotations

from typing import Any

import numpy as np

from stattools.bayes.conjugate.data.pair import Drawn, LeftOut, NamedObservations
from stattools.bayes.conjugate.predictives.dirichlet_multinomial import DirichletMultinomial, log_density_of_softmax
from stattools.errors import quoted
from stattools.interface.arrays import Floats
from stattools.models.samples.tables import Multinomial


def log_evidence(before: Any, after: Any, data: Multinomial) -> float:
    """log p(data) by Bayes' identity, p(data | p) f(p) / f(p | data), at the posterior mean."""
    p = after.mean
    own = np.broadcast_to(before.concentration, p.shape)
    gain = log_density_of_softmax(p, own) - log_density_of_softmax(p, after.concentration)
    return data.log_probability(p) + float(gain)


def left_out(belief: Any) -> LeftOut:
    """One entry per label that occurs in a batch of labels, and one per set of counts."""
    found = [one for batch in belief.seen.batches for one in _observations(batch)]
    parts, counts = [part for part, _, _ in found], np.array([count for _, count, _ in found], dtype=np.int64)
    pointwise = np.array([_without(belief, part).log_pmf(part.counts) for part in parts])

    def log_likelihood(drawn: Drawn) -> Floats:
        return np.array([[part.log_probability(row) for part in parts] for row in np.maximum(drawn["p"], 1e-300)])

    arm = np.zeros(len(parts), dtype=np.intp)
    return LeftOut(pointwise, counts, tuple(shown for _, _, shown in found), arm, log_likelihood)


def outcomes(belief: Any) -> list[NamedObservations]:
    """The total counts."""
    (total,) = belief.seen.total
    return [
        NamedObservations(
            "counts", total, lambda drawn, random: random.multinomial(total.sum(), drawn["p"]), dims=("category",)
        )
    ]


def _observations(batch: Multinomial) -> list[tuple[Multinomial, int, Any]]:
    """Each different observation as counts, how often it was seen, and what to call it."""
    if batch.kind == "multinomial":
        return [(batch, 1, tuple(batch.counts.tolist()))]
    each = np.eye(len(batch.counts), dtype=np.int64)
    return [
        (Multinomial(each[k], batch.labels, "categories"), int(batch.counts[k]), batch.labels[k])
        for k in np.flatnonzero(batch.counts)
    ]


def _without(belief: Any, part: Multinomial) -> DirichletMultinomial:
    """The distribution of a part of the data given the rest. Raises DomainError where the rest leaves it improper."""
    rest = belief.seen.total[0] - part.counts
    a = belief.prior.concentration + rest
    if not belief.prior.is_proper:
        belief.prior.require(f"the counts {quoted(rest.tolist())}", concentration=a)
    return DirichletMultinomial(part.n, a, belief.labels)
