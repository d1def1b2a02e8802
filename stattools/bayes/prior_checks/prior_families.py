"""A prior by its mean and its strength, the size of the data that it is worth: what sensitivity analyses move.

Beta    Beta(m s, (1 - m) s)         strength s in trials
Gamma   Gamma(m s, s)                strength s in units of exposure
Normal  Normal(m, sigma / sqrt(s))   strength s in measurements, of the mean precision of those seen
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from stattools.errors import DomainError, IncompatibleError


@dataclass(frozen=True)
class PriorFamily:
    """How a prior of the family is made from mean and strength, in which `unit`; `size` is the strength of the data,
    `means` the range of means that a map shows.
    """

    make: Callable[[float, float], Any]
    unit: str
    size: float
    means: tuple[float, float]
    bounded: bool = False


def family(posterior: Any, who: str) -> PriorFamily:
    """The family of a posterior of one parameter, scaled to its data.

    Raises DomainError for several arms, IncompatibleError for families without one mean and one strength.
    """
    known = FAMILIES.get(type(posterior).__name__)
    if known is None:
        raise IncompatibleError(
            f"{who} knows priors of the families {', '.join(FAMILIES)}; got {type(posterior).__name__}."
        )
    if np.ndim(posterior.mean):
        raise DomainError(
            f"{who} looks at one parameter; this posterior has {np.size(posterior.mean)} arms. Give one arm's data."
        )
    return known(posterior)


def _beta(posterior: Any) -> PriorFamily:
    kind = type(posterior)
    return PriorFamily(
        lambda m, s: kind(m * s, (1.0 - m) * s), "trials", float(posterior.trials), (0.02, 0.98), bounded=True
    )


def _gamma(posterior: Any) -> PriorFamily:
    kind = type(posterior)
    prior = posterior.prior
    size = float(posterior.rate - prior.rate)
    center = float(posterior.mean)
    return PriorFamily(lambda m, s: kind(m * s, s), "units of exposure", size, (center / 4.0, 4.0 * center))


def _normal(posterior: Any) -> PriorFamily:
    kind = type(posterior)
    weights = np.concatenate([np.ravel(batch.weight) for batch in posterior.seen.batches])
    unit = float(np.mean(weights))
    center, spread = float(posterior.mean), 1.0 / np.sqrt(unit)
    return PriorFamily(
        lambda m, s: kind(m, 1.0 / np.sqrt(s * unit)),
        "measurements",
        float(len(weights)),
        (center - 2.0 * spread, center + 2.0 * spread),
    )


FAMILIES: dict[str, Callable[[Any], PriorFamily]] = {"Beta": _beta, "Gamma": _gamma, "Normal": _normal}
"""One entry per family, by the name of its class."""
