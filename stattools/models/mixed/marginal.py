"""What a marginal likelihood of a mixed regression says of its parameters, where no fixed effect is integrated out."""

from __future__ import annotations

from typing import Any

import numpy as np

from stattools.interface.arrays import Floats


class MarginalLikelihood:
    """theta = (the parameters of the fixed part, the free entries of each T_k, standard deviations of curves).

    `to_fixed` (p, p) makes the user's parameters of those of the fixed part, and `to_effects` N_k effects of the user's
    columns of z: u = N_k T_k v, v ~ N(0, I).
    """

    model: Any
    to_fixed: Any
    to_effects: Any
    to_taus: Any = 1.0
    """What makes the standard deviations of curves' effects in the user's units of those in theta."""
    points: Any = None
    """Points that stand for the rows of one curve, where there are such."""
    _latest: Any

    def factors(self, theta: Floats) -> Any:
        """The T_k (q, q)."""
        raise NotImplementedError

    def taus(self, theta: Floats) -> Floats:
        """The standard deviations of the effects of curves: here there are none."""
        return np.empty(0)

    @property
    def n(self) -> float:
        """Number of observations."""
        return float(self.model.n)

    def begin_near(self, found: Any) -> None:
        """The mode of the next theta is looked for from that of `found`, which may be one of points."""
        self._latest.put(found)

    @property
    def smooths(self) -> Any:
        """The curves that have a standard deviation each."""
        return self.model.smooths

    @property
    def coarser(self) -> Any:
        """This likelihood by a quicker integral that is good enough for the ends of intervals."""
        return self

    def fixed_at(self, theta: Floats) -> Floats:
        """The parameters of the fixed part, (p,), in the coordinates of theta."""
        return theta[: len(self.to_fixed)]

    def fixed_change(self, theta: Floats) -> Floats:
        """How these move with theta, (p, size of theta)."""
        return np.eye(len(self.to_fixed), len(theta))

    def fixed_spread(self, theta: Floats) -> Floats:
        """The covariance (p, p) of the fixed part given theta: that of parameters which are integrated out."""
        return np.zeros(self.to_fixed.shape)
