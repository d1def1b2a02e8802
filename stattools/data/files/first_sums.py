"""Sums of products that the first pass over files takes beside its survey, so that least squares needs no read more.

The first rows give rough centers and a rough phi, in whose coordinates the sums of all rows are taken
(`shifted_sums.py`). Where the first rows are unlike the others the sums lose digits; the solver measures that as it
does for any center, and reads the rows again where it counts. Sums are taken of columns that are numbers and stand in
the formula as they are, with an intercept and without weights or offset.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from stattools.data.files.scanned_columns import Clean, cleaned
from stattools.data.files.source import Batch
from stattools.data.formula.coding import Coding
from stattools.data.formula.formula import Formula
from stattools.data.rows.shifted_sums import ShiftedBlock, ShiftedSums, rows_of_a_block
from stattools.interface.arrays import Floats
from stattools.interface.units import LARGEST_SUM

FIRST_ROWS = 8_192
"""The most rows that the centers and phi come from: the error of phi is then a ninetieth of a standard deviation."""

FEWEST = 1_024
"""Fewer complete first rows than this leave the sums to the solver; ten for each column are needed, too."""

FIRST_SUMS = "first sums"
"""The name under which rows keep them, in `later`."""


@dataclass(frozen=True, eq=False)
class Surroundings:
    """The coordinates of the sums: `names` of the columns after the intercept, that of the outcome, `center` (p,) and
    `phi` (p,) of all columns, and the center of the outcome, `middle`.
    """

    names: tuple[str, ...]
    outcome: str
    center: Floats
    middle: float
    phi: Floats

    @classmethod
    def of(cls, batch: Batch, formula: Formula, kinds: Mapping[str, str]) -> Surroundings | None:
        """What the first rows give; None for a formula of another form, and for too few or infinite values."""
        names, outcome = columns_as_they_are(formula, kinds), formula.outcome.category
        if names is None or outcome is None:
            return None
        clean = cleaned(batch.table, batch.first, kinds)
        n, p = len(clean.rows), len(names) + 1
        if n < max(FEWEST, 10 * p):
            return None
        values = clean.columns.values_of
        X = np.column_stack([np.ones(n), *(values[name] for name in names)])
        y = np.asarray(values[outcome], dtype=np.float64)
        with np.errstate(over="ignore", invalid="ignore"):
            center, middle = X.mean(axis=0), float(y.mean())
            center[0] = 0.0
            X -= center
            unit = np.sqrt(np.einsum("ij,ij->j", X, X))
            size = float(np.sqrt(np.square(y - middle).sum()))
        if not np.isfinite([*unit, size]).all():
            return None
        unit[unit == 0.0] = 1.0
        X /= unit
        # any phi will do: the small number makes one of columns that depend on one another in these rows, too
        phi = np.linalg.solve(X.T @ X + 1e-8 * np.eye(p), X.T @ (y - middle)) / unit
        return cls(names, outcome, center, middle, phi)

    def sums(self, clean: Clean) -> ShiftedSums:
        """The sums over the complete rows of a batch, of which there is one at least."""
        with np.errstate(over="ignore", invalid="ignore"):  # what overflows is refused by the solver, with a message
            return ShiftedSums.over(self._blocks(clean), self.phi)

    def _blocks(self, clean: Clean) -> Iterator[ShiftedBlock]:
        values: Mapping[str, Any] = clean.columns.values_of
        y, n, p = values[self.outcome], len(clean.rows), len(self.center)
        size = rows_of_a_block(n, p)
        room = np.empty((size, p), order="F")
        room[:, 0] = 1.0
        for start in range(0, n, size):
            part = slice(start, start + size)
            Z, here = room[: min(size, n - start)], y[part].astype(np.float64, copy=False)
            for place, name in enumerate(self.names, 1):
                np.subtract(values[name][part], self.center[place], out=Z[:, place])
            yield Z, here - self.middle, None, here


def columns_as_they_are(formula: Formula, kinds: Mapping[str, str]) -> tuple[str, ...] | None:
    """The columns of a formula with an intercept whose terms are columns of numbers, in their order; None of others."""
    used = (formula.outcome, *(factor for term in formula.terms for factor in term))
    plain = all(factor.call is None and kinds.get(str(factor.category)) in ("whole", "number") for factor in used)
    if not plain or formula.terms[0] or not all(len(term) == 1 for term in formula.terms[1:]):
        return None
    return tuple(str(term[0].category) for term in formula.terms[1:])


@dataclass(frozen=True, eq=False)
class FirstSums:
    """The sums of the first pass, the coordinates that they are `about`, and the coding of the rows they are of."""

    about: Surroundings
    sums: ShiftedSums
    coding: Coding

    def are_of(self, rows: Any) -> bool:
        """Whether rows that share what earlier reads found have the same X and the same outcome."""
        mine, theirs = self.coding, rows.coding
        moved = theirs.is_constant or any(part is not None for part in (rows.center, rows.scale, theirs.codes))
        return not moved and theirs.design is mine.design and theirs.formula is mine.formula

    @property
    def are_finite(self) -> bool:
        """Whether no sum of squares overflows; otherwise the rows are read again, and what is too large is named."""
        return max(self.sums.square, self.sums.rss, self.sums.size) < LARGEST_SUM
