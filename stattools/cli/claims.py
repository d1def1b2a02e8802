"""The cells of a claimed table as text, so that every digit that was printed is there."""

from __future__ import annotations

import csv
import re
from pathlib import Path

from stattools.errors import DomainError
from stattools.interface.paths import require_regular

MARKS = (";", "\t", ",", "|")


def cells(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV or TSV file by their headings; decimal commas where fields are parted by semicolons.

    Raises FileError for a file that is not there, DomainError for one that is no table in UTF-8.
    """
    require_regular(path, "audit")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise DomainError(f"audit needs a table of text in UTF-8; {path} is none.") from None
    header = next((line for line in text.splitlines() if line.strip()), "")
    mark = max(MARKS, key=header.count)
    if not header.count(mark):
        raise DomainError(f"audit needs a table of terms and numbers, with a heading for each column; {path} is none.")
    rows = [row for row in csv.DictReader(text.splitlines(), delimiter=mark, restval="") if any(row.values())]
    if uneven := [number for number, row in enumerate(rows, 2) if None in row]:
        raise DomainError(f"audit needs as many fields in each line as headings; line {uneven[0]} of {path} has more.")
    if mark == ";":
        rows = [{name: re.sub(r"(?<=\d),(?=\d)", ".", cell) for name, cell in row.items()} for row in rows]
    return rows
