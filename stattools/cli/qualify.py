"""`stattools qualify`: the file of this installation that an inspector signs, and what another machine says of it."""

from __future__ import annotations

import shlex
import textwrap
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stattools.cli import machines
from stattools.cli.failures import failures
from stattools.interface.progress import progress

if TYPE_CHECKING:
    from stattools.qualification.dossier.qualifying import Dossier
    from stattools.qualification.qualification import Extent


def qualify(
    out: Annotated[Path, typer.Option(metavar="DIR", help="The folder to write: pages, evidence, manifest.json.")],
    nist: Annotated[Path | None, typer.Option(metavar="DIR", help="A folder with NIST's StRD .dat files.")] = None,
    quick: Annotated[bool, typer.Option("--quick", help="No simulations.")] = False,
    full: Annotated[bool, typer.Option("--full", help="Simulations of ten times the size.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything measured, for machines.")] = False,
) -> None:
    """Qualify this installation: requirements, the tests that show each, what they found, and a page to sign.

    Exit code 1 where a requirement is not met; the deviations are in the file. `stattools verify DIR` compares it with
    any machine, without a network.

    Example: `stattools qualify --out qualification`
    """
    if quick and full:
        raise typer.BadParameter("is the opposite of --full; leave one out.", param_hint="--quick")
    extent: Extent = "quick" if quick else "full" if full else "usual"
    with failures(as_json):
        from stattools.qualification.dossier.filing import check_folder, filed
        from stattools.qualification.dossier.qualifying import procedures, qualified

        check_folder(out)
        wanted = procedures(extent, nist)
        with progress(len(wanted)) as advance:
            found = qualified(wanted, extent, nist=nist, advance=advance)
        digest, why = filed(found, out, command=command(extent, nist, out), nist=nist)
        where = {"folder": str(out), "manifest": digest, "not_written": why}
        print(machines.text(found.for_machines() | where) if as_json else told(found, out, digest, why))
    raise typer.Exit(0 if found.ok else 1)


def command(extent: str, nist: Path | None, out: Path) -> str:
    """The command that makes a qualification again.

    >>> command("quick", Path("data/nist"), Path("a/filed"))
    'stattools qualify --quick --nist nist --out filed'
    """
    words = ["stattools", "qualify", *([] if extent == "usual" else [f"--{extent}"])]
    return shlex.join([*words, *([] if nist is None else ["--nist", nist.name]), "--out", out.name])


def told(found: Dossier, out: Path, digest: str, why: str) -> str:
    """A page for a terminal: requirements by area with their verdicts, deviations, what was written."""
    from stattools.text.columns import aligned

    areas: dict[tuple[str, str], Counter[str]] = {}
    for one in found.matrix:
        key = one.requirement.phase, one.requirement.area
        areas.setdefault(key, Counter())[one.verdict] += 1
    words = ("pass", "fail", "not tested")
    body = [
        [phase, area, *(str(counts[word]) if counts[word] else "" for word in words)]
        for (phase, area), counts in areas.items()
    ]
    lines = aligned(["phase", "requirements", *words], body, left=2)
    wrong = [line for one in found.deviations for line in textwrap.wrap(one, 80, subsequent_indent="  ")]
    total = (
        f"{'pass' if found.ok else 'FAIL'}: {len(found.records)} tests of {len(found.matrix)} requirements in "
        f"{found.seconds:.0f} seconds."
    )
    rest = [f"wrote {out}", *(textwrap.wrap(why, 80) if why else []), f"SHA-256 of manifest.json:\n{digest}"]
    return "\n".join([*lines, "", *wrong, *([""] if wrong else []), total, "", *rest])
