"""Tables in text: what is read is what is written, or it is refused by line.

pandas reads a row that is one field longer than the header as a row with a name (and moves its fields one column on),
pads shorter ones with missing values, and gives the second of two columns of one name another one. So the lines are
looked at first: each has as many fields as the header, and the header has a name for each.
"""

from __future__ import annotations

import bz2
import csv
import gzip
import lzma
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from stattools.cli.reasons import reason
from stattools.errors import DomainError
from stattools.interface.when_needed import pd

MARKS = (";", "\t", ",", "|")
OPENERS: dict[str, Callable[..., Any]] = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}
"""How text that is packed is opened, by the ending of its name."""


def text_table(path: Path, delimiter: str) -> pd.DataFrame:
    """The table in a text file. A file of one column under `delimiter` is read by the mark that its header shows.

    Raises DomainError for what is no table, with the line.
    """
    with _lines(path) as lines:
        header = next((line for line in lines if line.strip()), "")
    if not header:
        raise DomainError(f"fit needs a file with a header and rows; {path} is empty.")
    others = [mark for mark in MARKS if mark in header]
    comma = False
    if others and len(next(csv.reader([header], delimiter=delimiter))) == 1:
        comma, delimiter = others[0] == ";" and delimiter == ",", others[0]
    with _lines(path) as lines:
        _require_table(lines, delimiter, path)

    def read(decimal: str) -> pd.DataFrame:
        with OPENERS.get(path.suffix.lower(), open)(path, "rb") as file:
            return pd.read_csv(file, sep=delimiter, decimal=decimal, low_memory=False, index_col=False)

    frame = read("," if comma else ".")
    if comma and _texts_of_numbers(frame, "."):
        frame = read(".")
    if names := _texts_of_numbers(frame, ","):
        raise DomainError(
            f"column {names[0]!r} of {path} has numbers with commas, such as {frame[names[0]].dropna().iloc[0]!r}: "
            "write decimals with points, and no marks of thousands."
        )
    return frame


@contextmanager
def _lines(path: Path) -> Iterator[TextIO]:
    """The text, with the line ends that it has; DomainError for bytes that are no text of UTF-8."""
    opened = OPENERS.get(path.suffix.lower(), open)
    try:
        with opened(path, "rt", encoding="utf-8-sig", newline="") as lines:
            yield lines
    except UnicodeDecodeError as error:
        raise DomainError(
            f"fit needs text in UTF-8; {path} has the byte {error.object[error.start]:#04x}, which is none: it is text "
            "in another encoding (UTF-16, Latin-1), or no text. Save it as CSV in UTF-8."
        ) from None
    except (EOFError, OSError, zlib.error, lzma.LZMAError) as error:
        raise DomainError(f"fit cannot unpack {path}: {reason(error).removesuffix('.')}. Write it again.") from None


def _require_table(lines: TextIO, delimiter: str, path: Path) -> None:
    """DomainError unless the header has names, each once, and every line that is not blank has a field for each."""
    rows = csv.reader(_without_nul(lines, path), delimiter=delimiter, strict=True)
    try:
        header = next(filter(None, rows), [])
        _require_names(header, path)
        for row in rows:
            if len(row) != len(header) and row:
                ends = " (it ends in a delimiter)" if len(row) > len(header) and not row[-1].strip() else ""
                raise DomainError(
                    f"fit needs as many fields in each line as the header has, {len(header)}; line {rows.line_num} of "
                    f"{path} has {len(row)}{ends}. Write missing values as empty fields, and quote fields that have "
                    f"{delimiter!r} in them."
                )
    except csv.Error as error:
        raise DomainError(
            f"fit cannot tell the fields of line {rows.line_num} of {path}: {error}. A quote is never closed, or has "
            "text behind it."
        ) from None


def _without_nul(lines: TextIO, path: Path) -> Iterator[str]:
    for number, line in enumerate(lines, 1):
        if "\0" in line:
            raise DomainError(f"fit needs text in UTF-8; line {number} of {path} has the character NUL.")
        yield line


def _require_names(header: list[str], path: Path) -> None:
    names = [name.strip() for name in header]
    if twice := [name for name in names if name and names.count(name) > 1]:
        raise DomainError(f"{path} has two columns named {twice[0]!r}; rename one.")
    if header and all(map(_is_number, names)):
        raise DomainError(f"fit needs a first line with the names of the columns; that of {path} has numbers.")


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _texts_of_numbers(frame: pd.DataFrame, decimal: str) -> list[str]:
    """The columns of text whose values are numbers, with this mark in one of them at least."""
    columns = {name: frame[name].dropna() for name in frame if frame[name].dtype.kind not in "biuf"}
    return [
        name
        for name, column in columns.items()
        if all(_is_number(str(value).replace(decimal, ".")) for value in column)
        and any(decimal in str(value) for value in column)
    ]
