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
from stattools.interface.time_limit import Seconds, ending_by, require_time, wall
from stattools.models.model import Model
from stattools.validation.claims.claim import Claim
from stattools.validation.claims.standing import ClaimStanding
from stattools.validation.conventions.attempts import Attempt, Clock, Taken, attempt, followed, same
from stattools.validation.conventions.choice import Choice
from stattools.validation.conventions.printed_sets import Found, printed_sets, without_refits
from stattools.validation.conventions.state import State
from stattools.validation.conventions.table import CONVENTIONS

MANY = 20_000
"""Where X has more numbers than these a refit is made only where the claim may be its maximum."""

NEAREST = 0.5
"""Seconds at the end of a search in which the nearest set is told."""


@dataclass(frozen=True, eq=False)
class Explored:
    """What a search found: the smallest sets that give every number, the `nearest` where there are none, how many
    `refits` it took, and what was left `untried`; `first` is the model as it stands, for a search that goes on from it.
    """

    found: tuple[Found, ...]
    nearest: Found | None
    refits: int
    untried: tuple[str, ...]
    first: Attempt | None = None


def explore(
    claim: Claim,
    start: State,
    *,
    terms: Mapping[str, str] | None = None,
    most: int = 3,
    seconds: float = 60.0,
    conventions: tuple[Choice, ...] = CONVENTIONS,
    now: Seconds = wall,
    first: Attempt | None = None,
) -> Explored:
    """The smallest sets of up to `most` conventions under which the claim holds, from a state on; `seconds` are those
    of the clock `now`, and `first` is what an earlier search found of the same claim and state.
    """
    clock = Clock(seconds - min(NEAREST, 0.2 * seconds), now)
    if claim.said.get("exponentiated"):  # first as its words say it, whichever way its standard errors were made
        said = {**claim.said, "exponentiated": ""}
        found = _as_it_stands(claim, start, terms, conventions)
        if found:
            return Explored(tuple(found), None, 0, ())
        claim = replace(claim, said=said)
        start = replace(start.with_shown(form="ratio"), claim=claim)
    try:
        first = attempt(claim, start, (), terms) if first is None else first
    except StattoolsError:  # no maximum as it stands
        first = Attempt((), start.names, None, None, {}, len(claim.terms), float(start.model.n))
    search = Search(claim, start, terms, conventions, clock)
    known = [[first]]
    untried: list[str] = []
    size = 0
    for size in range(most + 1):
        found, left = search.told([each for level in known for each in level], size)
        if size and not (found and size > 1):
            level, more = search.expanded(known)
            known.append(level)
            others, rest = search.told(level, size)
            found, left = found + others, left + more + rest
        if left:
            untried.append(f"sets of {size} from {conventions[min(map(conventions.index, left))].name} on")
        if found:
            return Explored(_distinct(found), None, clock.refits, tuple(untried), first)
        if clock.is_over:
            break
    if clock.is_over and size < most:
        untried.append(f"sets of {size + 1} and more" if size + 1 < most else f"sets of {most}")
    return Explored((), _nearest(known, search, most), clock.refits, tuple(untried), first)


def _as_it_stands(claim: Claim, start: State, terms: Any, conventions: tuple[Choice, ...]) -> list[Found]:
    try:
        trial = attempt(claim, start, (), terms)
    except StattoolsError:
        return []
    return [one for one in printed_sets(claim, trial, start, 0, conventions) if one.standing.ok]


@dataclass(frozen=True, eq=False)
class Search:
    """What a search is of, the conventions that it tries, and its clock.

    Each of its parts returns what it found, and one convention from which on it was not tried for each place where the
    time was over.
    """

    claim: Claim
    start: State
    terms: Mapping[str, str] | None
    conventions: tuple[Choice, ...]
    clock: Clock

    def told(self, trials: list[Attempt], size: int) -> tuple[list[Found], list[Choice]]:
        """The sets of exactly this size that begin with the refits of a trial; what the model says itself, of size 0,
        is told whatever time there is.
        """
        found: list[Found] = []
        left: list[Choice] = []
        others = without_refits(self.claim, self.conventions)
        for trial in trials:
            rest = size - len(trial.steps)
            if rest < 0 or not trial.matches or (rest and not others):
                continue
            try:
                with ending_by(self.clock.end if size else np.inf, self.clock.now):
                    require_time()
                    state = followed(self.start, trial.steps, self.claim, self.terms)
                    made = printed_sets(self.claim, trial, state, rest, self.conventions)
                    found.extend(one for one in made if one.standing.ok)
            except TimeIsOver:
                left.append(trial.steps[0].choice if trial.steps else (others or self.conventions)[0])
        return found, left

    def expanded(self, known: list[list[Attempt]]) -> tuple[list[Attempt], list[Choice]]:
        """Each trial with one refit more, those first whose parents gave most numbers.

        Where estimates match, only refits follow that may leave them alone; where the rows of the claim have other
        names than the parameters, only those that rename some.
        """
        choices = tuple(one for one in self.conventions if one.moves == "estimates")
        made: list[Attempt] = []
        matched = any(one.matches for level in known for one in level)
        parents = sorted(known[-1], key=lambda one: (-one.best, one.apart))
        for k, parent in enumerate(parents):
            if any(one.matches for one in made) and len(known) > 1:
                break
            begin = choices.index(parent.steps[-1].choice) if parent.steps else 0
            follow = [
                one
                for one in choices[begin:]
                if (one.keeps or not matched) and (one.renames or parent.ours is not None)
            ]
            done = 0
            try:
                with ending_by(self.clock.end, self.clock.now):
                    state = replace(followed(self.start, parent.steps, self.claim, self.terms), best=parent.theta)
                    for choice in follow:
                        require_time()
                        made.extend(_refits(parent, choice, state, self.claim, self.terms, len(known) > 1, self.clock))
                        done += 1
            except TimeIsOver:
                return made, [*follow[done : done + 1], *(one.steps[0].choice for one in parents[k:] if one.steps)]
        return made, []


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


def _nearest(known: list[list[Attempt]], search: Search, most: int) -> Found | None:
    """The set that leaves fewest numbers, where each of its conventions must bring two into place; one that brings all
    of several estimates there goes before others.
    """
    trials = [one for level in known for one in level if one.theta is not None]
    best: tuple[float, Found] | None = None
    start, claim, terms, conventions = search.start, search.claim, search.terms, search.conventions
    clock = Clock(NEAREST, search.clock.now)
    for trial in sorted(trials, key=lambda one: 2 * len(one.steps) - one.best)[:3]:
        whole = bool(trial.steps) and trial.matches and trial.rows > 1 and not known[0][0].matches
        try:
            with ending_by(clock.end, clock.now):
                state = followed(start, trial.steps, claim, terms)
                for rest in range(min(1, most - len(trial.steps)) + 1):
                    for one in printed_sets(claim, trial, state, rest, conventions, every=True):
                        cost = one.standing.failing + 2 * len(one.steps) - 0.5 * whole
                        if best is None or cost < best[0]:
                            best = cost, one
        except TimeIsOver:
            continue
    if best is not None or known[0][0].theta is None:
        return None if best is None else best[1]
    return next(printed_sets(claim, known[0][0], start, 0, conventions, every=True), None)
