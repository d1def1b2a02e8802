"""What a test of a qualification is: a name, something to run, and what was observed when it ran.

What is required of the package, and which tests show each requirement: a table, `requirements.toml`.

A test is named, or all whose name begins as one that ends in a star. The number of a requirement is its place. Laws of
the exam are requirements of their own, read from their table.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Any, Literal

import numpy as np

from stattools.errors import StattoolsError
from stattools.interface.files import table_beside
from stattools.qualification.exam.laws import LAWS, Law
from stattools.qualification.reading import Reading, readings

type Verdict = Literal["pass", "fail", "not tested"]

type Phase = Literal["installation", "operation", "performance"]


@dataclass(frozen=True)
class Observation:
    """What a test found: whether it is as it should be (None where it could not be tested here), in words, and the
    numbers that it rests on; `rows` are cells that a page shows in a table of its own.
    """

    ok: bool | None
    words: str
    readings: tuple[Reading, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Procedure:
    """A test: `run(effort)` makes it, with simulations of `effort` times the usual size; `data` names the data sets
    that it reads. One that `simulates` is left out of a quick qualification.
    """

    name: str
    phase: Phase
    run: Callable[[float], Observation]
    data: tuple[str, ...] = ()
    simulates: bool = False


@dataclass(frozen=True)
class Record:
    """A test that was run, and for how many seconds."""

    procedure: Procedure
    observation: Observation
    seconds: float

    @property
    def verdict(self) -> Verdict:
        """In a word."""
        return VERDICTS[self.observation.ok]


VERDICTS: dict[bool | None, Verdict] = {True: "pass", False: "fail", None: "not tested"}


def run(procedure: Procedure, effort: float = 1.0) -> Record:
    """The test, run. An error of the package is a failure with the error's words; so is any other, with its name."""
    start = time.perf_counter()
    try:
        found = procedure.run(effort)
    except StattoolsError as error:
        found = Observation(False, " ".join(str(error).split()))
    except Exception as error:  # whatever goes wrong in a test is what it found
        found = Observation(False, " ".join(f"{type(error).__name__}: {error}".split()))
    return Record(procedure, replace(found, readings=_apart(found.readings)), time.perf_counter() - start)


def _apart(given: Iterable[Reading]) -> tuple[Reading, ...]:
    """The finite ones, each with a name of its own."""
    seen: Counter[str] = Counter()
    kept = []
    for one in given:
        if np.isfinite(one.value) and np.isfinite(one.tolerance):
            seen[one.name] += 1
            kept.append(one if seen[one.name] == 1 else replace(one, name=f"{one.name} ({seen[one.name]})"))
    return tuple(kept)


@dataclass(frozen=True)
class SideBySide:
    """Numbers of ours beside the same from elsewhere; `tolerance` is in units of `unit`, by default the largest of
    what is right.
    """

    name: str
    ours: Any
    right: Any
    tolerance: float = 1e-8
    unit: float | None = None


def judged(pairs: Iterable[SideBySide]) -> Observation:
    """Whether all numbers are the same, and the largest distance in words.

    >>> judged([SideBySide("mean", [1.0, 2.0], [1.0, 2.0])]).words
    '2 numbers of mean, the same to 1e-08'
    >>> judged([SideBySide("mean", 1.0, 2.0)]).ok
    False
    """
    told, found, good = [], [], True
    for pair in pairs:
        ours, right = np.asarray(pair.ours, dtype=float), np.asarray(pair.right, dtype=float)
        if ours.shape != right.shape:
            return Observation(False, f"{pair.name}: {ours.size} numbers where {right.size} are right")
        unit = float(np.max(np.abs(right), initial=1e-300)) if pair.unit is None else pair.unit
        gap = np.where(ours == right, 0.0, np.abs(ours - right))
        off = float(np.max(gap / unit, initial=0.0))
        same = bool(off <= pair.tolerance)  # NaN is not
        good = good and same
        many = "1 number" if ours.size == 1 else f"{ours.size} numbers"
        told.append(f"{many} of {pair.name}, " + (f"the same to {pair.tolerance:g}" if same else f"off by {off:.2g}"))
        moves = unit * max(pair.tolerance, 1e-8)
        found += [replace(one, tolerance=moves) for one in readings(pair.name, ours)]
    return Observation(good, "; ".join(told), tuple(found))


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
    said = table_beside(__file__, "requirements.toml")
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
