"""A printed table as cells of text, with the words around it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from stattools.errors import quoted
from stattools.validation.claims.printed import Printed


@dataclass(frozen=True)
class Cells:
    """Cells of a table: its lines of headings, its rows, the words around it, its decimal mark if known.

    `facts` and `said` are what the reader knows beside what the words say.
    """

    name: str
    head: tuple[tuple[str, ...], ...]
    rows: tuple[tuple[str, ...], ...]
    notes: str = ""
    mark: str | None = None
    facts: Mapping[str, Printed] = field(default_factory=dict)
    said: Mapping[str, str] = field(default_factory=dict)

    def title(self, place: int) -> str:
        """The heading of a column as it is quoted."""
        return quoted(" ".join(dict.fromkeys(line[place].strip() for line in self.head if line[place].strip())))
