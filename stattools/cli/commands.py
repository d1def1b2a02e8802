"""Commands that answer what they do not know: another name of a command, an option of another command or package."""

from __future__ import annotations

from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from stattools.cli.plain_values import take_plain_values
from stattools.interface.names.answers import did_you_mean
from stattools.interface.names.vocabulary import plain, rows_of, vocabulary

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
