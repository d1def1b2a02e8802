"""How a command fails: why on stderr, without a traceback, and exit code 1, or another; and in what words."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import typer

from stattools.cli.families import KNOWN
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
            from stattools.cli.machines import text

            print(text(failure(error)))
        print(f"error: {typed(reason(error))}", file=sys.stderr)
        raise typer.Exit(code) from None


def reason(error: BaseException) -> str:
    """Why it failed, in words: of the operating system the file and what it says of it, without a number.

    >>> reason(PermissionError(13, "Permission denied", "reports"))
    'reports: Permission denied.'
    """
    if isinstance(error, OSError) and error.strerror:
        named = f"{error.filename}: " if error.filename is not None else ""
        return f"{named}{error.strerror}."
    return error.message if isinstance(error, StattoolsError) else str(error)


def failure(error: BaseException) -> dict[str, Any]:
    """An analysis that failed, for machines."""
    return {"ok": False, "error": type(error).__name__, "message": reason(error)}


WRITTEN: tuple[tuple[str, str], ...] = (
    (r'\bcov="(\w+)"', r"--cov \1"),
    (r"\bcov='(\w+)'", r"--cov \1"),
    (r"\bpenalty=st\.Jeffreys\(\)", "--penalty jeffreys"),
    (r"\bpenalty=st\.Ridge\(([\d.]+)\)", r"--penalty ridge(\1)"),
    (r"\bprior=st\.(Normal|Cauchy|StudentT)\(([\d., ]+)\)", r'--prior "\1(\2)"'),
    (r"\bst\.fit\(model, (--\w+ \S+?)\)", r"\1"),
    (rf"\bst\.({'|'.join(KNOWN)})\b(?!\()", r"--family \1"),
    (r"\b(weights|offset|exposure|trials|precision)=(?=[\s.,;:)]|$)", r"--\1"),
)
"""Words of Python and those of the command line, in the order in which they are replaced."""


def typed(text: str) -> str:
    """The text with options in the place of arguments.

    >>> typed('Use cov="quasi", or st.negative_binomial, which has a variance of its own.')
    'Use --cov quasi, or --family negative_binomial, which has a variance of its own.'
    """
    for python, ours in WRITTEN:
        text = re.sub(python, ours, text)
    return text
