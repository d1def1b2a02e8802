"""`stattools report`: the whole analysis of one file, from one command."""

from __future__ import annotations

import shlex
import sys
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

import stattools as st
from stattools.cli import machines, words
from stattools.cli.failures import failures
from stattools.cli.families import known, taken
from stattools.cli.progress import progress


def report(
    data: Annotated[Path, typer.Argument(metavar="DATA", help="A CSV, TSV, Parquet or Arrow file; text may be .gz.")],
    formula: Annotated[str, typer.Argument(metavar="FORMULA", help='Such as "y ~ x + C(group)".')],
    out: Annotated[Path, typer.Option(metavar="DIR", help="The folder to write to.")] = Path("reports"),
    family: Annotated[
        str | None, typer.Option(metavar="FAMILY", parser=known, help="The likelihood; by default guessed.")
    ] = None,
    compare: Annotated[list[str] | None, typer.Option(metavar="FORMULA", help="Another model, or several.")] = None,
    prior: Annotated[list[str] | None, typer.Option(help='Such as "normal(0, 2.5)", "x=cauchy(0, 1)".')] = None,
    posterior: Annotated[bool, typer.Option("--posterior", help="The posterior, under default priors.")] = False,
    cov: Annotated[str, typer.Option(help="information, HC0-HC4, robust, HAC(lags), cluster(column).")] = "information",
    penalty: Annotated[str | None, typer.Option(help="jeffreys or ridge(strength).")] = None,
    weights: Annotated[str | None, typer.Option(metavar="COLUMN", help="How often each row was seen.")] = None,
    precision: Annotated[str | None, typer.Option(metavar="COLUMN", help="Relative inverse variances (ols).")] = None,
    offset: Annotated[str | None, typer.Option(metavar="COLUMN", help="Added to the linear predictor.")] = None,
    exposure: Annotated[str | None, typer.Option(metavar="COLUMN", help="Time or number at risk (counts).")] = None,
    trials: Annotated[str | None, typer.Option(metavar="COLUMN", help="Trials behind each outcome.")] = None,
    level: Annotated[float, typer.Option(help="The level of the intervals, between 0 and 1.")] = 0.95,
    seed: Annotated[int, typer.Option(min=0, help="Of the draws from the posterior.")] = 0,
    html: Annotated[bool, typer.Option("--html", help="A page of HTML beside the Markdown.")] = False,
    png: Annotated[bool, typer.Option("--png", help="Each figure as PNG too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the results for machines.")] = False,
) -> None:
    """Analyze a file and write the report: does the fit exist, is it right, what does it say.

    Exit code 1 where there is no maximum (the report says why, and the way out) or where the reference disagrees.

    Example: `stattools report admissions.csv "admit ~ gre + gpa" --compare "admit ~ 1" --out reports`
    """
    if not 0.0 < level < 1.0:
        raise typer.BadParameter(f"a level is between 0 and 1, such as 0.95; got {level:g}.", param_hint="--level")
    given = {"weights": weights, "precision": precision, "offset": offset, "exposure": exposure, "trials": trials}
    rivals, priors = compare or [], prior or []
    with failures(as_json), progress(5) as advance:
        from stattools.cli.analysis import OVERDISPERSED, Plan, analyze, dispersion, failed, overdispersion, parts
        from stattools.cli.files import stem, table
        from stattools.cli.guess import Guess, guess
        from stattools.reporting.files import write

        plan = Plan(
            level, words.covariance(cov), words.penalty(penalty), bool(priors) or posterior, words.prior(priors), seed
        )
        advance("reading")
        frame = table(data)
        chosen = Guess(family, "as asked") if family else guess(formula, frame, trials=trials, exposure=exposure)
        build = getattr(st, chosen.family)
        columns = taken(build, **given)
        command = _command(data, formula, family, given, rivals, priors, posterior, cov, penalty, level, seed, out)
        done = analyze(partial(build, **columns), formula, frame, chosen, rivals, plan, advance)
        advance("writing")
        name = out / f"{stem(data)}-{chosen.family}"
        if done.failure is None:
            path = st.report(*parts(done), to=name, command=command, html=html, png=png)
        else:
            path = write(failed(done, done.failure, command=command), name, html=html, png=png)
        told = _told(done, family is None)
        if (spread := dispersion(done)) is not None and spread > OVERDISPERSED:
            told.append(overdispersion(done.fit, spread).replace(" above", ""))
        if as_json:
            print(machines.text(_machines(done, data, formula, command, path)))
        else:
            print("\n\n".join([*told, f"wrote {path}"]))
    if done.failure is not None and not as_json:
        print(f"error: {done.failure}\n{_way_out(done)}".rstrip(), file=sys.stderr)
    raise typer.Exit(0 if done.ok else 1)


def _told(done: Any, guessed: bool) -> list[str]:
    """What a terminal shows: the family if it was guessed, the fit, its reference, the comparison, the posterior."""
    told = [f"family {done.family}: {done.why}"] if guessed else []
    told += [str(part) for part in (done.fit, done.agreement, done.comparison, done.posterior) if part is not None]
    return told + ([f"not validated: {done.unchecked}"] if done.unchecked else [])


def _way_out(done: Any) -> str:
    return "On the command line: --penalty jeffreys" if done.model.likelihood.has_firth else ""


def _machines(done: Any, data: Path, formula: str, command: str, path: Path) -> dict[str, Any]:
    results: dict[str, Any] = {"ok": done.ok, "family": done.family, "why": done.why, "formula": formula}
    if done.failure is not None:
        results |= machines.failure(done.failure)
    else:
        results["fit"] = machines.fit(done.fit)
        results["agreement"] = machines.agreement(done.agreement) if done.agreement is not None else None
        results["unchecked"] = done.unchecked or None
    if done.comparison is not None:
        results["comparison"] = machines.records(done.comparison.table())
    if done.posterior is not None:
        results["posterior"] = machines.posterior(done.posterior)
    return results | {"provenance": machines.provenance(done.model, file=data, command=command), "report": str(path)}


def _command(
    data: Path,
    formula: str,
    family: str | None,
    columns: dict[str, str | None],
    rivals: list[str],
    priors: list[str],
    posterior: bool,
    cov: str,
    penalty: str | None,
    level: float,
    seed: int,
    out: Path,
) -> str:
    """The command that makes the report again, from the folder of the data."""
    options = [("family", family), *columns.items()]
    options += [("compare", other) for other in rivals] + [("prior", word) for word in priors]
    options += [("cov", None if cov == "information" else cov), ("penalty", penalty)]
    options += [("level", None if level == 0.95 else f"{level:g}"), ("seed", str(seed) if seed else None)]
    named = [word for name, value in options if value is not None for word in (f"--{name}", value)]
    flags = ["--posterior"] if posterior else []
    return shlex.join(["stattools", "report", data.name, formula, *named, *flags, "--out", out.name])
