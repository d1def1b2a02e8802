"""`stattools exam`: laws that any right fit obeys, put to a package."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from stattools.cli import machines, options
from stattools.cli.failures import failures


def exam(
    package: Annotated[
        str, typer.Argument(metavar="PACKAGE", help="A name on the package index, perhaps ==version; R.")
    ],
    as_json: options.Json = False,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write a report, with the lines of each failure.")
    ] = None,
) -> None:
    """Put a package through laws that any right fit obeys: units, origins, order, reference levels, no maximum.

    The package runs in an environment of its own, made by uv. Exit code 1 where an answer is wrong without a word.

    Example: `stattools exam statsmodels --out statsmodels.md`
    """
    with failures(as_json, code=2):
        from stattools.interface.files import replace_file
        from stattools.qualification.exam.examination import examine

        found = examine(package)
        print(machines.text(found.record()) if as_json else found)
        if out is not None:
            text = found.markdown().encode()
            replace_file(out, lambda file: file.write(text), "exam")
            if not as_json:
                print(f"\nwrote {out}")
    raise typer.Exit(0 if found.ok else 1)
