"""Randomness enters through `seed=`, a whole number or a generator: one check, and how it is recorded."""

from __future__ import annotations

from typing import Any

import numpy as np

from stattools.errors import DomainError
from stattools.interface.arguments import whole_number

LARGEST_MEAN = 1e18
"""Counts about this have all their places in whole numbers of 64 bits."""


def generator(seed: object) -> np.random.Generator:
    """The generator of a seed, or the generator that was given; DomainError for anything else.

    >>> int(generator(1).integers(100))
    47
    """
    if isinstance(seed, np.random.Generator):
        return seed
    try:
        start = whole_number(seed, "seed=", at_least=0, at_most=2**128)  # what numpy's SeedSequence().entropy may be
    except DomainError as error:
        raise DomainError(f"{error} A numpy Generator is taken too, such as numpy.random.default_rng(1).") from None
    return np.random.default_rng(start)


def poisson_counts(random: np.random.Generator, means: Any) -> Any:
    """Counts of Poisson distributions with these means; DomainError where whole numbers end before.

    >>> poisson_counts(np.random.default_rng(1), np.array([0.0, 2.0])).tolist()
    [0, 2]
    """
    if (largest := float(np.max(means, initial=0.0))) > LARGEST_MEAN:
        raise DomainError(f"counts near {largest:.1g} are not drawn: whole numbers end at {LARGEST_MEAN:.0e}.")
    return random.poisson(means)


def recorded(seed: Any) -> Any:
    """The seed as results keep it: a whole number, or words for a generator, whose state has moved on."""
    return "a numpy Generator" if isinstance(seed, np.random.Generator) else int(seed)
