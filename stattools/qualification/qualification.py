"""`qualify()`: inspect the installation and run every check; what was found, with its verdict."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from stattools.errors import StattoolsError
from stattools.numerics.threads import one_blas_thread
from stattools.qualification.exact_answers import certified_checks
from stattools.qualification.installation import Inspection, facts, inspect
from stattools.qualification.reading import CheckResult, Measured, PromisedDigits
from stattools.reporting.provenance import code_version, environment

type Extent = Literal["quick", "usual", "full"]
EFFORT: dict[Extent, float] = {"quick": 1.0, "usual": 1.0, "full": 10.0}
"""The sizes of simulations, as multiples of the usual ones."""
QUICK = ("accuracy", "reference", "closed form")


@dataclass(frozen=True)
class Qualification:
    """Everything that was inspected and checked; `ok` where all of it is as it should be."""

    inspections: tuple[Inspection, ...]
    findings: tuple[CheckResult, ...]
    extent: Extent
    nist: str | None = None

    @property
    def ok(self) -> bool:
        """True where the installation is good and every check kept its promise."""
        return not self.failures

    @property
    def failures(self) -> tuple[str, ...]:
        """What went wrong, one line each."""
        wrong = [f"{one.question}: no, {one.found}" for one in self.inspections if not one.ok]
        for finding in self.findings:
            if not finding.ok:
                check = finding.check
                wrong.append(
                    f"{check.model}, {check.data}, against {check.reference}: {finding.measured.note or 'off'}"
                )
        return tuple(wrong)

    @property
    def seconds(self) -> float:
        """The time that all checks took."""
        return sum(finding.seconds for finding in self.findings)

    def for_machines(self) -> dict[str, object]:
        """Everything, as numbers and strings."""
        return {
            "ok": self.ok,
            "stattools": code_version(),
            "extent": self.extent,
            "environment": environment() | facts(),
            "installation": [{"question": one.question, "ok": one.ok, "found": one.found} for one in self.inspections],
            "checks": [finding.row() for finding in self.findings],
            "failures": list(self.failures),
            "seconds": round(self.seconds, 3),
        }


def checks(extent: Extent = "usual", nist: Path | None = None) -> tuple[PromisedDigits, ...]:
    """What is run: everything, or for "quick" no simulations; NIST's sets where a folder is given.

    >>> len(checks("quick")) < len(checks())
    True
    """
    from stattools.qualification.agreements import CHECKS, DERIVATIVES
    from stattools.qualification.exact_answers import OF_CLOSED_FORMS, OF_HARD_DATA
    from stattools.qualification.simulations import CALIBRATIONS, COVERAGES, RECOVERIES

    found = [*OF_HARD_DATA, *CHECKS, *OF_CLOSED_FORMS, *DERIVATIVES, *RECOVERIES, *COVERAGES, *CALIBRATIONS]
    if extent == "quick":
        found = [check for check in found if check.subject in QUICK]
    if nist is not None:
        found += certified_checks(nist)
    return tuple(found)


@one_blas_thread()
def qualify(
    extent: Extent = "usual", *, nist: Path | None = None, advance: Callable[[str], None] = lambda what: None
) -> Qualification:
    """Run the checks; `advance` is told each before it starts.

    A check that raises an error of the package has failed, with the error as its note.
    """
    wanted = checks(extent, nist)
    findings = run(wanted, effort=EFFORT[extent], advance=advance)
    return Qualification(inspect(), findings, extent, None if nist is None else nist.name)


def run(
    wanted: Sequence[PromisedDigits], *, effort: float = 1.0, advance: Callable[[str], None] = lambda what: None
) -> tuple[CheckResult, ...]:
    """Each check, timed."""
    findings = []
    for check in wanted:
        advance(f"{check.model}, {check.data}")
        start = time.perf_counter()
        try:
            measured = check.measure(effort)
        except StattoolsError as error:
            measured = Measured(agrees=False, note=str(error))
        findings.append(CheckResult(check, measured, time.perf_counter() - start))
    return tuple(findings)
