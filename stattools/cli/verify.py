"""`stattools verify`: compute reports again, and say what moved; check saved fits by a program of their own."""

from __future__ import annotations

import textwrap
import zipfile
from pathlib import Path
from typing import Annotated, Any

import typer

from stattools.cli.failures import failures
from stattools.errors import FileError
from stattools.gallery import Gallery
from stattools.interface.progress import progress
from stattools.validation.verifier import Check, read
from stattools.validation.verifier import verify as check_fit


def verify(
    reports: Annotated[
        list[Path],
        typer.Argument(
            metavar="REPORT|FIT|DIR",
            help="Reports in Markdown, fits saved with design=True, or folders of stattools qualify.",
        ),
    ],
    data: Annotated[
        Path | None,
        typer.Option(metavar="PATH", help="The data file of a report or a fit, or the NIST folder."),
    ] = None,
) -> None:
    """Compute reports again: the same text, or what moved: data, version, seed, numbers, words, round-off. Check saved
    fits by a second program: log-likelihood, maximum, standard errors, existence, and the data where they are given.
    Compare qualifications with this machine: files, data, versions, and every test that is quick, run again.

    Exit code 1 where something is wrong, which the round-off of another processor is not, 2 where something of a fit
    could not be checked.

    Example: `stattools verify reports/coin.md reports/ols.md`
    """
    from stattools.gallery.verification import verify as verified

    failed, unsure = False, False
    documents = Gallery()
    folders = any(path.is_dir() for path in reports)  # each has a bar of its own
    with progress(0 if folders else len(reports)) as advance:
        for path in reports:
            advance(path.name)
            try:
                with failures():
                    if path.is_dir():
                        holds, words = of_folder(path, data)
                        failed = failed or not holds
                        print(f"{path}: {words}", flush=True)
                        continue
                    if zipfile.is_zipfile(path):
                        checks = of_fit(path, data)
                        failed = failed or any(check.ok is False for check in checks)
                        unsure = unsure or any(check.ok is None for check in checks)
                        print("\n".join([f"{path}:", *map(line, checks)]), flush=True)
                        continue
                    verdict = verified(path, documents, data)
                    failed = failed or not verdict.holds
                    print(f"{path}: {told(verdict)}", flush=True)
            except typer.Exit:
                failed = True
    raise typer.Exit(1 if failed else 2 if unsure else 0)


MOST = 40
"""Things that moved that are printed of a folder."""


def of_folder(path: Path, data: Path | None) -> tuple[bool, str]:
    """Whether a qualification holds on this machine, and in words what moved."""
    from stattools.qualification.dossier.filing import compared, is_dossier, steps

    if not is_dossier(path):
        raise FileError(f"verify needs a report, a fit, or a folder of stattools qualify; {path} has no manifest.json.")
    with progress(steps(path)) as advance:
        found = compared(path, data, advance=advance)
    lines = [textwrap.fill(f"  {one.cause}: {one.words}", 80, subsequent_indent="    ") for one in found.departures]
    many = len(lines) - MOST
    lines = lines if many <= 0 else [*lines[:MOST], f"  ... and {many} more"]
    ran = f"{found.run} tests run again, {found.numbers} numbers compared" if found.run else "no test was run again"
    return found.ok, "\n".join([f"{'holds' if found.ok else 'does not hold'}; {ran}", *lines])


def of_fit(path: Path, data: Path | None) -> list[Check]:
    """The checks of a saved fit, and whether the columns of the data are those that it was made from."""
    found = check_fit(str(path))
    if data is None:
        return found
    from stattools.cli.files import table
    from stattools.inference.storage.file import hashes

    said = read(str(path))[0]
    told = (said["about"] or {"data": {"of": "a table", "columns": said.get("data", {})}})["data"]
    if not told["columns"]:
        return [*found, Check("data", None, "the file has no hashes of its data")]
    here = hashes(table(data), told["columns"])
    same = {
        "a table": lambda name, digest: here.get(name) == digest,
        "arrays": lambda name, digest: digest in {*here.values()},
    }
    other = [name for name, digest in told["columns"].items() if not same[told["of"]](name, digest)]
    return [*found, Check("data", not other, f"others in {', '.join(other)}" if other else "those of the fit")]


def line(check: Check) -> str:
    """A check as a line, or a few of 80 columns."""
    verdict = {True: "holds", False: "WRONG", None: "not checked"}[check.ok]
    return textwrap.fill(f"  {verdict:12s} {check.name}: {check.words}", 80, subsequent_indent=" " * 15)


def told(verdict: Any, limit: int = 30) -> str:
    """A verdict in words, with the first lines that differ."""
    if verdict.same and verdict.unverified:
        return f"{verdict.unverified} cannot be verified"
    if verdict.same:
        moved = f"; the environment moved: {', '.join(verdict.environment)}" if verdict.environment else ""
        return f"the same text{moved}"
    holds = "holds; " if verdict.holds else ""
    where = f" (in {', '.join(verdict.where)})" if verdict.where else ""
    lines = [
        f"{holds}moved: {', '.join(verdict.moved)}{where}",
        *(f"environment: {change}" for change in verdict.environment),
    ]
    lines += verdict.diff[:limit]
    if len(verdict.diff) > limit:
        lines.append(f"... and {len(verdict.diff) - limit} more lines")
    return "\n  ".join(lines)
