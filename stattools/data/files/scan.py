"""Tables in files: Parquet and Arrow files that together are one table, read in batches and never as a whole.

`scan` opens footers only. A batch is a run of rows of one row group, read with the columns that are needed;
`pyarrow.dataset` would decode whole row groups: two of a million rows of ten numbers take it 1.3 s and 253 MB, batches
from `pyarrow.parquet` 0.23 s and 66 MB (pyarrow 26, 2 cores). Few writers add checksums, so that the first read
compares the values with what the footer says of each row group; damage between these ends is not found.

Footers of Parquet are read here and not by pyarrow, whose answers about a column of a row group end the process where a
byte is wrong (an exception of C++ that nobody catches, pyarrow 26); here damage is a ValueError. A footer is a struct
of Thrift's compact protocol: fields by number, whole numbers seven bits a byte, text and lists with their length.

Folders named year=2020 hold columns. Sources: Apache Arrow, "Tabular Datasets: Reading partitioned data"; Apache
Thrift, compact protocol; Apache Parquet, parquet.thrift.
"""

from __future__ import annotations

import glob
import os
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from itertools import chain
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote

import numpy as np
from numpy.typing import NDArray

from stattools.data.files.source import AddedByName, Batch, Kind, Pick, added, kind_of
from stattools.data.tables.table import is_dask
from stattools.errors import DomainError, FileError, IncompatibleError
from stattools.interface.arguments import by_column, several
from stattools.interface.files import path_of, require_regular
from stattools.interface.names.guesses import answers_names
from stattools.interface.progress import PATIENCE, progress
from stattools.interface.when_needed import pa
from stattools.numerics.threads import pipeline
from stattools.text.columns import many
from stattools.text.one_line import headline
from stattools.text.page import Faces, Grid, Page

if TYPE_CHECKING:
    from stattools.data.files.dask_table import DaskTable


FIRST_PAGE = re.compile(b"PAR1" + 3 * rb"\x15[\x80-\xff]*[\x00-\x7f]" + rb"(\x15)?", re.DOTALL)
"""The first mark, and the header of the page after it: three whole numbers, and where there is one a checksum."""

ROW_GROUPS, COLUMNS, METADATA, PATH, STATISTICS = 4, 1, 3, 3, 12
MISSING, LARGEST, LEAST = 3, 5, 6
"""Numbers of the fields that are read, in parquet.thrift."""


class Chunk(NamedTuple):
    """Of a column: how many values are missing, the least and the largest as stored; None for what is not said."""

    missing: int | None
    least: bytes | None
    largest: bytes | None

    def ends(self, dtype: np.dtype[np.generic]) -> NDArray[np.generic] | None:
        """The least and the largest value of a column of numbers, (2,); None where they are not said."""
        if self.least is None or self.largest is None:
            return None
        stored = np.dtype(dtype.kind + str(len(self.least)))
        if dtype.kind not in "iuf" or not len(self.least) == len(self.largest) >= dtype.itemsize:
            raise ValueError("the ends of its values are of another type.")
        return np.frombuffer(self.least + self.largest, stored.newbyteorder("<"))


def footer_of(path: Path) -> bytes:
    """The footer of a Parquet or Arrow file, and the four bytes of its length and the mark after it."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(size - 10, 0))
        last = file.read()
        tail = 10 if last.endswith(b"ARROW1") else 8
        length = int.from_bytes(last[-tail : 4 - tail], "little")
        if not 0 < length <= size - tail:
            raise ValueError("its footer has no length.")
        file.seek(size - tail - length)
        return file.read()


def chunks_of(path: Path) -> list[dict[str, Chunk]]:
    """The columns of each row group by name; ValueError where the footer is damaged."""
    data = BytesIO(footer_of(path)[:-8])
    try:
        groups = dict(_fields(data))[ROW_GROUPS]
        return [dict(_chunk(column[METADATA]) for column in group[COLUMNS]) for group in groups]
    except (IndexError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise ValueError("its footer is damaged.") from error


def is_checked(path: Path) -> bool:
    """Whether the first page of a Parquet file has a checksum, or there is no page; other files have none."""
    with path.open("rb") as file:
        start = file.read(64)
    page = FIRST_PAGE.match(start)
    return start.startswith(b"PAR1") if page is None else page[1] is not None


def _chunk(fields: dict[int, Any]) -> tuple[str, Chunk]:
    """The name of a column, and what is said of it."""
    said = fields.get(STATISTICS, {})
    missing, *ends = (said.get(number) for number in (MISSING, LEAST, LARGEST))
    if not all(one is None or isinstance(one, bytes) for one in ends):
        raise TypeError
    return b".".join(fields[PATH]).decode(), Chunk(missing, *ends)


def _taken(data: BytesIO, n: int) -> bytes:
    """The next n bytes; IndexError where there are fewer."""
    found = data.read(n)
    if len(found) < n:
        raise IndexError
    return found


def _whole(data: BytesIO) -> int:
    """A whole number of seven bits a byte."""
    byte = _taken(data, 1)[0]
    return byte if byte < 0x80 else byte & 0x7F | _whole(data) << 7


def _fields(data: BytesIO) -> Iterator[tuple[int, Any]]:
    """The fields of a struct with their numbers; RecursionError where damage claims structs within structs."""
    number = 0
    while head := _taken(data, 1)[0]:
        number = number + (head >> 4) if head >> 4 else _value(data, 4)
        kind = head & 15
        yield number, kind == 1 if kind <= 2 else _value(data, kind)  # a truth is the type itself


def _value(data: BytesIO, kind: int) -> Any:
    """A value of a kind of Thrift; TypeError for a map, of which Parquet has none."""
    if kind in (1, 2, 3):  # a truth in a list, or a byte
        return _taken(data, 1)[0]
    if kind in (4, 5, 6):
        value = _whole(data)
        return value >> 1 ^ -(value & 1)
    if kind in (7, 8):
        return _taken(data, 8 if kind == 7 else _whole(data))
    if kind in (9, 10):
        head = _taken(data, 1)[0]
        return [_value(data, head & 15) for _ in range(head >> 4 if head >> 4 < 15 else _whole(data))]
    if kind == 12:
        return dict(_fields(data))
    raise TypeError


PARQUET, ARROW = (".parquet", ".pq"), (".arrow", ".feather", ".ipc")
PACKED = (".gz", ".bz2", ".xz", ".zst", ".zip", ".lz4")
"""Endings of the names of the files that are read, and of those that are refused since they are packed as a whole."""

BATCH, BUFFER = 1 << 16, 1 << 16
"""The most rows of a batch, 5 MB of ten columns of float64; and the bytes of a column that are read from a Parquet file
at a time, beside whole pages: they stay in the cache of a core.
"""


def stamp_of(path: Path, known: tuple[int, int] | None = None) -> tuple[int, int]:
    """The size of a file, and the time of its last change in ns; DomainError where these are not as `known`."""
    try:
        found = path.stat()
    except OSError as error:
        raise DomainError(
            f"{path} cannot be found any more ({error.strerror}); put it back, or make the model again."
        ) from error
    now = found.st_size, found.st_mtime_ns
    if known not in (None, now):
        raise DomainError(
            f"{path} has changed since st.scan looked at it ({known[0]:,} bytes then, {now[0]:,} now): reads of "
            "other rows do not add up to one fit. Leave files alone during a fit; make scan and model again."
        )
    return now


def _is(endings: Collection[str], path: Path) -> bool:
    return path.suffix.lower() in endings


@contextmanager
def _named(failed: str, remedy: str = ". Write the file again, or leave it out.") -> Iterator[None]:
    """An error of pyarrow, with the place and what `failed` there."""
    try:
        yield
    except DomainError:
        raise
    except (pa.ArrowException, OSError, ValueError) as error:
        raise DomainError(f"{failed}: {error}{remedy}") from error


def footer(path: Path) -> tuple[pa.Schema, tuple[int, ...]]:
    """The schema, whose columns must differ by name, and the numbers of rows of the row groups."""
    import pyarrow.parquet as pq

    is_parquet = _is(PARQUET, path)
    with _named(f"{path} cannot be opened as {'Parquet' if is_parquet else 'Arrow IPC'}", ""):
        if is_parquet:
            with pq.ParquetFile(path) as file:
                schema, metadata = file.schema_arrow, file.metadata
                counts = tuple(metadata.row_group(k).num_rows for k in range(metadata.num_row_groups))
        else:
            options = pa.ipc.IpcReadOptions(included_fields=[0])  # the lengths are those of the first column
            with pa.OSFile(str(path)) as source, pa.ipc.open_file(source) as file:
                schema, lengths = file.schema, pa.ipc.open_file(source, options=options)
                counts = tuple(lengths.get_batch(k).num_rows for k in range(file.num_record_batches))
    if twice := [name for name, times in Counter(schema.names).items() if times > 1]:
        raise DomainError(f"{path} has two columns named {twice[0]!r}; rename one.")
    return schema, counts


@contextmanager
def _opened(
    path: Path, columns: list[str], text: list[str], size: int, verify: bool
) -> Iterator[Callable[[int], Iterable[pa.RecordBatch]]]:
    """What reads the batches of a row group, by its number. A record batch of an Arrow file is read as a whole, as it
    was written. For Parquet memory comes from the system's allocator: batches are small and soon given back; Arrow's
    asks for pages of 2 MB, and to fill them with zeros takes a third of the first read.
    """
    if _is(ARROW, path):
        with pa.OSFile(str(path)) as source:
            with pa.ipc.open_file(source) as file:
                places = [file.schema.get_field_index(name) for name in columns]
            file = pa.ipc.open_file(source, options=pa.ipc.IpcReadOptions(included_fields=places))
            yield lambda number: pa.Table.from_batches([file.get_batch(number)]).to_batches(size)
        return
    import pyarrow.parquet as pq

    options: dict[str, Any] = {"read_dictionary": text, "page_checksum_verification": verify}
    threads = (os.cpu_count() or 1) > 2  # with two cores, one thread decodes while the other sums
    before = pa.default_memory_pool()
    pa.set_memory_pool(pa.system_memory_pool())
    try:
        file = pq.ParquetFile(path, buffer_size=BUFFER, pre_buffer=False, **options)
    finally:
        pa.set_memory_pool(before)
    with file:
        yield lambda number: file.iter_batches(size, row_groups=[number], columns=columns, use_threads=threads)


def batches_of(
    path: Path, groups: tuple[int, ...], columns: list[str], text: list[str], before: int, size: int, verify: bool
) -> Iterator[Batch]:
    """The rows of a file, `size` at a time at most; `before` rows come before them.

    `verify` asks for checksums of pages, where they were written, for text and levels that are well formed, and for the
    values that the footer tells of.
    """
    with _named(f"{path} cannot be read"), _opened(path, columns, text, size, verify) as rows_of:
        said = chunks_of(path) if verify and _is(PARQUET, path) else [{}] * len(groups)
        for number, rows in enumerate(groups):
            where, first = f"{path}, row group {number}", 0
            with _named(f"{where} cannot be read"):
                found = rows_of(number) if rows else ()
                for batch in as_said(found, said[number], where) if verify else found:
                    yield Batch(batch, where, first, before + first)
                    first += batch.num_rows
            if first != rows:
                raise DomainError(f"{where} has {first} rows and its footer says {rows}. Write the file again.")
            before += rows


def as_said(batches: Iterable[pa.RecordBatch], said: Mapping[str, Chunk], where: str) -> Iterator[pa.RecordBatch]:
    """The batches of a row group, well formed. DomainError at their end where a column has not as many missing values,
    or not the least and the largest value, as the footer has `said`.
    """
    missing, seen = Counter[str](), defaultdict[str, list[Any]](list)
    for batch in batches:
        batch.validate(full=True)  # Arrow does not check offsets into text by itself
        for name, column in zip(batch.schema.names, batch.columns, strict=True):
            missing[name] += column.null_count
            if pa.types.is_integer(column.type) or column.type in (pa.float32(), pa.float64()):
                values = column.drop_null().to_numpy(zero_copy_only=False)
                ends = (np.fmin.reduce(values), np.fmax.reduce(values)) if len(values) else ()
                seen[name] += [end for end in ends if end == end]  # NaN where all are NaN
        yield batch
    for name, chunk in said.items():
        words = ""
        if name in missing and chunk.missing not in (None, missing[name]):
            words = f"{chunk.missing} missing values, and it has {missing[name]}"
        elif seen[name] and (told := chunk.ends(seen[name][0].dtype)) is not None:
            (low, high), least, largest = told.tolist(), min(seen[name]).item(), max(seen[name]).item()
            if not np.isnan(told).any() and (low, high) != (least, largest):
                words = f"values from {low} to {high}, and it has {least} to {largest}"
        if words:
            raise DomainError(
                f"{where} cannot be read: column {name!r} has, by the footer of the file, {words}. It is damaged: "
                "write it again, with checksums of its pages (pyarrow: write_page_checksum=True)."
            )


def parts_of(path: Path, root: Path) -> dict[str, str | None]:
    """The columns in the names of the folders between `root` and the file, with their values as they are written.

    >>> parts_of(Path("data/year=2020/city=S%C3%A3o/a.parquet"), Path("data"))
    {'year': '2020', 'city': 'São'}
    """
    found: dict[str, str | None] = {}
    for folder in path.relative_to(root).parts[:-1]:
        name, sign, value = folder.partition("=")
        if sign and name:
            if unquote(name) in found:
                raise DomainError(f"the folders of {path} name the column {unquote(name)!r} twice; rename one.")
            found[unquote(name)] = None if value == "__HIVE_DEFAULT_PARTITION__" else unquote(value)
    return found


def columns_of(parts: Mapping[Path, dict[str, str | None]]) -> dict[str, tuple[int | str | None, ...]]:
    """The values of each column in the names of folders, one per file: whole numbers where all of them are, and are of
    64 bits, text otherwise. Raises DomainError where the folders do not name the same columns.

    >>> columns_of({Path("a"): {"k": "1"}, Path("b"): {"k": None}})
    {'k': (1, None)}
    """
    words = "the folders must name the same columns: that of {} names {!r}, that of {} does not. Scan files that "
    _require_same(parts, words + "belong together.")
    found: dict[str, tuple[int | str | None, ...]] = {}
    for name in next(iter(parts.values())):
        texts = [part[name] for part in parts.values()]
        there = [text for text in texts if text is not None]
        whole = all(re.fullmatch(r"[+-]?\d{1,19}", text) and abs(int(text)) < 2**63 for text in there)
        found[name] = tuple(int(text) if whole and text is not None else text for text in texts)
    return found


def _require_same(names: Mapping[Path, Collection[str]], words: str) -> None:
    """DomainError where a file has other columns than the first: one that has a column, its name, one without it."""
    first = next(iter(names))
    for path, own in names.items():
        if odd := set(own).symmetric_difference(names[first]):
            has, lacks = (path, first) if min(odd) in own else (first, path)
            raise DomainError(words.format(has, min(odd), lacks))


def found_files(given: object) -> dict[Path, dict[str, str | None]]:
    """The files, each with the columns in the names of the folders between what was given and it."""
    is_table = isinstance(given, Mapping) or by_column(given) is not given
    found, seen = dict[Path, dict[str, str | None]](), dict[Any, Path]()
    for item in [given] if is_table else several(given):
        if not isinstance(item, str | os.PathLike):
            raise DomainError(
                f"st.scan takes a file, a folder, a pattern or a list of them; got {type(item).__name__}. A table in "
                "memory is given to the model itself."
            )
        files, root = _files_of(path_of(item, "st.scan"))
        for file in files:
            status = require_regular(file, "st.scan")
            if not _is(PARQUET + ARROW, file):
                raise DomainError(f"{file} is not a Parquet or Arrow file" + _hint([file]))
            known = seen.setdefault((status.st_dev, status.st_ino) if status.st_ino else file.resolve(), file)
            if known is not file:
                if str(known) == str(file):
                    raise DomainError(f"{file} is given twice; each file counts once.")
                raise DomainError(
                    f"{known} and {file} are one file under two names: each file counts once. Leave one of them out."
                )
            found[file] = parts_of(file, root)
    if not found:
        raise DomainError("st.scan got no paths; it takes a file, a folder, a pattern or a list of them.")
    return found


def _files_of(path: Path) -> tuple[list[Path], Path]:
    """The files of one path in the order of their names, and the folder above them that was given."""
    root = path
    if os.path.isdir(path):  # this is False for names that no file can have
        inside = list(_inside(path))
        files = sorted(file for file in inside if _is(PARQUET + ARROW, file))
        if packed := [file for file in inside if _is(PACKED, file) and _is(PARQUET + ARROW, file.with_suffix(""))]:
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
    """Whether a name is left out, as `_SUCCESS` is; `_day=1` holds the value of a column."""
    return name.startswith((".", "_")) and "=" not in name


def _hint(files: list[Path]) -> str:
    text = next((p for p in files if p.suffixes and p.suffixes[0].lower() in (".csv", ".tsv", ".txt")), None)
    if text is None:
        return "."
    return (
        f". Convert {text.name} once, in batches: import pyarrow.csv, pyarrow.dataset; pyarrow.dataset.write_dataset("
        f"pyarrow.csv.open_csv({str(text)!r}), 'parquet', format='parquet')."
    )


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
    stamps: tuple[tuple[int, int], ...] = field(repr=False)
    """The size and the time of the last change of each file: a changed file is noticed by them."""
    parts: dict[str, tuple[int | str | None, ...]] = field(default_factory=dict)
    """The columns that stand in the names of the folders, one value per file."""
    reads: list[list[str]] = field(default_factory=list, compare=False, repr=False)
    """The columns of each read of all rows that has ended: their checksums were right."""

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

    def batches(self, columns: Sequence[str]) -> Generator[Batch]:
        """All rows in order, with these columns only; on a terminal, a bar says how far it is. DomainError, naming file
        and row group, for what cannot be read, and for a file that is not the one that was scanned.
        """
        done, began = 0, perf_counter()
        with progress(self.n_rows, f"read {len(self.reads) + 1}", PATIENCE) as advance:
            for batch in self._batches(list(columns), BATCH):
                yield batch
                done += batch.table.num_rows
                advance(f"{done / (perf_counter() - began):,.0f} rows/s", done)
        self.reads.append(list(columns))

    def _batches(self, columns: list[str], size: int) -> Generator[Batch]:
        verify = not set(columns) <= set(chain.from_iterable(self.reads))  # once: files that change are refused
        stored, folders = ([name for name in columns if (name in self.parts) is there] for there in (False, True))
        # where no column is needed one is read, for its length; categories are read as such, with their order
        read = stored or [name for name in self.kinds if name not in self.parts][:1]
        text, before = [name for name in stored if self.kinds[name] == "text"], 0
        for number, (path, groups, stamp) in enumerate(zip(self.paths, self.groups, self.stamps, strict=True)):
            values = {name: pa.array(self.parts[name])[number] for name in folders}
            stamp_of(path, stamp)
            try:
                for batch in batches_of(path, groups, read, text, before, size, verify):
                    if values:
                        made = {name: batch.table.column(name) for name in stored}
                        made |= {name: pa.repeat(value, batch.table.num_rows) for name, value in values.items()}
                        batch = batch._replace(table=pa.record_batch(made))
                    yield batch
            finally:
                stamp_of(path, stamp)  # a changed file may be the reason why it cannot be read
            before += sum(groups)

    def total(self, columns: Sequence[str], work: Callable[[Batch], object], rows: int) -> Any:
        """The sum of `work` of all batches, in order, cut to so many rows at most; None where all are None."""
        with closing(self.batches(columns)) as batches:
            return added(pipeline(work, (piece for batch in batches for piece in batch.cut(rows))))

    def head(self, columns: Sequence[str], rows: int) -> Batch | None:
        """The first rows, so many at most; None of a scan without rows."""
        with closing(self._batches(list(columns), rows)) as batches:
            return next(batches, None)

    def pick(self, most: int) -> Pick:
        """All rows, or of more than `most` one row, drawn at random, of each of this many equal runs."""
        edges = np.linspace(0, self.n_rows, most + 1).astype(np.intp)
        few = self.n_rows <= most
        chosen = np.arange(self.n_rows) if few else np.random.default_rng(0).integers(edges[:-1], edges[1:])

        def picked(batch: Batch) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
            low, high = np.searchsorted(chosen, [batch.number, batch.number + batch.table.num_rows])
            return chosen[low:high] - batch.number, np.zeros(high - low)

        return picked

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
    try:
        import pyarrow  # noqa: F401
    except ImportError as error:
        raise IncompatibleError(
            "st.scan needs pyarrow. Install it: pip install 'stattools[files]'; or give a table in memory."
        ) from error
    files = found_files(paths)
    stamps = tuple(map(stamp_of, files))
    schemas, groups = zip(*map(footer, files), strict=True)
    words = "the files must have the same columns: {} has {!r}, {} has not. Scan files that belong together, or write "
    names = {path: schema.names for path, schema in zip(files, schemas, strict=True)}
    _require_same(names, words + "the column into all of them.")
    seen = AddedByName()
    for path, schema in zip(files, schemas, strict=True):
        seen += {one.name: Kind(one.name, kind_of(one.type), str(path), "write it with one type.") for one in schema}
    kinds = {name: kind.name for name, kind in seen.items()}
    parts = {name: values for name, values in columns_of(files).items() if name not in kinds}
    kinds |= {name: kind_of(pa.array(values).type) for name, values in parts.items()}
    return Scan(tuple(files), kinds, groups, stamps, parts)


type Source = Scan | DaskTable
"""A table that is not in memory: `total` applies a function to batches of rows and adds the results, in the same order
every time. `kinds` are those that the columns are declared to have; where they are `certain`, batches are read as such.
`place` says where the rows are: "in files".
"""


def source_of(data: object) -> Source | None:
    """The source that the data are; None for data in memory. DomainError for other objects of Dask.

    >>> source_of({"x": [1.0, 2.0]}) is None
    True
    """
    if isinstance(data, Scan):
        return data
    if not is_dask(data):
        return None
    from stattools.data.files.dask_table import DaskTable

    return DaskTable.of(data)
