"""What a Dirichlet posterior has seen: batches, total counts, evidence; leaving one observation out; draws."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from stattools.bayes.conjugate.data.leave_one_out import LeaveOneOut
from stattools.bayes.conjugate.improper import Improper
from stattools.bayes.conjugate.predictives.dirichlet_multinomial import DirichletMultinomial
from stattools.errors import quoted
from stattools.interface.arrays import Floats
from stattools.interface.memory import draws_shape
from stattools.interface.seeds import generator, recorded
from stattools.models.samples.multinomial import Multinomial
from stattools.text.one_line import prints

if TYPE_CHECKING:
    from xarray import DataTree


@prints
@dataclass(frozen=True, eq=False)
class CategoriesSeen:
    """The prior, the data as they came, the total counts, and the log evidence (None after an improper prior)."""

    prior: Any
    batches: tuple[Multinomial, ...]
    counts: NDArray[np.int64]
    log_evidence: float | None


def leave_one_out(belief: Any) -> LeaveOneOut:
    """The exact result, one entry per label that occurs in a batch of labels, and one per set of counts."""
    parts: list[Multinomial] = []
    counts: list[int] = []
    observed: list[Any] = []
    for batch in () if belief.seen is None else belief.seen.batches:
        if batch.kind == "multinomial":
            parts.append(batch)
            counts.append(1)
            observed.append(tuple(batch.counts.tolist()))
            continue
        for k in np.flatnonzero(batch.counts):
            one = np.zeros(len(batch.counts), dtype=np.int64)
            one[k] = 1
            parts.append(Multinomial(one, batch.labels, "categories"))
            counts.append(int(batch.counts[k]))
            observed.append(batch.labels[k])
    pointwise = np.array([_without(belief, part).log_pmf(part.counts) for part in parts])

    def log_likelihood(draws: int, seed: int | np.random.Generator) -> Floats:
        p = np.maximum(belief.sample(draws, seed=seed), 1e-300)
        return np.array([[part.log_probability(row) for part in parts] for row in p])

    alone = np.full(len(counts), sum(counts) == 1)
    return LeaveOneOut(pointwise, np.array(counts, dtype=np.int64), tuple(observed), None, alone, log_likelihood)


def tree(belief: Any, draws: int, seed: int | np.random.Generator) -> DataTree:
    """Posterior and prior draws of `p` (dimension category), replicated totals, and the totals."""
    from stattools.inference.arviz.arviz import datatree

    draws = draws_shape(draws)[0]
    random, groups = generator(seed), {}
    total = None if belief.seen is None else belief.seen.counts
    for name, part in {"posterior": belief, "prior": belief.prior}.items():
        if isinstance(part, Improper) or (name == "posterior" and total is None):
            continue
        p = random.dirichlet(np.broadcast_to(part.concentration, len(belief.labels)), draws)
        groups[name] = {"p": p[None]}
        if name == "posterior" and not isinstance(belief.prior, Improper):
            groups["log_prior"] = {"parameters": _log_prior(belief, p)[None]}
        if total is not None:
            groups[f"{name}_predictive"] = {"counts": random.multinomial(total.sum(), p)[None]}
    if total is not None:
        groups["observed_data"] = {"counts": total}
    attrs: dict[str, Any] = {"seed": recorded(seed), "prior": repr(belief.prior)}
    if not isinstance(belief.prior, Improper):
        attrs["log_evidence"] = belief.log_evidence
    dims = {"p": ["category"]} | ({} if total is None else {"counts": ["category"]})
    return datatree(groups, dims=dims, coords={"category": list(map(str, belief.labels))}, attrs=attrs)


def _log_prior(belief: Any, p: Floats) -> Floats:
    """The log density of the prior at draws, (draws,); a prior of one number is the same for every category."""
    prior = belief.prior
    a = np.broadcast_to(prior.concentration, p.shape[1:])
    return np.asarray(type(prior)(a).log_density(p))


def _without(belief: Any, part: Multinomial) -> DirichletMultinomial:
    """The distribution of a part of the data given the rest. Raises DomainError where the rest leaves it improper."""
    rest = belief.seen.counts - part.counts
    a = belief.prior.concentration + rest
    if isinstance(belief.prior, Improper):
        belief.prior.require(f"the counts {quoted(rest.tolist())}", concentration=a)
    return DirichletMultinomial(part.n, a, belief.labels)
