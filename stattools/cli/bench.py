"""`stattools bench`: ours and the peers, timed in turns, and the report `reports/benchmarks.md`."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stattools.cli.failures import failures
from stattools.interface.progress import progress

if TYPE_CHECKING:
    from stattools.benchmarking.comparison import SpeedComparison
    from stattools.benchmarking.scripts import Script


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

        found = scripts(folder, names or ())
        measured: dict[Script, list[SpeedComparison]] = {}
        with progress(len(found)) as advance:
            for script in found:
                advance(script.name)
                print(f"{script.summary}\n", flush=True)
                measured[script] = []
                for comparison in script.comparisons(quick):
                    print("\n".join(lines(comparison)) + "\n", flush=True)
                    measured[script].append(comparison)
                if out is not None:  # after each, so that a run that is interrupted leaves what it measured
                    chosen = [one.name for one in measured] if names or len(measured) < len(found) else []
                    place = out.name if out.is_absolute() else out.as_posix()
                    command = shlex.join(["stattools", "bench", *chosen, *["--quick"] * quick, "--out", place])
                    write(document(measured, command), out)
        if out is not None:
            print(f"wrote {out}")
