"""Sums over the rows of groups that stand anywhere in files: what is kept are some numbers for each label seen so far,
whatever the number of rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.data.files.source import Batch
from stattools.errors import DomainError
from stattools.interface.arrays import Floats
from stattools.interface.when_needed import pa

MOST_GROUPS = 2_000_000
"""Groups, or pairs of groups, whose labels are held at most."""

MOST_SUMS = 50_000_000
"""Numbers of their sums, groups times sums of each, at most: 400 MB."""


@dataclass(eq=False)
class SumsByLabel:
    """Sums by label, which grow as labels appear; two are added with `+`, in the arrays of the first with `+=`.

    `whose` are the sums and `instead` what to do where labels are too many, as errors say it.
    """

    whose: str
    instead: str
    most: int
    sums: Floats
    places: dict[Any, int]

    @classmethod
    def of(cls, whose: str, instead: str, most: int, labels: list[Any], sums: Floats) -> SumsByLabel:
        """The sums of labels that differ."""
        found = cls(whose, instead, most, sums, {label: place for place, label in enumerate(labels)})
        found.require_few()
        return found

    def add(self, labels: list[Any], sums: Floats) -> NDArray[np.intp]:
        """Add the sums of labels that differ; returns their numbers."""
        places = self.places
        codes = np.array([places.setdefault(label, len(places)) for label in labels], dtype=np.intp)
        self.require_few()
        if len(places) > len(self.sums):
            rows = min(max(2 * len(self.sums), len(places)), self.most)
            self.sums = np.concatenate([self.sums, np.zeros((rows - len(self.sums), self.sums.shape[1]))])
        self.sums[codes] += sums
        return codes

    def require_few(self) -> None:
        """DomainError for more labels than are held."""
        if len(self.places) > self.most:
            raise DomainError(
                f"{self.whose} holds {self.sums.shape[1]:,} sums for each group, and takes at most {self.most:,} of "
                f"them; there are more. {self.instead}"
            )

    def copied(self) -> SumsByLabel:
        """The same sums in arrays of their own."""
        return SumsByLabel(self.whose, self.instead, self.most, self.sums.copy(), self.places.copy())

    def __add__(self, other: SumsByLabel) -> SumsByLabel:
        mine = self.copied()
        mine += other
        return mine

    def __iadd__(self, other: SumsByLabel) -> SumsByLabel:
        self.add(list(other.places), other.sums[: len(other.places)])
        return self

    @property
    def closed(self) -> Floats:
        """The sums of the labels, in the order in which these were seen."""
        return self.sums[: len(self.places)]


def labels_of(others: Batch, name: str, numbers: NDArray[np.intp], whose: str) -> tuple[list[Any], NDArray[np.intp]]:
    """The labels of a column of a batch, and for each row the place of its own.

    Raises DomainError, in the name of `whose`, for a row without one.
    """
    column = others.table.column(name)
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    gaps = column.is_null(nan_is_null=True).to_numpy(zero_copy_only=False)
    if gaps.any():
        raise DomainError(
            f"{others.where}: {whose} needs a group for every row; row {numbers[int(np.argmax(gaps))]} has "
            "none. Give it a group, or leave such rows out of the files."
        )
    coded = column.dictionary_encode()
    return coded.dictionary.to_pylist(), coded.indices.to_numpy(zero_copy_only=False).astype(np.intp)
