"""What the first pass over the rows told of their outcome."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.numerics.moments import SampleMoments


@dataclass(frozen=True, eq=False)
class Marginal:
    """The outcome alone: its values, how often each was seen (None: too many to count, and `values` are a sample's),
    and its moments.
    """

    values: Any
    counts: NDArray[np.float64] | None
    moments: SampleMoments
