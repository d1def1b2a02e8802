"""What is required of the package, and which tests show each requirement: a table, `requirements.toml`.

A test is named, or all whose name begins as one that ends in a star. The number of a requirement is its place. Laws of
the exam are requirements of their own, read from their table.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from stattools.qualification.dossier.procedure import Phase
from stattools.qualification.exam.law import Law
from stattools.qualification.exam.laws import LAWS


@dataclass(frozen=True)
class Requirement:
    """A sentence that a test can show to be false; `answers` are the answers of a fit that it speaks of."""

    phase: Phase
    area: str
    text: str
    tests: tuple[str, ...]
    answers: tuple[str, ...] = ()

    def names(self, tests: Iterable[str]) -> tuple[str, ...]:
        """Which of some tests show the requirement, in their order."""
        return tuple(name for name in tests if any(fnmatchcase(name, pattern) for pattern in self.tests))


def written() -> Iterator[Requirement]:
    """The requirements of the table."""
    said = tomllib.loads(Path(__file__).with_name("requirements.toml").read_text(encoding="utf-8"))
    for area in said["area"]:
        for one in area["requirement"]:
            examples = [f"example: {name}" for name in one.get("examples", "").split()]
            tests = (*one.get("tests", ()), *examples)
            yield Requirement(area["phase"], area["name"], one["text"], tests, tuple(one.get("answers", "").split()))


def lawful(law: Law) -> Requirement:
    """The requirement that a law of the exam is.

    >>> lawful(next(law for law in LAWS if law.name == "complement")).text.split(" (")[0]
    'Complement, the last category first: the fit is what follows from the one before'
    """
    asked = "the fit is what follows from the one before" if law.asks == "same" else "no number, but a refusal"
    name = law.name[0].upper() + law.name[1:]
    text = f"{name}, {law.words}: {asked} ({', '.join(law.models)})."
    return Requirement("performance", "Laws that any right fit obeys", text, (f"law: {law.name}",))


REQUIREMENTS: tuple[Requirement, ...] = (*written(), *map(lawful, LAWS))
"""Everything that is required."""
