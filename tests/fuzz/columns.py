"""Columns as they come: plain values, the dresses that hold the same values, and what no model takes.

A dress changes how values are stored and not what they are, so that a fit of a dressed column is the fit of the plain
one or an error of ours.
"""

from __future__ import annotations

import datetime
from collections import deque
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
from scipy import sparse

Random = np.random.Generator
Values = list[Any]


def _listed(values: Any) -> Values:
    return np.asarray(values).tolist()


NUMBERS: dict[str, Callable[[Random, int], Values]] = {
    "normal": lambda g, n: _listed(g.normal(size=n).round(3)),
    "whole": lambda g, n: _listed(g.integers(0, 9, n)),
    "positive": lambda g, n: _listed(np.exp(g.normal(size=n)).round(3) + 0.125),
    "clumped": lambda g, n: _listed(g.choice([0, 0, 3, 3, 2], n)),
    "from 3": lambda g, n: _listed(g.integers(3, 9, n)),
    "two values": lambda g, n: _listed(g.permutation(np.arange(n) % 2)),
    "truth": lambda g, n: _listed(g.permutation(np.arange(n) % 2 == 0)),
    "gaps": lambda g, n: [None if k % 5 == 3 else float(v) for k, v in enumerate(g.normal(size=n).round(3))],
    "NaN": lambda g, n: [np.nan if k % 4 == 1 else float(v) for k, v in enumerate(g.normal(size=n).round(3))],
    "trend": lambda g, n: list(range(n)),
    "constant": lambda g, n: [3.5] * n,
    "zeros": lambda g, n: [0] * n,
    "far": lambda g, n: _listed(1e9 + g.normal(size=n).round(3)),
    "one far": lambda g, n: [1e155, *_listed(g.normal(size=n - 1).round(3))],
    "huge": lambda g, n: _listed(1e300 * g.normal(size=n).round(3)),
    "large": lambda g, n: _listed(1e160 * g.normal(size=n).round(3)),
    "small": lambda g, n: _listed(1e-160 * g.normal(size=n).round(3)),
    "tiny": lambda g, n: _listed(1e-300 * g.normal(size=n).round(3)),
    "subnormal": lambda g, n: _listed(5e-324 * g.integers(-40, 40, n)),
    "beyond 2**53": lambda g, n: [2**60 + int(k) for k in g.integers(0, 9, n)],
    "beyond int64": lambda g, n: [2**64 + int(k) * 2**20 for k in g.integers(0, 9, n)],
    "infinite": lambda g, n: [np.inf, *_listed(g.normal(size=n - 1))],
}

TEXTS: dict[str, Callable[[Random, int], Values]] = {
    "two levels": lambda g, n: ["ab"[k] for k in g.permutation(np.arange(n) % 2)],
    "three levels": lambda g, n: ["abc"[k] for k in g.permutation(np.arange(n) % 3)],
    "gaps in text": lambda g, n: [None if k % 5 == 2 else "abc"[k % 3] for k in range(n)],
    "one level": lambda g, n: ["a"] * n,
    "all distinct": lambda g, n: [f"q{k}" for k in range(n)],
    "odd text": lambda g, n: [["", " ", "é", "漢`字", "a:b[T.c]", "\n", "x" * 300][k] for k in g.integers(0, 7, n)],
    "numerals": lambda g, n: [["1", "2.0"][k] for k in g.permutation(np.arange(n) % 2)],
}

ODD: dict[str, Callable[[Random, int], Any]] = {
    "nothing": lambda g, n: [None] * n,
    "all NaN": lambda g, n: [np.nan] * n,
    "dates": lambda g, n: pd.date_range("2020-01-01", periods=n),
    "days": lambda g, n: [datetime.date(2020, 1, 1 + k % 28) for k in range(n)],
    "times of day": lambda g, n: [datetime.time(k % 24) for k in range(n)],
    "durations": lambda g, n: pd.to_timedelta(np.arange(n), unit="h"),
    "datetime64": lambda g, n: np.arange(n).astype("datetime64[D]"),
    "timedelta64": lambda g, n: np.arange(n).astype("timedelta64[s]"),
    "with a zone": lambda g, n: pd.Series(pd.date_range("2020-01-01", periods=n, tz="UTC")),
    "periods": lambda g, n: pd.Series(pd.period_range("2020-01", periods=n, freq="M")),
    "intervals": lambda g, n: pd.cut(np.arange(n), 3),
    "bytes": lambda g, n: [b"ab", b"c"] * (n // 2) + [b"d"] * (n % 2),
    "bytes of NumPy": lambda g, n: np.array([b"ab", b"c"] * n)[:n],
    "complex": lambda g, n: g.normal(size=n) + 1j,
    "lists": lambda g, n: [[k] for k in range(n)],
    "dicts": lambda g, n: [{"k": k} for k in range(n)],
    "signaling NaN": lambda g, n: [Decimal("sNaN"), *[Decimal(k) for k in range(n - 1)]],
    "infinite Decimal": lambda g, n: [Decimal("Infinity"), *[Decimal(k) for k in range(n - 1)]],
    "beyond float": lambda g, n: [10**400, *range(n - 1)],
    "Fraction beyond float": lambda g, n: [Fraction(10**400, 3), *range(n - 1)],
    "lone surrogates": lambda g, n: ["a\ud800", "b"] * (n // 2) + ["b"] * (n % 2),
    "mixed": lambda g, n: ["a", 1, *[2.5] * (n - 2)],
    "text and bytes": lambda g, n: ["a", b"a", *["b"] * (n - 2)],
    "levels of one text": lambda g, n: pd.Categorical([1, "1"] * (n // 2) + [1] * (n % 2)),
    "objects": lambda g, n: [Odd() for _ in range(n)],
    "a class": lambda g, n: [int] * n,
    "structured": lambda g, n: np.zeros(n, dtype=[("a", float), ("b", int)]),
    "sparse matrix": lambda g, n: sparse.csr_matrix(np.eye(n)),
    "sparse column": lambda g, n: sparse.coo_array(np.ones((n, 1))),
    "matrix": lambda g, n: g.normal(size=(n, 2)),
    "one column": lambda g, n: g.normal(size=(n, 1)),
    "frame": lambda g, n: pd.DataFrame({"p": np.arange(n), "q": 1.0}),
    "NumPy scalar": lambda g, n: np.float64(2.0),
    "zero-dimensional": lambda g, n: np.array(2.0),
    "scalar": lambda g, n: 3.0,
    "string": lambda g, n: "a" * n,
    "set": lambda g, n: set(range(n)),
    "generator": lambda g, n: (k for k in range(n)),
    "dict": lambda g, n: dict.fromkeys(range(n), 1.0),
    "None": lambda g, n: None,
    "too short": lambda g, n: [1.0] * (n - 1),
    "empty": lambda g, n: [],
    "ragged": lambda g, n: [[1.0], [1.0, 2.0]] * (n // 2),
    "nested Series": lambda g, n: [pd.Series([1.0])] * n,
    "NA": lambda g, n: [pd.NA, *range(n - 1)],
    "NaT": lambda g, n: [pd.NaT, *[1.0] * (n - 1)],
}


class Odd:
    """An object of a class that nobody knows, printed the same way each time, made of whatever it is given."""

    def __init__(self, *given: Any) -> None:
        pass

    def __repr__(self) -> str:
        return "Odd()"


def _gap_free(values: Values) -> bool:
    return all(v is not None and v == v for v in values)


def _whole(values: Values) -> bool:
    return _gap_free(values) and all(isinstance(v, int) for v in values)


def _floats(values: Values) -> np.ndarray:
    return np.array([np.nan if v is None else v for v in values], dtype=float)


def _strided(values: Values) -> np.ndarray:
    wide = np.full((len(values), 3), -7.0)
    wide[:, 1] = _floats(values)
    return wide[:, 1]


def _read_only(values: Values) -> np.ndarray:
    array = _floats(values)
    array.flags.writeable = False
    return array


def _masked(values: Values) -> np.ma.MaskedArray:
    array = _floats(values)
    return np.ma.MaskedArray(np.where(np.isnan(array), 1e6, array), mask=np.isnan(array))


def _objects(values: Values) -> np.ndarray:
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


def _none(values: Values) -> Values:
    """Missing values as None, whatever they were."""
    return [None if v is None or v != v else v for v in values]


NUMBER_DRESSES: dict[str, Callable[[Values], Any]] = {
    "list": list,
    "float64": _floats,
    "tuple": tuple,
    "object": _objects,
    "Series": lambda v: pd.Series(_floats(v)),
    "strided": _strided,
    "reversed": lambda v: _floats(v)[::-1].copy()[::-1],
    "read only": _read_only,
    "big endian": lambda v: _floats(v).astype(">f8"),
    "long double": lambda v: _floats(v).astype(np.longdouble),
    "masked": _masked,
    "Index": lambda v: pd.Index(_floats(v)),
    "Float64": lambda v: pd.array(_none(v), dtype="Float64"),
    "sparse dtype": lambda v: pd.Series(pd.arrays.SparseArray(_floats(v))),
    "Arrow in pandas": lambda v: pd.Series(pa.array(_none([None if x is None else float(x) for x in v]))).astype(
        pd.ArrowDtype(pa.float64())
    ),
    "Polars": lambda v: pl.Series(values=_none([None if x is None else float(x) for x in v])),
    "Arrow": lambda v: pa.array(_none([None if x is None else float(x) for x in v])),
    "chunked": lambda v: pa.chunked_array([pa.array(_none([None if x is None else float(x) for x in v]))]),
    "Decimal": lambda v: [None if x is None else Decimal(x) if isinstance(x, float) else Decimal(int(x)) for x in v],
    "Fraction": lambda v: [None if x is None else Fraction(x) for x in v] if np.isfinite(_floats(v)).all() else list(v),
    "NumPy scalars": lambda v: [None if x is None else np.float64(x) for x in v],
    "deque": deque,
    "int of pandas": lambda v: pd.array(v, dtype="Int64") if _whole(v) and max(v) < 2**63 else list(v),
    "int8": lambda v: np.array(v, dtype=np.int8) if _whole(v) and max(v) < 128 else list(v),
    "uint64": lambda v: np.array(v, dtype=np.uint64) if _whole(v) and max(v) < 2**63 else list(v),
    "boolean": lambda v: pd.array(v, dtype="boolean") if all(isinstance(x, bool) for x in v) else list(v),
}

TEXT_DRESSES: dict[str, Callable[[Values], Any]] = {
    "list": list,
    "object": _objects,
    "Series": lambda v: pd.Series(v, dtype=object),
    "category": pd.Categorical,
    "string": lambda v: pd.array(v, dtype="string"),
    "NumPy text": lambda v: np.array(v) if _gap_free(v) else list(v),
    "Arrow in pandas": lambda v: pd.array(v, dtype="string[pyarrow]"),
    "Polars": lambda v: pl.Series(values=v, dtype=pl.String),
    "Arrow": lambda v: pa.array(v, type=pa.string()),
    "dictionary of Arrow": lambda v: pa.array(v, type=pa.string()).dictionary_encode(),
    "Enum of Polars": lambda v: pl.Series(values=v, dtype=pl.Enum(sorted({x for x in v if x is not None}))),
    "Categorical of Polars": lambda v: pl.Series(values=v, dtype=pl.Categorical),
}
"""The levels of a dictionary of Arrow keep the order in which they come, those of the others are sorted."""
