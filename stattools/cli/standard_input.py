"""A dash for a file: what standard input holds, as a file that is removed afterwards."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import typer

from stattools.errors import DomainError

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
