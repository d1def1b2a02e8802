"""Columns that stand in the names of folders: data/year=2020/month=1/part.parquet has year 2020 and month 1.

Spark, Dask, DuckDB and pyarrow write them so ("hive" partitioning) and leave the columns out of the files. Source:
Apache Arrow, "Tabular Datasets: Reading partitioned data".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from urllib.parse import unquote

from stattools.errors import DomainError
from stattools.interface.when_needed import pa

MISSING = "__HIVE_DEFAULT_PARTITION__"
"""The name of the folder of rows without a value."""

LARGEST = 2**63

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
