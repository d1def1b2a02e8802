"""Every comparison page of CAMIS and what it is to us, from `pages.toml`.

A page differs where it is of a difference that is recomputed here; otherwise `standing` says that its programs agree
and which answer of ours it is, or why nothing of ours is concerned.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from stattools.interface.files import table_beside

type Standing = Literal["differs", "agrees", "not ours"]


@dataclass(frozen=True)
class ComparisonPage:
    """A comparison: its subject, its address, how it stands to this package, and a sentence on it."""

    subject: str
    address: str
    standing: Standing
    note: str


PAGES: tuple[ComparisonPage, ...] = tuple(
    ComparisonPage(**page) for page in table_beside(__file__, "pages.toml")["page"]
)
