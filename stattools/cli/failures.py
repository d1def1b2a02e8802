"""How a command fails: why on stderr, without a traceback, and exit code 1, or another."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from stattools.cli.reasons import reason
from stattools.cli.typed import typed
from stattools.errors import StattoolsError


@contextmanager
def failures(as_json: bool = False, code: int = 1) -> Iterator[None]:
    """An analysis that fails says why on stderr, for machines on stdout, without a traceback, and exits with `code`."""
    try:
        yield
    except BrokenPipeError:  # whoever read our output has enough of it, as `head` has
        raise
    except (StattoolsError, OSError) as error:
        if as_json:
            from stattools.cli import machines

            print(machines.text(machines.failure(error)))
        print(f"error: {typed(reason(error))}", file=sys.stderr)
        raise typer.Exit(code) from None
