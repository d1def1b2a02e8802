"""`stattools verify`: compute reports again, and say what moved."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from stattools.cli.failures import failures
from stattools.cli.progress import progress
from stattools.gallery import Gallery


def verify(
    reports: Annotated[
        list[Path],
        typer.Argument(metavar="REPORT", help="Markdown files of `stattools gallery`, `validate`, `fit` or `report`."),
    ],
    data: Annotated[
        Path | None,
        typer.Option(metavar="PATH", help="Where the data file of a report of your own lies, or the NIST folder."),
    ] = None,
) -> None:
    """Compute reports again: the same text, or what moved: data, version, seed, numbers, words, round-off.

    Example: `stattools verify reports/coin.md reports/ols.md`
    """
    from stattools.gallery.verification import verify as verified

    failed = False
    documents = Gallery()
    with progress(len(reports)) as advance:
        for path in reports:
            advance(path.name)
            try:
                with failures():
                    verdict = verified(path, documents, data)
                    failed = failed or not verdict.same
                    print(f"{path}: {told(verdict)}", flush=True)
            except typer.Exit:
                failed = True
    raise typer.Exit(1 if failed else 0)


def told(verdict: Any, limit: int = 30) -> str:
    """A verdict in words, with the first lines that differ."""
    if verdict.same and verdict.unverified:
        return f"{verdict.unverified} cannot be verified"
    if verdict.same:
        moved = f"; the environment moved: {', '.join(verdict.environment)}" if verdict.environment else ""
        return f"the same text{moved}"
    where = f" (in {', '.join(verdict.where)})" if verdict.where else ""
    lines = [f"moved: {', '.join(verdict.moved)}{where}", *(f"environment: {change}" for change in verdict.environment)]
    lines += verdict.diff[:limit]
    if len(verdict.diff) > limit:
        lines.append(f"... and {len(verdict.diff) - limit} more lines")
    return "\n  ".join(lines)
