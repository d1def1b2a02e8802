"""Which structure serves the random terms of a model: read from the levels of the rows, not from the formula."""

from __future__ import annotations

from stattools.latent.crossed import Crossed
from stattools.latent.factors import chain, factors_of
from stattools.latent.nested import Nested
from stattools.latent.one_factor import OneFactor
from stattools.latent.structure import LatentColumns, Structure


def structure_of(columns: LatentColumns) -> Structure:
    """One block per group where all terms have the same groups, blocks within blocks where groups lie in each other,
    and otherwise a dense matrix of all factors but the largest.

    >>> import numpy as np
    >>> cask, batch, day = np.array([0, 0, 1, 1, 2, 2]), np.array([0, 0, 0, 0, 1, 1]), np.array([0, 1, 0, 1, 0, 1])
    >>> one, W = np.ones((1, 6)), np.ones((2, 6))
    >>> type(structure_of(LatentColumns(W, (batch, cask), (2, 3), (one, one)))).__name__
    'Nested'
    >>> type(structure_of(LatentColumns(W, (day, cask), (2, 3), (one, one)))).__name__
    'Crossed'
    """
    factors = factors_of(columns) if len(columns.codes) > 1 else ()
    if len(factors) < 2:
        return OneFactor.of(columns)
    return Crossed.of(columns) if chain(factors) is None else Nested.of(columns)
