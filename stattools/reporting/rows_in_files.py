"""What a report says of rows in files: where they are, how many, what they hold, and the hash of the files' footers.

one read   mean, standard deviation and range of every column, and the range of the outcome
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stattools.bayes.priors.overview import moments_of_columns
from stattools.data.files.chunk_statistics import is_checked
from stattools.data.files.scan import Scan
from stattools.data.files.scanned_rows import Ends
from stattools.data.rows.rows import Block
from stattools.errors import IncompatibleError
from stattools.interface.arrays import Floats
from stattools.models.model import Model
from stattools.numerics.moments import SampleMoments
from stattools.solvers.samples.surrogate import place_of

LAST = 10
"""Bytes that a Parquet or an Arrow file ends with: the length of its footer, four bytes, and a mark, four or six."""


class Columns(NamedTuple):
    """Means and standard deviations of the columns of X, 0 where they do not vary, the ends of the columns and, last,
    of the outcome, and which columns have nothing but zeros and ones.
    """

    mean: Floats
    sd: Floats
    low: Floats
    high: Floats
    binary: NDArray[np.bool_]


class _Sums(NamedTuple):
    moments: SampleMoments
    ends: Ends
    others: NDArray[np.intp]

    def __add__(self, other: _Sums) -> _Sums:  # type: ignore[override]
        return _Sums(self.moments + other.moments, self.ends + other.ends, self.others + other.others)


def columns(model: Model) -> Columns:
    """The columns of all rows: one read, the first time."""
    rows: Any = model.rows
    if "columns" not in rows.later:
        found: _Sums = rows.total(_of_block)
        moments: Any = found.moments
        low, high = found.ends
        sd = np.where(low[:-1] < high[:-1], np.sqrt(moments.square / moments.n), 0.0)
        rows.later["columns"] = Columns(moments.mean, sd, low, high, (found.others == 0) & (sd > 0))
    return rows.later["columns"]


def _of_block(block: Block) -> _Sums:
    weight = np.ones(len(block.X)) if block.weight is None else block.weight
    both = np.column_stack([block.X, block.y])
    others = ((block.X != 0) & (block.X != 1)).sum(axis=0)
    return _Sums(moments_of_columns(block.X, weight), Ends(both.min(axis=0), both.max(axis=0)), others)


def place(model: Model) -> dict[str, int]:
    """How many files and row groups there are."""
    source: Any = model.rows.source  # type: ignore[attr-defined]
    return {"files": len(source.paths), "row groups": source.n_groups} if isinstance(source, Scan) else {}


def tally(model: Model) -> tuple[Floats, Floats]:
    """The values of an outcome in classes or counts, in the model's numbers, and how often each was seen."""
    rows: Any = model.rows
    codes = rows.coding.codes
    y = codes if codes is not None else np.asarray(rows.marginal.values, dtype=float)
    return y, rows.marginal.counts


def hash_of_footers(model: Model) -> str:
    """SHA-256 of the names of the files, their sizes and their footers, and of the formula: not of the values.

    Raises IncompatibleError for rows that are in no files.
    """
    source: Any = model.rows.source  # type: ignore[attr-defined]
    if not isinstance(source, Scan):
        raise IncompatibleError(
            f"report writes the hash of the data, and the rows of {model.title} are {place_of(model)}, which has none. "
            "Write them to files and scan these, or report on a sample in memory."
        )
    digest = hashlib.sha256("\x1f".join((model.kind, str(model.formula), *model.names)).encode())
    for path in source.paths:
        digest.update(f"\x1e{path.name}\x1f{path.stat().st_size}\x1f".encode())
        digest.update(_footer(path))
    return digest.hexdigest()


def without_checksums(model: Model) -> str | None:
    """How many of the files have no checksums of their pages, and what that means; None where all have, or none are."""
    source: Any = model.rows.source  # type: ignore[attr-defined]
    if not isinstance(source, Scan):
        return None
    bare = sum(not is_checked(path) for path in source.paths)
    return (
        f"{bare:,} of {len(source.paths):,}: damage that leaves numbers within their range is not seen"
        if bare
        else None
    )


def _footer(path: Path) -> bytes:
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(size - LAST, 0))
        last = file.read()
        mark = 6 if last.endswith(b"ARROW1") else 4
        length = int.from_bytes(last[-mark - 4 : -mark], "little")
        file.seek(max(size - mark - 4 - length, 0))
        return file.read()
