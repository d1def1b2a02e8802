"""Randomness enters through `seed=`, a whole number or a generator: one check, and how it is recorded."""

from __future__ import annotations

from typing import Any

import numpy as np

from stattools.errors import DomainError
from stattools.interface.whole_numbers import whole_number


def generator(seed: Any) -> np.random.Generator:
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


def recorded(seed: Any) -> Any:
    """The seed as results keep it: a whole number, or words for a generator, whose state has moved on."""
    return "a numpy Generator" if isinstance(seed, np.random.Generator) else int(seed)
