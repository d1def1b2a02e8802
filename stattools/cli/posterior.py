"""`stattools posterior`: the posterior of a regression, exact or by draws."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

import stattools as st
from stattools.cli import machines, options, words
from stattools.cli.failures import failures
from stattools.cli.families import taken
from stattools.cli.files import at_hand


def posterior(
    family: options.Family,
    data: options.Data,
    formula: options.Formula,
    prior: options.Priors = None,
    sampler: Annotated[
        str | None, typer.Option("--method", metavar="NAME", help="nuts (the default), laplace or importance.")
    ] = None,
    draws: Annotated[int, typer.Option(help="Draws of each chain.")] = 1000,
    chains: Annotated[int, typer.Option(help="Chains.")] = 4,
    seed: options.Seed = 0,
    of: options.OfGlm = None,
    link: options.Link = None,
    weights: options.Weights = None,
    precision: options.Precision = None,
    offset: options.Offset = None,
    exposure: options.Exposure = None,
    trials: options.Trials = None,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the draws, a row each, as CSV.")] = None,
    as_json: options.Json = False,
) -> None:
    """The posterior of the coefficients, under default priors where none are given, which the page names.

    Exit code 1 where the draws are not to be trusted; the page says why.

    Example: `stattools posterior logistic admissions.csv "admit ~ gre" --prior "gre=normal(0, 1)"`
    """
    with failures(as_json), at_hand(data) as file:
        from stattools.cli.files import table

        build = getattr(st, family)
        given = {"weights": weights, "precision": precision, "offset": offset, "exposure": exposure, "trials": trials}
        model = build(formula, table(file), **taken(build, family=of, link=link, **given))
        method: Any = sampler
        found = st.posterior(
            model, prior=words.prior(prior or []), method=method, draws=draws, chains=chains, seed=seed
        )
        trusted = not isinstance(found, st.Posterior) or found.diagnostics.ok
        if out is not None:
            _write(found, out)
        if as_json:
            origin = machines.provenance(model, file=file, command="stattools posterior")
            print(machines.text({"ok": trusted, "posterior": machines.posterior(found), "provenance": origin}))
        else:
            print(found)
            if out is not None:
                print(f"\nwrote {out}")
    raise typer.Exit(0 if trusted else 1)


def _write(found: Any, out: Path) -> None:
    """The draws as a table with a column for each parameter, and chain and draw before."""
    import numpy as np

    from stattools.cli.files import write_csv
    from stattools.errors import IncompatibleError
    from stattools.interface.when_needed import pd

    if not isinstance(found, st.Posterior):
        raise IncompatibleError("--out writes draws, and this posterior is exact: its distribution is printed.")
    chains, draws, _ = found.draws.shape
    frame = pd.DataFrame(found.flat, columns=list(found.names))
    frame.insert(0, "draw", np.tile(np.arange(draws), chains))
    frame.insert(0, "chain", np.repeat(np.arange(chains), draws))
    write_csv(frame, out, "posterior")
