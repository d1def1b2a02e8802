"""Row groups of Parquet and Arrow files: their footers, and their rows in batches. Errors name the file and the row
group.

A file is looked at when it is opened and when its last row is read. One that has changed since `st.scan` found it would
give sums over other rows than the read before, and is an error.

The footer of a Parquet file says of the values of a row group what is compared with the values that were read: most
writers note the least and the largest value and the number of missing ones, and few write checksums of pages. Damage is
found where values leave that range, where an end of it does not occur, or where a value is lacking or too many; damage
between the ends is not found.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from math import isfinite
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from stattools.data.files.parquet_footer import Chunk, chunks_of
from stattools.data.files.source import Batch
from stattools.errors import DomainError
from stattools.interface.when_needed import pa


class Promises:
    """The least and the largest value and the number of missing ones of the columns of a row group: as its footer has
    them, and as they are read.
    """

    def __init__(self, chunks: dict[str, Chunk], columns: list[str]) -> None:
        self._said = {name: chunks[name] for name in columns if name in chunks}
        self._found: dict[str, list[Any]] = {name: [0, None, None] for name in self._said}
        self._ends: dict[str, Any] = {}

    def see(self, batch: pa.RecordBatch) -> frozenset[str]:
        """Note the values of a batch; the columns that turn out to be finite numbers in every row."""
        finite = []
        for name, found in self._found.items():
            column = batch.column(name)
            found[0] += column.null_count
            if self._said[name].least is not None and _is_plain(column.type):
                self._ends[name] = self._said[name].ends(np.dtype(column.type.to_pandas_dtype()))
                least, largest, whole = _ends(column)
                found[1], found[2] = _of(min, found[1], least), _of(max, found[2], largest)
                if whole:
                    finite.append(name)
        return frozenset(finite)

    def require_kept(self, where: str) -> None:
        """DomainError where the values that were read are not those that the footer tells of."""
        for name, (missing, least, largest) in self._found.items():
            said, ends = self._said[name].missing, self._ends.get(name)
            if said is not None and said != missing:
                raise _broken(where, name, f"{said} missing values, and it has {missing}")
            if least is None or ends is None or np.isnan(ends).any():
                continue
            low, high = ends.tolist()
            if (low, high) != (least, largest):
                raise _broken(where, name, f"values from {low} to {high}, and it has {least} to {largest}")


def _is_plain(kind: pa.DataType) -> bool:
    return pa.types.is_integer(kind) or pa.types.is_float32(kind) or pa.types.is_float64(kind)


def _ends(column: pa.Array) -> tuple[Any, Any, bool]:
    """The least and the largest value, and whether all values are there and finite. NumPy finds them at the speed of
    memory, where none is missing.
    """
    if len(column) and not column.null_count:
        values = column.to_numpy()
        least, largest = values.min().item(), values.max().item()
        if least == least:
            return least, largest, isfinite(least) and isfinite(largest)
    import pyarrow.compute as pc

    ends: Any = pc.min_max(column)  # type: ignore[attr-defined]
    return ends["min"].as_py(), ends["max"].as_py(), False


def _of(choose: Any, one: Any, other: Any) -> Any:
    return one if other is None or other != other else other if one is None else choose(one, other)


def _broken(where: str, name: str, words: str) -> DomainError:
    return DomainError(
        f"{where} cannot be read: column {name!r} has, by the footer of the file, {words}. It is damaged: write it "
        "again, with checksums of its pages (pyarrow: write_page_checksum=True)."
    )


def is_checked(path: Path) -> bool:
    """Whether the first page of a Parquet file has a checksum, by its header in Thrift's compact protocol; others have
    none. Field 4 of a page header is the checksum; fields 1 to 3 before it are whole numbers, seven bits a byte.
    """
    try:
        chunk = next((chunk for group in chunks_of(path) for chunk in group.values() if chunk.begin), None)
    except (OSError, ValueError):
        return False
    if chunk is None:
        return True
    with path.open("rb") as file:
        file.seek(chunk.begin)
        header, at = file.read(32), 0
    for _ in range(3):
        at += 1
        while header[at] & 0x80:
            at += 1
        at += 1
    return header[at : at + 1] == b"\x15"


PARQUET, ARROW = (".parquet", ".pq"), (".arrow", ".feather", ".ipc")
"""Endings of the names of the files that are read."""

BUFFER = 1 << 16
"""Bytes of a column that are read from a Parquet file at a time, beside whole pages: they stay in the cache of a core.
"""


def ending(path: Path) -> str:
    """The ending of a name in small letters, which says the format."""
    return path.suffix.lower()


class Stamp(NamedTuple):
    """The size of a file in bytes and the time of its last change in nanoseconds: a changed file is noticed by them."""

    size: int
    changed: int

    @classmethod
    def of(cls, path: Path) -> Stamp:
        """The stamp of a file now; DomainError where the file is gone."""
        try:
            found = path.stat()
        except OSError as error:
            raise DomainError(
                f"{path} cannot be found any more ({error.strerror}); put it back, or make the model again."
            ) from error
        return cls(found.st_size, found.st_mtime_ns)

    def require(self, path: Path) -> None:
        """DomainError where the file is not the one that was stamped."""
        if (now := Stamp.of(path)) != self:
            raise DomainError(
                f"{path} has changed since st.scan looked at it ({self.size:,} bytes then, {now.size:,} now): reads of "
                "other rows do not add up to one fit. Leave files alone during a fit; make scan and model again."
            )


def footer(path: Path) -> tuple[pa.Schema, tuple[int, ...]]:
    """The schema, and the numbers of rows of the row groups."""
    import pyarrow.parquet as pq

    try:
        if ending(path) in PARQUET:
            with pq.ParquetFile(path) as file:
                metadata = file.metadata
                counts = tuple(metadata.row_group(k).num_rows for k in range(metadata.num_row_groups))
                return file.schema_arrow, counts
        options = pa.ipc.IpcReadOptions(included_fields=[0])  # the lengths are those of the first column
        with pa.OSFile(str(path)) as source, pa.ipc.open_file(source) as file:
            lengths = pa.ipc.open_file(source, options=options)
            return file.schema, tuple(lengths.get_batch(k).num_rows for k in range(file.num_record_batches))
    except (pa.ArrowException, OSError, ValueError) as error:
        raise DomainError(
            f"{path} cannot be opened as {'Parquet' if ending(path) in PARQUET else 'Arrow IPC'}: {error}"
        ) from error


def parquet_batches(
    path: Path, groups: tuple[int, ...], columns: list[str], text: list[str], before: int, size: int, verify: bool
) -> Iterator[Batch]:
    """The rows of a Parquet file, `size` at a time at most; `before` rows come before them.

    `verify` asks for checksums of pages, where they were written, and for text and levels that are well formed.
    """
    import pyarrow.parquet as pq

    threads = (os.cpu_count() or 1) > 2  # with two cores, one thread decodes while the other sums
    with _named(str(path)), _memory_of_the_system():
        opened = pq.ParquetFile(
            path, buffer_size=BUFFER, pre_buffer=False, read_dictionary=text, page_checksum_verification=verify
        )
    with _named(str(path)):
        said = chunks_of(path) if verify else []
    with opened as file:
        for number, rows in enumerate(groups):
            where, first = f"{path}, row group {number}", 0
            if not rows:
                continue
            promises = Promises(said[number], columns) if verify else None
            finite = frozenset[str]()
            with _named(where):
                batches = file.iter_batches(size, row_groups=[number], columns=columns, use_threads=threads)
            while True:
                with _named(where):
                    batch = next(batches, None)
                    if promises is not None and batch is not None:
                        batch.validate(full=True)
                        finite = promises.see(batch)
                if batch is None:
                    break
                yield Batch(batch, where, first, before + first, finite)
                first += batch.num_rows
            if first != rows:
                raise DomainError(f"{where} has {first} rows and its footer says {rows}. Write the file again.")
            if promises is not None:
                promises.require_kept(where)
            before += rows


def arrow_batches(
    path: Path, groups: tuple[int, ...], columns: list[str], before: int, size: int, verify: bool
) -> Iterator[Batch]:
    """The rows of an Arrow file, `size` at a time at most; a record batch is read as a whole, as it was written."""
    with pa.OSFile(str(path)) as source:
        with _named(str(path)), pa.ipc.open_file(source) as file:
            places = [file.schema.get_field_index(name) for name in columns]
        with _named(str(path)):
            file = pa.ipc.open_file(source, options=pa.ipc.IpcReadOptions(included_fields=places))
        for number, rows in enumerate(groups):
            where = f"{path}, row group {number}"
            with _named(where):
                whole = file.get_batch(number)
                if verify:
                    whole.validate(full=True)  # Arrow does not check offsets into text by itself
            for first in range(0, rows, size):
                yield Batch(whole.slice(first, size), where, first, before + first)
            before += rows


@contextmanager
def _memory_of_the_system() -> Iterator[None]:
    """What is opened within takes its memory from the system's allocator. Batches are small and soon given back; the
    allocator of Arrow asks for pages of 2 MB, and to fill them with zeros takes a third of the first read.
    """
    before = pa.default_memory_pool()
    pa.set_memory_pool(pa.system_memory_pool())
    try:
        yield
    finally:
        pa.set_memory_pool(before)


@contextmanager
def _named(where: str) -> Iterator[None]:
    """An error of pyarrow, with the place where it was raised."""
    try:
        yield
    except (pa.ArrowException, OSError, ValueError) as error:
        raise DomainError(f"{where} cannot be read: {error}. Write the file again, or leave it out.") from error
