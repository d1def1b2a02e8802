"""Tables in files: Parquet and Arrow files that together are one table, read in batches and never as a whole.

Only footers are opened here: names and types of columns, row groups and their lengths. A batch is a run of rows of one
row group, read with the columns that are needed; memory is that of a few batches, whatever the sizes of the files.

`pyarrow.dataset` would read them too, but decodes each row group as a whole: two row groups of a million rows of ten
numbers take it 1.3 s and 253 MB, batches from `pyarrow.parquet` 0.23 s and 66 MB (pyarrow 26, 2 cores). What it finds
in names of folders are whole numbers up to 2^31 only, and the files of one table have one format there.

On a terminal, a bar shows how far a read is, with rows per second and the number of the read. It appears when a read
has taken a second: shorter ones cost one look at the clock per batch and show nothing.

`source_of` says whether data are a source: files by `st.scan`, or a Dask DataFrame.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any

from stattools.data.files.found_files import Value, columns_of, found_files, kind_of_values, with_parts
from stattools.data.files.kinds import kind_of, merged, words
from stattools.data.files.row_groups import PARQUET, Stamp, arrow_batches, ending, footer, parquet_batches
from stattools.data.files.source import Batch, OneOfEachRun, Pick, Source, added
from stattools.errors import DomainError, IncompatibleError
from stattools.interface.names.guesses import answers_names
from stattools.numerics.threads import pipeline
from stattools.text.faces import Faces
from stattools.text.one_line import headline, many, prints
from stattools.text.page import Grid, Page

BATCH = 1 << 16
"""The most rows of a batch: 5 MB of ten columns of float64."""


@prints
@dataclass
class Past:
    """What has been read of a scan: how many times, and the columns whose checksums were right."""

    reads: int = 0
    verified: set[str] = field(default_factory=set)


@answers_names
@dataclass(frozen=True, repr=False)
class Scan(Faces):
    """Files that together are one table: their paths in order, the kind of each column, and rows as they are stored.

    `kinds` says "whole", "number", "truth", "text", "categories", "empty" (no value in any file) or the Arrow type of
    what a model cannot take.
    """

    paths: tuple[Path, ...]
    kinds: dict[str, str]
    groups: tuple[tuple[int, ...], ...]
    """The numbers of rows of the row groups (Arrow: record batches) of each file."""
    stamps: tuple[Stamp, ...] = field(repr=False)
    """What tells that a file has changed."""
    parts: dict[str, tuple[Value, ...]] = field(default_factory=dict)
    """The columns that stand in the names of the folders, one value per file."""
    past: Past = field(default_factory=Past, compare=False, repr=False)

    place = "in files"
    certain = True

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns, in order."""
        return tuple(self.kinds)

    @property
    def n_rows(self) -> int:
        """Rows of all files, those with missing values included."""
        return sum(map(sum, self.groups))

    @property
    def n_groups(self) -> int:
        """Row groups of all files."""
        return sum(map(len, self.groups))

    def batches(self, columns: Sequence[str]) -> Iterator[Batch]:
        """All rows in order, with these columns only; on a terminal, a bar says how far it is.

        Raises DomainError, naming file and row group, for what cannot be read, and for a file that is not the one that
        was scanned.
        """
        self.past.reads += 1
        read = f"read {self.past.reads}"
        return watched(self._batches(list(columns)), lambda batch: batch.table.num_rows, self.n_rows, read)

    def _batches(self, columns: list[str], size: int = BATCH) -> Generator[Batch]:
        verify = not self.past.verified.issuperset(columns)  # once: files that change are refused
        stored = [name for name in columns if name not in self.parts]
        # where no column is needed one is read, for its length; categories are read as such, with their order
        read = stored or [name for name in self.kinds if name not in self.parts][:1]
        text = [name for name in stored if self.kinds[name] == "text"]
        before = 0
        for number, (path, groups, stamp) in enumerate(zip(self.paths, self.groups, self.stamps, strict=True)):
            parts = {name: (self.kinds[name], self.parts[name][number]) for name in columns if name in self.parts}
            stamp.require(path)
            if not sum(groups):
                continue
            try:
                if ending(path) in PARQUET:
                    batches = parquet_batches(path, groups, read, text, before, size, verify)
                else:
                    batches = arrow_batches(path, groups, read, before, size, verify)
                for batch in batches:
                    yield batch._replace(table=with_parts(batch.table.select(stored), parts)) if parts else batch
            except DomainError:
                stamp.require(path)  # a changed file is the reason why it cannot be read
                raise
            stamp.require(path)
            before += sum(groups)
        self.past.verified.update(columns)

    def total(self, columns: Sequence[str], work: Callable[[Batch], Any], rows: int) -> Any:
        """The sum of `work` of all batches, in order, cut to so many rows at most; None where all are None."""
        with closing(self.batches(columns)) as batches:  # type: ignore[type-var]
            return added(pipeline(work, (piece for batch in batches for piece in batch.cut(rows))))

    def head(self, columns: Sequence[str], rows: int) -> Batch | None:
        """The first rows, so many at most; None of a scan without rows, and where they cannot be read: the next pass
        says why.
        """
        with closing(self._batches(list(columns), rows)) as batches, suppress(DomainError):
            return next(batches, None)

    def pick(self, most: int) -> Pick:
        """One row, drawn at random, of each of this many equal runs."""
        return OneOfEachRun.of(self.n_rows, most)

    def __len__(self) -> int:
        return self.n_rows

    def _headline(self) -> str:
        return headline(self, "", self.paths[0].name if len(self.paths) == 1 else "", self.counted)

    def _page(self) -> Page:
        return Page(self.counted, "", Grid(["column", "kind"], list(self.kinds.items()), "ll"))

    @property
    def counted(self) -> str:
        """How much there is, in words."""
        columns, groups = many(len(self.kinds), "column"), many(self.n_groups, "row group")
        return f"{many(self.n_rows, 'row')}, {columns}, {groups} in {many(len(self.paths), 'file')}"


def scan(paths: str | Path | Sequence[str | Path], /) -> Scan:
    """Parquet and Arrow IPC (Feather) files as one table that is read in batches, for data larger than memory.

    `paths` is a file, a folder, a pattern such as "data/*.parquet", or a list of them; the rows are those of the files
    in the order of their names. Links are followed, and files and folders whose names begin with "." or "_" are left
    out. Folders below it that are named like `year=2020` are columns that the files have not: whole numbers where all
    values are, text otherwise. Use it as the table of a formula: `st.logistic("y ~ x + C(g)", st.scan("data"))`. Only
    footers are read here. Raises DomainError for no files, a file under two names (its rows would count twice), files
    of another format, files that cannot be opened, and columns whose type differs between files; IncompatibleError
    where pyarrow is not installed.

    >>> import tempfile, pyarrow, pyarrow.parquet
    >>> import stattools as st
    >>> table = pyarrow.table({"y": [1.0, 3.0, 5.0, 8.0], "x": [0, 1, 2, 3]})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     pyarrow.parquet.write_table(table, f"{folder}/part.parquet", row_group_size=3)
    ...     data = st.scan(folder)
    ...     fit = st.fit(st.ols("y ~ x", data))
    >>> print(data.counted)
    4 rows, 2 columns, 2 row groups in 1 file
    >>> fit.estimate.round(6).tolist()
    [0.8, 2.3]
    """
    _require_pyarrow()
    files, folders = found_files(paths)
    kinds: dict[str, str] = {}
    homes: dict[str, Path] = {}
    groups, stamps = [], []
    for path in files:
        stamps.append(Stamp.of(path))
        schema, lengths = footer(path)
        if len(set(schema.names)) < len(schema.names):
            twice = next(name for name in schema.names if schema.names.count(name) > 1)
            raise DomainError(f"{path} has two columns named {twice!r}; rename one.")
        if groups and set(schema.names) != set(kinds):
            name = next(iter(sorted(set(schema.names) ^ set(kinds))))
            has, lacks = (path, files[0]) if name in schema.names else (files[0], path)
            raise DomainError(
                f"the files must have the same columns: {has} has {name!r}, {lacks} has not. Scan files that belong "
                "together, or write the column into all of them."
            )
        for column in schema:
            kind, known = kind_of(column.type), kinds.get(column.name, "empty")
            both = merged(known, kind)
            if both is None:
                raise DomainError(
                    f"column {column.name!r} is {words(known)} in {homes[column.name]} and "
                    f"{words(kind)} in {path}; write it with one type."
                )
            if both != known:
                homes[column.name] = path
            kinds[column.name] = both
        groups.append(lengths)
    parts = {name: tuple(values) for name, values in columns_of(files, folders).items() if name not in kinds}
    kinds |= {name: kind_of_values(values) for name, values in parts.items()}
    return Scan(tuple(files), kinds, tuple(groups), tuple(stamps), parts)


def _require_pyarrow() -> None:
    try:
        import pyarrow  # noqa: F401
    except ImportError as error:
        raise IncompatibleError(
            "st.scan needs pyarrow. Install it: pip install 'stattools[files]'; or give a table in memory."
        ) from error


PATIENCE = 1.0
"""Seconds before a bar is shown."""


def watched[Part](parts: Iterable[Part], rows: Callable[[Part], int], total: int, what: str) -> Iterator[Part]:
    """The parts, passed on as they come; meanwhile a bar shows `what` is read ("read 2") and how many of `total` rows
    have been.

    >>> list(watched(["ab", "c"], len, 3, "read 1"))
    ['ab', 'c']
    """
    if not sys.stderr.isatty():
        yield from parts
        return
    begin, done, bar = perf_counter(), 0, None
    try:
        for part in parts:
            yield part
            done += rows(part)
            if bar is None and perf_counter() - begin > PATIENCE:
                bar = _bar(total, what)
                bar.start()
            if bar is not None:
                bar.update(bar.task_ids[0], completed=done, speed=f"{done / (perf_counter() - begin):,.0f}")
    finally:
        if bar is not None:
            bar.stop()


def _bar(total: int, what: str) -> Any:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[speed]} rows/s"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
        redirect_stdout=sys.stdout.isatty(),
    )
    bar.add_task(what, total=total, speed="")
    return bar


def source_of(data: Any) -> Source | None:
    """The source that the data are; None for data in memory. DomainError for other objects of Dask.

    >>> source_of({"x": [1.0, 2.0]}) is None
    True
    """
    if isinstance(data, Scan):
        return data
    kind = type(data)
    if kind.__module__.split(".")[0] not in ("dask", "dask_expr"):
        return None
    if kind.__name__ != "DataFrame":
        raise DomainError(
            f"got a Dask {kind.__name__}; from Dask, models take a formula and a DataFrame whose columns it names: "
            '("y ~ x", dask_dataframe). Make one by dask.dataframe, or call .compute() on what fits into memory.'
        )
    from stattools.data.files.dask_table import DaskTable

    return DaskTable.of(data)
