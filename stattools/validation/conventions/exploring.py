"""The search for conventions: sets of up to three, the smallest that give every printed number.

Estimates are matched first, by as few refits as possible; at the estimates that match, standard errors; at these, the
print. A set counts where none of its parts gives the numbers alone, and sets of the same size that the digits cannot
tell apart are all found. Of one size the changes that bring most numbers into place are followed first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from stattools.errors import StattoolsError, TimeIsOver
from stattools.interface.arrays import Floats
from stattools.interface.time_limit import ending_by, require_time
from stattools.models.model import Model
from stattools.validation.claims.claim import Claim
from stattools.validation.claims.standing import ClaimStanding
from stattools.validation.conventions.attempts import Attempt, Clock, Taken, attempt, followed, same
from stattools.validation.conventions.choice import Choice
from stattools.validation.conventions.printed_sets import Found, printed_sets
from stattools.validation.conventions.state import State
from stattools.validation.conventions.table import CONVENTIONS

MANY = 20_000
"""Where X has more numbers than these a refit is made only where the claim may be its maximum."""

NEAREST = 0.5
"""Seconds at the end of a search in which the nearest set is told."""


@dataclass(frozen=True, eq=False)
class Explored:
    """What a search found: the smallest sets that give every number, the `nearest` where there are none, how many
    `refits` it took, and what was left `untried`.
    """

    found: tuple[Found, ...]
    nearest: Found | None
    refits: int
    untried: tuple[str, ...]


def explore(
    claim: Claim,
    start: State,
    *,
    terms: Mapping[str, str] | None = None,
    most: int = 3,
    seconds: float = 60.0,
    conventions: tuple[Choice, ...] = CONVENTIONS,
) -> Explored:
    """The smallest sets of up to `most` conventions under which the claim holds, from a state on."""
    clock = Clock(seconds - min(NEAREST, 0.2 * seconds))
    if claim.said.get("exponentiated"):  # first as its words say it, whichever way its standard errors were made
        said = {**claim.said, "exponentiated": ""}
        found = _as_it_stands(claim, start, terms, conventions, clock)
        if found:
            return Explored(tuple(found), None, 0, ())
        claim = replace(claim, said=said)
        start = replace(start.with_shown(form="ratio"), claim=claim)
    refits = tuple(one for one in conventions if one.moves == "estimates")
    try:
        first = attempt(claim, start, (), terms)
    except StattoolsError:  # no maximum as it stands
        first = Attempt((), start.names, None, None, {}, len(claim.terms), float(start.model.n))
    known = [[first]]
    untried: list[str] = []
    size = 0
    for size in range(most + 1):
        found = [
            one for level in known for each in level for one in _at(each, start, claim, terms, size, conventions, clock)
        ]
        if size and not (found and size > 1):
            level, left = _expanded(known, start, claim, terms, refits, clock)
            known.append(level)
            untried += [] if left is None else [f"sets of {size} from {left} on"]
            found += [one for each in level for one in _at(each, start, claim, terms, size, conventions, clock)]
        if found:
            return Explored(_distinct(found), None, clock.refits, tuple(untried))
        if clock.is_over:
            break
    if clock.is_over and size < most:
        untried.append(f"sets of {size + 1} and more" if size + 1 < most else f"sets of {most}")
    return Explored((), _nearest(known, start, claim, terms, most, conventions), clock.refits, tuple(untried))


def _as_it_stands(claim: Claim, start: State, terms: Any, conventions: tuple[Choice, ...], clock: Clock) -> list[Found]:
    try:
        trial = attempt(claim, start, (), terms)
    except StattoolsError:
        return []
    return [one for one in printed_sets(claim, trial, start, 0, conventions, clock) if one.standing.ok]


def _at(
    trial: Attempt, start: State, claim: Claim, terms: Any, size: int, conventions: tuple[Choice, ...], clock: Clock
) -> Iterator[Found]:
    """The sets of exactly this size that begin with the refits of a trial."""
    rest = size - len(trial.steps)
    if rest < 0 or not trial.matches or clock.is_over:
        return
    state = followed(start, trial.steps, claim, terms)
    for one in printed_sets(claim, trial, state, rest, conventions, clock):
        if one.standing.ok:
            yield one


def _expanded(
    known: list[list[Attempt]], start: State, claim: Claim, terms: Any, choices: tuple[Choice, ...], clock: Clock
) -> tuple[list[Attempt], str | None]:
    """Each trial with one refit more, those first whose parents gave most numbers; and where time was over.

    Where estimates match, only refits follow that may leave them alone; where the rows of the claim have other names
    than the parameters, only those that rename some.
    """
    made: list[Attempt] = []
    matched = any(one.matches for level in known for one in level)
    for parent in sorted(known[-1], key=lambda one: (-one.best, one.apart)):
        if any(one.matches for one in made) and len(known) > 1:
            break
        state = replace(followed(start, parent.steps, claim, terms), best=parent.theta)
        begin = choices.index(parent.steps[-1].choice) if parent.steps else 0
        for choice in choices[begin:]:
            if (matched and not choice.keeps) or (parent.ours is None and not choice.renames):
                continue
            try:
                with ending_by(clock.end):
                    made.extend(_refits(parent, choice, state, claim, terms, len(known) > 1, clock))
            except TimeIsOver:
                return made, choice.name
    return made, None


def _refits(
    parent: Attempt, choice: Choice, state: State, claim: Claim, terms: Any, screen: bool, clock: Clock
) -> Iterator[Attempt]:
    """A trial with each change of one convention more; TimeIsOver where that is, which may be inside a refit."""
    slots = {step.slot for step in parent.steps}
    last = parent.steps[-1] if parent.steps else None
    for variant in choice.changes(state):
        if variant.slot in slots or (last is not None and choice is last.choice and variant.slot <= last.slot):
            continue
        require_time()
        step = Taken(choice, variant.words, variant.slot)
        clock.refits += 1
        try:
            after = variant.state
            screened = screen or _cells(after.model) > MANY
            found = attempt(claim, after, (*parent.steps, step), terms, screen=screened)
        except TimeIsOver:
            raise
        except StattoolsError:
            continue
        if choice.keeps or not same(found, parent):
            yield found


def _cells(model: Any) -> int:
    """How many numbers X has."""
    return int(np.size(model.rows.X)) if isinstance(model, Model) else 0


def _distinct(found: list[Found]) -> tuple[Found, ...]:
    """One set of each that give the same numbers to the last digit, with the words of the others."""
    kept: list[Found] = []
    for one in found:
        twin = next((k for k, other in enumerate(kept) if _same_numbers(one.standing, other.standing)), None)
        if twin is None:
            kept.append(one)
        else:
            kept[twin] = replace(kept[twin], twins=(*kept[twin].twins, one.words))
    return tuple(kept)


def _same_numbers(one: ClaimStanding, other: ClaimStanding) -> bool:
    def close(a: Floats, b: Floats) -> bool:
        return np.allclose(a, b, rtol=1e-9, atol=1e-300, equal_nan=True)

    return all(close(one.right[name], other.right[name]) for name in one.right if name in one.claim.columns)


def _nearest(
    known: list[list[Attempt]], start: State, claim: Claim, terms: Any, most: int, conventions: tuple[Choice, ...]
) -> Found | None:
    """The set that leaves fewest numbers, where each of its conventions must bring two into place; one that brings all
    of several estimates there goes before others.
    """
    trials = [one for level in known for one in level if one.theta is not None]
    best: tuple[float, Found] | None = None
    clock = Clock(NEAREST)
    for trial in sorted(trials, key=lambda one: 2 * len(one.steps) - one.best)[:3]:
        whole = bool(trial.steps) and trial.matches and trial.rows > 1 and not known[0][0].matches
        try:
            with ending_by(clock.end):
                state = followed(start, trial.steps, claim, terms)
        except TimeIsOver:
            continue
        for rest in range(min(1, most - len(trial.steps)) + 1):
            for one in printed_sets(claim, trial, state, rest, conventions, clock, every=True):
                cost = one.standing.failing + 2 * len(one.steps) - 0.5 * whole
                if best is None or cost < best[0]:
                    best = cost, one
    return None if best is None else best[1]
