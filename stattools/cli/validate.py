"""`stattools validate`: the whole package against its references, and the installation that it runs in."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stattools.cli import machines
from stattools.cli.failures import failures
from stattools.interface.progress import progress

if TYPE_CHECKING:
    from stattools.qualification.qualification import Extent, Qualification


def validate(
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write a report, such as reports/validation.md.")
    ] = None,
    nist: Annotated[Path | None, typer.Option(metavar="DIR", help="A folder with NIST's StRD .dat files.")] = None,
    quick: Annotated[bool, typer.Option("--quick", help="No simulations.")] = False,
    full: Annotated[bool, typer.Option("--full", help="Simulations of ten times the size.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything measured, for machines.")] = False,
    dated: Annotated[bool, typer.Option("--dated", help="Put today's date into the report.")] = False,
) -> None:
    """Check the installation, and every model against its reference. Exit code 1 when something disagrees.

    Example: `stattools validate --out reports/validation.md`
    """
    if quick and full:
        raise typer.BadParameter("is the opposite of --full; leave one out.", param_hint="--quick")
    extent: Extent = "quick" if quick else "full" if full else "usual"
    with failures(as_json):
        from stattools.qualification.qualification import checks, qualify

        with progress(len(checks(extent, nist))) as advance:
            found = qualify(extent, nist=nist, advance=advance)
        print(machines.text(found.for_machines()) if as_json else told(found))
        if out is not None:
            from stattools.qualification.document import document
            from stattools.reporting.files import write

            path = write(document(found, command=command(extent, nist), dated=today() if dated else None), out)
            if not as_json:
                print(f"\nwrote {path}")
    raise typer.Exit(0 if found.ok else 1)


def command(extent: str, nist: Path | None) -> str:
    """The command that makes a report again.

    >>> command("quick", Path("data/nist"))
    'stattools validate --quick --nist nist'
    """
    words = ["stattools", "validate", *([] if extent == "usual" else [f"--{extent}"])]
    return shlex.join([*words, *([] if nist is None else ["--nist", nist.name])])


def told(found: Qualification) -> str:
    """A page for a terminal: what was inspected, each check with its digits and its time, the verdict."""
    from stattools.text.columns import aligned

    lines = [f"{'pass' if one.ok else 'FAIL'}  {one.question}: {one.found}" for one in found.inspections]
    body = [
        [
            finding.check.model,
            finding.check.data,
            finding.check.reference,
            *(_cell(value) for value in (*finding.measured.digits, finding.measured.statistic)),
            f"{finding.seconds:.2f}",
            "pass" if finding.ok else "FAIL",
        ]
        for finding in found.findings
    ]
    head = ["model", "data", "against", "digits", "of se", "of loglik", "statistic", "seconds", ""]
    verdict = "pass" if found.ok else "FAIL"
    total = f"{verdict}: {len(found.findings)} checks in {found.seconds:.0f} seconds."
    return "\n".join([*lines, "", *aligned(head, body, left=3), "", *found.failures, total])


def today() -> str:
    """The date, as ISO 8601 has it."""
    from datetime import date

    return date.today().isoformat()


def _cell(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}"
