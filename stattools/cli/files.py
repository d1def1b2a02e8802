"""Data files by their ending: CSV, TSV, Parquet, Arrow (Feather), and text compressed by gzip."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from stattools.cli.reasons import reason
from stattools.cli.text_files import OPENERS, text_table
from stattools.data.files.scan import ARROW, PARQUET
from stattools.errors import DomainError
from stattools.interface.paths import require_regular
from stattools.interface.writing import replace_file

DELIMITERS = {".csv": ",", ".tsv": "\t", ".tab": "\t", ".txt": ","}
KNOWN = "a CSV, TSV, Parquet or Arrow file"


def table(path: Path) -> pd.DataFrame:
    """The file as a frame; DomainError that says what is wrong with it."""
    require_regular(path, "fit")
    ending = _ending(path)
    try:
        if ending in PARQUET:
            frame = pd.read_parquet(path)
        elif ending in ARROW:
            frame = pd.read_feather(path)
        else:
            frame = text_table(path, DELIMITERS.get(ending, ","))
    except ImportError:
        raise DomainError(
            f"reading {path.name} needs pyarrow. Install it (pip install 'stattools[files]') or save the data as CSV."
        ) from None
    except DomainError:
        raise
    except (ValueError, EOFError, OSError, NotImplementedError, KeyError, pd.errors.ParserError) as error:
        raise DomainError(f"fit needs {KNOWN}; {path} cannot be read: {reason(error)}".rstrip()) from None
    if not len(frame):
        raise DomainError(f"fit needs a file with a header and rows; {path} has a header only.")
    return frame


def write_csv(frame: pd.DataFrame, path: Path, asker: str) -> None:
    """Write a frame as CSV, in the place of what was there when it is complete; FileError where that cannot be."""
    replace_file(path, lambda file: file.write(frame.to_csv(index=False).encode()), asker)


def stem(path: Path) -> str:
    """The name of a data file without its endings.

    >>> stem(Path("a/visits.2024.csv.gz"))
    'visits.2024'
    """
    return Path(_unpacked(path)).stem


def _ending(path: Path) -> str:
    return Path(_unpacked(path)).suffix.lower()


def _unpacked(path: Path) -> str:
    return path.stem if path.suffix.lower() in OPENERS else path.name
