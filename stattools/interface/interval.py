"""An interval with its level and its kind, for one parameter or for a vector of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from stattools.interface.names.guesses import answers_guesses
from stattools.interface.when_needed import pd
from stattools.text.one_line import headline
from stattools.text.page import Faces, Grid, Page


@answers_guesses
@dataclass(frozen=True, eq=False, repr=False)
class Interval(Faces):
    """End points with the level and the kind they were made with.

    `lower` and `upper` are floats for one parameter, arrays of shape (p,) for a vector. Unpacks as
    `lower, upper = interval`; `np.asarray(interval)` has shape (2,) or (p, 2).

    >>> low, high = Interval(0.2, 0.7, level=0.95, kind="wald")
    >>> low, high
    (0.2, 0.7)
    """

    lower: Any
    upper: Any
    level: float
    kind: str
    names: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[Any]:
        return iter((self.lower, self.upper))

    def __len__(self) -> int:
        return 2

    def __getitem__(self, end: int | str) -> Any:
        if end in ("lower", "upper"):
            return getattr(self, str(end))
        if isinstance(end, str):
            raise KeyError(f"an interval has 'lower' and 'upper'; got {end!r}")
        return (self.lower, self.upper)[end]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return np.stack([self.lower, self.upper], axis=-1).astype(dtype or float)

    def _headline(self) -> str:
        ends = np.asarray(self).reshape(-1, 2)
        told = f"[{_end(ends[0, 0])}, {_end(ends[0, 1])}]" if len(ends) == 1 else f"{len(ends):,} parameters"
        return headline(self, f"{self.level:.4g} {self.kind}", ", ".join(self.names), told)

    def _page(self) -> Page:
        ends = np.asarray(self).reshape(-1, 2)
        title = f"{self.level:.4g} {self.kind} interval"
        if len(ends) == 1:
            return Page(f"{title} [{_end(ends[0, 0])}, {_end(ends[0, 1])}]")
        rows = [[str(name), _end(low), _end(high)] for name, (low, high) in zip(self._terms, ends, strict=True)]
        return Page(title, "", Grid(["", "lower", "upper"], rows, "lrr"))

    @property
    def _terms(self) -> tuple[str, ...]:
        """The parameters, by number where they have no names."""
        return self.names or tuple(str(i) for i in range(np.size(self.lower)))

    def table(self) -> pd.DataFrame:
        """One row per parameter: term, lower, upper, level, kind."""
        ends = np.asarray(self).reshape(-1, 2)
        return pd.DataFrame(
            {"term": self._terms, "lower": ends[:, 0], "upper": ends[:, 1], "level": self.level, "kind": self.kind}
        )


def _end(value: float) -> str:
    """An end of an interval as it is printed; a dash where there is none, as of a variance whose maximum is 0."""
    return "—" if np.isnan(value) else f"{value:.6g}"
