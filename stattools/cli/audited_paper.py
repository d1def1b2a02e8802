"""`stattools audit PAPER`: do the numbers of a paper go with each other, without its data?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from stattools.cli import machines
from stattools.cli.failures import failures
from stattools.cli.standard_input import DASH, at_hand

SEPARATED = (".csv", ".tsv", ".tab")
"""Files that are one table."""


def audit_of_paper(paper: Path, *, alpha: float, whole: bool, as_json: bool, out: Path | None, html: bool) -> bool:
    """Whether nothing in the paper is wrong; the verdict is printed, and written as a report where it is asked for.

    Ends the command with 2 where nothing can be computed again.
    """
    with failures(as_json, code=2), at_hand(paper) as file:
        from stattools.cli.files import stem
        from stattools.reporting.files import write
        from stattools.reporting.report import compose
        from stattools.validation.papers.audit_paper import audit_paper
        from stattools.validation.papers.text import paper_text

        name = "standard input" if paper == DASH else paper.name
        separated = paper.suffix.lower() in SEPARATED
        found = audit_paper(paper_text(file, name), name, alpha=alpha, whole=whole, separated=separated)
        path = None
        if out is not None:
            named = "paper" if paper == DASH else stem(paper)
            path = write(compose(found), out / f"{named}-audit", html=html)
        if as_json:
            report = {} if path is None else {"report": str(path)}
            print(machines.text(_told(found) | report))
        else:
            print(found)
            if path is not None:
                print(f"\nwrote {path}")
    return found.ok


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
