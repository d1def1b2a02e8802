"""`stattools audit`: is a printed table of coefficients right, and do the numbers of a paper go with each other?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

import stattools as st
from stattools.cli import machines, options, words
from stattools.cli.failures import failures
from stattools.cli.families import known_or_audited, regression_of, taken
from stattools.cli.files import DASH, at_hand

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
    asked: dict[str, Any] = {"terms": terms_of(terms or [])}
    asked["column"] = int(column) if column is not None and column.isdigit() else column
    judge = partial(st.audit, **asked, cov=None if cov is None else words.covariance(cov), level=level)
    judge = partial(st.reproduce, **asked, seconds=seconds) if reproduce else judge
    sound = audit_of_table(claimed, data, formula, family, columns, judge, as_json=as_json, out=out, html=html)
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


SEPARATED = (".csv", ".tsv", ".tab")
"""Files that are one table."""


def audit_of_paper(paper: Path, *, alpha: float, whole: bool, as_json: bool, out: Path | None, html: bool) -> bool:
    """Whether nothing in the paper is wrong; the verdict is printed, and written as a report where it is asked for.

    Ends the command with 2 where nothing can be computed again.
    """
    with failures(as_json, code=2), at_hand(paper) as file:
        from stattools.cli.files import stem
        from stattools.validation.papers.audit_paper import audit_paper
        from stattools.validation.papers.text import paper_text

        name = "standard input" if paper == DASH else paper.name
        separated = paper.suffix.lower() in SEPARATED
        found = audit_paper(paper_text(file, name), name, alpha=alpha, whole=whole, separated=separated)
        _print(found, _told(found) if as_json else None, "paper" if paper == DASH else stem(paper), out, html)
    return found.ok


def _print(found: Any, record: Mapping[str, object] | None, name: str, out: Path | None, html: bool) -> None:
    """Print a verdict, as its record where there is one, and write its report where that is asked for."""
    from stattools.reporting.files import write
    from stattools.reporting.report import compose

    path = None if out is None else write(compose(found), out / f"{name}-audit", html=html)
    if record is not None:
        print(machines.text({**record, **({} if path is None else {"report": str(path)})}))
        return
    print(found)
    if path is not None:
        print(f"\nwrote {path}")


def _told(found: Any) -> dict[str, Any]:
    rows = [
        {
            "line": one.line,
            "quote": one.quote,
            "kind": one.kind,
            "claimed": one.claimed,
            "right": None if one.right is None else list(one.right),
            "verdict": one.verdict,
            "decision": one.decision,
            "words": one.words,
        }
        for one in found.checks
    ]
    return {"ok": found.ok, "sentence": found.sentence, "wrong": len(found.findings), "checks": rows}


def terms_of(words: Sequence[str]) -> dict[str, str] | None:
    """Which term is which, {theirs: ours}; wrong usage for what is no pair.

    >>> terms_of(["Alter=age", "x=C(g)[T.b]"])
    {'Alter': 'age', 'x': 'C(g)[T.b]'}
    """
    found: dict[str, str] = {}
    for word in words:
        theirs, mark, ours = (part.strip() for part in word.rpartition("="))
        if not (theirs and mark and ours) or theirs in found:
            raise typer.BadParameter(f"a term is theirs=ours, each once; got {word!r}.", param_hint="--terms")
        found[theirs] = ours
    return found or None


def audit_of_table(
    claimed: Path,
    data: Path,
    formula: str,
    family: str | None,
    columns: Mapping[str, str | None],
    judge: Callable[[Path | str, Any], Any],
    *,
    as_json: bool,
    out: Path | None,
    html: bool,
) -> bool:
    """Whether the table is right, or reproduced by a set of conventions, as `judge` finds; the verdict is printed, and
    written as a report where it is asked for.

    Ends the command with 2 where the table cannot be judged.
    """
    named, of = regression_of(family, columns["link"], columns["scale"])
    if claimed == data == DASH:
        raise typer.BadParameter("standard input is the table or the data, not both.", param_hint="DATA")
    with failures(as_json, code=2), at_hand(data) as file, at_hand(claimed) as printed:
        from stattools.cli.files import stem, table
        from stattools.cli.guess import guess

        frame = table(file)
        chosen = named or guess(formula, frame, trials=columns["trials"], exposure=columns["exposure"]).family
        build = getattr(st, chosen)
        model = build(formula, frame, **taken(build, family=of, **columns))
        claim = printed.read_text(encoding="utf-8-sig") + "\n" if claimed == DASH else printed
        found = judge(claim, model)
        record = None
        if as_json:
            record = for_machines(found)
            record["provenance"] = machines.provenance(model, file=file, command="stattools audit")
        _print(found, record, "table" if claimed == DASH else stem(claimed), out, html)
    return found.ok


def for_machines(found: Any) -> dict[str, Any]:
    """A verdict as a record: of an audit and of a reproduction."""
    findings = [{"cause": one.cause, "evidence": one.evidence, "advice": one.advice} for one in found.findings]
    told = {"ok": found.ok, "sentence": found.sentence, "findings": findings}
    return told | {"numbers": machines.records(found.table())} | SAID[type(found).__name__](found)


SAID = {
    "ClaimAudit": lambda found: {
        "convention": found.convention or None,
        "facts": machines.records(found.facts),
        "notes": list(found.notes),
    },
    "Reproduction": lambda found: {
        "conventions": list(found.conventions),
        "alternatives": list(found.alternatives),
        "not_tried": list(found.not_tried),
        "refits": found.refits,
    },
}
"""What else there is to say of each, by the name of its class."""
