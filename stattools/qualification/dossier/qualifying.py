"""`qualified()`: run every test of a qualification; what was found, requirement by requirement."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stattools.numerics.threads import one_blas_thread
from stattools.qualification.dossier import checked, differing, documented, examined, installed, operating
from stattools.qualification.dossier.procedure import REQUIREMENTS, Procedure, Record, Requirement, Verdict, run
from stattools.qualification.qualification import EFFORT, Extent, checks
from stattools.reporting.provenance import code_version


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
        simulated = dict.fromkeys(_names(checks("usual"))) if self.extent == "quick" else {}
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

    def for_machines(self) -> dict[str, Any]:
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
        *documented.procedures(),
        *differing.procedures(),
        *examined.procedures(),
        *checked.procedures(checks(extent, nist)),
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


def _names(found: Sequence[Any]) -> list[str]:
    return [one.name for one in checked.procedures(found)]
