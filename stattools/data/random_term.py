"""One random term over rows: which group each row belongs to, and the columns whose effects vary between groups."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.interface.arrays import Floats
from stattools.interface.record import record


@record
class RandomTerm:
    """Effects that vary between groups, z[i] @ u[codes[i]] with u[j] ~ N(0, Sigma), Sigma (q, q) unstructured.

    `name` is how the term is printed, "(Days | Subject)", and `group` the name of its grouping factor, "Subject" or
    "a:b". `codes` (n,) are the places of the rows' groups in `levels`, -1 for a group that is not there; a level of a
    product of columns is a tuple. `columns` are the names of the columns of `z` (n, q).
    """

    name: str
    group: str
    codes: NDArray[np.intp]
    levels: tuple[Any, ...]
    columns: tuple[str, ...]
    z: Floats

    @property
    def effect_names(self) -> tuple[str, ...]:
        """What varies between groups."""
        return self.columns

    def shared(self, covariance: Floats) -> Floats:
        """The covariance (n, n) that effects with this covariance (q, q) give the rows."""
        return (self.z @ covariance @ self.z.T) * (self.codes[:, None] == self.codes)

    @property
    def n_levels(self) -> int:
        """Number of groups."""
        return len(self.levels)
