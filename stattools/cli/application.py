"""The command `stattools`, to which every command is added."""

from __future__ import annotations

import io
import sys
from typing import Annotated

import typer

from stattools import __version__
from stattools.cli.audit import audit
from stattools.cli.auto import Guessing
from stattools.cli.bench import bench
from stattools.cli.commands import Command, Commands
from stattools.cli.compare import compare
from stattools.cli.exam import exam
from stattools.cli.fit import fit
from stattools.cli.gallery import gallery
from stattools.cli.posterior import posterior
from stattools.cli.predict import predict
from stattools.cli.qualify import qualify
from stattools.cli.report import report
from stattools.cli.validate import validate
from stattools.cli.verify import verify
from stattools.text.printing import PLAINLY

app = typer.Typer(
    name="stattools",
    cls=Commands,
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


for command in (fit, report, compare, posterior, predict, audit, validate, qualify, gallery, verify, exam, bench):
    app.command(cls=Guessing if command is fit else Command)(command)
