"""`stattools audit`: is a printed table of coefficients right?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import stattools as st
from stattools.cli import machines, options, words
from stattools.cli.failures import failures
from stattools.cli.families import regression_of, taken
from stattools.cli.standard_input import at_hand


def audit(
    claimed: Annotated[Path, typer.Argument(metavar="TABLE", help="CSV of term, estimate, std.error and so on.")],
    data: options.Data,
    formula: options.Formula,
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
    as_json: options.Json = False,
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="Write a report to this folder.")] = None,
    html: options.Html = False,
) -> None:
    """Is a table of coefficients that of this model and these data? Printed digits are respected.

    Exit code 0 where it is sound, 1 where it is wrong (the page says why), 2 where it cannot be judged: terms that are
    none of the model's, a file that cannot be read.

    Example: `stattools audit table.csv births.csv "low ~ age + smoke" --family logistic`
    """
    options.require_share(level, "--level")
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
