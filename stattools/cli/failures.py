"""How a command fails: why on stderr, without a traceback, and exit code 1."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import typer

from stattools.cli import machines
from stattools.errors import StattoolsError


@contextmanager
def failures(as_json: bool = False) -> Iterator[None]:
    """An analysis that fails says why on stderr, for machines on stdout, without a traceback, and exits with 1."""
    try:
        yield
    except (StattoolsError, OSError) as error:
        if as_json:
            typer.echo(machines.text(machines.failure(error)))
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(1) from None
