"""`stattools compare`: regressions of one outcome side by side."""

from __future__ import annotations

from typing import Annotated

import typer

import stattools as st
from stattools.cli import machines, options, words
from stattools.cli.failures import failures
from stattools.cli.families import taken
from stattools.cli.files import at_hand


def compare(
    family: options.Family,
    data: options.Data,
    formulas: Annotated[list[str], typer.Argument(metavar="FORMULA", help='Two or more, such as "y ~ 1" "y ~ x".')],
    of: options.OfGlm = None,
    link: options.Link = None,
    weights: options.Weights = None,
    precision: options.Precision = None,
    offset: options.Offset = None,
    exposure: options.Exposure = None,
    trials: options.Trials = None,
    penalty: options.PenaltyWord = None,
    as_json: options.Json = False,
) -> None:
    """Compare regressions of one outcome: AIC, BIC, log score, and likelihood-ratio tests of those within others.

    All are fitted to the rows that are complete in each of them.

    Example: `stattools compare poisson visits.csv "visits ~ 1" "visits ~ age" "visits ~ age + region"`
    """
    if len(formulas) < 2:
        raise typer.BadParameter(f"compare needs two formulas or more; got {len(formulas)}.", param_hint="FORMULA...")
    with failures(as_json), at_hand(data) as file:
        from stattools.cli.analysis import compared
        from stattools.cli.files import table

        build = getattr(st, family)
        given = {"weights": weights, "precision": precision, "offset": offset, "exposure": exposure, "trials": trials}
        columns = taken(build, family=of, link=link, **given)
        fits = {"penalty": words.penalty(penalty)}
        names = [f"model {number}" for number in range(1, len(formulas) + 1)]
        found = compared(lambda formula, frame: build(formula, frame, **columns), formulas, table(file), names, fits)
        if as_json:
            origin = machines.provenance(found.fits[0].model, file=file, command="stattools compare")
            print(machines.text({"ok": True, "comparison": machines.records(found.table()), "provenance": origin}))
        else:
            print(found)
