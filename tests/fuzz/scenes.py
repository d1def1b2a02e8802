"""A table of random columns, dresses, names and containers, with the same rows as plain lists: its twin."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
from hypothesis import strategies as some

from tests.fuzz.columns import NUMBER_DRESSES, NUMBERS, ODD, TEXT_DRESSES, TEXTS, Values

NAMES = (
    "a",
    "two words",
    " ",
    "",
    "`",
    "a`",
    "`a",
    "a``b",
    "Intercept",
    "np",
    "class",
    "None",
    "True",
    "log",
    "C",
    "y.x",
    ".",
    "a:b",
    "a + b",
    "x[T.b]",
    "(",
    "0",
    "1e5",
    "é",
    "漢字",
    "e\u0301",
    "a\nb",
    "a\tb",
    "a\0b",
    'say "so"',
    "it's",
    "\\",
    "~",
    "weights",
    "offset=",
    "(rest)",
    "__class__",
    "alpha",
    "x" * 300,
    "\u202eabc",
    "👩‍🔬",
    "a\ud800",
    "%s{0}",
    "<b>",
    "$x_1$",
    *("log alpha", "zero", "logit zero", "log scale", "log dispersion", "log precision", "sigma", "sd(Intercept | g)"),
    *("a|b", "0|1", "b: x", "1: x", "log scale: x", "sd", "theta", "x:g", "g[T.b]"),
)
"""Names of columns that are hostile to readers, the last two rows those of parameters."""


@dataclass
class Hand:
    """Draws what an example needs, the simplest first, and writes down what it drew."""

    data: Any

    def pick(self, options: Sequence[Any] | Mapping[str, Any], label: str = "") -> Any:
        """One of the options; of a mapping one of its keys."""
        return self.data.draw(some.sampled_from(list(options)), label=label)

    def chance(self, of: int, label: str = "") -> bool:
        """True once in `of` times."""
        return self.data.draw(some.integers(0, of - 1), label=label) == of - 1

    def whole(self, low: int, high: int, label: str = "") -> int:
        return self.data.draw(some.integers(low, high), label=label)

    def random(self) -> np.random.Generator:
        return np.random.default_rng(self.whole(0, 2**20, "seed"))


@dataclass(frozen=True)
class Column:
    """Values as plain Python objects, None where the nature is odd and holds no plain values, and as they are given."""

    plain: Values | None
    given: Any


def column(hand: Hand, n: int, natures: Sequence[str], what: str = "") -> Column:
    """A column of n rows, mostly of one of the `natures`."""
    if hand.chance(12, f"{what} of any nature"):
        natures = [*NUMBERS, *TEXTS, *ODD]
    nature = hand.pick(natures, f"{what} nature")
    g = hand.random()
    if nature in ODD:
        return Column(None, ODD[nature](g, n))
    values = (NUMBERS | TEXTS)[nature](g, n)
    dresses = NUMBER_DRESSES if nature in NUMBERS else TEXT_DRESSES
    dress = hand.pick(dresses, f"{what} dress") if hand.chance(2) else "list"
    try:
        return Column(values, dresses[dress](values))
    except (TypeError, ValueError, OverflowError, pa.ArrowException):  # a dress that does not fit these values
        return Column(values, list(values))


INDEXES: dict[str, Callable[[int], Any]] = {
    "range": lambda n: pd.RangeIndex(n),
    "shuffled": lambda n: pd.Index(np.random.default_rng(n).permutation(n)),
    "text": lambda n: pd.Index([f"r{k}" for k in range(n)]),
    "repeated": lambda n: pd.Index(np.arange(n) // 2),
    "two levels": lambda n: pd.MultiIndex.from_arrays([np.arange(n) // 2, np.arange(n) % 2]),
    "dates": lambda n: pd.date_range("2024-01-01", periods=n),
    "with NaN": lambda n: pd.Index([np.nan, *np.arange(n - 1.0)]),
}


def _indexed(values: Any, index: pd.Index) -> Any:
    if isinstance(values, pl.Series | pa.Array | pa.ChunkedArray):
        return values.to_pandas().array if not isinstance(values, pl.Series) else pd.Series(values.to_list()).array
    return values.array if isinstance(values, pd.Series) else values


def _frame(columns: dict[str, Any], index: pd.Index) -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(_indexed(v, index), index=index) for name, v in columns.items()})


def _of_series(columns: dict[str, Any], index: pd.Index) -> dict[str, pd.Series]:
    """A dict of Series, each in an order of its own: the index says which rows belong together."""
    frame = _frame(columns, index)
    return {name: frame[name].iloc[np.random.default_rng(k).permutation(len(frame))] for k, name in enumerate(frame)}


CONTAINERS: dict[str, Callable[[dict[str, Any], pd.Index], Any]] = {
    "dict": lambda c, i: c,
    "pandas": _frame,
    "Polars": lambda c, i: pl.DataFrame(c, strict=False),
    "Arrow": lambda c, i: pa.table(c),
    "records": lambda c, i: _frame(c, i).to_records(index=False),
    "dict of Series": _of_series,
    "dict of arrays": lambda c, i: {name: np.asarray(v) for name, v in c.items()},
    "lazy": lambda c, i: pl.DataFrame(c, strict=False).lazy(),
    "list of dicts": lambda c, i: _frame(c, i).to_dict("records"),
    "two of one name": lambda c, i: pd.concat([_frame(c, i), _frame(c, i).iloc[:, [-1]]], axis=1),
    "columns of two levels": lambda c, i: pd.concat({"top": _frame(c, i)}, axis=1),
    "items": lambda c, i: c.items(),
    "matrix": lambda c, i: np.ones((len(i), len(c))),
    "None": lambda c, i: None,
    "text": lambda c, i: "table.csv",
}
KEEPS_ROWS = ("dict", "pandas", "Polars", "Arrow", "records", "dict of arrays")


@dataclass(frozen=True)
class Scene:
    """A table as it is given and its twin: `tidy` has the same values as plain lists under the names y, x, g, w, v.

    `name` maps those to the names of the given table. `tidy` is None where a column that the twin needs has no plain
    values. `index` is the index of the table's rows where it has one.
    """

    n: int
    columns: dict[str, Column]
    name: dict[str, str]
    table: Any
    container: str
    index: pd.Index | None

    def tidy(self, used: Sequence[str]) -> dict[str, Values] | None:
        """The columns `used` on the rows that are complete in them, as plain lists; None where there is no twin."""
        plain = {role: self.columns[role].plain for role in used}
        if any(values is None for values in plain.values()) or len({*self.name.values()}) < len(self.name):
            return None
        rows = [k for k in range(self.n) if all(v[k] is not None and v[k] == v[k] for v in plain.values())]  # type: ignore[index]
        return {role: [values[k] for k in rows] for role, values in plain.items()}  # type: ignore[index]

    def quoted(self, role: str) -> str:
        """The column's name as a formula writes it."""
        name = self.name[role]
        return name if name.isidentifier() and name.isascii() and name != "None" else f"`{name}`"

    def beside(self, hand: Hand, role: str) -> tuple[Any, bool]:
        """A column given beside the table, by name or as values, and whether it is still that column.

        As a Series it may come in another order, with the index to match.
        """
        given = self.columns[role].given
        how = hand.pick(("name", "values", "Series", "Series in another order", "other index"), f"{role} beside")
        if how == "name":
            return self.name[role], True
        if how == "values" or self.index is None or self.columns[role].plain is None:
            return given, self.container != "dict of Series"
        series = pd.Series(_indexed(given, self.index), index=self.index)
        if how == "Series":
            return series, True
        if how == "other index":
            return series.set_axis(pd.Index([f"other{k}" for k in range(self.n)])), False
        try:
            return series.iloc[np.random.default_rng(1).permutation(self.n)], self.index.is_unique
        except ValueError:  # pandas does not reorder numbers of the other byte order
            return series, True


def scene(hand: Hand, outcomes: Sequence[str], beside: Mapping[str, Sequence[str]]) -> Scene:
    """Columns y (one of the natures `outcomes`), x, g and those `beside`, in a container under hostile names."""
    n = hand.pick((14, 20, 9, 40, 4, 3, 2, 1), "rows") if hand.chance(3) else 24
    columns = {"y": column(hand, n, outcomes, "y")}
    columns["x"] = column(hand, n, ("normal", "whole", *NUMBERS), "x")
    columns["g"] = column(hand, n, ("three levels", "normal", *TEXTS, *NUMBERS), "g")
    for role, natures in beside.items():
        columns[role] = column(hand, n, natures, role)
    names = {role: role for role in columns}
    if hand.chance(3, "hostile names"):
        for role in columns:
            names[role] = hand.pick(NAMES, f"name of {role}")
    named = {names[role]: values.given for role, values in columns.items()}
    index = INDEXES[hand.pick(INDEXES, "index") if hand.chance(3) else "range"](n)
    container = hand.pick(CONTAINERS, "container") if hand.chance(2) else "dict"
    try:
        table = CONTAINERS[container](named, index)
    except (Exception, pl.exceptions.PanicException):  # the container itself refuses these columns
        container, table = "dict", named
    kept = index if container in ("pandas", "dict of Series") else None
    return Scene(n, columns, names, table, container, kept)
