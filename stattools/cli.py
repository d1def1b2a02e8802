"""The command line: `stattools gallery`, `stattools fit`, `stattools verify`.

Exit codes: 0 good; 1 the analysis failed, with a message on stderr; 2 wrong usage.
"""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from inspect import signature
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from stattools.errors import DomainError, StattoolsError
from stattools.gallery import ANALYSES, INDEX, Gallery

if TYPE_CHECKING:
    import pandas as pd

app = typer.Typer(
    name="stattools",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)


class Family(StrEnum):
    """The regressions that `stattools fit` knows."""

    ols = "ols"
    logistic = "logistic"
    probit = "probit"
    softmax = "softmax"
    poisson = "poisson"
    negative_binomial = "negative_binomial"
    beta_binomial = "beta_binomial"


def main() -> None:
    """The entry point of the command `stattools`."""
    app()


def show_version(wanted: bool) -> None:
    """Print the version and stop."""
    if wanted:
        from stattools import __version__

        typer.echo(f"stattools {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=show_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Likelihood-first statistics: fit a model, check it against a reference, write a report that can be verified."""


@app.command()
def gallery(
    names: Annotated[list[str] | None, typer.Argument(metavar="NAME", help="Which reports; all if none.")] = None,
    out: Annotated[Path, typer.Option(help="The folder to write to.")] = Path("reports"),
    html: Annotated[bool, typer.Option("--html", help="Each report as one HTML file too.")] = False,
    png: Annotated[bool, typer.Option("--png", help="Each figure as PNG too.")] = False,
) -> None:
    """Write the reports of the gallery, and an index of all.

    Example: `stattools gallery coin --out reports`
    """
    for name in names or []:
        if name not in ANALYSES:
            raise typer.BadParameter(f"the gallery has {', '.join(ANALYSES)}; got {name!r}.", param_hint="NAME")
    wanted = list(dict.fromkeys(names or (*ANALYSES, INDEX)))
    with failures(), progress(len(wanted)) as advance:
        from stattools.reporting.files import write

        documents = Gallery()
        for name in wanted:
            advance(name)
            typer.echo(f"wrote {write(documents.document(name), out / name, html=html, png=png)}")


@app.command()
def fit(
    family: Annotated[Family, typer.Argument(metavar="FAMILY", help="The likelihood of the outcome.")],
    data: Annotated[Path, typer.Argument(metavar="DATA", help="A CSV or Parquet file.")],
    formula: Annotated[str, typer.Argument(metavar="FORMULA", help='Such as "y ~ x + C(group)".')],
    weights: Annotated[str | None, typer.Option(metavar="COLUMN", help="How often each row was seen.")] = None,
    precision: Annotated[str | None, typer.Option(metavar="COLUMN", help="Relative inverse variances (ols).")] = None,
    offset: Annotated[str | None, typer.Option(metavar="COLUMN", help="Added to the linear predictor.")] = None,
    exposure: Annotated[str | None, typer.Option(metavar="COLUMN", help="Time or number at risk (counts).")] = None,
    trials: Annotated[str | None, typer.Option(metavar="COLUMN", help="Trials behind each outcome (logistic).")] = None,
    level: Annotated[float, typer.Option(help="The level of the intervals, between 0 and 1.")] = 0.95,
    validate: Annotated[bool, typer.Option("--validate", help="Compare with statsmodels.")] = False,
    report: Annotated[Path | None, typer.Option(metavar="DIR", help="Write a report to this folder.")] = None,
    html: Annotated[bool, typer.Option("--html", help="The report as one HTML file too.")] = False,
    png: Annotated[bool, typer.Option("--png", help="The report's figures as PNG too.")] = False,
) -> None:
    """Fit a regression to a file and print the summary.

    Example: `stattools fit logistic admissions.csv "admit ~ gre + gpa" --validate`
    """
    if not 0.0 < level < 1.0:
        raise typer.BadParameter(f"a level is between 0 and 1, such as 0.95; got {level:g}.", param_hint="--level")
    if (html or png) and report is None:
        raise typer.BadParameter("--html and --png are faces of a report: add --report DIR.", param_hint="--report")
    with failures():
        import stattools as st

        columns = taken(
            getattr(st, family), weights=weights, precision=precision, offset=offset, exposure=exposure, trials=trials
        )
        model = getattr(st, family)(formula, table(data), **columns)
        parts: list[Any] = [st.fit(model, level=level)]
        if validate:
            parts.append(st.validate(parts[0]))
        typer.echo("\n\n".join(map(str, parts)))
        if report is not None:
            command = shlex.join(["stattools", "fit", family, data.name, formula])
            options = [word for name, column in columns.items() for word in (f"--{name}", column)]
            options += ["--report", report.name] + ["--validate"] * validate
            options += [] if level == 0.95 else ["--level", f"{level:g}"]
            path = report / f"{data.stem}-{family}"
            path = st.report(*parts, to=path, command=f"{command} {shlex.join(options)}", html=html, png=png)
            typer.echo(f"\nwrote {path}")


@app.command()
def verify(
    reports: Annotated[
        list[Path], typer.Argument(metavar="REPORT", help="Markdown files of the gallery, or of `stattools fit`.")
    ],
    data: Annotated[
        Path | None, typer.Option(metavar="PATH", help="The data file of a report of your own, or its folder.")
    ] = None,
) -> None:
    """Compute reports again: the same text, or what moved: data, version, seed, numbers, round-off.

    Example: `stattools verify reports/coin.md reports/ols.md`
    """
    from stattools.gallery.verification import verify as verified

    failed = False
    documents = Gallery()
    with progress(len(reports)) as advance:
        for path in reports:
            advance(path.name)
            try:
                with failures():
                    verdict = verified(path, documents, data)
                    failed = failed or not verdict.same
                    typer.echo(f"{path}: {told(verdict)}")
            except typer.Exit:
                failed = True
    raise typer.Exit(1 if failed else 0)


def taken(family: Callable[..., Any], **columns: str | None) -> dict[str, str]:
    """The columns that were named; wrong usage if the family has no such option."""
    given = {name: column for name, column in columns.items() if column is not None}
    for name in given.keys() - signature(family).parameters.keys():
        raise typer.BadParameter(f"{family.__name__} has no {name}.", param_hint=f"--{name}")
    return given


def told(verdict: Any, limit: int = 30) -> str:
    """A verdict in words, with the first lines that differ."""
    if verdict.same:
        moved = f"; the environment moved: {', '.join(verdict.environment)}" if verdict.environment else ""
        return f"the same text{moved}"
    where = f" (in {', '.join(verdict.where)})" if verdict.where else ""
    lines = [f"moved: {', '.join(verdict.moved)}{where}", *(f"environment: {change}" for change in verdict.environment)]
    lines += verdict.diff[:limit]
    if len(verdict.diff) > limit:
        lines.append(f"... and {len(verdict.diff) - limit} more lines")
    return "\n  ".join(lines)


def table(path: Path) -> pd.DataFrame:
    """A CSV or Parquet file as a frame; DomainError that says what is wrong with it."""
    import pandas as pd

    if path.is_dir():
        raise DomainError(f"fit needs a CSV or Parquet file; got the folder {path}.")
    try:
        if path.suffix.lower() in (".parquet", ".pq"):
            return pd.read_parquet(path)
        return pd.read_csv(path, encoding="utf-8-sig")
    except ImportError:
        raise DomainError(
            f"reading {path.name} needs pyarrow. Install it (pip install 'stattools[files]') or save the data as CSV."
        ) from None
    except pd.errors.EmptyDataError:
        raise DomainError(f"fit needs a file with a header and rows; {path} is empty.") from None
    except (ValueError, pd.errors.ParserError) as error:
        raise DomainError(f"fit needs a CSV or Parquet file; {path} cannot be read: {error}".rstrip()) from None


@contextmanager
def failures() -> Iterator[None]:
    """An analysis that fails says why on stderr, without a traceback, and exits with 1."""
    try:
        yield
    except (StattoolsError, OSError) as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(1) from None


@contextmanager
def progress(total: int) -> Iterator[Callable[[str], None]]:
    """A bar on a terminal, nothing elsewhere; call the result with what is being done now."""
    if not sys.stderr.isatty() or total < 2:
        yield lambda name: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True, redirect_stdout=sys.stdout.isatty()) as bar:
        task = bar.add_task("", total=total)
        steps = iter(range(total + 1))

        def advance(name: str) -> None:
            bar.update(task, completed=next(steps), description=name)

        yield advance


if __name__ == "__main__":
    main()
