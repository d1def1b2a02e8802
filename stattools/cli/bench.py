"""`stattools bench`: ours and the peers, timed in turns, and the report `reports/benchmarks.md`."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from stattools.cli.failures import failures


def bench(
    names: Annotated[list[str] | None, typer.Argument(metavar="NAME", help="Which benchmarks; all if none.")] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Smaller sizes and fewer rounds.")] = False,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write a report, such as reports/benchmarks.md.")
    ] = None,
    folder: Annotated[Path, typer.Option(help="The folder of benchmarks, of a checkout.")] = Path("benchmarks"),
) -> None:
    """Time stattools and its peers on the same data: ratios of medians, what was promised, and where we lose.

    Example: `stattools bench recurrence --quick`
    """
    with failures():
        from stattools.benchmarking.printing import lines
        from stattools.benchmarking.report import document
        from stattools.benchmarking.scripts import scripts
        from stattools.reporting.files import write

        measured = {}
        for script in scripts(folder, names or ()):
            typer.echo(f"{script.summary}\n")
            measured[script] = []
            for comparison in script.comparisons(quick):
                typer.echo("\n".join(lines(comparison)) + "\n")
                measured[script].append(comparison)
        if out is not None:
            command = ["stattools", "bench", *(names or ()), *["--quick"] * quick, "--out", out.name]
            typer.echo(f"wrote {write(document(measured, shlex.join(command)), out)}")
