"""Data files by their ending: CSV, TSV, Parquet, Arrow (Feather), and text compressed by gzip.

A text file that has one column under the delimiter of its ending is read by the delimiter that its first line shows.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from stattools.errors import DomainError

if TYPE_CHECKING:
    import pandas as pd

DELIMITERS = {".csv": ",", ".tsv": "\t", ".tab": "\t", ".txt": ","}
PARQUET = (".parquet", ".pq")
ARROW = (".feather", ".arrow")
KNOWN = "a CSV, TSV, Parquet or Arrow file"


def table(path: Path) -> pd.DataFrame:
    """The file as a frame; DomainError that says what is wrong with it."""
    import pandas as pd

    if path.is_dir():
        raise DomainError(f"fit needs {KNOWN}; got the folder {path}.")
    ending = _ending(path)
    try:
        if ending in PARQUET:
            frame = pd.read_parquet(path)
        elif ending in ARROW:
            frame = pd.read_feather(path)
        else:
            frame = _text(path, DELIMITERS.get(ending, ","))
    except ImportError:
        raise DomainError(
            f"reading {path.name} needs pyarrow. Install it (pip install 'stattools[files]') or save the data as CSV."
        ) from None
    except pd.errors.EmptyDataError:
        raise DomainError(f"fit needs a file with a header and rows; {path} is empty.") from None
    except (ValueError, EOFError, pd.errors.ParserError) as error:
        raise DomainError(f"fit needs {KNOWN}; {path} cannot be read: {error}".rstrip()) from None
    if not len(frame):
        raise DomainError(f"fit needs a file with a header and rows; {path} has a header only.")
    return frame


def stem(path: Path) -> str:
    """The name of a data file without its endings.

    >>> stem(Path("a/visits.2024.csv.gz"))
    'visits.2024'
    """
    return Path(path.name.removesuffix(".gz")).stem


def _ending(path: Path) -> str:
    return Path(path.name.lower().removesuffix(".gz")).suffix


def _text(path: Path, delimiter: str) -> pd.DataFrame:
    import pandas as pd

    frame = pd.read_csv(path, sep=delimiter, encoding="utf-8-sig")
    if frame.shape[1] == 1:
        header = str(frame.columns[0])
        others = [mark for mark in (";", "\t", ",", "|") if mark in header]
        if others:
            decimal = "," if others[0] == ";" and delimiter == "," else "."
            return pd.read_csv(path, sep=others[0], decimal=decimal, encoding="utf-8-sig")
    return frame
