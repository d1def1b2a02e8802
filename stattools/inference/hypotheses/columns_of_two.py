"""The columns of two models of the same rows side by side, and the triangle that says which are combinations of others.

Rows in files are read once: the triangles of batches add up to that of all rows by QR of one below the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from stattools.data.files.batch import Batch
from stattools.data.formula.coding import Coding
from stattools.data.rows.rows import Rows
from stattools.data.rows.triangle import triangle
from stattools.interface.arrays import Floats
from stattools.models.model import Model


def beside(ours: Rows, theirs: Rows) -> Floats:
    """[X of one, X of the other, the difference of the offsets]."""
    zero = np.zeros(len(ours.y))
    one, other = (zero if v is None else v for v in (ours.offset, theirs.offset))
    shift = np.where(np.abs(other - one) > 1e-13 * (np.abs(one) + np.abs(other)), other - one, 0.0)
    return np.column_stack([ours.X, theirs.X, shift])


def sizes(columns: Floats) -> Floats:
    """Root mean squares, 1 where that is 0."""
    size = np.sqrt(np.mean(columns**2, axis=0))
    return np.where(size > 0, size, 1.0)


def triangle_of_both(ours: Rows, theirs: Rows, size: Floats) -> Floats:
    """The triangle of the columns of both, in units of `size`."""
    columns = beside(ours, theirs) / size
    return triangle(Rows(columns, np.zeros(len(columns)), ours.weight))


@dataclass(frozen=True, eq=False)
class _Triangle:
    """Adds with `+`: the triangle of the rows of both."""

    R: Floats

    def __add__(self, other: _Triangle) -> _Triangle:
        return _Triangle(np.linalg.qr(np.concatenate([self.R, other.R]), mode="r"))


@dataclass(frozen=True, eq=False)
class _OfBatch:
    """The triangle of a batch; small enough to be sent to where the batch is."""

    ours: Coding
    theirs: Coding
    size: Floats

    def __call__(self, batch: Batch) -> _Triangle | None:
        one, other = (
            coding.rows(batch._replace(table=batch.table.select(list(coding.columns))))
            for coding in (self.ours, self.theirs)
        )
        return None if one is None or other is None else _Triangle(triangle_of_both(one, other, self.size))


def beside_elsewhere(full: Model, restricted: Model) -> tuple[Floats, Floats]:
    """The units of the columns, from the samples, and the triangle of all rows."""
    ours: Any = full.rows
    theirs: Any = restricted.rows
    units = [sizes(rows.sampled.X) for rows in (ours, theirs)]
    offsets = [rows.sampled.offset for rows in (ours, theirs) if rows.sampled.offset is not None]
    size = np.concatenate([*units, sizes(np.concatenate(offsets)[:, None]) if offsets else np.ones(1)])
    columns = tuple(dict.fromkeys((*ours.coding.columns, *theirs.coding.columns)))
    found = ours.over_batches(_OfBatch(ours.coding, theirs.coding, size), columns)
    return size, found.R
