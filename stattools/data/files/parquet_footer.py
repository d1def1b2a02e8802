"""The footer of a Parquet file: what it says of the values of each row group, and where their pages begin.

It is read here and not by pyarrow, whose answers about a column of a row group end the process where a byte is wrong
(an exception of C++ that nobody catches, pyarrow 26); here damage is a ValueError. A footer is a struct of Thrift's
compact protocol: fields by number, whole numbers seven bits a byte, text and lists with their length. Source: Apache
Thrift, compact protocol; Apache Parquet, parquet.thrift.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

TAIL = 8
"""Bytes after the footer: its length, four bytes, and the mark PAR1."""

ROW_GROUPS, COLUMNS, METADATA, PATH, DATA_PAGE, DICTIONARY_PAGE, STATISTICS = 4, 1, 3, 3, 9, 11, 12
MISSING, LARGEST, LEAST = 3, 5, 6
"""Numbers of the fields that are read, in parquet.thrift."""


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
        groups = Compact(data).struct()[ROW_GROUPS]
        return [dict(_chunk(column[METADATA]) for column in group[COLUMNS]) for group in groups]
    except (IndexError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError("its footer is damaged.") from error


def _chunk(fields: dict[int, Any]) -> tuple[str, Chunk]:
    said = fields.get(STATISTICS, {})
    missing, least, largest = (said.get(number) for number in (MISSING, LEAST, LARGEST))
    if not all(one is None or isinstance(one, bytes) for one in (least, largest)):
        raise TypeError
    begin = min((at for at in (fields.get(DICTIONARY_PAGE), fields[DATA_PAGE]) if at), default=0)
    name = b".".join(fields[PATH]).decode()
    return name, Chunk(begin, missing, least, largest)


class Compact:
    """Bytes of Thrift's compact protocol, read one after the other. IndexError where they end too early, TypeError for
    what Parquet does not write, RecursionError where damage claims more structs within structs than a stack holds.
    """

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def taken(self, n: int) -> bytes:
        """The next n bytes."""
        self.at += n
        if self.at > len(self.data):
            raise IndexError
        return self.data[self.at - n : self.at]

    def whole(self) -> int:
        """A whole number of seven bits a byte."""
        value = shift = 0
        while True:
            byte = self.taken(1)[0]
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    def signed(self) -> int:
        """A whole number with a sign."""
        value = self.whole()
        return value >> 1 ^ -(value & 1)

    def fields(self) -> Iterator[tuple[int, Any]]:
        """The fields of a struct, each with its number, one after the other."""
        number = 0
        while head := self.taken(1)[0]:
            number = number + (head >> 4) if head >> 4 else self.signed()
            kind = head & 15
            yield number, kind == 1 if kind <= 2 else self.value(kind)  # a truth is the type itself

    def struct(self) -> dict[int, Any]:
        """The fields of a struct by number."""
        return dict(self.fields())

    def value(self, kind: int) -> Any:
        """A value of a kind of Thrift."""
        if kind in (1, 2, 3):  # a truth in a list, or a byte
            return self.taken(1)[0]
        if kind in (4, 5, 6):
            return self.signed()
        if kind in (7, 8):
            return self.taken(8 if kind == 7 else self.whole())
        if kind in (9, 10):
            head = self.taken(1)[0]
            count = head >> 4 if head >> 4 < 15 else self.whole()
            return [self.value(head & 15) for _ in range(count)]
        if kind == 12:
            return self.struct()
        raise TypeError  # a map, of which Parquet has none
