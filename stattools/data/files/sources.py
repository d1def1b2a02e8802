"""What of that which users give as data is a source: files by `st.scan`, a Dask DataFrame."""

from __future__ import annotations

from typing import Any

from stattools.data.files.scan import Scan
from stattools.data.files.source import Source
from stattools.errors import DomainError


def source_of(data: Any) -> Source | None:
    """The source that the data are; None for what is in memory. DomainError for what else Dask has.

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
