"""The data behind a conjugate posterior, batch by batch, and the posterior that another prior makes of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import reduce
from typing import Any

from stattools.bayes.conjugate.distribution import Updatable
from stattools.errors import DomainError, IncompatibleError, quoted


def batches(posterior: object, who: str) -> tuple[Any, ...]:
    """What the posterior has seen since its prior. Raises DomainError where it is nothing, IncompatibleError for what
    is no conjugate posterior.
    """
    if not isinstance(posterior, Updatable):
        raise IncompatibleError(
            f"{who} needs a conjugate posterior, such as st.posterior(st.binomial(6, 10), prior=st.Beta(1, 1)); got "
            f"{type(posterior).__name__}."
        )
    if posterior.seen is None:
        raise DomainError(
            f"{who} needs a posterior that has seen data; {quoted(posterior)} is a prior. Update it first."
        )
    return posterior.seen.batches


def updated(prior: Any, data: Iterable[object]) -> Any:
    """The prior after all batches."""
    return reduce(lambda belief, batch: belief.update(batch), data, prior)


def fresh(belief: Any) -> Any:
    """The same distribution without its history: what is believed now, as a prior for what comes next."""
    return belief if belief.seen is None else replace(belief)
