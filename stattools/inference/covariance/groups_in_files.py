"""Sums of scores by group where rows are in files: one read, groups wherever their rows are.

    M = sum_g S_g S_g^T,   S_g = sum of the scores of the rows of group g

Each batch is summed by the labels that occur in it; what is kept is p numbers for each label seen so far, and for two
ways for each pair of labels, whatever the number of rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stattools.data.files.source import Batch
from stattools.data.files.sums_by_label import MOST_GROUPS, MOST_SUMS, SumsByLabel, labels_of
from stattools.data.formula.formula import require
from stattools.data.rows.rows import Rows
from stattools.errors import DomainError, IncompatibleError
from stattools.inference.covariance.kinds import Cluster
from stattools.inference.covariance.sandwich import Sandwich, Scores
from stattools.interface.arrays import Floats

FEWER = "Use coarser groups, or cov='HC1' where hardly any rows share a group."


class Grouped(NamedTuple):
    """How many groups, what they are called, the sums over them, and their labels where these are known."""

    n: int
    name: str
    sums: Floats
    labels: Sequence[Any]

    @property
    def meat(self) -> Floats:
        """The sum over groups of the products of their scores, (p, p), without a factor."""
        return self.sums.T @ self.sums


@dataclass(frozen=True, eq=False)
class WaySums:
    """The sums over the groups of each way and, for two ways, over the pairs, whose labels are those of both in one
    number; adds with `+`, in its own arrays with `+=`.
    """

    ways: tuple[SumsByLabel, ...]
    both: SumsByLabel | None

    def __add__(self, other: WaySums) -> WaySums:
        mine = WaySums(tuple(way.copied() for way in self.ways), None if self.both is None else self.both.copied())
        mine += other
        return mine

    def __iadd__(self, other: WaySums) -> WaySums:
        codes = [
            way.add(list(there.places), there.sums[: len(there.places)])
            for way, there in zip(self.ways, other.ways, strict=True)
        ]
        if self.both is not None and other.both is not None:
            pairs = np.array(list(other.both.places), dtype=np.intp)
            pairs = _pairs(codes[0][pairs >> 32], codes[1][pairs & 0xFFFFFFFF])
            self.both.add(pairs.tolist(), other.both.sums[: len(pairs)])
        return self


def grouped_in_files(sandwich: Sandwich, cov: Cluster, most: int | None = None) -> list[Grouped]:
    """The sums over the groups of each way, at most `most`, and for two ways over the pairs, from one pass over the
    rows.

    Groups are columns of the table, numbers or text. Raises IncompatibleError for labels that are no column,
    DomainError, with the place, for a row without a group and for more groups than are held.
    """
    rows: Any = sandwich.work.rows
    names = [_column(groups, sandwich) for groups in (cov.groups, cov.second) if groups is not None]
    width = sandwich.terms.width_of(cov.kind or "CR1")
    held = min(most or MOST_GROUPS, MOST_GROUPS, MOST_SUMS // width)
    work = partial(_summed, sandwich.terms, names, held, width)
    found: WaySums = rows.gather(work, *dict.fromkeys(names))
    for name, way in zip(names, found.ways, strict=True):
        if len(way.places) < 2:
            raise DomainError(
                f"Cluster({name}) needs two groups or more; all rows are in one. Use other groups, or cov='HC1'."
            )
    called = [*names, " and ".join(names)]
    every = (*found.ways, *([] if found.both is None else [found.both]))
    return [
        Grouped(len(way.places), name, way.closed, list(way.places)) for name, way in zip(called, every, strict=False)
    ]


def _pairs(one: NDArray[np.intp], other: NDArray[np.intp]) -> NDArray[np.intp]:
    return (one << 32) | other


def _column(groups: Any, sandwich: Sandwich) -> str:
    source = sandwich.work.rows.source  # type: ignore[union-attr]
    if not isinstance(groups, str):
        raise IncompatibleError(
            f"the rows of {sandwich.model.title} are in files: Cluster needs the name of a column of them, as in "
            f"st.Cluster('firm'); got {type(groups).__name__}. Write the labels into the files."
        )
    require(groups, source.names)
    if source.kinds[groups].startswith(("list", "struct", "map", "large_list", "fixed_size_list")):
        raise DomainError(f"Cluster({groups}) needs numbers or text; the column holds {source.kinds[groups]}.")
    return groups


def _summed(
    terms: Scores, names: list[str], most: int, width: int, rows: Rows, others: Batch, numbers: NDArray[np.intp]
) -> WaySums:
    """The sums of the rows of a batch."""
    used = np.flatnonzero(rows.weight > 0) if rows.weight is not None else np.arange(len(rows.X))
    labels: list[list[Any]] = []
    codes = []
    for name in names:
        known, code = labels_of(others, name, numbers, f"Cluster({name})")
        here, code = np.unique(code[used], return_inverse=True)
        labels.append([known[k] for k in here])
        codes.append(code)
    if len(names) == 2:
        crossed, code = np.unique(_pairs(codes[0], codes[1]), return_inverse=True)
        labels.append(crossed.tolist())
        codes.append(code)
    sums = [np.zeros((len(known), width)) for known in labels]
    terms.add_sums(sums, rows, codes, used)
    both = [" and ".join(names)] if len(names) == 2 else []
    local = zip((*names, *both), labels, sums, strict=True)
    found = [SumsByLabel.of(f"Cluster({name})", FEWER, most, known, total) for name, known, total in local]
    return WaySums(tuple(found[: len(names)]), found[2] if both else None)
