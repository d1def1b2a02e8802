"""What contrasts of two arms share: exchanging the arms where a formula needs it, and two tails that add to one."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from stattools.errors import ConvergenceError
from stattools.interface.arrays import Floats
from stattools.interface.record import record

Two = tuple[Floats, Floats]


@record
class ContrastRows:
    """A contrast of two arms, one per row, by its tails and its density; its quantiles are solved from them."""

    support: ClassVar[tuple[float, float]]
    log_scale: ClassVar[bool]
    """Whether quantiles are looked for on the scale of logs."""

    @abstractmethod
    def moments(self) -> Two:
        """Mean and standard deviation; inf where they are."""

    @abstractmethod
    def tails(self, z: Floats) -> Two:
        """P(contrast <= z) and P(contrast > z)."""

    @abstractmethod
    def log_density(self, z: Floats) -> Floats:
        """log density of the contrast."""

    def start(self) -> Two:
        """Mean and standard deviation on the scale on which quantiles are looked for."""
        return self.moments()

    def one_peak(self) -> NDArray[np.bool_]:
        """Where the density is known to have one peak: always, unless told."""
        return np.ones(len(self.moments()[0]), dtype=bool)

    def falls_from_lower_end(self) -> NDArray[np.bool_]:
        """Where the density is highest at the lower end of its support: never, unless told."""
        return np.zeros(len(self.moments()[0]), dtype=bool)


def moved(mirrored: NDArray[np.bool_], first: Two, second: Two) -> tuple[Floats, Floats, Floats, Floats]:
    """Parameters of both arms, exchanged where `mirrored`."""
    ahead = [np.where(mirrored, t, f) for f, t in zip(first, second, strict=True)]
    behind = [np.where(mirrored, f, t) for f, t in zip(first, second, strict=True)]
    return ahead[0], ahead[1], behind[0], behind[1]


def both_tails(below: Floats, above: Floats, mirrored: NDArray[np.bool_], what: str) -> Two:
    """Both tails over their sum, exchanged where `mirrored`. Raises ConvergenceError unless the sum is 1 to 1e-8."""
    total = below + above
    if not np.all(np.abs(total - 1.0) < 1e-8):
        raise ConvergenceError(
            f"both tails of {what} need to add to 1; got {total[np.argmax(np.abs(total - 1.0))]:.10g}. "
            "Report the parameters of the arms."
        )
    below, above = below / total, above / total
    return np.where(mirrored, above, below), np.where(mirrored, below, above)
