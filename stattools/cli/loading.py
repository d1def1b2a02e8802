"""All commands by their names, each imported when it is asked for: none waits for what another one needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any

import typer
from typer.main import get_command

from stattools.cli.auto import Guessing
from stattools.cli.commands import COMMANDS, Command, Commands


class Loaded(Mapping[str, Any]):
    """The commands: `fit` is the function of that name in `stattools.cli.fit`, and so is every other one.

    >>> list(Loaded())[:3]
    ['fit', 'report', 'compare']
    """

    def __init__(self) -> None:
        self._made: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in COMMANDS:
            raise KeyError(name)
        if name not in self._made:
            alone = typer.Typer(add_completion=False, rich_markup_mode="markdown")
            alone.command(cls=Guessing if name == "fit" else Command)(
                getattr(import_module(f"stattools.cli.{name}"), name)
            )
            self._made[name] = get_command(alone)
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(COMMANDS)

    def __len__(self) -> int:
        return len(COMMANDS)


class Loading(Commands):
    """The group of all commands, of which only the one that was asked for is imported."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands: Any = Loaded()

    def list_commands(self, ctx: Any) -> list[str]:
        """The names of all commands, in the order of the help."""
        return list(self.commands)
