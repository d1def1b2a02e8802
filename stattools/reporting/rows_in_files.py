"""What a report says of rows in files: how many files there are, the hash of their footers, and their checksums."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from stattools.data.files.row_groups import is_checked
from stattools.data.files.scan import Scan
from stattools.errors import IncompatibleError
from stattools.models.model import Model

LAST = 10
"""Bytes that a Parquet or an Arrow file ends with: the length of its footer, four bytes, and a mark, four or six."""


def place(model: Model) -> dict[str, int]:
    """How many files and row groups there are; none of rows that are in no files."""
    source = model.rows.source
    return {"files": len(source.paths), "row groups": source.n_groups} if isinstance(source, Scan) else {}


def hash_of_footers(model: Model) -> str:
    """SHA-256 of the names of the files, their sizes and their footers, and of the formula: not of the values.

    Raises IncompatibleError for rows that are in no files.
    """
    source = model.rows.source
    if not isinstance(source, Scan):
        raise IncompatibleError(
            f"report writes the hash of the data, and the rows of {model.title} are {model.rows.place}, which has "
            "none. Write them to files and scan these, or report on a sample in memory."
        )
    digest = hashlib.sha256("\x1f".join((model.kind, str(model.formula), *model.names)).encode())
    for path in source.paths:
        digest.update(f"\x1e{path.name}\x1f{path.stat().st_size}\x1f".encode())
        digest.update(_footer(path))
    return digest.hexdigest()


def without_checksums(model: Any) -> str | None:
    """How many of the files have no checksums of their pages, and what that means; None where all have, or none are."""
    source = model.rows.source if isinstance(model, Model) else None
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
