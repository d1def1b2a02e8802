"""The results of an analysis as a terminal shows them, and as machines read them."""

from __future__ import annotations

from pathlib import Path
from textwrap import fill
from typing import Any

from stattools.cli.analysis import Analysis
from stattools.cli.failures import failure, typed
from stattools.inference.page import page


def told(done: Analysis, *, exponentiate: bool = False, check: bool = False) -> str:
    """The family if it was guessed, the fit, its checks if asked for, its reference, the comparison, the posterior."""
    parts = [fill(f"{done.model.outcome_name} has {done.chosen.flagged}", 80)] if done.chosen.holds else []
    if done.fit is not None:
        parts.append(page(done.fit, exponentiate=True).text() if exponentiate else str(done.fit))
    if check and done.fit is not None:
        checks = done.fit.check()
        checks["advice"] = [typed(advice) for advice in checks["advice"]]  # before its lines are broken
        parts.append(str(checks))
    parts += [str(part) for part in (done.agreement, done.comparison, done.posterior) if part is not None]
    parts += [f"not validated: {done.unchecked}"] if done.unchecked else []
    return typed("\n\n".join(parts))


def for_machines(
    done: Analysis, file: Path, command: str, *, exponentiate: bool = False, check: bool = False
) -> dict[str, Any]:
    """The same as records, with hashes of the data; an analysis that failed says why."""
    from stattools.cli import machines

    found: dict[str, Any] = {"ok": done.ok, "family": done.chosen.family, "why": done.chosen.why}
    found |= {"others": dict(done.chosen.possible), "formula": done.model.formula}
    if done.failure is not None:
        found |= failure(done.failure)
    else:
        found["fit"] = machines.fit(done.fit, exponentiate=exponentiate)
        found["agreement"] = machines.agreement(done.agreement) if done.agreement is not None else None
        found["unchecked"] = done.unchecked or None
    if check and done.fit is not None:
        found["checks"] = machines.records(done.fit.check().table())
    if done.comparison is not None:
        found["comparison"] = machines.records(done.comparison.table())
    if done.posterior is not None:
        found["posterior"] = machines.posterior(done.posterior)
    return found | {"provenance": machines.provenance(done.model, file=file, command=command)}
