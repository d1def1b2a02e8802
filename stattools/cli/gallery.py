"""`stattools gallery`: write the reports of the gallery."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from stattools.cli.failures import failures
from stattools.gallery import ANALYSES, INDEX, Gallery
from stattools.interface.progress import progress


def gallery(
    names: Annotated[list[str] | None, typer.Argument(metavar="NAME", help="Which reports; all if none.")] = None,
    out: Annotated[Path, typer.Option(help="The folder to write to.")] = Path("reports"),
    html: Annotated[bool, typer.Option("--html", help="Each report as one HTML file too.")] = False,
    png: Annotated[bool, typer.Option("--png", help="Each figure as PNG too.")] = False,
) -> None:
    """Write the reports of the gallery, and an index of all.

    Example: `stattools gallery coin --out reports`
    """
    for name in names or []:
        if name not in ANALYSES:
            raise typer.BadParameter(f"the gallery has {', '.join(ANALYSES)}; got {name!r}.", param_hint="NAME")
    wanted = list(dict.fromkeys(names or (*ANALYSES, INDEX)))
    with failures(), progress(len(wanted)) as advance:
        from stattools.reporting.files import write

        documents = Gallery()
        for name in wanted:
            advance(name)
            print(f"wrote {write(documents.document(name), out / name, html=html, png=png)}", flush=True)
