"""Priors of infinite mass, such as Haldane's: no distributions, but limits of some, whose posteriors may be proper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from stattools.bayes.conjugate.arms import place
from stattools.bayes.conjugate.updating import DeclaredPair
from stattools.errors import DomainError
from stattools.interface.names.guesses import absent
from stattools.text.one_line import one_line


@dataclass(frozen=True)
class Improper:
    """An improper prior of a family: it can be updated with data that make it proper, and nothing else.

    `family` is the class of the posterior, `values` its parameters at the limit, `name` what people call it.

    >>> import stattools as st
    >>> st.Beta.haldane()
    Improper(Beta(0, 0): Haldane's prior)
    """

    family: Any
    name: str
    values: tuple[float, ...]
    is_proper = False
    """Its mass is infinite."""
    arms = None
    seen = None
    _entries = ()
    successes = 0
    trials = 0
    events = 0
    exposure = 0.0

    @property
    def _pair(self) -> DeclaredPair:
        return self.family._pair

    @property
    def prior(self) -> Improper:
        """Itself: nothing was seen yet."""
        return self

    @one_line
    def __repr__(self) -> str:
        return f"Improper({self._text(self.values)}: {self.name})"

    def __getattr__(self, name: str) -> Any:
        fields = tuple(self.family.__dataclass_fields__)[: len(self.values)]
        if name in fields:
            return self.values[fields.index(name)]
        if name.startswith("_") or not hasattr(self.family, name):
            absent(self, name)
        raise self.lacks(name)

    def update(self, more: object, /) -> Any:
        """The posterior. Raises DomainError where it is improper too."""
        return self.family.update(self, more)

    def lacks(self, what: str) -> DomainError:
        """The error of asking for what only a distribution has."""
        return DomainError(
            f"{self.name}, {self._text(self.values)}, is improper: its mass is infinite, and its "
            f"{what.replace('_', ' ')} is not defined. Update it with data, or start from a proper prior."
        )

    def require(self, seen: str, **parameters: ArrayLike) -> None:
        """DomainError unless the posterior's parameters are positive."""
        bad = np.any([np.asarray(value) <= 0.0 for value in np.broadcast_arrays(*parameters.values())], axis=0)
        if np.any(bad):
            where = tuple(int(i) for i in np.argwhere(bad)[0])
            values = [np.broadcast_to(v, bad.shape)[where] for v in parameters.values()]
            at = f" {place(where, None)}" if where else ""
            raise DomainError(
                f"{self.name}, {self._text(self.values)}, with {seen} has an improper posterior, "
                f"{self._text(values)}{at}: no probability, mean or interval follows from it. "
                "Use a proper prior, or wait for data that make it proper."
            )

    def _text(self, values: Sequence[float]) -> str:
        return f"{self.family.__name__}({', '.join(f'{float(v):g}' for v in values)})"
