"""The footer of a Parquet file: what it says of the values of each row group, and where their pages begin.

It is read here and not by pyarrow, whose answers about a column of a row group end the process where a byte is wrong
(an exception of C++ that nobody catches, pyarrow 26); here damage is a ValueError. A footer is a struct of Thrift's
compact protocol: fields by number, whole numbers seven bits a byte, text and lists with their length. Source: Apache
Thrift, compact protocol; Apache Parquet, parquet.thrift.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

TAIL = 8
"""Bytes after the footer: its length, four bytes, and the mark PAR1."""

DEEPEST = 40
"""Structs within structs; a footer has seven, damage may claim more than a stack holds."""

ROW_GROUPS, COLUMNS, METADATA, PATH, DATA_PAGE, DICTIONARY_PAGE, STATISTICS = 4, 1, 3, 3, 9, 11, 12
MISSING, LARGEST, LEAST = 3, 5, 6
"""Numbers of the fields that are read, in parquet.thrift."""

WIDTHS = {1: 4, 2: 8, 4: 4, 5: 8}
"""Bytes of a value by its physical type: INT32, INT64, FLOAT, DOUBLE."""


class Chunk(NamedTuple):
    """A column of a row group: where its first page is, how many values are missing, and the least and the largest as
    they are stored; None for what is not said.
    """

    begin: int
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


def chunks_of(path: Path) -> list[dict[str, Chunk]]:
    """The columns of each row group by name; ValueError where the footer is damaged."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(size - TAIL, 0))
        length = int.from_bytes(file.read(4), "little")
        if not 0 < length <= size - TAIL:
            raise ValueError("its footer has no length.")
        file.seek(size - TAIL - length)
        data = file.read(length)
    try:
        groups = _struct(data, 0, 0)[0][ROW_GROUPS]
        return [dict(_chunk(column[METADATA]) for column in group[COLUMNS]) for group in groups]
    except (IndexError, KeyError, TypeError, AttributeError) as error:
        raise ValueError("its footer is damaged.") from error


def _chunk(fields: dict[int, Any]) -> tuple[str, Chunk]:
    said = fields.get(STATISTICS, {})
    missing, least, largest = (said.get(number) for number in (MISSING, LEAST, LARGEST))
    if not all(one is None or isinstance(one, bytes) for one in (least, largest)):
        raise TypeError
    begin = min((at for at in (fields.get(DICTIONARY_PAGE), fields[DATA_PAGE]) if at), default=0)
    name = b".".join(fields[PATH]).decode()
    return name, Chunk(begin, missing, least, largest)


def _whole(data: bytes, at: int) -> tuple[int, int]:
    """A whole number of seven bits a byte, and where it ends."""
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


def _struct(data: bytes, at: int, depth: int) -> tuple[dict[int, Any], int]:
    """The fields of a struct by number, and where it ends."""
    if depth > DEEPEST:
        raise ValueError("its footer is damaged.")
    found: dict[int, Any] = {}
    number = 0
    while True:
        head, at = data[at], at + 1
        if not head:
            return found, at
        if head >> 4:
            number += head >> 4
        else:
            number, at = _whole(data, at)
            number = number >> 1 ^ -(number & 1)
        kind = head & 15
        if kind <= 2:  # a truth, which is the type itself
            found[number] = kind == 1
        else:
            found[number], at = _value(data, at, kind, depth)


def _value(data: bytes, at: int, kind: int, depth: int) -> tuple[Any, int]:
    """A value of a kind of Thrift, and where it ends."""
    if kind in (1, 2, 3):  # a truth in a list, or a byte
        return data[at], at + 1
    if kind in (4, 5, 6):
        value, at = _whole(data, at)
        return value >> 1 ^ -(value & 1), at
    if kind == 7:
        return data[at : at + 8], at + 8
    if kind == 8:
        length, at = _whole(data, at)
        if at + length > len(data):
            raise IndexError
        return data[at : at + length], at + length
    if kind in (9, 10):
        head, at = data[at], at + 1
        count = head >> 4
        if count == 15:
            count, at = _whole(data, at)
        values = []
        for _ in range(count):
            value, at = _value(data, at, head & 15, depth + 1)
            values.append(value)
        return values, at
    if kind == 12:
        return _struct(data, at, depth + 1)
    raise ValueError("its footer is damaged.")  # a map, of which Parquet has none
