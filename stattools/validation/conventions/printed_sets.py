"""At given estimates: the sets of conventions for standard errors and for the print, of one size."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from stattools.errors import StattoolsError, TimeIsOver
from stattools.interface.arrays import Floats
from stattools.interface.time_limit import require_time
from stattools.validation.claims.claim import Claim
from stattools.validation.claims.right import Right
from stattools.validation.claims.standing import ClaimStanding, standing
from stattools.validation.conventions.attempts import Attempt, Taken
from stattools.validation.conventions.choice import Choice
from stattools.validation.conventions.displays import FORM, SIGN
from stattools.validation.conventions.printing import columns
from stattools.validation.conventions.state import State

MOST = 20_000
"""The most ways to print one fit that are looked at."""
EARLY = ("n", "loglik")
"""Facts that no standard error and no print changes."""


@dataclass(frozen=True, eq=False)
class Found:
    """A set of conventions, how the claim stands under it, and other sets, `twins`, that give the same numbers."""

    steps: tuple[Taken, ...]
    standing: ClaimStanding
    state: State
    twins: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """The set in words."""
        return "; ".join(step.words for step in self.steps) or "what the model says"


def printed_sets(
    claim: Claim,
    trial: Attempt,
    state: State,
    size: int,
    conventions: tuple[Choice, ...],
    every: bool = False,
) -> Iterator[Found]:
    """The sets of `size` conventions beside the refits of a trial, each with how the claim stands there; only those
    whose estimates and standard errors hold, unless `every`. TimeIsOver where the time is over before all were looked
    at, or so many ways to print them were that the rest is left.
    """
    if trial.ours is None or trial.theta is None:
        return
    facts = _remembered(state, trial.theta)
    if not every and not _facts_hold(claim, facts):
        return
    some = without_refits(claim, conventions)
    errors = tuple(one for one in some if one.moves == "errors")
    prints = tuple(one for one in some if one.moves == "print" and one not in (FORM, SIGN))
    forms = tuple(one for one in (FORM, SIGN) if one in conventions)
    count = 0
    for k in range(size + 1):
        for formed, how in sets(state, forms, k):
            if not every and trial.held.get((formed.shown.form, formed.shown.sign)) != trial.rows:
                continue
            for v in range(size - k + 1):
                for erred, kind in sets(formed, errors, v):
                    require_time()
                    se = _errors(erred, trial.theta, trial.errors, tuple(step.words for step in kind))
                    if se is None or not (every or _se_holds(claim, erred, trial, se)):
                        continue
                    for last, display in sets(erred, prints, size - k - v):
                        require_time()
                        if count >= MOST:
                            raise TimeIsOver(f"{MOST:,} ways to print one fit were looked at.")
                        count += 1
                        found = _standing(claim, last, trial, se, facts)
                        if found is not None:
                            yield Found((*trial.steps, *how, *kind, *display), found, last)


def without_refits(claim: Claim, conventions: tuple[Choice, ...]) -> list[Choice]:
    """The conventions of standard errors and of the print that change anything that is claimed."""
    return [one for one in conventions if one.moves != "estimates" and one.concerns(claim)]


def sets(state: State, choices: tuple[Choice, ...], size: int, used: frozenset[Any] = frozenset()) -> Iterator[Any]:
    """The states after `size` of the choices, each of another slot, and what was taken."""
    if size == 0:
        yield state, ()
        return
    for k, choice in enumerate(choices):
        for variant in choice.changes(state):
            if variant.slot in used:
                continue
            try:
                after = variant.state
            except StattoolsError:
                continue
            step = Taken(choice, variant.words, variant.slot)
            for last, more in sets(after, choices[k + 1 :], size - 1, used | {variant.slot}):
                yield last, (step, *more)


def _errors(state: State, theta: Floats, known: dict[tuple[str, ...], Floats | None], key: tuple[str, ...]) -> Any:
    """Standard errors, made once; None where the data have none of this kind."""
    if key not in known:
        try:
            with np.errstate(all="ignore"):  # rows that fit exactly have no standard errors of some kinds
                known[key] = state.errors(theta)
        except StattoolsError:
            known[key] = None
    return known[key]


def _se_holds(claim: Claim, state: State, trial: Attempt, se: Floats) -> bool:
    """Whether the claimed standard errors are these, or those of the logarithm."""
    if "se" not in claim.columns:
        return True
    alone = replace(claim, columns={"estimate": claim.columns["estimate"], "se": claim.columns["se"]}, facts={})
    forms = [state] if state.shown.form == "plain" else [state, state.with_shown(errors="log")]
    for one in forms:
        found = _standing(alone, one, trial, se, None)
        if found is not None and found.ok:
            return True
    return False


def _standing(claim: Claim, state: State, trial: Attempt, se: Floats, facts: Any) -> ClaimStanding | None:
    assert trial.theta is not None
    assert trial.ours is not None
    if state.interval == "profile" and state.recipe.interval == "profile":
        rest = {name: column for name, column in claim.columns.items() if name not in ("lower", "upper")}
        plain = _standing(replace(claim, columns=rest), state.with_recipe(interval="wald"), trial, se, facts)
        if plain is None or not plain.ok:  # a profile takes long
            return None
    try:
        made = columns(state, trial.theta, se)
    except StattoolsError:  # a profile that has no end
        return None
    right = Right(trial.names, made, np.abs(made["se"]), facts or (lambda name: {}))
    return standing(claim, trial.ours, right)


def _remembered(state: State, theta: Floats) -> Any:
    """The facts of a state, each made once."""
    kept: dict[str, Any] = {}
    source: list[Any] = []

    def fact(name: str) -> Any:
        if name not in kept:
            if not source:
                source.append(state.recipe.right(theta).fact)
            kept[name] = source[0](name)
        return kept[name]

    return fact


def _facts_hold(claim: Claim, facts: Any) -> bool:
    early = {name: number for name, number in claim.facts.items() if name in EARLY}
    if not early:
        return True
    alone = replace(claim, terms=(), columns={}, facts=early, shown=(), quotes=())
    none = np.empty(0)
    right = Right((), {"estimate": none, "se": none}, none, facts)
    return standing(alone, np.empty(0, dtype=np.intp), right).ok
