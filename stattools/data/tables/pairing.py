"""Values that are given side by side: rows are paired by position, so that pandas indexes must agree where there are
two.

Arrays, lists and columns of Polars and PyArrow have no index; only their lengths are checked, where they are read.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

import numpy as np

from stattools.errors import DomainError


def is_pandas(values: Any) -> bool:
    """Is this a frame or a series of pandas itself, and of no package that is like it?"""
    pandas = sys.modules.get("pandas")
    return pandas is not None and type(values) in (pandas.DataFrame, pandas.Series)


def index_of(values: Any) -> Any:
    """The pandas index of a series or a frame, or of the first column of a dict that has one; None without.

    >>> index_of([1, 2]) is None
    True
    """
    if values is None or isinstance(values, np.ndarray | str | list | tuple):
        return None
    if is_pandas(values):
        return values.index
    if isinstance(values, Mapping):
        return next((index for column in values.values() if (index := index_of(column)) is not None), None)
    import narwhals as nw

    return own_index(nw.to_native(values, pass_through=True))


def own_index(values: Any) -> Any:
    """The index of a series or a frame of pandas or its like; None of anything else."""
    if isinstance(values, np.ndarray | list | tuple):
        return None
    from narwhals.dependencies import is_pandas_like_dataframe, is_pandas_like_series

    return values.index if is_pandas_like_series(values) or is_pandas_like_dataframe(values) else None


def paired(*given: tuple[str, Any]) -> Any:
    """The index of the values given, each after its name in errors; None where none has one.

    Raises DomainError where two of them have indexes that differ.

    >>> import pandas as pd
    >>> paired(("y", pd.Series([1, 2])), ("X", pd.Series([3, 4], index=[1, 0])))
    Traceback (most recent call last):
    stattools.errors.DomainError: y and X have different pandas indexes, so their rows may not belong together: ...
    """
    index, owner = None, ""
    for what, values in given:
        other = index_of(values)
        if index is None:
            index, owner = other, what
        else:
            same_index(owner, index, what, other)
    return index


def same_index(one: str, index: Any, other: str, theirs: Any) -> None:
    """DomainError where two indexes of one length differ; None stands for no index. Lengths are checked where the
    values are read.
    """
    if index is not None and theirs is not None and len(index) == len(theirs) and not theirs.equals(index):
        raise DomainError(
            f"{one} and {other} have different pandas indexes, so their rows may not belong together: "
            "align them, or pass .to_numpy() to pair rows by position."
        )
