"""The IDX format of the MNIST digits: a magic number, the sizes of the axes, then the values, big-endian.

    bytes 0-1: 0, byte 2: type of the values, byte 3: number of axes, then one 32-bit size per axis

Source: LeCun, Cortes & Burges, The MNIST database of handwritten digits.
"""

from __future__ import annotations

import gzip
import os
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.errors import DomainError
from stattools.interface.paths import path_of, require_regular

TYPES = {0x08: "u1", 0x09: "i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
"""NumPy's types by the third byte of the file, as the format defines them."""


def read_idx(path: str | os.PathLike[str], /) -> NDArray[Any]:
    """The array in an IDX file, gzipped or not: images (n, rows, columns) or labels (n,), in its own number type.

    Raises DomainError for a file of another format and for one that is cut off, FileError where there is none.

    >>> import tempfile
    >>> with tempfile.NamedTemporaryFile(suffix=".idx") as file:
    ...     _ = file.write(bytes([0, 0, 8, 1, 0, 0, 0, 3, 7, 2, 1]))
    ...     file.flush()
    ...     read_idx(file.name).tolist()
    [7, 2, 1]
    """
    path = path_of(path, "read_idx")
    require_regular(path, "read_idx")
    content = path.read_bytes()
    if content[:2] == b"\x1f\x8b":
        try:
            content = gzip.decompress(content)
        except (EOFError, OSError) as error:
            raise DomainError(f"{path}: the gzip file is cut off or damaged ({error}).") from None
    if len(content) < 4 or content[:2] != b"\0\0" or content[2] not in TYPES:
        raise DomainError(
            f"{path} is not an IDX file: it begins with {content[:4]!r}, where IDX has two zero bytes, a "
            "type and a number of axes. Read CSV files with pandas.read_csv."
        )
    axes, dtype = content[3], np.dtype(TYPES[content[2]])
    head = 4 + 4 * axes
    shape = tuple(np.frombuffer(content[4:head], dtype=">u4").tolist()) if len(content) >= head else ()
    expected = head + prod(shape) * dtype.itemsize
    if len(shape) != axes or len(content) != expected:
        raise DomainError(
            f"{path}: an IDX file of shape {shape} has {expected} bytes; this one has {len(content)}. It is "
            "cut off or damaged: download it again."
        )
    values = np.frombuffer(content, dtype=dtype, offset=head).reshape(shape)
    return values.astype(dtype.newbyteorder("="))
