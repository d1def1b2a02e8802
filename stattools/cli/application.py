"""The command `stattools`, and what it does before any of its commands."""

from __future__ import annotations

import io
import sys
from typing import Annotated

import typer

from stattools import __version__
from stattools.cli.loading import Loading
from stattools.text.printing import PLAINLY

app = typer.Typer(
    name="stattools",
    cls=Loading,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main() -> None:
    """The entry point of the command `stattools`, which prints what standard output can encode."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors=PLAINLY)
    app()


def show_version(wanted: bool) -> None:
    """Print the version and stop."""
    if wanted:
        print(f"stattools {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=show_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Likelihood-first statistics: fit a model, check it against a reference, write a report that can be verified."""
