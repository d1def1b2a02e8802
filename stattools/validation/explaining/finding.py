"""A finding: what is wrong with somebody's numbers, the evidence for it, and what to do."""

from __future__ import annotations

from dataclasses import dataclass

from stattools.interface.names.guesses import answers_guesses
from stattools.text.faces import Faces
from stattools.text.one_line import headline
from stattools.text.page import Page


@answers_guesses
@dataclass(frozen=True, repr=False)
class Finding(Faces):
    """One cause. `cause` is a few words to look for, `evidence` has the numbers, `advice` says what to do.

    A finding with `serious=False` is worth knowing and leaves the numbers right.
    """

    cause: str
    evidence: str
    advice: str
    serious: bool = True

    def _headline(self) -> str:
        return headline(self, "", self.cause, "serious" if self.serious else "not serious")

    @property
    def sentence(self) -> str:
        """All of it."""
        return f"{self.cause}: {self.evidence} {self.advice}"

    def _page(self) -> Page:
        return Page(self.sentence)
