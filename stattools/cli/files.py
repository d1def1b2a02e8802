"""Data files by their ending: CSV, TSV, Parquet, Arrow (Feather), packed text, and a dash for standard input.

Text is read as it is written, or it is refused by line: pandas reads a row that is one field longer than the header as
a row with a name (and moves its fields one column on), pads shorter ones with missing values, and gives the second of
two columns of one name another one. So the lines are looked at first.
"""

from __future__ import annotations

import bz2
import csv
import gzip
import lzma
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TextIO

import typer

from stattools.cli.failures import reason
from stattools.data.files.scan import ARROW, PARQUET
from stattools.errors import DomainError
from stattools.interface.files import replace_file, require_regular
from stattools.interface.when_needed import pd

DASH = Path("-")

MARKS = ((b"PAR1", ".parquet"), (b"ARROW1", ".arrow"), (b"\x1f\x8b", ".csv.gz"), (b"BZh", ".csv.bz2"))
"""What files begin with, and the ending of their names; all else is text."""


@contextmanager
def at_hand(path: Path) -> Iterator[Path]:
    """The file of that name; for a dash one called stdin, with the ending of what it holds.

    Wrong usage where standard input is a terminal, which nobody means; errors say "standard input" where they would
    name the file.
    """
    if path != DASH:
        yield path
        return
    if sys.stdin.isatty():
        raise typer.BadParameter(
            "- reads standard input, which is the terminal: pipe a file into it.", param_hint="DATA"
        )
    held = sys.stdin.buffer.read()
    ending = next((ending for mark, ending in MARKS if held.startswith(mark)), ".csv")
    with TemporaryDirectory() as folder:
        place = Path(folder) / f"stdin{ending}"
        place.write_bytes(held)
        try:
            yield place
        except DomainError as error:
            if str(place) in error.message:
                raise DomainError(error.message.replace(str(place), "standard input")) from None
            raise


DELIMITERS = {".csv": ",", ".tsv": "\t", ".tab": "\t", ".txt": ","}
KNOWN = "a CSV, TSV, Parquet or Arrow file"


def table(path: Path) -> pd.DataFrame:
    """The file as a frame; DomainError that says what is wrong with it."""
    require_regular(path, "fit")
    ending = Path(_unpacked(path)).suffix.lower()
    if ending in PARQUET + ARROW:
        with _told_by_pandas(path):
            frame = pd.read_parquet(path) if ending in PARQUET else pd.read_feather(path)
    else:
        frame = text_table(path, DELIMITERS.get(ending, ","))
    if not len(frame):
        raise DomainError(f"fit needs a file with a header and rows; {path} has a header only.")
    return frame


@contextmanager
def _told_by_pandas(path: Path) -> Iterator[None]:
    """What pandas says of a file that it cannot read, as a DomainError. KeyError is of the names in a footer."""
    try:
        yield
    except ImportError:
        raise DomainError(
            f"reading {path.name} needs pyarrow. Install it (pip install 'stattools[files]') or save the data as CSV."
        ) from None
    except (ValueError, EOFError, OSError, NotImplementedError, KeyError, pd.errors.ParserError) as error:
        raise DomainError(f"fit needs {KNOWN}; {path} cannot be read: {reason(error)}".rstrip()) from None


def write_csv(frame: pd.DataFrame, path: Path, asker: str) -> None:
    """Write a frame as CSV, in the place of what was there when it is complete; FileError where that cannot be."""
    replace_file(path, lambda file: file.write(frame.to_csv(index=False).encode()), asker)


def stem(path: Path) -> str:
    """The name of a data file without its endings.

    >>> stem(Path("a/visits.2024.csv.gz"))
    'visits.2024'
    """
    return Path(_unpacked(path)).stem


def _unpacked(path: Path) -> str:
    return path.stem if path.suffix.lower() in OPENERS else path.name


DELIMITED = (";", "\t", ",", "|")
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
    others = [mark for mark in DELIMITED if mark in header]
    comma = False
    if others and len(next(csv.reader([header], delimiter=delimiter))) == 1:
        comma, delimiter = others[0] == ";" and delimiter == ",", others[0]
    with _lines(path) as lines:
        _require_table(lines, delimiter, path)

    def read(decimal: str) -> pd.DataFrame:
        with _told_by_pandas(path), OPENERS.get(path.suffix.lower(), open)(path, "rb") as file:
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
