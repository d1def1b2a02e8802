"""The footer of a Parquet file: what it says of the values of each row group.

It is read here and not by pyarrow, whose answers about a column of a row group end the process where a byte is wrong
(an exception of C++ that nobody catches, pyarrow 26); here damage is a ValueError. A footer is a struct of Thrift's
compact protocol: fields by number, whole numbers seven bits a byte, text and lists with their length. Source: Apache
Thrift, compact protocol; Apache Parquet, parquet.thrift.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

FIRST_PAGE = re.compile(b"PAR1" + 3 * rb"\x15[\x80-\xff]*[\x00-\x7f]" + rb"(\x15)?", re.DOTALL)
"""The first mark, and the header of the page after it: three whole numbers, and where there is one a checksum."""

ROW_GROUPS, COLUMNS, METADATA, PATH, STATISTICS = 4, 1, 3, 3, 12
MISSING, LARGEST, LEAST = 3, 5, 6
"""Numbers of the fields that are read, in parquet.thrift."""


class Chunk(NamedTuple):
    """Of a column: how many values are missing, the least and the largest as stored; None for what is not said."""

    missing: int | None
    least: bytes | None
    largest: bytes | None

    def ends(self, dtype: np.dtype[Any]) -> NDArray[Any] | None:
        """The least and the largest value of a column of numbers, (2,); None where they are not said."""
        if self.least is None or self.largest is None:
            return None
        stored = np.dtype(dtype.kind + str(len(self.least)))
        if dtype.kind not in "iuf" or not len(self.least) == len(self.largest) >= dtype.itemsize:
            raise ValueError("the ends of its values are of another type.")
        return np.frombuffer(self.least + self.largest, stored.newbyteorder("<"))


def footer_of(path: Path) -> bytes:
    """The footer of a Parquet or Arrow file, and the four bytes of its length and the mark after it."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(size - 10, 0))
        last = file.read()
        tail = 10 if last.endswith(b"ARROW1") else 8
        length = int.from_bytes(last[-tail : 4 - tail], "little")
        if not 0 < length <= size - tail:
            raise ValueError("its footer has no length.")
        file.seek(size - tail - length)
        return file.read()


def chunks_of(path: Path) -> list[dict[str, Chunk]]:
    """The columns of each row group by name; ValueError where the footer is damaged."""
    data = BytesIO(footer_of(path)[:-8])
    try:
        groups = dict(_fields(data))[ROW_GROUPS]
        return [dict(_chunk(column[METADATA]) for column in group[COLUMNS]) for group in groups]
    except (IndexError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise ValueError("its footer is damaged.") from error


def is_checked(path: Path) -> bool:
    """Whether the first page of a Parquet file has a checksum, or there is no page; other files have none."""
    with path.open("rb") as file:
        start = file.read(64)
    page = FIRST_PAGE.match(start)
    return start.startswith(b"PAR1") if page is None else page[1] is not None


def _chunk(fields: dict[int, Any]) -> tuple[str, Chunk]:
    """The name of a column, and what is said of it."""
    said = fields.get(STATISTICS, {})
    missing, *ends = (said.get(number) for number in (MISSING, LEAST, LARGEST))
    if not all(one is None or isinstance(one, bytes) for one in ends):
        raise TypeError
    return b".".join(fields[PATH]).decode(), Chunk(missing, *ends)


def _taken(data: BytesIO, n: int) -> bytes:
    """The next n bytes; IndexError where there are fewer."""
    found = data.read(n)
    if len(found) < n:
        raise IndexError
    return found


def _whole(data: BytesIO) -> int:
    """A whole number of seven bits a byte."""
    byte = _taken(data, 1)[0]
    return byte if byte < 0x80 else byte & 0x7F | _whole(data) << 7


def _fields(data: BytesIO) -> Iterator[tuple[int, Any]]:
    """The fields of a struct with their numbers; RecursionError where damage claims structs within structs."""
    number = 0
    while head := _taken(data, 1)[0]:
        number = number + (head >> 4) if head >> 4 else _value(data, 4)
        kind = head & 15
        yield number, kind == 1 if kind <= 2 else _value(data, kind)  # a truth is the type itself


def _value(data: BytesIO, kind: int) -> Any:
    """A value of a kind of Thrift; TypeError for a map, of which Parquet has none."""
    if kind in (1, 2, 3):  # a truth in a list, or a byte
        return _taken(data, 1)[0]
    if kind in (4, 5, 6):
        value = _whole(data)
        return value >> 1 ^ -(value & 1)
    if kind in (7, 8):
        return _taken(data, 8 if kind == 7 else _whole(data))
    if kind in (9, 10):
        head = _taken(data, 1)[0]
        return [_value(data, head & 15) for _ in range(head >> 4 if head >> 4 < 15 else _whole(data))]
    if kind == 12:
        return dict(_fields(data))
    raise TypeError
