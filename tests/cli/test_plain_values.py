"""Values that are taken as they are equal those that Typer makes, and its errors stay."""

from pathlib import Path
from typing import Annotated

import pytest
import typer
from typer.core import TyperCommand
from typer.main import get_command
from typer.testing import CliRunner

from stattools.cli.application import Loaded
from stattools.cli.commands import COMMANDS, TAKEN, Command


def spoken(word: str) -> str:
    if word == "nobody":
        raise typer.BadParameter("nobody is no family.")
    if word == "nothing":
        raise ValueError("nothing was given.")
    return word.upper()


def made(cls):
    """A command with arguments and options of every kind that ours have, which keeps what it is called with."""
    app = typer.Typer(add_completion=False)

    @app.command(cls=cls)
    def command(
        family: Annotated[str, typer.Argument(parser=spoken)],
        data: Annotated[Path, typer.Argument()],
        formula: str,
        link: Annotated[str | None, typer.Option()] = None,
        cov: Annotated[str, typer.Option()] = "information",
        level: Annotated[float, typer.Option()] = 0.95,
        seed: Annotated[int, typer.Option(min=0)] = 0,
        save: Annotated[Path | None, typer.Option(dir_okay=False)] = None,
        prior: Annotated[list[str] | None, typer.Option()] = None,
        json: Annotated[bool, typer.Option("--json")] = False,
    ) -> None:
        print(repr((family, data, formula, link, cov, level, seed, save, prior, json)))

    return app


CALLS = [
    ("ols", "rows.csv", "y ~ x"),
    ("ols", "nowhere/rows.csv", ""),
    ("ols", ".", "y ~ x", "--link", "log", "--cov", "HC3", "--json"),
    ("ols", "-", "y ~ x", "--level", "0.9", "--seed", "3"),
    ("ols", "rows.csv", "y ~ x", "--level", "much"),
    ("ols", "rows.csv", "y ~ x", "--seed", "-1"),
    ("ols", "rows.csv", "y ~ x", "--seed", "0.5"),
    ("ols", "rows.csv", "y ~ x", "--prior", "normal(0, 1)", "--prior", "flat"),
    ("ols", "rows.csv", "y ~ x", "--save", "fit.json"),
    ("nobody", "rows.csv", "y ~ x"),
    ("nothing", "rows.csv", "y ~ x"),
    ("ols", "rows.csv"),
    (),
    ("--help",),
]


@pytest.mark.parametrize("words", CALLS, ids=" ".join)
def test_values_and_errors_are_those_of_typer(words, tmp_path, monkeypatch):
    (tmp_path / "rows.csv").write_text("y,x\n1,2\n")
    monkeypatch.chdir(tmp_path)
    ours, theirs = (CliRunner().invoke(made(cls), words) for cls in (Command, TyperCommand))
    assert (ours.exit_code, ours.stdout, ours.stderr) == (theirs.exit_code, theirs.stdout, theirs.stderr)


def test_a_file_that_cannot_be_read_is_left_to_typer(tmp_path, monkeypatch):
    monkeypatch.setattr("os.access", lambda *_: False)
    assert TAKEN[Path](str(tmp_path)) is None
    assert TAKEN[Path](str(tmp_path / "nowhere")) == tmp_path / "nowhere"


def test_a_command_may_be_used_again():
    command = get_command(made(Command))
    for _ in range(2):
        with command.make_context("fit", ["ols", "rows.csv", "y ~ x"]) as ctx:
            assert ctx.params["family"] == "OLS"
    assert all("process_value" in vars(parameter) for parameter in command.params)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_takes_its_help_plainly(name):
    command = Loaded()[name]
    ctx = command.context_class(command, info_name=name, resilient_parsing=True)
    command.parse_args(ctx, [])
    assert all("process_value" in vars(parameter) for parameter in command.params)
