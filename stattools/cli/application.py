"""The command `stattools`, and its commands by their names, each imported when it is asked for.

Imports make many objects and leave no garbage: to look for some meanwhile would take a tenth of their time.
"""

from __future__ import annotations

import gc
import io
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Annotated, Any

import typer
from typer.main import get_command

from stattools import __version__
from stattools.cli.commands import COMMANDS, Command, Commands
from stattools.interface.when_needed import Package
from stattools.text.printing import PLAINLY


@contextmanager
def no_garbage() -> Iterator[None]:
    """No search for garbage inside, nor later among what was made here, which stays until the end."""
    searched = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if searched:
            gc.enable()


class Loaded(Mapping[str, Any]):
    """The commands: `fit` is the function of that name in `stattools.cli.fit`, and so is every other one; where its
    arguments are read in a way of its own, `PARSER` there says by what.

    >>> list(Loaded())[:3]
    ['fit', 'report', 'compare']
    """

    def __init__(self) -> None:
        self._made: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in COMMANDS:
            raise KeyError(name)
        if name not in self._made:
            with no_garbage():
                home = Package(f"stattools.cli.{name}")
                command = getattr(home, name)
            alone = typer.Typer(add_completion=False, rich_markup_mode="markdown")
            alone.command(cls=getattr(home, "PARSER", Command))(command)
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

    def list_commands(self, ctx: object) -> list[str]:
        """The names of all commands, in the order of the help."""
        return list(self.commands)


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
