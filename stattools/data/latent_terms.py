"""What a formula says of effects that nobody saw, over the rows of a regression: those of groups, and curves."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.data.formula.random_parts import MixedFormula
from stattools.data.random_design import RandomDesign, require_groups
from stattools.data.random_term import RandomTerm
from stattools.interface.record import record


@record
class LatentTerms:
    """The formula as it was `said`, what was learned of each random part, `random`, the `terms` of these over the rows
    of the regression, and its `smooths`.
    """

    said: MixedFormula
    random: tuple[RandomDesign, ...]
    terms: tuple[RandomTerm, ...]
    smooths: tuple[Any, ...] = ()

    @property
    def said_of(self) -> str:
        """What the title of a regression says of them."""
        parts = [word for word, some in (("random effects", self.terms), ("curves", self.smooths)) if some]
        return f"with {' and '.join(parts)}"

    def take(self, which: slice | NDArray[np.intp]) -> LatentTerms:
        """The terms over the rows that a slice or an array of their numbers picks, with the levels that these have."""
        terms = tuple(taken(term, which) for term in self.terms)
        levels = {(term.group, term.levels): new.levels for term, new in zip(self.terms, terms, strict=True)}
        random = tuple(design.among(levels[design.part.group, design.labels]) for design in self.random)
        return replace(self, random=random, terms=terms, smooths=tuple(smooth.take(which) for smooth in self.smooths))

    def keeping(self, rows: NDArray[np.intp]) -> LatentTerms:
        """The terms where the other rows say nothing; DomainError where these have one group only."""
        found = self.take(rows)
        for design in found.random:
            require_groups(design.part, design.labels, len(rows))
        return found


def taken(term: RandomTerm, which: slice | NDArray[np.intp]) -> RandomTerm:
    """A random term over some of its rows, with the levels that these have."""
    present, codes = np.unique(term.codes[which], return_inverse=True)
    levels = tuple(term.levels[k] for k in present.tolist())
    return replace(term, codes=codes, levels=levels, z=term.z[which])
