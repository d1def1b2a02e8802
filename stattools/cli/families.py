"""The regressions of the command line, and the columns that may stand beside their formula."""

from __future__ import annotations

from collections.abc import Callable
from inspect import signature
from typing import Any

import typer

from stattools.models.regressions.families import FAMILIES


def known(family: str) -> str:
    """The name of a regression; wrong usage if there is none of this name."""
    if family not in FAMILIES:
        raise typer.BadParameter(f"{family!r} is no family; known are {', '.join(FAMILIES)}.")
    return family


def taken(family: Callable[..., Any], **columns: str | None) -> dict[str, str]:
    """The columns that were named; wrong usage if the family has no such option."""
    given = {name: column for name, column in columns.items() if column is not None}
    for name in given.keys() - signature(family).parameters.keys():
        raise typer.BadParameter(f"{family.__name__} has no {name}.", param_hint=f"--{name}")
    return given
