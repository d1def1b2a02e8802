"""Arguments that need no conversion are taken as they are: words, files that can be read, and what was not given.

Typer converts every argument by pydantic, also those that were not given, and the import of pydantic takes a tenth of
the time of a first fit. What is not plain, such as a number that somebody typed, is left to Typer, with its errors.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from types import NoneType
from typing import Annotated, Any, get_args, get_origin, get_type_hints


def take_plain_values(command: Any, ctx: Any) -> None:
    """Let the parameters of a command, `--help` among them, take plain values as they are."""
    hints = get_type_hints(command.callback, include_extras=True)
    for parameter in command.get_params(ctx):
        if "process_value" not in vars(parameter):  # once, however often the command is used
            kind, notes = _kind(hints.get(parameter.name))
            taken = next((note.parser for note in notes if note.parser is not None), TAKEN.get(kind))
            parameter.process_value = partial(_value, parameter, parameter.process_value, kind, taken)


def _kind(hint: Any) -> tuple[Any, tuple[Any, ...]]:
    """The type of an argument, without None, and what Typer is told of it; None of several types, and without a hint.

    >>> from typing import Annotated
    >>> _kind(Annotated[str | None, "a note"]), _kind(int), _kind(None)
    ((<class 'str'>, ('a note',)), (<class 'int'>, ()), (None, ()))
    """
    inner, *notes = get_args(hint) if get_origin(hint) is Annotated else [hint]
    kinds = [one for one in get_args(inner) if one is not NoneType] if NoneType in get_args(inner) else [inner]
    return kinds[0] if len(kinds) == 1 else None, tuple(notes)


def _path(word: str) -> Path | None:
    return Path(word) if os.access(word, os.R_OK) or not os.path.lexists(word) else None


TAKEN: Mapping[Any, Callable[[str], Any]] = {str: str, Path: _path}
"""What a word is as an argument of a type; None where Typer has to say what is wrong with it."""


def _value(parameter: Any, usual: Callable[..., Any], kind: Any, taken: Any, ctx: Any, value: Any) -> Any:
    """The value of a parameter: as it is where it is plain, otherwise by the usual way."""
    if value is None and not parameter.required:
        found = () if parameter.multiple else None
        return found if parameter.callback is None else parameter.callback(ctx, parameter, found)
    found = None
    if parameter.callback is None and not parameter.multiple and parameter.nargs == 1:
        if type(value) is str and taken is not None:
            with suppress(ValueError):  # which the usual way puts in words
                found = taken(value)
        elif kind in (float, int) and type(value) is kind and value == parameter.default:
            found = value
    return usual(ctx, value) if found is None else found
