"""How a command fails: why on stderr, without a traceback, and exit code 1."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import typer

from stattools.errors import StattoolsError


@contextmanager
def failures() -> Iterator[None]:
    """An analysis that fails says why on stderr, without a traceback, and exits with 1."""
    try:
        yield
    except (StattoolsError, OSError) as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(1) from None
