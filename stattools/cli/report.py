"""`stattools report`: the whole analysis of one file, from one command."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

import stattools as st
from stattools.cli import machines, options, words
from stattools.cli.failures import failures
from stattools.cli.families import regression_of, taken
from stattools.cli.files import at_hand
from stattools.cli.paper import again
from stattools.interface.progress import progress


def report(
    data: options.Data,
    formula: options.Formula,
    out: Annotated[Path, typer.Option(metavar="DIR", help="The folder to write to.")] = Path("reports"),
    family: options.GuessedFamily = None,
    link: options.Link = None,
    dispersion: options.Dispersion = None,
    scale: options.Scale = None,
    compare: options.Rivals = None,
    prior: options.Priors = None,
    posterior: options.WithPosterior = False,
    cov: options.Cov = "information",
    penalty: options.PenaltyWord = None,
    weights: options.Weights = None,
    precision: options.Precision = None,
    offset: options.Offset = None,
    exposure: options.Exposure = None,
    trials: options.Trials = None,
    level: options.Level = 0.95,
    seed: options.Seed = 0,
    exponentiate: options.Exponentiate = False,
    by: options.By = None,
    labels: options.Labels = None,
    author: options.Author = None,
    date: options.Date = None,
    html: options.Html = False,
    png: options.Png = False,
    docx: options.Docx = False,
    pdf: options.Pdf = False,
    as_json: options.Json = False,
) -> None:
    """Analyze a file and write the report: does the fit exist, is it right, what does it say.

    Exit code 1 where there is no maximum (the report says why, and the way out) or where the reference disagrees.

    Example: `stattools report admissions.csv "admit ~ gre + gpa" --compare "admit ~ 1" --out reports`
    """
    options.require_share(level, "--level")
    named, of = regression_of(family, link, scale)
    given = {"link": link, "dispersion": dispersion, "scale": scale, "weights": weights, "precision": precision}
    given |= {"offset": offset, "exposure": exposure, "trials": trials}
    rivals, priors = compare or [], prior or []
    with failures(as_json), progress(5) as advance, at_hand(data) as file:
        from stattools.cli.analysis import Plan, analyze
        from stattools.cli.document import failed, parts
        from stattools.cli.files import stem, table
        from stattools.cli.guess import Guess, guess
        from stattools.cli.paper import Paper
        from stattools.cli.paper import labels as labels_of
        from stattools.cli.results import for_machines, told
        from stattools.reporting.report import compose

        plan = Plan(
            level, words.covariance(cov), words.penalty(penalty), bool(priors) or posterior, words.prior(priors), seed
        )
        advance("reading")
        frame = table(file)
        paper = Paper(by, labels_of(labels or [], list(frame.columns)), author, date, html, png, docx, pdf)
        chosen = Guess(named) if named else guess(formula, frame, trials=trials, exposure=exposure)
        build = getattr(st, chosen.family)
        columns = taken(build, family=of, **given)
        asked = {"family": family, **given, "compare": rivals, "prior": priors, "posterior": posterior and not priors}
        asked |= paper.asked | {"cov": None if cov == "information" else cov, "penalty": penalty}
        asked |= {"level": None if level == 0.95 else f"{level:g}", "seed": str(seed) if seed else None}
        command = again(["stattools", "report"], data, formula, asked, ("out", out))
        done = analyze(partial(build, **columns), formula, frame, chosen, rivals, plan, advance)
        advance("writing")
        name = out / f"{stem(file)}-{chosen.family}"
        if done.failure is None:
            document = compose(*parts(done), command=command, by=by)
        else:
            document = failed(done, done.failure, command=command, by=by)
        path = paper.written(document, [done.model], name)
        if as_json:
            results = for_machines(done, file, command, exponentiate=exponentiate)
            print(machines.text(results | {"report": str(path)}))
        else:
            said = told(done, exponentiate=exponentiate)
            print("\n\n".join([*([said] if said else []), f"wrote {path}"]))
    if done.failure is not None and not as_json:
        print(f"error: {done.failure}\n{_way_out(done)}".rstrip(), file=sys.stderr)
    raise typer.Exit(0 if done.ok else 1)


def _way_out(done: Any) -> str:
    return "On the command line: --penalty jeffreys" if done.model.likelihood.facts.has_firth else ""
