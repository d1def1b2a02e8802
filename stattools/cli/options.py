"""Arguments and options that several commands share, each written once, and what completes them in a shell."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from stattools.cli import words
from stattools.cli.commands import Command, UsageError
from stattools.cli.families import GLM, KNOWN, known_or_glm, known_or_of_glm
from stattools.models.regressions.glm import GENERALIZED as OF_ANY_LINK

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

    def parse_args(self, ctx: object, args: list[str]) -> list[str]:
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


def _those(known: tuple[str, ...]) -> Callable[[str], list[str]]:
    """What a shell offers after the letters that are typed."""

    def offered(incomplete: str) -> list[str]:
        return [one for one in known if one.lower().startswith(incomplete.lower())]

    return offered


FILE = "A CSV, TSV, Parquet or Arrow file; text may be .gz. A dash (-) reads standard input."

Data = Annotated[Path, typer.Argument(metavar="DATA", help=FILE)]
Formula = Annotated[str, typer.Argument(metavar="FORMULA", help='Such as "y ~ x + C(group)".')]
Family = Annotated[
    str,
    typer.Argument(
        metavar="FAMILY", parser=known_or_glm, help="The regression, or glm.", autocompletion=_those((*KNOWN, GLM))
    ),
]
FittedFamily = Annotated[
    str,
    typer.Argument(
        metavar="FAMILY",
        parser=known_or_auto,
        help="The regression, or glm; by default (or auto) guessed.",
        autocompletion=_those((*KNOWN, GLM, AUTO)),
    ),
]
GuessedFamily = Annotated[
    str | None,
    typer.Option(
        "--family",
        metavar="FAMILY",
        parser=known_or_of_glm,
        help="The likelihood, or a family of glm; by default guessed.",
        autocompletion=_those(tuple(dict.fromkeys((*KNOWN, *OF_ANY_LINK)))),
    ),
]
OfGlm = Annotated[str | None, typer.Option("--family", metavar="NAME", help="The family of glm, such as gamma.")]
Link = Annotated[str | None, typer.Option("--link", metavar="NAME", help="The link of glm; by default the usual one.")]
Dispersion = Annotated[
    str | None, typer.Option("--dispersion", metavar="FORMULA", help='Of a dispersion, such as "~ g".')
]
Scale = Annotated[str | None, typer.Option("--scale", metavar="FORMULA", help='Of the scale of glm, such as "~ x".')]
Weights = Annotated[str | None, typer.Option("--weights", metavar="COLUMN", help="How often each row was seen.")]
Precision = Annotated[
    str | None, typer.Option("--precision", metavar="COLUMN", help="Relative inverse variances (ols).")
]
Offset = Annotated[str | None, typer.Option("--offset", metavar="COLUMN", help="Added to the linear predictor.")]
Exposure = Annotated[str | None, typer.Option("--exposure", metavar="COLUMN", help="Time or number at risk (counts).")]
Trials = Annotated[str | None, typer.Option("--trials", metavar="COLUMN", help="Trials behind each outcome.")]
Cov = Annotated[
    str,
    typer.Option(
        "--cov",
        help="information, HC0-HC4, robust, quasi, HAC(lags), HAC(auto), cluster(column), cluster(column, CR2).",
        autocompletion=_those(words.PLAIN),
    ),
]
PenaltyWord = Annotated[
    str | None,
    typer.Option("--penalty", help="jeffreys or ridge(strength).", autocompletion=_those(("jeffreys", "ridge(1)"))),
]
Priors = Annotated[
    list[str] | None, typer.Option("--prior", help='Such as "normal(0, 2.5)", "x=cauchy(0, 1)"; several are taken.')
]
WithPosterior = Annotated[bool, typer.Option("--posterior", help="The posterior, under default priors.")]
Rivals = Annotated[list[str] | None, typer.Option("--compare", metavar="FORMULA", help="Another model, or several.")]
Exponentiate = Annotated[
    bool, typer.Option("--exponentiate", help="Print ratios, exp of the coefficients, with their intervals.")
]
Level = Annotated[float, typer.Option("--level", help="The level of the intervals, between 0 and 1.")]
Seed = Annotated[int, typer.Option("--seed", min=0, help="Of the draws from the posterior.")]
Json = Annotated[bool, typer.Option("--json", help="Print the results for machines.")]
Html = Annotated[bool, typer.Option("--html", help="The report as one HTML file too.")]
Png = Annotated[bool, typer.Option("--png", help="The report's figures as PNG too.")]

By = Annotated[
    str | None, typer.Option("--by", metavar="COLUMN", help="The report compares the groups of this column.")
]
Labels = Annotated[
    list[str] | None,
    typer.Option("--labels", metavar="WORDS", help='"age=Age [years]" for the report, or a file of them; several.'),
]
Author = Annotated[str | None, typer.Option("--author", metavar="NAME", help="Who wrote the report.")]
Date = Annotated[str | None, typer.Option("--date", metavar="DAY", help="When: stands in the report as it is.")]
Docx = Annotated[bool, typer.Option("--docx", help="The report as a Word document too, by pandoc.")]
Pdf = Annotated[bool, typer.Option("--pdf", help="The report as a PDF too, by pandoc and LaTeX or Typst.")]


def require_share(value: float, option: str) -> None:
    """Wrong usage for a level that is not between 0 and 1."""
    if not 0.0 < value < 1.0:
        raise typer.BadParameter(f"a level is between 0 and 1, such as 0.95; got {value:g}.", param_hint=option)
