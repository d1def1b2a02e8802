"""`stattools fit`: fit a regression to a file and print the summary."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated, Any

import typer

import stattools as st
from stattools.cli import machines, words
from stattools.cli.failures import failures
from stattools.cli.families import known_or_glm, taken
from stattools.cli.files import table


def fit(
    family: Annotated[str, typer.Argument(metavar="FAMILY", parser=known_or_glm, help="The regression, or glm.")],
    data: Annotated[Path, typer.Argument(metavar="DATA", help="A CSV, TSV, Parquet or Arrow file.")],
    formula: Annotated[str, typer.Argument(metavar="FORMULA", help='Such as "y ~ x + C(group)".')],
    of: Annotated[
        str | None, typer.Option("--family", metavar="NAME", help="The family of glm, such as gamma.")
    ] = None,
    link: Annotated[str | None, typer.Option(metavar="NAME", help="The link of glm; by default the usual one.")] = None,
    dispersion: Annotated[str | None, typer.Option(metavar="FORMULA", help='Of a dispersion, such as "~ g".')] = None,
    scale: Annotated[str | None, typer.Option(metavar="FORMULA", help='Of the scale of glm, such as "~ x".')] = None,
    weights: Annotated[str | None, typer.Option(metavar="COLUMN", help="How often each row was seen.")] = None,
    precision: Annotated[str | None, typer.Option(metavar="COLUMN", help="Relative inverse variances (ols).")] = None,
    offset: Annotated[str | None, typer.Option(metavar="COLUMN", help="Added to the linear predictor.")] = None,
    exposure: Annotated[str | None, typer.Option(metavar="COLUMN", help="Time or number at risk (counts).")] = None,
    trials: Annotated[str | None, typer.Option(metavar="COLUMN", help="Trials behind each outcome (logistic).")] = None,
    cov: Annotated[str, typer.Option(help="information, HC0-HC4, robust, HAC(lags), cluster(column).")] = "information",
    level: Annotated[float, typer.Option(help="The level of the intervals, between 0 and 1.")] = 0.95,
    validate: Annotated[bool, typer.Option("--validate", help="Compare with statsmodels.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the results for machines.")] = False,
    report: Annotated[Path | None, typer.Option(metavar="DIR", help="Write a report to this folder.")] = None,
    html: Annotated[bool, typer.Option("--html", help="The report as one HTML file too.")] = False,
    png: Annotated[bool, typer.Option("--png", help="The report's figures as PNG too.")] = False,
) -> None:
    """Fit a regression to a file and print the summary.

    Example: `stattools fit logistic admissions.csv "admit ~ gre + gpa" --validate`

    Another: `stattools fit glm claims.csv "cost ~ age" --family gamma --link inverse`
    """
    if not 0.0 < level < 1.0:
        raise typer.BadParameter(f"a level is between 0 and 1, such as 0.95; got {level:g}.", param_hint="--level")
    if (html or png) and report is None:
        raise typer.BadParameter("--html and --png are faces of a report: add --report DIR.", param_hint="--report")
    covariance = words.covariance(cov)
    with failures(as_json):
        build = getattr(st, family)
        given = {"weights": weights, "precision": precision, "offset": offset, "exposure": exposure, "trials": trials}
        columns = taken(build, family=of, link=link, dispersion=dispersion, scale=scale, **given)
        model = build(formula, table(data), **columns)
        parts: list[Any] = [st.fit(model, level=level, cov=covariance)]
        if validate:
            parts.append(st.validate(parts[0]))
        command = shlex.join(["stattools", "fit", family, data.name, formula])
        if as_json:
            checked = {"agreement": machines.agreement(parts[1])} if validate else {}
            origin = machines.provenance(model, file=data, command=command)
            ok = not validate or parts[1].ok
            print(machines.text({"ok": ok, "fit": machines.fit(parts[0]), **checked, "provenance": origin}))
        else:
            print("\n\n".join(map(str, parts)))
        if report is not None:
            options = [word for name, column in columns.items() for word in (f"--{name}", column)]
            options += ["--report", report.name] + ["--validate"] * validate
            options += [] if cov == "information" else ["--cov", cov]
            options += [] if level == 0.95 else ["--level", f"{level:g}"]
            path = report / f"{data.stem}-{family}"
            path = st.report(*parts, to=path, command=f"{command} {shlex.join(options)}", html=html, png=png)
            if not as_json:
                print(f"\nwrote {path}")
