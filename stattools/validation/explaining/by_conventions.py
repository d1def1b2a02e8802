"""What is said of a claim that a convention, or a set of them, makes hold."""

from __future__ import annotations

from dataclasses import dataclass

from stattools.errors import StattoolsError
from stattools.inference.fitting.maximum_likelihood import fit
from stattools.models.model import Model
from stattools.validation.conventions.matching import rows_of
from stattools.validation.conventions.printed_sets import Found
from stattools.validation.explaining.finding import Finding
from stattools.validation.explaining.likely_causes import ClaimTrial
from stattools.validation.explaining.own_errors import by_another_definition

FAULTS = frozenset(
    (
        "rows dropped",
        "missing values filled",
        "weights",
        "not converged",
        "terms",
        "family or link",
        "link or distribution",
        "outcome coding",
        "effects of groups",
        "censoring",
        "strata",
        "zeros",
        "alpha held",
        "transformed columns",
        "transformed outcome",
    )
)
"""Entries of the table of conventions that nobody calls a convention."""


@dataclass(frozen=True, eq=False)
class Verdict:
    """The causes; `convention` in words where it alone makes the claim hold; `solved` where all is explained."""

    findings: tuple[Finding, ...]
    convention: str = ""
    notes: tuple[str, ...] = ()
    solved: bool = False


def by_convention(found: tuple[Found, ...]) -> Verdict:
    """The verdict where one entry of the table makes every number hold."""
    first, rest = found[0], found[1:]
    names = {step.choice.name for step in first.steps}
    others = [*first.twins, *(one.words for one in rest)]
    notes = (f"The digits do not tell this from: {'; or '.join(others[:4])}.",) if others else ()
    findings = tuple(named(first))
    if names & FAULTS:
        return Verdict(findings, notes=notes, solved=True)
    return Verdict(findings, first.words, notes, solved=True)


def named(found: Found) -> list[Finding]:
    """The conventions under which the numbers of a claim hold, one finding for each step."""
    count = found.standing.count
    holding = "all" if found.standing.ok else f"{count - found.standing.failing} of"
    return [
        Finding(step.choice.name, f"{begun(step.words)}: so {holding} {count} numbers hold.", step.choice.advice)
        for step in found.steps
    ]


def begun(words: str) -> str:
    """The words as the beginning of a sentence."""
    return f"{words[:1].upper()}{words[1:]}"


def as_programs_make_it(trial: ClaimTrial, near: Found) -> Verdict | None:
    """Another family, and its standard errors by another definition of the family's own."""
    model, ours = near.state.model, rows_of(trial.claim, near.state.names, trial.terms)
    if type(model) is not Model or ours is None:
        return None
    try:
        found = by_another_definition(trial.claim, fit(model), trial.level, ours, near.standing)
    except StattoolsError:
        return None
    if found is None:
        return None
    step = near.steps[0]
    evidence = f"{begun(step.words)}, with {found[2]}: so all {found[1].count} numbers hold."
    return Verdict((Finding(step.choice.name, evidence, step.choice.advice),), solved=True)
