"""Sums of scores by group where rows are in files: one read, groups wherever their rows are.

    M = sum_g S_g S_g^T,   S_g = sum of the scores of the rows of group g

Each batch is summed by the labels that occur in it; what is kept is p numbers for each label seen so far, and for two
ways for each pair of labels, whatever the number of rows.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stattools.covariance.kinds import Cluster
from stattools.covariance.sandwich import Sandwich, add_by_group
from stattools.data.formula import require
from stattools.data.rows import Rows
from stattools.errors import DomainError, IncompatibleError

if TYPE_CHECKING:
    from stattools.data.source import Batch

Floats = NDArray[np.float64]

MOST_GROUPS = 2_000_000
"""Groups, or pairs of groups, whose labels are held at most."""

MOST_SUMS = 50_000_000
"""Numbers of their sums, groups times coefficients, at most: 400 MB."""


class Grouped(NamedTuple):
    """How many groups, what they are called, and the meat of the sums over them, without a factor."""

    n: int
    name: str
    meat: Floats


class _Local(NamedTuple):
    """The sums of a batch: for each way the labels that occur and their sums, and for two ways those of pairs."""

    labels: list[list[Any]]
    sums: list[Floats]
    pairs: NDArray[np.intp]
    where: str


@dataclass(eq=False)
class _Sums:
    """Sums by label, which grow as labels appear."""

    name: str
    most: int
    sums: Floats
    places: dict[Any, int] = field(default_factory=dict)

    def add(self, labels: list[Any], sums: Floats, where: str) -> NDArray[np.intp]:
        """Add the sums of labels that differ; returns their numbers."""
        places = self.places
        codes = np.array([places.setdefault(label, len(places)) for label in labels], dtype=np.intp)
        if len(places) > self.most:
            raise DomainError(
                f"Cluster({self.name}) holds a sum of scores for each group and takes at most {self.most:,} of them "
                f"with {self.sums.shape[1]} coefficients; there are more, the last one in {where}. Use coarser groups, "
                "or cov='HC1' where hardly any rows share a group."
            )
        if len(places) > len(self.sums):
            rows = min(max(2 * len(self.sums), len(places)), self.most)
            self.sums = np.concatenate([self.sums, np.zeros((rows - len(self.sums), self.sums.shape[1]))])
        self.sums[codes] += sums
        return codes

    def closed(self) -> Grouped:
        """The meat."""
        return Grouped(len(self.places), self.name, self.sums.T @ self.sums)


def grouped_in_files(sandwich: Sandwich, cov: Cluster) -> list[Grouped]:
    """The sums over the groups of each way, and for two ways over the pairs, from one read of the files.

    Groups are columns of the files, numbers or text. Raises IncompatibleError for labels that are no column,
    DomainError, with file and row group, for a row without a group and for more groups than are held.
    """
    rows: Any = sandwich.work.rows
    names = [_column(groups, sandwich) for groups in (cov.groups, cov.second) if groups is not None]
    p = sandwich.B.shape[1]
    most = min(MOST_GROUPS, MOST_SUMS // p)
    both = [" and ".join(names)] if len(names) == 2 else []
    found = [_Sums(name, most, np.zeros((1024, p))) for name in (*names, *both)]

    def of(part: Rows, others: Batch, numbers: NDArray[np.intp]) -> _Local:
        return _summed(sandwich, names, part, others, numbers)

    for local in rows.beside(tuple(dict.fromkeys(names)), of):
        codes = [
            way.add(labels, sums, local.where)
            for way, labels, sums in zip(found[: len(names)], local.labels, local.sums, strict=False)
        ]
        if both:
            pairs = (codes[0][local.pairs[:, 0]] << 32) | codes[1][local.pairs[:, 1]]
            found[2].add(pairs.tolist(), local.sums[2], local.where)
    for way in found[: len(names)]:
        if len(way.places) < 2:
            raise DomainError(
                f"Cluster({way.name}) needs two groups or more; all rows are in one. Use other groups, or cov='HC1'."
            )
    return [way.closed() for way in found]


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


def _summed(sandwich: Sandwich, names: list[str], rows: Rows, others: Batch, numbers: NDArray[np.intp]) -> _Local:
    """The sums of the rows of a batch."""
    used = np.flatnonzero(rows.weight > 0) if rows.weight is not None else np.arange(len(rows.X))
    labels, codes = [], []
    for name in names:
        known, code = _coded(others, name, numbers)
        here, code = np.unique(code[used], return_inverse=True)
        labels.append([known[k] for k in here])
        codes.append(code)
    pairs = np.empty((0, 2), dtype=np.intp)
    sizes = [len(known) for known in labels]
    if len(names) == 2:
        crossed, code = np.unique(codes[0] * np.intp(max(sizes[1], 1)) + codes[1], return_inverse=True)
        pairs = np.column_stack(np.divmod(crossed, max(sizes[1], 1)))
        codes.append(code)
        sizes.append(len(crossed))
    sums = [np.zeros((size, sandwich.B.shape[1])) for size in sizes]
    for part, scores, weight in sandwich.scores(rows=rows):
        first, last = np.searchsorted(used, [part.start, part.stop])
        inside = used[first:last] - part.start
        for total, code in zip(sums, codes, strict=True) if len(inside) else ():
            add_by_group(total, code[first:last], scores[inside], None if weight is None else weight[inside])
    return _Local(labels, sums, pairs, others.where)


def _coded(others: Batch, name: str, numbers: NDArray[np.intp]) -> tuple[list[Any], NDArray[np.intp]]:
    """The labels of a column of a batch, and for each row the place of its own. DomainError for a row without."""
    import pyarrow as pa

    column = others.table.column(name)
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    gaps = column.is_null(nan_is_null=True).to_numpy(zero_copy_only=False)
    if gaps.any():
        raise DomainError(
            f"{others.where}: Cluster({name}) needs a group for every row; row {numbers[int(np.argmax(gaps))]} has "
            "none. Give it a group, or leave such rows out of the files."
        )
    coded = column.dictionary_encode()
    return coded.dictionary.to_pylist(), coded.indices.to_numpy(zero_copy_only=False).astype(np.intp)
