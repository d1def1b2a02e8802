"""`stattools audit`: is a printed table of coefficients right, and do the numbers of a paper go with each other?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from stattools.cli import options, words
from stattools.cli.audited_paper import audit_of_paper
from stattools.cli.audited_table import AskedOfTable, audit_of_table, terms_of
from stattools.cli.families import known_or_audited

AuditedFamily = Annotated[
    str | None,
    typer.Option(
        "--family",
        metavar="FAMILY",
        parser=known_or_audited,
        help="The likelihood, or a family of glm, or cox, linear_mixed; by default guessed.",
    ),
]
AuditedCov = Annotated[
    str | None,
    typer.Option("--cov", help="The standard errors that it should have, as of stattools fit; by default as it says."),
]
AuditedLevel = Annotated[
    float | None, typer.Option("--level", help="The level of its intervals; by default as it says, else 0.95.")
]


def audit(
    context: typer.Context,
    claimed: Annotated[
        Path,
        typer.Argument(metavar="TABLE", help="A table of coefficients; alone, a paper. A dash reads standard input."),
    ],
    data: Annotated[Path | None, typer.Argument(metavar="DATA", help=options.FILE, show_default=False)] = None,
    formula: Annotated[
        str | None, typer.Argument(metavar="FORMULA", help='Such as "y ~ x + C(group)".', show_default=False)
    ] = None,
    family: AuditedFamily = None,
    link: options.Link = None,
    dispersion: options.Dispersion = None,
    scale: options.Scale = None,
    weights: options.Weights = None,
    precision: options.Precision = None,
    offset: options.Offset = None,
    exposure: options.Exposure = None,
    trials: options.Trials = None,
    cov: AuditedCov = None,
    level: AuditedLevel = None,
    terms: Annotated[
        list[str] | None, typer.Option("--terms", metavar="THEIRS=OURS", help="Which term is which; several are taken.")
    ] = None,
    column: Annotated[
        str | None, typer.Option("--column", metavar="NAME", help="The model of a table of several, or its number.")
    ] = None,
    reproduce: Annotated[
        bool, typer.Option("--reproduce", help="Find the conventions under which the numbers come out, up to three.")
    ] = False,
    seconds: Annotated[float, typer.Option("--seconds", min=0.1, help="How long --reproduce may take.")] = 60.0,
    alpha: Annotated[float, typer.Option("--alpha", help="Of a paper: the level at which it decides.")] = 0.05,
    whole: Annotated[bool, typer.Option("--whole", help="Of a paper: all its means are of whole numbers.")] = False,
    as_json: options.Json = False,
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="Write a report to this folder.")] = None,
    html: options.Html = False,
) -> None:
    """Is a table of coefficients that of this model and these data? Printed digits are respected.

    Without data: do the numbers of a paper (Markdown, HTML, LaTeX, text, what pdftotext wrote) go with each other? Its
    p-values, statistics, intervals, percentages, totals and means are computed again from the numbers beside them.

    Exit code 0 where it is sound, 1 where it is wrong (the page says why), 2 where it cannot be judged: terms that are
    none of the model's, a file that cannot be read, a paper without a number that can be computed again.

    Example: `stattools audit table.csv births.csv "low ~ age + smoke" --family logistic`, `stattools audit paper.md`
    """
    if level is not None:
        options.require_share(level, "--level")
    options.require_share(alpha, "--alpha")
    if data is None or formula is None:
        if data is not None:
            raise typer.BadParameter(
                "a table is judged by DATA and FORMULA, a paper has neither.", param_hint="FORMULA"
            )
        _require_none_of(context, OF_TABLES, "belongs to a table: give its data and its formula too.")
        sound = audit_of_paper(claimed, alpha=alpha, whole=whole, as_json=as_json, out=out, html=html)
        raise typer.Exit(0 if sound else 1)
    _require_none_of(context, OF_PAPERS, "belongs to a paper, which has no data and no formula.")
    if not reproduce:
        _require_none_of(context, ("seconds",), "is how long --reproduce may take: add it.")
    else:
        _require_none_of(context, ("cov", "level"), "is found by --reproduce: leave it out.")
    columns = {"weights": weights, "precision": precision, "offset": offset, "exposure": exposure, "trials": trials}
    columns |= {"link": link, "dispersion": dispersion, "scale": scale}
    picked = int(column) if column is not None and column.isdigit() else column
    kind = None if cov is None else words.covariance(cov)
    asked = AskedOfTable(terms_of(terms or []), picked, kind, level, seconds if reproduce else None)
    sound = audit_of_table(claimed, data, formula, family, columns, asked, as_json=as_json, out=out, html=html)
    raise typer.Exit(0 if sound else 1)


OF_PAPERS = ("alpha", "whole")
OF_TABLES = (
    *("family", "link", "dispersion", "scale", "weights", "precision", "offset", "exposure", "trials", "cov", "level"),
    *("terms", "column", "reproduce", "seconds"),
)
"""Options that one of the two has."""


def _require_none_of(context: typer.Context, names: tuple[str, ...], why: str) -> None:
    """Wrong usage for an option of the other kind, which would be ignored."""
    for name in names:
        source = context.get_parameter_source(name)
        if source is not None and source.name == "COMMANDLINE":
            raise typer.BadParameter(f"--{name} {why}", param_hint=f"--{name}")
