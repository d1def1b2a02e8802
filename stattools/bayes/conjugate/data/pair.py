"""A conjugate pair: the family of the prior declares what the data say to it, and the rest follows.

    statistics    T(y), what of the data counts; T(y1 and y2) = T(y1) + T(y2)
    posterior     the parameters of the family given those of the prior and T
    evidence      p(y), the predictive of a batch as a whole
    left_out      p(y_i | y without i), the predictive of each observation

Updates, their memory, leave-one-out (`leave_one_out.py`) and data trees (`trees.py`) are written once, over these.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stattools.bayes.conjugate.arms import plain
from stattools.interface.arrays import Floats
from stattools.interface.record import record

Drawn = dict[str, Floats]
"""Draws of the parameters by name, each of shape (draws, ...)."""


@record
class Seen:
    """What a posterior has seen: its prior, the data as they came, their statistics (sums over all batches), and the
    log evidence (None after an improper prior).
    """

    prior: Any
    batches: tuple[Any, ...]
    total: tuple[Any, ...]
    log_evidence: Any


class LeftOut(NamedTuple):
    """The different observations of a posterior, one entry each.

    `pointwise` is log p(y_i | y without i), `counts` how often each was seen, `arm` the number of its arm, `shown` what
    was observed; `log_likelihood(drawn)` are log p(y_i | parameters), shape (draws, entries).
    """

    pointwise: Floats
    counts: NDArray[np.int64]
    shown: tuple[Any, ...]
    arm: NDArray[np.intp]
    log_likelihood: Callable[[Drawn], Floats]


class NamedObservations(NamedTuple):
    """Observations of one name in a data tree.

    `replicate(drawn, random)` are new ones, (draws, *shape of `observed`); `log_likelihood(drawn)`, if there is one,
    has the name `of` there. `dims` are their axes and `entries` the labels of the first, 0, 1, ... unless told.
    """

    name: str
    observed: Any
    replicate: Callable[[Drawn, np.random.Generator], Any]
    log_likelihood: Callable[[Drawn], Floats] | None = None
    constant: Mapping[str, Any] = {}
    dims: tuple[str, ...] = ("obs",)
    entries: Sequence[Any] | None = None
    of: str | None = None


@dataclass(frozen=True)
class DeclaredPair:
    """What a family declares to be conjugate to its data; `belief` is a prior or a posterior of the family.

    `models` are the classes of its data, and `raw(belief, more)` makes one of what else callers give, or refuses it.
    `read(belief, data)` are the data in the order of the belief, and labels that the posterior takes from them, as
    keywords. `posterior(belief, data, labels, *total)` raises DomainError where it is improper. `variables` are the
    names of the parameters in a data tree, in the order of the draws, and their axes; `limit` is the attribute that
    says there whether it holds replicates and log-likelihoods, which it does not for too many observations.
    """

    models: tuple[type, ...]
    raw: Callable[[Any, Any], Any]
    read: Callable[[Any, Any], tuple[Any, dict[str, Any]]]
    statistics: Callable[[Any], tuple[Any, ...]]
    posterior: Callable[..., Any]
    log_evidence: Callable[[Any, Any, Any], ArrayLike]
    left_out: Callable[[Any, Seen], LeftOut]
    outcomes: Callable[[Any, Seen], list[NamedObservations]]
    variables: Mapping[str, tuple[str, ...]]
    limit: str | None = None

    @property
    def by_arm(self) -> bool:
        """Whether the parameters may be arrays with one entry per arm."""
        return "arm" in next(iter(self.variables.values()))

    def named(self, sample: Drawn | Floats) -> Drawn:
        """Draws by the name of the variable."""
        values = sample.values() if isinstance(sample, dict) else [sample]
        return dict(zip(self.variables, values, strict=True))


def updated(belief: Any, more: object) -> Any:
    """The posterior of a prior or a posterior, proper or not, given more data."""
    pair: DeclaredPair = belief._pair
    prior, seen = belief.prior, belief.seen
    data, labels = pair.read(belief, more if isinstance(more, pair.models) else pair.raw(belief, more))
    total = pair.statistics(data)
    if seen is not None:
        total = tuple(before + new for before, new in zip(seen.total, total, strict=True))
    posterior = pair.posterior(belief, data, labels, *total)
    evidence = None
    if prior.is_proper:
        evidence = plain(belief.log_evidence + pair.log_evidence(belief, posterior, data))
    batches = (*(() if seen is None else seen.batches), data)
    object.__setattr__(posterior, "seen", Seen(prior, batches, total, evidence))
    return posterior


def at_arm(parameter: ArrayLike, arm: NDArray[np.integer] | slice) -> Floats:
    """The parameter of each arm asked for; one number serves all."""
    values = np.asarray(parameter, dtype=float)
    return values if values.ndim == 0 else values[arm]
