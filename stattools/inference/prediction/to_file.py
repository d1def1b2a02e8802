"""Predictions of all rows of a source, written to Parquet where they are: files batch by batch to one file, the
partitions of a Dask DataFrame each to a file of its own in one folder.

A file has another name until it is complete.
"""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from stattools.data.files.rows import cleaned, require_kinds
from stattools.data.files.scan import Scan, Source, source_of
from stattools.data.files.source import Batch, at, kind_of
from stattools.data.formula.formula import require
from stattools.errors import DomainError, FileError, IncompatibleError
from stattools.inference.estimates import Estimates
from stattools.inference.needs import formula
from stattools.inference.prediction.kinds import OF_OUTCOMES, is_of_categories, names_of_categories
from stattools.inference.prediction.predict import kind_asked, labels_of, predict, require_finite
from stattools.interface.paths import path_of
from stattools.interface.when_needed import pa, pd
from stattools.interface.writing import beside, reasons, replace_file

ROWS = 1 << 17
"""Rows that are predicted at a time, at most."""


def predict_to(
    fit: Estimates, path: str | Path, data: object, *, kind: str = "mean", interval: float | None = None
) -> Path:
    """Write the predictions for the rows of a source to `path`, one row for each of theirs, null where a predictor is
    missing; see `Fit.predict_to`.
    """
    model = fit.model
    path = path_of(path, "predict_to")
    data = model.source if data is None else data
    source = source_of(data)
    if source is None:
        raise DomainError(
            "predict_to writes predictions for files, data=st.scan(...), or a Dask DataFrame; got "
            f"{'no data' if data is None else type(data).__name__}. For a table in memory use fit.predict(table)."
        )
    formula(fit, "predict_to")
    if isinstance(source, Scan):
        _require_file(path, source)
    elif path.exists() and (path.is_file() or any(path.iterdir())):
        raise DomainError(f"{path} is there already; predict_to writes the partitions to a new folder. Give another.")
    kind = kind_asked("predict_to", kind)
    if interval is not None and model.likelihood.outcome.has_several:
        raise IncompatibleError("predict_to writes probabilities of categories without interval=; leave it out.")
    require_finite(fit, "predict_to")
    asked = ["offset", "exposure"] + ["precision", "trials"] * (kind in OF_OUTCOMES)
    extras = [model.extras[key] for key in asked if model.extras.get(key)]
    names = list(dict.fromkeys((*model.design.whole.columns, *extras)))
    for name in names:
        require(name, source.names)
    require_kinds(source.kinds, names, repr(source))
    rule = PredictionRule.of(fit, source, kind, interval)
    names = names or list(source.names[:1])
    return _file(path, source, names, rule) if isinstance(source, Scan) else _folder(path, source, names, rule)


def _require_file(path: Path, source: Scan) -> None:
    if path.suffix not in (".parquet", ".pq"):
        raise DomainError(f"predict_to writes Parquet; give a path that ends in .parquet, not {str(path)!r}.")
    if path.resolve() in {one.resolve() for one in source.paths}:
        raise DomainError(f"{path} is one of the files that are read; write to another.")


def _file(path: Path, source: Scan, names: list[str], rule: PredictionRule) -> Path:
    import pyarrow.parquet as pq

    def write(file: BinaryIO) -> None:
        with pq.ParquetWriter(file, rule.schema) as writer:
            for batch in source.batches(names):
                writer.write_batch(rule(batch))

    return replace_file(path, write, "predict_to")


def _folder(path: Path, source: Source, names: list[str], rule: PredictionRule) -> Path:
    place = path.resolve()
    part, closed = beside(place), beside(place)
    with reasons(path, "predict_to"):
        part.mkdir()
    try:
        try:
            written = source.total(names, ToFile(part, rule), sys.maxsize)
        finally:
            os.replace(part, closed)  # a worker that is late, or was given up, finds no folder to write to
        if len(list(closed.glob("*.parquet"))) != written:
            raise DomainError(
                f"of {written} files that were written, {path.parent} has "
                f"{len(list(closed.glob('*.parquet')))}: give a folder that all workers share."
            )
        for left in closed.glob(".*.tmp"):  # by a worker that was lost
            left.unlink()
        with reasons(path, "predict_to"):
            os.replace(closed, path)
    finally:
        shutil.rmtree(closed, ignore_errors=True)
    return path


@dataclass(frozen=True, eq=False)
class ToFile:
    """Writes the predictions for a partition to a file that has its number; says that it is one."""

    folder: Path
    rule: PredictionRule

    def __call__(self, batch: Batch) -> int:
        import pyarrow.parquet as pq

        def write(file: BinaryIO) -> None:
            with pq.ParquetWriter(file, self.rule.schema) as writer:
                for piece in batch.cut(ROWS):
                    writer.write_batch(self.rule(piece))

        try:
            replace_file(self.folder / f"part.{batch.number:06d}.parquet", write, "predict_to")
        except FileError as error:
            raise FileError.of(
                f"{batch.where} cannot be written: {error} predict_to needs a folder with room that all workers share.",
                error,
            ) from error
        return 1


@dataclass(frozen=True, eq=False)
class PredictionRule:
    """What is predicted, from a fit without its rows: small enough to be sent to where the batches are."""

    fit: Estimates
    kinds: dict[str, str]
    schema: pa.Schema
    kind: str
    interval: float | None

    @classmethod
    def of(cls, fit: Estimates, source: Source, kind: str, interval: float | None) -> PredictionRule:
        """From a fit and what is asked of it."""
        bare = replace(fit, model=replace(fit.model, rows=fit.model.rows.shapes(), source=None, kept=None, origin=None))
        return cls(bare, dict(source.kinds) if source.certain else {}, _schema(fit, kind, interval), kind, interval)

    def __call__(self, batch: Batch) -> pa.RecordBatch:
        """The predictions of a batch, as long as it is."""
        kinds = {field.name: kind_of(field.type) for field in batch.table.schema} | self.kinds
        n = batch.table.num_rows
        with at(batch.where):
            clean = cleaned(batch.table, batch.first, kinds)
            if not len(clean.rows):
                return pa.record_batch([pa.nulls(n, field.type) for field in self.schema], schema=self.schema)
            table = pd.DataFrame(dict(clean.columns), index=range(len(clean.rows)))
            found: Any = predict(self.fit, self.fit.model, table, kind=self.kind, interval=self.interval)
        parts = [found[name].to_numpy() for name in self.schema.names] if isinstance(found, pd.DataFrame) else [found]
        there = np.zeros(n, dtype=bool)
        there[clean.rows - batch.first] = True
        places = pa.array(np.cumsum(there) - 1, mask=~there)
        columns = [pa.array(part, type=field.type).take(places) for part, field in zip(parts, self.schema, strict=True)]
        return pa.record_batch(columns, schema=self.schema)


def _schema(fit: Estimates, kind: str, interval: float | None) -> pa.Schema:
    if kind == "class":
        return pa.schema([("class", pa.array(list(labels_of(fit.model))).type)])
    if is_of_categories(fit.model, kind):
        return pa.schema([(label, pa.float64()) for label in names_of_categories(fit.model, kind)])
    first = "mean" if kind == "observation" else kind
    return pa.schema([(name, pa.float64()) for name in ((first,) if interval is None else (first, "lower", "upper"))])
