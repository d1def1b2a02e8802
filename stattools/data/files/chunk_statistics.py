"""What the footer of a Parquet file says of the values of a row group, compared with the values that were read.

Most writers note the least and the largest value and the number of missing ones, and few write checksums of pages. A
damaged page whose values leave that range, lose its ends, or lack a value or have one too many is found so; damage
between the ends is not.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from stattools.errors import DomainError
from stattools.interface.when_needed import pa


class Promises:
    """Least, largest and missing values of the columns of a row group, as its footer has them, and as they come."""

    def __init__(self, group: Any, columns: list[str]) -> None:
        chunks = (group.column(k) for k in range(group.num_columns))
        said = {chunk.path_in_schema: chunk.statistics for chunk in chunks if chunk.is_stats_set}
        self._said = {name: said[name] for name in columns if name in said}
        self._found: dict[str, list[Any]] = {name: [0, None, None] for name in self._said}

    def see(self, batch: pa.RecordBatch) -> None:
        """The values of a batch."""
        for name, found in self._found.items():
            column = batch.column(name)
            found[0] += column.null_count
            if self._said[name].has_min_max and _is_plain(column.type) and pa.types.is_primitive(column.type):
                least, largest = _ends(column)
                found[1], found[2] = _of(min, found[1], least), _of(max, found[2], largest)

    def require_kept(self, where: str) -> None:
        """DomainError where the values that were read are not those that the footer tells of."""
        for name, (missing, least, largest) in self._found.items():
            said = self._said[name]
            if said.has_null_count and said.null_count != missing:
                raise _broken(where, name, f"{said.null_count} missing values, and it has {missing}")
            ends = (said.min, said.max) if least is not None else (None, None)
            if least is not None and ends == ends and ends != (least, largest):
                raise _broken(where, name, f"values from {ends[0]} to {ends[1]}, and it has {least} to {largest}")


def _is_plain(kind: pa.DataType) -> bool:
    return pa.types.is_integer(kind) or pa.types.is_float32(kind) or pa.types.is_float64(kind)


def _ends(column: pa.Array) -> tuple[Any, Any]:
    """The least and the largest value; NumPy finds them at the speed of memory, where none is missing."""
    import pyarrow.compute as pc

    if len(column) and not column.null_count:
        values = column.to_numpy()
        least, largest = values.min(), values.max()
        if least == least:
            return least.item(), largest.item()
    ends: Any = pc.min_max(column)  # type: ignore[attr-defined]
    return ends["min"].as_py(), ends["max"].as_py()


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
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            groups = (file.metadata.row_group(k) for k in range(file.metadata.num_row_groups))
            chunk = next((group.column(0) for group in groups if group.num_rows), None)
    except (pa.ArrowException, OSError):
        return False
    if chunk is None:
        return True
    with path.open("rb") as file:
        file.seek(min(one for one in (chunk.dictionary_page_offset, chunk.data_page_offset) if one))
        header, at = file.read(32), 0
    for _ in range(3):
        at += 1
        while header[at] & 0x80:
            at += 1
        at += 1
    return header[at : at + 1] == b"\x15"
