"""`stattools audit TABLE DATA FORMULA`: is a printed table that of this model, and under which conventions?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer

import stattools as st
from stattools.cli import machines
from stattools.cli.failures import failures
from stattools.cli.families import regression_of, taken
from stattools.cli.standard_input import DASH, at_hand


@dataclass(frozen=True)
class AskedOfTable:
    """What is asked of a table: how its terms and its column are called, which standard errors and level it should
    have; `seconds` where the conventions that reproduce it are looked for.
    """

    terms: Mapping[str, str] | None
    column: str | int | None
    cov: Any
    level: float | None
    seconds: float | None


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
    asked: AskedOfTable,
    *,
    as_json: bool,
    out: Path | None,
    html: bool,
) -> bool:
    """Whether the table is right, or with `seconds` reproduced by a set of conventions; the verdict is printed, and
    written as a report where it is asked for.

    Ends the command with 2 where the table cannot be judged.
    """
    named, of = regression_of(family, columns["link"], columns["scale"])
    if claimed == data == DASH:
        raise typer.BadParameter("standard input is the table or the data, not both.", param_hint="DATA")
    with failures(as_json, code=2), at_hand(data) as file, at_hand(claimed) as printed:
        from stattools.cli.files import stem, table
        from stattools.cli.guess import guess
        from stattools.reporting.files import write
        from stattools.reporting.report import compose

        frame = table(file)
        chosen = named or guess(formula, frame, trials=columns["trials"], exposure=columns["exposure"]).family
        build = getattr(st, chosen)
        model = build(formula, frame, **taken(build, family=of, **columns))
        claim = printed.read_text(encoding="utf-8-sig") + "\n" if claimed == DASH else printed
        found = _judged(claim, model, asked)
        path = None
        if out is not None:
            name = "table" if claimed == DASH else stem(claimed)
            path = write(compose(found), out / f"{name}-audit", html=html)
        if as_json:
            origin = machines.provenance(model, file=file, command="stattools audit")
            report = {} if path is None else {"report": str(path)}
            print(machines.text(for_machines(found) | {"provenance": origin} | report))
        else:
            print(found)
            if path is not None:
                print(f"\nwrote {path}")
    return found.ok


def _judged(claim: Path | str, model: Any, asked: AskedOfTable) -> Any:
    if asked.seconds is None:
        said = {"cov": asked.cov, "level": asked.level}
        return st.audit(claim, model, terms=asked.terms, column=asked.column, **said)
    return st.reproduce(claim, model, terms=asked.terms, column=asked.column, seconds=asked.seconds)


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
