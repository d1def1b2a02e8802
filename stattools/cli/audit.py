"""`stattools audit`: is a printed table of coefficients right, and do the numbers of a paper go with each other?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import stattools as st
from stattools.cli import machines, options, words
from stattools.cli.audited_paper import audit_of_paper
from stattools.cli.failures import failures
from stattools.cli.families import regression_of, taken
from stattools.cli.standard_input import at_hand


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
    family: options.GuessedFamily = None,
    link: options.Link = None,
    dispersion: options.Dispersion = None,
    scale: options.Scale = None,
    weights: options.Weights = None,
    precision: options.Precision = None,
    offset: options.Offset = None,
    exposure: options.Exposure = None,
    trials: options.Trials = None,
    cov: options.Cov = "information",
    level: options.Level = 0.95,
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
    covariance = words.covariance(cov)
    named, of = regression_of(family, link, scale)
    with failures(as_json, code=2), at_hand(data) as file:
        from stattools.cli.files import stem, table
        from stattools.cli.guess import guess
        from stattools.reporting.files import write
        from stattools.reporting.report import compose
        from stattools.validation.claims.reading import read_claim
        from stattools.validation.explaining.claimed import audit_claim

        frame = table(file)
        given = {"weights": weights, "precision": precision, "offset": offset, "exposure": exposure, "trials": trials}
        given |= {"family": of, "link": link, "dispersion": dispersion, "scale": scale}
        build = getattr(st, named or guess(formula, frame, trials=trials, exposure=exposure).family)
        model = build(formula, frame, **taken(build, **given))
        found = audit_claim(read_claim(claimed), model, cov=covariance, level=level)
        path = None
        if out is not None:
            path = write(compose(found), out / f"{stem(claimed)}-audit", html=html)
        if as_json:
            verdict = {"ok": found.ok, "sentence": found.sentence, "coefficients": machines.records(found.rows)}
            causes = [{"cause": one.cause, "evidence": one.evidence, "advice": one.advice} for one in found.findings]
            origin = machines.provenance(model, file=file, command="stattools audit")
            report = {} if path is None else {"report": str(path)}
            print(machines.text(verdict | {"findings": causes, "provenance": origin} | report))
        else:
            print(found)
            if path is not None:
                print(f"\nwrote {path}")
    raise typer.Exit(0 if found.ok else 1)


OF_PAPERS = ("alpha", "whole")
OF_TABLES = (
    *("family", "link", "dispersion", "scale", "weights", "precision", "offset", "exposure", "trials", "cov", "level"),
)
"""Options that one of the two has."""


def _require_none_of(context: typer.Context, names: tuple[str, ...], why: str) -> None:
    """Wrong usage for an option of the other kind, which would be ignored."""
    for name in names:
        source = context.get_parameter_source(name)
        if source is not None and source.name == "COMMANDLINE":
            raise typer.BadParameter(f"--{name} {why}", param_hint=f"--{name}")
