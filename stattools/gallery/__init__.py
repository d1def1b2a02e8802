"""The gallery: one analysis per file, each a function `document()` that computes every claim it makes.

`stattools gallery` writes them to reports/, `stattools verify` computes them again and compares. A new analysis is one
file here and its name in `ANALYSES`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stattools.errors import DomainError
from stattools.interface.when_needed import Package
from stattools.reporting.document import Document

if TYPE_CHECKING:
    from stattools.qualification.qualification import Extent

ANALYSES = (
    "coin",
    "ols",
    "logistic",
    "softmax",
    "ordinal",
    "survival",
    "counts",
    "zeros",
    "costs",
    "tests",
    "separation",
    "audit",
    "shrinkage",
    "groups",
    "curves",
    "certificate",
    "network",
    "batch_norm",
    "digits",
    "filter",
    "nile",
    "posterior",
    "ab_test",
)
INDEX = "index"
VALIDATION: dict[str, Extent] = {
    "stattools validate": "usual",
    "stattools validate --quick": "quick",
    "stattools validate --full": "full",
}
"""Commands that write the report of the whole package's validation, and its extent: `verify` computes it again too."""


def command(name: str) -> str:
    """The command that writes a report of the gallery; the index is written with all of them.

    >>> command("coin"), command("index")
    ('stattools gallery coin', 'stattools gallery')
    """
    return "stattools gallery" if name == INDEX else f"stattools gallery {name}"


class Gallery:
    """The documents of the gallery, each computed once, when first asked for."""

    def __init__(self) -> None:
        self._computed: dict[str, Document] = {}

    def document(self, name: str) -> Document:
        """The document of one analysis, of the index of all, or of a command in `VALIDATION`."""
        if name in VALIDATION and name not in self._computed:
            from stattools.qualification.document import document
            from stattools.qualification.qualification import qualify

            self._computed[name] = document(qualify(VALIDATION[name]), command=name)
        if name not in (*ANALYSES, INDEX, *VALIDATION):
            raise DomainError(f"the gallery has {', '.join(ANALYSES)}; got {name!r}.")
        if name not in self._computed:
            module = Package(f"stattools.gallery.{name}")
            if name == INDEX:
                self._computed[name] = module.document({other: self.document(other) for other in ANALYSES})
            else:
                self._computed[name] = module.document()
        return self._computed[name]
