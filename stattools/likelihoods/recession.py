"""Whether the log-likelihood of an observation rises for ever, and which way: all that existence needs of a family."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stattools.errors import IncompatibleError
from stattools.interface.arrays import Floats
from stattools.text.one_line import prints


@prints
class HalfSpaces(NamedTuple):
    """Moves d of the linear predictors along which observations rise or stay: `normals` d >= 0, (m, width), each that
    of one of the `rows`, (m,).
    """

    rows: NDArray[np.intp]
    normals: Floats


class Recession:
    """Where the log-likelihood of an observation goes as its linear predictors run off."""

    knows_ends: ClassVar[bool] = True
    """False where `side` does not tell whether the log-likelihood of an observation rises for ever."""

    has_reach: ClassVar[bool] = False
    """True where `reach` is not the largest of the first linear predictors."""

    parameters: ClassVar[Mapping[str, str]]
    """The parameters of the distribution by name, each with its link, in the order of the linear predictors."""

    concave_with: ClassVar[tuple[str, ...]] = ()
    """The links of the first parameter with which the log-likelihood is concave in all linear predictors together."""

    concave_if_shared: ClassVar[tuple[str, ...]] = ()
    """The links of the first parameter with which a maximum is the only one where all rows share the other parameter:
    the coefficients that maximize are then the same whatever its value, by a sum that is convex in them, and at them
    the log-likelihood is concave in it.
    """

    @property
    def concave(self) -> bool:
        """Whether the log-likelihood is concave in these parameters, the linear predictors together: a maximum is then
        the only one, whatever columns they have and whatever concave is added, as of random effects.
        """
        return next(iter(self.parameters.values())) in self.concave_with

    @property
    def unimodal(self) -> bool:
        """Whether it is concave after a change of parameters that is linear in the first, as in (eta_0 / sigma,
        1 / sigma): a maximum is then the only one where all rows share the others, and with these held.
        """
        return self.concave

    def side(self, y: Floats) -> Floats | None:
        """+1 where loglik rises with eta for ever, -1 where it falls for ever, 0 where it has a maximum; nan where the
        observation says nothing, shape (n,). Of several categories their codes. None where every one has a maximum.
        """
        raise self.lacks("side(y)")

    def half_spaces(self, y: Floats) -> HalfSpaces | None:
        """The same of a family of several linear predictors that move together; None where `side` says it."""
        return None

    def side_of_first(self, y: Floats) -> Floats | None:
        """As `side`, where the first linear predictor moves alone, of families of several that move together too."""
        spaces = self.half_spaces(y)
        if spaces is None:
            return self.side(y)
        low, high = np.full(len(y), np.inf), np.full(len(y), -np.inf)
        np.minimum.at(low, spaces.rows, spaces.normals[:, 0])
        np.maximum.at(high, spaces.rows, spaces.normals[:, 0])
        return (low >= 0.0) * 1.0 - (high <= 0.0) * 1.0

    def reach(self, eta: Floats, y: Floats) -> float:
        """The largest size of what runs off where observations are separated, of families that have `half_spaces`; of
        others it is that of the first linear predictors.
        """
        return float(np.abs(eta).max(initial=0.0))

    def far(self, size: float) -> float:
        """A linear predictor beyond this size may have a row of probability within exp(-size) of 1."""
        return size

    def lacks(self, question: str) -> IncompatibleError:
        """The error for what this family does not answer."""
        return IncompatibleError(
            f"{type(self).__name__} does not say its {question}, which this needs. Write it in the class of the "
            "likelihood."
        )
