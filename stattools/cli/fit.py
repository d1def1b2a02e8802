"""`stattools fit`: fit a regression to a file and print the summary."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

import stattools as st
from stattools.cli import options, words
from stattools.cli.analysis import Plan, analyze
from stattools.cli.failures import failures
from stattools.cli.families import taken
from stattools.cli.files import at_hand, stem, table
from stattools.cli.guess import Guess, guess
from stattools.cli.options import Guessing, family_and_glm
from stattools.cli.paper import Paper, again
from stattools.cli.paper import labels as labels_of
from stattools.cli.results import for_machines, told

PARSER = Guessing


def fit(
    family: options.FittedFamily,
    data: options.Data,
    formula: options.Formula,
    of: options.OfGlm = None,
    link: options.Link = None,
    dispersion: options.Dispersion = None,
    scale: options.Scale = None,
    weights: options.Weights = None,
    precision: options.Precision = None,
    offset: options.Offset = None,
    exposure: options.Exposure = None,
    trials: options.Trials = None,
    cov: options.Cov = "information",
    penalty: options.PenaltyWord = None,
    compare: options.Rivals = None,
    prior: options.Priors = None,
    posterior: options.WithPosterior = False,
    level: options.Level = 0.95,
    seed: options.Seed = 0,
    exponentiate: options.Exponentiate = False,
    validate: Annotated[bool, typer.Option("--validate", help="Compare with statsmodels.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Print what speaks against the fit.")] = False,
    save: Annotated[Path | None, typer.Option(metavar="FILE", help="Save the fit, for stattools predict.")] = None,
    as_json: options.Json = False,
    report: Annotated[Path | None, typer.Option(metavar="DIR", help="Write a report to this folder.")] = None,
    by: options.By = None,
    labels: options.Labels = None,
    author: options.Author = None,
    date: options.Date = None,
    html: options.Html = False,
    png: options.Png = False,
    docx: options.Docx = False,
    pdf: options.Pdf = False,
) -> None:
    """Fit a regression to a file and print the summary.

    Exit code 1 where there is no maximum or where the reference disagrees.

    Example: `stattools fit logistic admissions.csv "admit ~ gre + gpa" --validate`

    Without a family the outcome says which one: `stattools fit visits.csv "visits ~ age"`

    Another: `stattools fit glm claims.csv "cost ~ age" --family gamma --link inverse`
    """
    options.require_share(level, "--level")
    if report is None and any((html, png, docx, pdf, by, labels, author, date)):
        raise typer.BadParameter(
            "--html, --png, --docx, --pdf, --by, --labels, --author and --date say what a report looks like: add "
            "--report DIR.",
            param_hint="--report",
        )
    drawn = bool(prior) or posterior
    plan = Plan(level, words.covariance(cov), words.penalty(penalty), drawn, words.prior(prior or []), seed, validate)
    with failures(as_json), at_hand(data) as file:
        named, of = family_and_glm(family, of)
        given = {"weights": weights, "precision": precision, "offset": offset, "exposure": exposure, "trials": trials}
        given |= {"family": of, "link": link, "dispersion": dispersion, "scale": scale}
        if named:
            taken(getattr(st, named), **given)  # wrong usage is said before a file is read
        frame = table(file)
        chosen = Guess(named) if named else guess(formula, frame, trials=trials, exposure=exposure)
        build = getattr(st, chosen.family)
        columns = taken(build, **given)
        paper = Paper(by, labels_of(labels or [], list(frame.columns)), author, date, html, png, docx, pdf)
        done = analyze(partial(build, **columns), formula, frame, chosen, compare or [], plan)
        if done.failure is not None:
            raise done.failure
        asked = {**columns, "compare": compare, "prior": prior, "posterior": posterior and not prior}
        asked |= paper.asked | {"penalty": penalty, "validate": validate, "cov": None if cov == "information" else cov}
        asked |= {"level": None if level == 0.95 else f"{level:g}", "seed": str(seed) if seed else None}
        command = again(["stattools", "fit", *([named] if named else [])], data, formula, asked, ("report", report))
        if as_json:
            from stattools.cli import machines

            print(machines.text(for_machines(done, file, command, exponentiate=exponentiate, check=check)))
        else:
            print(told(done, exponentiate=exponentiate, check=check))
        if report is not None:
            from stattools.cli.document import parts
            from stattools.reporting.report import compose

            name = report / f"{stem(file)}-{chosen.family}"
            document = compose(*parts(done), command=command, by=by)
            path = paper.written(document, [done.model], name)
            if not as_json:
                print(f"\nwrote {path}")
        if save is not None:
            path = done.fit.save(save)
            if not as_json:
                print(f"\nsaved {path}")
    raise typer.Exit(0 if done.ok else 1)
