"""Predictions of all rows of a scan, written to a Parquet file batch by batch."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from stattools.data.formula import require
from stattools.data.scan import Scan
from stattools.data.scanned_columns import cleaned, require_kinds
from stattools.data.source import Batch
from stattools.errors import DomainError, IncompatibleError
from stattools.likelihoods import Categorical
from stattools.prediction import KINDS, labels_of, predict, require_finite

if TYPE_CHECKING:
    import pyarrow as pa

    from stattools.fitted import Fit


def predict_to(fit: Fit, path: str | Path, data: Any, *, kind: str = "mean", interval: float | None = None) -> Path:
    """Write the predictions for the rows of a scan to `path`, one row for each of theirs, null where a predictor is
    missing; see `Fit.predict_to`.
    """
    model = fit.model
    path = Path(path)
    source = model.source if data is None else data
    if not isinstance(source, Scan):
        raise IncompatibleError(
            f"predict_to writes predictions for a scan of files, st.scan(...); got {type(source).__name__}. For a "
            "table in memory use fit.predict(table)."
        )
    if model.formula is None:
        raise IncompatibleError("predict_to needs a model made from a formula, whose columns the files have.")
    if path.suffix not in (".parquet", ".pq"):
        raise DomainError(f"predict_to writes Parquet; give a path that ends in .parquet, not {str(path)!r}.")
    if path.resolve() in {one.resolve() for one in source.paths}:
        raise DomainError(f"{path} is one of the files that are read; write to another.")
    if kind not in KINDS:
        raise IncompatibleError(f"predict_to has kind {', '.join(map(repr, KINDS))}; got kind={kind!r}.")
    if interval is not None and isinstance(model.likelihood, Categorical):
        raise IncompatibleError("predict_to writes probabilities of categories without interval=; leave it out.")
    require_finite(fit, "predict_to")
    extras = [name for name in (model.offset_column, model.exposure_column) if name is not None]
    names = list(dict.fromkeys((*model.design.parsed.columns, *extras)))
    for name in names:
        require(name, source.names)
    require_kinds(source.kinds, names)
    return _written(fit, path, source, names, kind, interval)


def _written(fit: Fit, path: Path, source: Scan, names: list[str], kind: str, interval: float | None) -> Path:
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = _schema(fit, kind, interval)
    part = path.with_name(path.name + ".part")
    try:
        with pq.ParquetWriter(part, schema) as writer:
            for batch in source.batches(names or source.names[:1]):
                columns = _predicted(fit, batch, source, schema, kind, interval)
                writer.write_batch(pa.record_batch(columns, schema=schema))
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
    return path


def _schema(fit: Fit, kind: str, interval: float | None) -> pa.Schema:
    import pyarrow as pa

    if kind == "class":
        return pa.schema([("class", pa.array(list(labels_of(fit.model))).type)])
    if isinstance(fit.model.likelihood, Categorical):
        labels = [str(label) for label in fit.model.labels or ()][0 if kind == "mean" else 1 :]
        return pa.schema([(label, pa.float64()) for label in labels])
    first = "link" if kind == "link" else "mean"
    return pa.schema([(name, pa.float64()) for name in ((first,) if interval is None else (first, "lower", "upper"))])


def _predicted(fit: Fit, batch: Batch, source: Scan, schema: pa.Schema, kind: str, interval: float | None) -> list[Any]:
    """The columns of the predictions of one batch, as long as the batch."""
    import pandas as pd
    import pyarrow as pa

    try:
        clean = cleaned(batch.table, batch.first, source.kinds)
        n = batch.table.num_rows
        if not len(clean.rows):
            return [pa.nulls(n, field.type) for field in schema]
        found = predict(fit, fit.model, pd.DataFrame(dict(clean.columns)), kind=kind, interval=interval)
    except DomainError as error:
        raise DomainError(f"{batch.where}: {error}") from error
    parts = [found[name].to_numpy() for name in schema.names] if hasattr(found, "columns") else [found]
    there = np.zeros(n, dtype=bool)
    there[clean.rows - batch.first] = True
    places = pa.array(np.cumsum(there) - 1, mask=~there)
    return [pa.array(part, type=field.type).take(places) for part, field in zip(parts, schema, strict=True)]
