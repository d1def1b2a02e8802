"""`qualified()`: run every test of a qualification; what was found, requirement by requirement.

The checks of `stattools validate` as tests of a qualification: their promises, and the numbers behind them.

The known differences between SAS, R and Python as tests: does each convention give what its program prints?

The example in the documentation of each public name, run: does it print what stands there?

The exam of this package as tests of a qualification: one for each law, over all models for which it is a theorem.
"""

from __future__ import annotations

import doctest
import inspect
import io
import math
import re
import sys
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from importlib.util import find_spec
from pathlib import Path

import stattools as st
from stattools.numerics.threads import one_blas_thread
from stattools.qualification.differences import DIFFERENCES, Difference, reproduce
from stattools.qualification.dossier import installed, operating
from stattools.qualification.dossier.procedure import (
    REQUIREMENTS,
    Observation,
    Phase,
    Procedure,
    Record,
    Requirement,
    Verdict,
    run,
)
from stattools.qualification.exam.examination import Examination, examine
from stattools.qualification.exam.laws import LAWS
from stattools.qualification.qualification import EFFORT, QUICK, Extent, checks
from stattools.qualification.reading import CheckResult, PromisedDigits, Reading
from stattools.reporting.provenance import code_version

PHASES: dict[str, Phase] = {
    "accuracy": "performance",
    "reference": "operation",
    "closed form": "operation",
    "derivatives": "operation",
    "recovery": "performance",
    "coverage": "performance",
    "calibration": "performance",
    "draws": "performance",
}
"""By the subject of a check."""
OF = ("estimates", "standard errors", "log-likelihood")
DRAWN = ("draws", "calibration")
"""Subjects whose statistic another platform's draws may move as far as its limit."""


def of_checks(checks: Sequence[PromisedDigits]) -> tuple[Procedure, ...]:
    """A test for each check."""
    return tuple(
        Procedure(
            f"{check.subject}: {check.model}, {check.data}",
            PHASES[check.subject],
            partial(observe_check, check),
            (check.data,),
            check.subject not in QUICK,
        )
        for check in checks
    )


def observe_check(check: PromisedDigits, effort: float = 1.0) -> Observation:
    """What the check measured, beside what it owes."""
    found = CheckResult(check, check.measure(effort), 0.0)
    measured = found.measured
    pairs = zip(OF, measured.digits, found.promised, strict=True)
    told = [
        f"{of}: {math.floor(digits)} digits of {owed:g} owed" if digits < owed else f"{of}: {owed:g} digits or more"
        for of, digits, owed in pairs
        if digits is not None and owed is not None
    ]
    numbers = measured.readings
    if measured.statistic is not None and check.limit is not None:
        told.append(f"{check.of}: {measured.statistic:g}, at most {check.limit:g}")
        tolerance = check.limit if check.subject in DRAWN else 1e-3 * max(1.0, check.limit)
        numbers = (*numbers, Reading(check.of, measured.statistic, tolerance))
    words = f"against {check.reference}: {'; '.join(told)}"
    return Observation(found.ok, words if found.ok else f"{words}; {measured.note or 'off'}", numbers)


SOURCES = {"page": "the page", "run": "a run"}


def of_differences() -> tuple[Procedure, ...]:
    """A test for each difference."""
    return tuple(Procedure(name_of(one), "operation", partial(observe_difference, one)) for one in DIFFERENCES)


def name_of(difference: Difference) -> str:
    """The name of the test of a difference."""
    return f"difference: {difference.subject}"


def observe_difference(difference: Difference, effort: float = 1.0) -> Observation:
    """Our numbers under the convention of each program; right where they are what it prints, and no other's."""
    found = reproduce(difference)
    said = found.row()
    rows = tuple(
        (
            side["program"],
            side["convention"],
            SOURCES[side["source"]],
            *(", ".join(side[of]) for of in ("printed", "found")),
        )
        for side in said["sides"]
    )
    numbers = tuple(
        Reading(f"{name}, {side.program}", number, 1e-6 * max(1.0, abs(number)))
        for side, some in zip(difference.sides, found.found, strict=True)
        for name, number in zip(difference.quantities, some, strict=True)
    )
    wrong = [side["program"] for side in said["sides"] if not side["given"]]
    why = f"not what {', '.join(wrong)} prints: " if wrong else "" if found.told_apart else "not told apart: "
    return Observation(found.ok, why + difference.cause, numbers, rows)


FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def examples() -> list[str]:
    """The public names that have an example."""
    return sorted(name for name in st._MODULE_OF if _tests(name))


def of_examples() -> tuple[Procedure, ...]:
    """A test for each public name with an example."""
    return tuple(Procedure(f"example: {name}", "operation", partial(observe_examples, name)) for name in examples())


def observe_examples(name: str, effort: float = 1.0) -> Observation:
    """Run the examples of a name, and of the methods of a class; what they printed is not kept."""
    said, tried, failed = io.StringIO(), 0, 0
    for test in _tests(name):
        test.globs = dict(vars(sys.modules[_thing(name).__module__]))
        runner = doctest.DocTestRunner(verbose=False, optionflags=FLAGS)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            found = runner.run(test, out=said.write)
        tried, failed = tried + found.attempted, failed + found.failed
    if failed:
        return Observation(False, f"{failed} of {tried} lines: {' '.join(said.getvalue().split())[:300]}")
    lines = "1 line prints" if tried == 1 else f"{tried} lines print"
    return Observation(True, f"{lines} what is documented")


def _thing(name: str) -> Callable[..., object]:
    """The class of a public name, or the function as it stands in its file."""
    return inspect.unwrap(getattr(st, name))


def _tests(name: str) -> list[doctest.DocTest]:
    """The examples of a name, none where they need a package that is not installed."""
    finder = doctest.DocTestFinder(exclude_empty=True)
    found = [test for test in finder.find(_thing(name), name, module=False) if test.examples]
    lines = "\n".join(example.source for test in found for example in test.examples)
    needed = {word for line in re.findall(r"^(?:import|from) ([\w, ]+)", lines, re.MULTILINE) for word in _roots(line)}
    return [] if any(find_spec(word) is None for word in needed) else found


def _roots(line: str) -> list[str]:
    """The packages of a line of imports.

    >>> _roots("tempfile, pyarrow"), _roots("numpy as np")
    (['tempfile', 'pyarrow'], ['numpy'])
    """
    return [part.split()[0] for part in line.split(" import ")[0].split(",") if part.split()]


def of_laws() -> tuple[Procedure, ...]:
    """A test for each law."""
    return tuple(Procedure(f"law: {law.name}", "performance", partial(observe_law, law.name)) for law in LAWS)


def observe_law(law: str, effort: float = 1.0) -> Observation:
    """The marks of this package for a law; right is within 0.01 standard errors."""
    marks = [mark for mark in _exam().marks if mark.law == law]
    wrong = [f"{mark.model} is {mark.outcome}: {mark.words}" for mark in marks if mark.outcome != "right"]
    offs = [Reading(f"{mark.model}, standard errors off", mark.off, 0.01) for mark in marks if mark.off is not None]
    words = "; ".join(wrong) or f"right for {', '.join(dict.fromkeys(mark.model for mark in marks))}"
    return Observation(bool(marks) and not wrong, words, tuple(offs))


@cache
def _exam() -> Examination:
    return examine("stattools")


@dataclass(frozen=True)
class ShownRequirement:
    """A requirement with its number and the tests of it that ran."""

    number: int
    requirement: Requirement
    records: tuple[Record, ...]
    left_out: bool = False

    @property
    def verdict(self) -> Verdict:
        """In a word: "not tested" where a quick qualification leaves its simulations out, or no test could be made."""
        if not self.records:
            return "not tested" if self.left_out else "fail"
        told = {record.verdict for record in self.records}
        return "fail" if "fail" in told else "pass" if "pass" in told else "not tested"


@dataclass(frozen=True)
class Dossier:
    """Everything that was tested on this machine; `ok` where every requirement was shown."""

    records: tuple[Record, ...]
    extent: Extent
    surroundings: dict[str, str]
    nist: str | None = None
    requirements: tuple[Requirement, ...] = REQUIREMENTS

    @property
    def ok(self) -> bool:
        """True where no test failed and no requirement is without one."""
        return not self.deviations

    @property
    def matrix(self) -> tuple[ShownRequirement, ...]:
        """Each requirement with its tests."""
        records = {record.procedure.name: record for record in self.records}
        simulated = dict.fromkeys(one.name for one in of_checks(checks("usual"))) if self.extent == "quick" else {}
        found = []
        for number, one in enumerate(self.requirements, 1):
            ran = tuple(records[name] for name in one.names(records))
            found.append(ShownRequirement(number, one, ran, bool(one.names(simulated))))
        return tuple(found)

    @property
    def deviations(self) -> tuple[str, ...]:
        """What failed, in words."""
        failed = [f"{one.procedure.name}: {one.observation.words}." for one in self.records if one.verdict == "fail"]
        untold = [one for one in self.matrix if one.verdict == "fail" and not one.records]
        return (*failed, *(f"Requirement {one.number} has no test that ran: {one.requirement.text}" for one in untold))

    @property
    def seconds(self) -> float:
        """The time of all tests."""
        return sum(record.seconds for record in self.records)

    def for_machines(self) -> dict[str, object]:
        """Everything, as numbers and strings."""
        return {
            "ok": self.ok,
            "stattools": code_version(),
            "extent": self.extent,
            "environment": self.surroundings,
            "requirements": [
                {
                    "number": one.number,
                    "phase": one.requirement.phase,
                    "text": one.requirement.text,
                    "verdict": one.verdict,
                    "tests": [record.procedure.name for record in one.records],
                }
                for one in self.matrix
            ],
            "tests": [
                {
                    "test": one.procedure.name,
                    "verdict": one.verdict,
                    "found": one.observation.words,
                    "numbers": {reading.name: reading.value for reading in one.observation.readings},
                    "seconds": round(one.seconds, 3),
                }
                for one in self.records
            ],
            "deviations": list(self.deviations),
            "seconds": round(self.seconds, 3),
        }


def procedures(extent: Extent = "usual", nist: Path | None = None) -> tuple[Procedure, ...]:
    """Every test, of the installation first; for "quick" without simulations, with NIST's sets of a folder."""
    return (
        *installed.procedures(),
        *operating.procedures(),
        *of_examples(),
        *of_differences(),
        *of_laws(),
        *of_checks(checks(extent, nist)),
    )


@one_blas_thread()
def qualified(
    wanted: Sequence[Procedure],
    extent: Extent = "usual",
    *,
    nist: Path | None = None,
    advance: Callable[[str], None] = lambda what: None,
) -> Dossier:
    """Run the tests; `advance` is told each before it starts."""
    records = []
    for procedure in wanted:
        advance(procedure.name)
        records.append(run(procedure, EFFORT[extent]))
    return Dossier(tuple(records), extent, installed.surroundings(), None if nist is None else nist.name)
