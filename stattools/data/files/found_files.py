"""Which files a path, a folder, a pattern or a list of them means: each file once, and none left out without a word.

Links are followed. A file under two names (links, hard links, other spellings, a folder and a file in it) is refused,
since its rows would count twice. Left out is what other programs leave out: files and folders below the given one whose
names begin with "." or "_" (`_SUCCESS`, `_temporary`, `.ipynb_checkpoints`), unless the name holds the value of a
column (`_day=1`). A pattern that contains such a name asks for it.

Names of folders may hold columns: data/year=2020/month=1/part.parquet has year 2020 and month 1. Spark, Dask, DuckDB
and pyarrow write tables so ("hive" partitioning) and leave these columns out of the files. Source: Apache Arrow,
"Tabular Datasets: Reading partitioned data".
"""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from stattools.data.files.row_groups import ARROW, PARQUET, ending
from stattools.errors import DomainError, FileError
from stattools.interface.arguments import by_column, several
from stattools.interface.paths import path_of, require_regular
from stattools.interface.when_needed import pa

MISSING = "__HIVE_DEFAULT_PARTITION__"
"""The name of a folder whose rows have no value in its column, as Hive writes it."""

LARGEST = 2**63
"""Whole numbers are below this in size, as those of 64 bits; larger ones are text."""

type Value = int | str | None


def parts_of(path: Path, root: Path) -> dict[str, str | None]:
    """The columns in the names of the folders between `root` and the file, and their values as they are written.

    >>> parts_of(Path("data/year=2020/city=S%C3%A3o/a.parquet"), Path("data"))
    {'year': '2020', 'city': 'São'}
    """
    found: dict[str, str | None] = {}
    for folder in path.relative_to(root).parts[:-1]:
        name, sign, value = folder.partition("=")
        if sign and name:
            if unquote(name) in found:
                raise DomainError(f"the folders of {path} name the column {unquote(name)!r} twice; rename one.")
            found[unquote(name)] = None if value == MISSING else unquote(value)
    return found


def columns_of(files: Sequence[Path], parts: Sequence[dict[str, str | None]]) -> dict[str, list[Value]]:
    """The values of each column, one per file: whole numbers where all of them are, text otherwise.

    Raises DomainError where the folders do not name the same columns.

    >>> columns_of([Path("a"), Path("b")], [{"k": "1"}, {"k": None}])
    {'k': [1, None]}
    """
    for path, part in zip(files, parts, strict=True):
        if part.keys() != parts[0].keys():
            name = min(part.keys() ^ parts[0].keys())
            has, lacks = (path, files[0]) if name in part else (files[0], path)
            raise DomainError(
                f"the folders must name the same columns: that of {has} names {name!r}, that of {lacks} does not. "
                "Scan files that belong together."
            )
    return {name: _values([part[name] for part in parts]) for name in (parts[0] if parts else ())}


def _values(written: Sequence[str | None]) -> list[Value]:
    there = [text for text in written if text is not None]
    if there and all(re.fullmatch(r"[+-]?\d{1,19}", text) and abs(int(text)) < LARGEST for text in there):
        return [None if text is None else int(text) for text in written]
    return list(written)


def kind_of_values(values: Iterable[Value]) -> str:
    """The kind of a column: "whole", "text" or "empty".

    >>> kind_of_values([2020, None]), kind_of_values(["a"]), kind_of_values([None])
    ('whole', 'text', 'empty')
    """
    there = [value for value in values if value is not None]
    return "empty" if not there else "whole" if isinstance(there[0], int) else "text"


def with_parts(table: pa.RecordBatch, parts: dict[str, tuple[str, Value]]) -> pa.RecordBatch:
    """The batch with columns that hold one value each, by name: (kind, value).

    >>> import pyarrow as pa
    >>> with_parts(pa.record_batch({"x": [1.0, 2.0]}), {"city": ("text", "Rome")}).to_pydict()
    {'x': [1.0, 2.0], 'city': ['Rome', 'Rome']}
    """
    types = {"whole": pa.int64(), "text": pa.string(), "empty": pa.null()}
    n, first = table.num_rows, pa.scalar(0)
    for name, (kind, value) in parts.items():
        one = pa.array([value], type=types[kind])
        column = (one.dictionary_encode() if kind == "text" else one).take(pa.repeat(first, n))
        table = table.append_column(name, column) if table.num_columns else pa.record_batch({name: column})
    return table


PACKED = (".gz", ".bz2", ".xz", ".zst", ".zip", ".lz4")
"""Endings of compressed files, which are refused with what to do."""

type Parts = dict[str, str | None]


def found_files(given: Any) -> tuple[list[Path], list[Parts]]:
    """The files, and the columns in the names of the folders between what was given and them."""
    found: list[Path] = []
    parts: list[Parts] = []
    for item in _items(given):
        files, root = _files_of(path_of(item, "st.scan"))
        found += files
        parts += [parts_of(file, root) for file in files]
    if not found:
        raise DomainError("st.scan got no paths; it takes a file, a folder, a pattern or a list of them.")
    _require_each_once(found)
    return found, parts


def _items(given: Any) -> list[Any]:
    is_table = isinstance(given, Mapping) or by_column(given) is not given
    items = [given] if isinstance(given, os.PathLike) or is_table else list(several(given))
    for item in items:
        if not isinstance(item, str | os.PathLike):
            raise DomainError(
                f"st.scan takes a file, a folder, a pattern or a list of them; got {type(item).__name__}. A table in "
                "memory is given to the model itself."
            )
    return items


def _files_of(path: Path) -> tuple[list[Path], Path]:
    """The files of one path in the order of their names, and the folder above them that was given."""
    root = path
    if os.path.isdir(path):  # this is False for names that no file can have
        inside = list(_inside(path))
        files = sorted(file for file in inside if ending(file) in PARQUET + ARROW)
        if packed := [file for file in inside if ending(file) in PACKED and ending(Path(file.stem)) in PARQUET + ARROW]:
            raise DomainError(f"{packed[0]} is packed as a whole, and rows are read in parts: unpack it.")
        if not files:
            raise DomainError(
                f"the folder {path} has no Parquet or Arrow file ({', '.join(PARQUET + ARROW)})" + _hint(inside)
            )
    elif os.path.lexists(path):
        files, root = [path], path.parent
    else:
        while glob.has_magic(str(root)):
            root = root.parent
        if "**" in path.parts and os.path.isdir(root):
            _ = list(_inside(root))  # it ends where links lead in a circle, which a glob would not
        names = [Path(name) for name in glob.iglob(str(path), recursive=True)]
        named = any(_hidden(part) for part in path.relative_to(root).parts)
        files = sorted(file for file in names if named or not any(map(_hidden, file.relative_to(root).parts)))
        if not files:
            raise DomainError(f"st.scan found no file at {str(path)!r}; it takes a file, a folder or a pattern.")
    for file in files:
        require_regular(file, "st.scan")
        if ending(file) not in PARQUET + ARROW:
            raise DomainError(f"{file} is not a Parquet or Arrow file" + _hint([file]))
    return files, root


def _inside(folder: Path) -> Iterator[Path]:
    """All files in the folder and in those below it, links included; FileError for a folder that cannot be read."""

    def failed(error: OSError) -> None:
        raise FileError.of(f"st.scan cannot read {error.filename!r}: {error.strerror}.", error)

    seen: dict[tuple[int, int], str] = {}
    for place, folders, files in os.walk(folder, onerror=failed, followlinks=True):
        status = os.stat(place)
        known = seen.setdefault((status.st_dev, status.st_ino), place)
        if known != place:
            raise DomainError(
                f"{place} and {known} are one folder (a link): its rows would count twice. Remove the link."
            )
        folders[:] = sorted(name for name in folders if not _hidden(name))
        yield from (Path(place, name) for name in files if not _hidden(name))


def _hidden(name: str) -> bool:
    return name.startswith((".", "_")) and "=" not in name


def _require_each_once(files: list[Path]) -> None:
    seen: dict[Any, Path] = {}
    for file in files:
        status = file.stat()
        known = seen.setdefault((status.st_dev, status.st_ino) if status.st_ino else file.resolve(), file)
        if known is not file:
            if str(known) == str(file):
                raise DomainError(f"{file} is given twice; each file counts once.")
            raise DomainError(
                f"{known} and {file} are one file under two names: each file counts once. Leave one of them out."
            )


def _hint(files: list[Path]) -> str:
    text = next((p for p in files if p.suffixes and p.suffixes[0].lower() in (".csv", ".tsv", ".txt")), None)
    if text is None:
        return "."
    return (
        f". Convert {text.name} once, in batches: import pyarrow.csv, pyarrow.dataset; pyarrow.dataset.write_dataset("
        f"pyarrow.csv.open_csv({str(text)!r}), 'parquet', format='parquet')."
    )
