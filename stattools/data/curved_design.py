"""A design with curves among its columns: those of X, then the wiggly part of each curve, Z b = B M b."""

from __future__ import annotations

from typing import Any

import numpy as np

from stattools.data.design import Design
from stattools.data.latent_terms import LatentTerms
from stattools.data.smooth_design import SmoothDesign
from stattools.interface.record import record


@record
class CurvedDesign(Design):
    """The design of X, with the names of columns of `curves` beside: new rows are made columns of all."""

    curves: tuple[SmoothDesign, ...] = ()

    @classmethod
    def of(cls, design: Design, read: LatentTerms) -> CurvedDesign:
        """The design with the curves that were read beside it."""
        curves = {id(term.design): term.design for term in read.smooths}
        names = tuple(f"{term.name}.{k + 1}" for term in read.smooths for k in range(term.width))
        return cls(
            (*design.names, *names), design.parsed, design.levels, design.state, design.added, design.beside,
            design.uses, design.ordered, design.coded, tuple(curves.values()),
        )  # fmt: skip

    @property
    def lines(self) -> Design:
        """The design of X alone."""
        n = len(self.names) - sum(term_count(curve) * (curve.part.k - 2) for curve in self.curves)
        return Design(
            self.names[:n],
            self.parsed,
            self.levels,
            self.state,
            self.added,
            self.beside,
            self.uses,
            self.ordered,
            self.coded,
        )

    def encode(self, data: Any, some: np.ndarray | None = None) -> np.ndarray:
        """Rows of X and of the curves for new data; see `Design.encode`."""
        terms = (term for curve in self.curves for term in curve.terms(data, some))
        return np.column_stack([self.lines.encode(data, some), *(term.columns for term in terms)])


def term_count(curve: SmoothDesign) -> int:
    """How many curves a design makes: one for each level."""
    return max(len(curve.levels), 1)
