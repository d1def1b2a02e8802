"""The columns of two models of the same rows side by side, and the triangle that says which are combinations of others.

The triangles of batches of rows add up to that of all rows by QR of one below the other: files are read once.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from stattools.data.rows.rows import Rows
from stattools.data.rows.triangle import Triangle, triangle
from stattools.interface.arrays import Floats


def beside(ours: Rows, theirs: Rows) -> Floats:
    """[X of one, X of the other, the difference of the offsets]."""
    zero = np.zeros(len(ours.y))
    one, other = (zero if v is None else v for v in (ours.offset, theirs.offset))
    shift = np.where(np.abs(other - one) > 1e-13 * (np.abs(one) + np.abs(other)), other - one, 0.0)
    return np.column_stack([ours.X, theirs.X, shift])


def sizes(ours: Rows, theirs: Rows) -> Floats:
    """Root mean squares of the columns of both, 1 where that is 0, and of the offsets; of the rows in memory."""
    offsets = [rows.sampled.offset for rows in (ours, theirs) if rows.sampled.offset is not None]
    columns = [ours.sampled.X, theirs.sampled.X, np.concatenate([np.zeros(1), *offsets])[:, None]]
    size = np.concatenate([np.sqrt(np.mean(np.square(values), axis=0)) for values in columns])
    return np.where(size > 0, size, 1.0)


def triangle_of_both(ours: Rows, theirs: Rows, size: Floats) -> Floats:
    """The triangle of the columns of both, in units of `size`."""
    return ours.gather_with(theirs, partial(_of_batch, size)).R


def _of_batch(size: Floats, ours: Rows, theirs: Rows) -> Triangle:
    columns = beside(ours, theirs) / size
    return Triangle(triangle(Rows(columns, np.zeros(len(columns)), ours.weight)))
