"""`stattools fit` without a family: the outcome says which one, as `stattools report` reads it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from stattools.cli.commands import Command, UsageError
from stattools.cli.families import known_or_glm

AUTO = "auto"
"""In the place of a family: the one that the outcome asks for."""


def known_or_auto(family: str) -> str:
    """The name of a regression, "glm", or "auto" where the outcome says which.

    >>> known_or_auto("AUTO"), known_or_auto("Poisson")
    ('auto', 'poisson')
    """
    return AUTO if family.strip().lower() == AUTO else known_or_glm(family)


def family_and_glm(family: str, of: str | None) -> tuple[str | None, str | None]:
    """The regression, None where it is to be guessed, and the family of glm: `--family` names a regression where none
    stands before the data.

    >>> family_and_glm("auto", "poisson"), family_and_glm("glm", "gamma"), family_and_glm("auto", None)
    (('poisson', None), ('glm', 'gamma'), (None, None))
    """
    if family != AUTO:
        return family, of
    return (None, None) if of is None else (known_or_glm(of), None)


class Guessing(Command):
    """A command whose first argument, the family, may be left out: `stattools fit rows.csv "y ~ x"`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """The arguments, with `auto` before two that are data and a formula."""
        return super().parse_args(ctx, [AUTO, *args] if self._has_no_family(ctx, args) else args)

    def _has_no_family(self, ctx: Any, args: list[str]) -> bool:
        try:
            given, rest, _ = self.make_parser(ctx).parse_args(list(args))
        except UsageError:  # an option that there is not, which parse_args answers
            return False
        first, second, third = (given.get(name) for name in ("family", "data", "formula"))
        if rest or isinstance(third, str):
            return False
        return "~" in second if isinstance(second, str) else isinstance(first, str) and Path(first).is_file()
