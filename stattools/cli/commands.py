"""Commands that answer what they do not know: another name of a command, an option of another command or package.

Arguments that need no conversion are taken as they are: words, files that can be read, and what was not given. Typer
converts every argument by pydantic, also those that were not given, and the import of pydantic takes a tenth of the
time of a first fit. What is not plain, such as a number that somebody typed, is left to Typer, with its errors.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from types import NoneType
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import typer
from typer.core import TyperCommand, TyperGroup

from stattools.interface.names.answers import did_you_mean, plain, rows_of, vocabulary

UsageError: Any = typer.BadParameter.__base__
"""Wrong usage: the command line ends with 2."""

COMMANDS = {
    "fit": "regress regression estimate model train glm summary formula",
    "report": "analyze analyse analysis run write html markdown",
    "compare": "anova aic bic lrt select",
    "posterior": "sample bayes mcmc nuts",
    "predict": "forecast score apply predictions",
    "audit": "judge claim claims verify-table",
    "validate": "check test selftest doctor self-test",
    "qualify": "qualification certify iq oq pq gxp",
    "gallery": "examples example demo demos",
    "verify": "reproduce rerun checksum diff",
    "exam": "laws metamorphic examine grade",
    "bench": "benchmark benchmarks speed time perf",
}
"""Our commands in the order of the help, and what people may call them."""


class Command(TyperCommand):
    """A command that answers options which it does not have."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """The arguments, or wrong usage with the option that was meant."""
        take_plain_values(self, ctx)
        try:
            return super().parse_args(ctx, args)
        except UsageError as error:
            unknown = vars(error).get("option_name")
            if unknown:
                error.message = f"{self.name} has no option {unknown}.{self._meant(unknown, ctx)}"
                error.possibilities = None
            raise

    def _meant(self, option: str, ctx: Any) -> str:
        name = option.lstrip("-").replace("-", "_")
        own = [part.removeprefix("--") for parameter in self.params for part in parameter.opts if part[:2] == "--"]
        ours = [row.ours.partition("=")[0] for row in rows_of(name, vocabulary().arguments)]
        meant = [known for known in own if known in ours or plain(known) == plain(name)]
        if meant:
            return f" Use {' or '.join(f'--{known}' for known in meant)}."
        if name in ("family", "formula", "data"):
            return " It is an argument, without a name: stattools fit logistic rows.csv 'y ~ x'."
        if near := did_you_mean(name, own):
            return near.replace(" '", " '--")
        elsewhere = [
            command.name
            for command in ctx.parent.command.commands.values()
            if any(f"--{one}" in parameter.opts for parameter in command.params for one in (name, *ours))
        ]
        return f" It is an option of stattools {' and '.join(elsewhere)}." if elsewhere else ""


class Commands(TyperGroup):
    """The group of all commands, which answers the name of one that there is not."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """The arguments before the command."""
        take_plain_values(self, ctx)
        return super().parse_args(ctx, args)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command, or wrong usage with the one that was meant."""
        try:
            return super().resolve_command(ctx, args)
        except UsageError as error:
            error.message = f"There is no command {args[0]!r}.{self._meant(args[0])}"
            raise

    def _meant(self, name: str) -> str:
        from stattools.cli.families import family_of

        family = family_of(name)
        if family is not None:
            return f" Write stattools fit {family} DATA FORMULA."
        for ours, theirs in COMMANDS.items():
            if plain(name) in map(plain, theirs.split()):
                return f" Write stattools {ours}."
        return did_you_mean(name, self.commands) or f" There are {', '.join(self.commands)}."


def take_plain_values(command: Any, ctx: object) -> None:
    """Let the parameters of a command, `--help` among them, take plain values as they are."""
    hints = get_type_hints(command.callback, include_extras=True)
    for parameter in command.get_params(ctx):
        if "process_value" not in vars(parameter):  # once, however often the command is used
            kind, notes = _kind(hints.get(parameter.name))
            taken = next((note.parser for note in notes if note.parser is not None), TAKEN.get(kind))
            parameter.process_value = partial(_value, parameter, parameter.process_value, kind, taken)


def _kind(hint: object) -> tuple[Any, tuple[Any, ...]]:
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


def _value(parameter: Any, usual: Callable[..., Any], kind: object, taken: Any, ctx: Any, value: Any) -> Any:
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
