"""Where solvers begin: linear predictors near the maximum of a few sums, and what is known of each outcome."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from stattools.interface.arrays import Floats


class Starts:
    """Sums over observations, and the linear predictors that they suggest."""

    width: Any
    trials_of: Any
    observed: Any
    link: Any

    starts_at_zero: ClassVar[bool] = False
    """True where a climb may begin at zeros."""

    def sums(self, y: Floats, weight: Floats, offset: Floats) -> Floats:
        """Sums over observations that `level` is made from; those of parts of the rows add up."""
        out_of = weight * self.trials_of(y)
        return np.array([out_of.sum(), out_of @ self.observed(y), weight.sum(), weight @ offset])

    def level(self, sums: Floats) -> Floats:
        """The first linear predictor, without the offset, of the mean outcome: (1,), or (K - 1,) of K categories."""
        n, total, rows, offset = sums
        return np.atleast_1d(self.link(total / n)) - offset / rows

    def known(self, y: Floats) -> Floats:
        """The outcome on the scale of the mean, or what is known of one that was not seen: the end of a time, (n,)."""
        return self.observed(y)

    def start(self, y: Floats, weight: Floats, offset: Floats) -> Floats:
        """Linear predictors (width,), the same for all observations, near which their maximum lies."""
        level = self.level(self.sums(y, weight, offset))
        return level if len(level) == self.width else np.append(level, np.zeros(self.width - len(level)))

    def rough(self, y: Floats, weight: Floats) -> Floats:
        """A first linear predictor near each observation, shape (n,), where no column is constant."""
        return np.zeros(len(y))
