"""One refit of a search: a set of conventions that change estimates, and how many claimed estimates it gives."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.errors import StattoolsError
from stattools.interface.arrays import Floats
from stattools.interface.time_limit import Seconds, wall
from stattools.validation.claims.claim import Claim
from stattools.validation.claims.right import Right
from stattools.validation.claims.standing import LONG, ClaimStanding, standing
from stattools.validation.conventions.choice import Choice
from stattools.validation.conventions.displays import forms
from stattools.validation.conventions.matching import rows_of
from stattools.validation.conventions.printing import columns
from stattools.validation.conventions.screening import screened
from stattools.validation.conventions.state import State


class Clock:
    """How much time is left by the clock `now`, and how many refits were made."""

    def __init__(self, seconds: float, now: Seconds = wall) -> None:
        self.now, self.end = now, now() + seconds
        self.refits = 0

    @property
    def is_over(self) -> bool:
        """Whether the time is over."""
        return self.now() >= self.end


@dataclass(frozen=True, eq=False)
class Taken:
    """One convention that was changed: which, and to what."""

    choice: Choice
    words: str
    slot: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Attempt:
    """A set of refits: the conventions changed, the estimates `theta` of the parameters `names` (None where there is no
    maximum, or it was not looked for), the place of each row of the claim among them, and how many claimed estimates
    hold by the form in which they may be printed, of `rows` that are its own. `apart` is how far the estimates are
    from the claimed ones on average, in claimed standard errors where there are any, and otherwise as shares of
    themselves, a row 10 at most. `errors` are the standard errors there by the words of their kinds, as far as they
    were made, None of a kind that there is not.
    """

    steps: tuple[Taken, ...]
    names: tuple[str, ...]
    theta: Floats | None
    ours: NDArray[np.intp] | None
    held: Mapping[Any, int]
    rows: int
    n: float
    apart: float = 10.0
    errors: dict[tuple[str, ...], Floats | None] = field(default_factory=dict)

    @property
    def best(self) -> int:
        """The most estimates that it gives; -1 where its rows are not those of the claim."""
        return max(self.held.values(), default=-1)

    @property
    def matches(self) -> bool:
        """Whether all claimed estimates are its own, in one form."""
        return self.best == self.rows > 0


def attempt(
    claim: Claim, state: State, steps: tuple[Taken, ...], terms: Mapping[str, str] | None, *, screen: bool = False
) -> Attempt:
    """The estimates of a state beside the claimed ones; one of stattools' errors where its model refuses. With `screen`
    there is no refit where one step from the claimed coefficients tells that they are not its maximum.
    """
    names = state.names
    given = claim.columns["estimate"]
    ours = rows_of(claim, names, terms)
    rows = len(given.value) if ours is None else int(np.count_nonzero(np.isfinite(given.value) & (ours >= 0)))
    state = aimed(state, claim, ours)
    passed = screened(state) if screen and ours is not None else None
    if passed is not None and not passed.passes:
        return Attempt(steps, names, None, ours, passed.held, rows + 1, float(state.model.n), passed.apart)
    theta = state.estimates()
    if not np.isfinite(theta).all():
        return Attempt(steps, names, None, ours, {}, rows, float(state.model.n))
    held = {} if ours is None else _held(claim, state, theta, ours)
    apart = 10.0 if ours is None else _apart(claim, theta, ours)
    return Attempt(steps, names, theta, ours, held, rows, float(state.model.n), apart)


def aimed(state: State, claim: Claim, ours: NDArray[np.intp] | None) -> State:
    """The state that knows the claimed coefficients in the order of its own."""
    aim, rounding = np.full((2, len(state.names)), np.nan)
    if ours is not None:
        aim[ours[ours >= 0]] = claim.columns["estimate"].value[ours >= 0]
        rounding[ours[ours >= 0]] = claim.columns["estimate"].half[ours >= 0]
    return replace(state, aim=aim, rounding=rounding)


def _held(claim: Claim, state: State, theta: Floats, ours: NDArray[np.intp]) -> dict[Any, int]:
    """How many claimed estimates hold in each form, whichever way the coefficients point."""
    given = claim.columns["estimate"]
    alone = replace(claim, columns={"estimate": given}, facts={})

    def stand(se: Floats) -> dict[Any, ClaimStanding]:
        found = {}
        for one in forms(state):
            made = columns(one, theta, se, intervals=False)
            right = Right(state.names, made, np.abs(made["se"]), lambda name: {})
            found[one.shown.form, one.shown.sign] = standing(alone, ours, right)
        return found

    there = stand(np.full(len(theta), np.nan))
    long = given.half <= LONG * np.abs(given.value)
    away = {form: _away(claim, one, long) for form, one in there.items()}
    if long.any() and not all(mask.any() for mask in away.values()):
        with suppress(StattoolsError):
            there = stand(state.errors(theta))
    return {
        form: int(np.count_nonzero(one.holds["estimate"] & one.checked["estimate"] & ~away[form]))
        for form, one in there.items()
    }


def _away(claim: Claim, there: ClaimStanding, long: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which claimed estimates in all digits are a claimed standard error and more away: they do not hold, since all
    digits are compared in standard errors, of which a thousandth is allowed.
    """
    given = claim.columns["estimate"]
    with np.errstate(invalid="ignore", over="ignore"):
        gap = np.abs(given.value - there.right["estimate"])
        size = claim.columns["se"].value if "se" in claim.columns else np.full(len(gap), np.nan)
        return long & there.checked["estimate"] & (size > 0) & (gap > size + given.half)


def _apart(claim: Claim, theta: Floats, ours: NDArray[np.intp]) -> float:
    value = claim.columns["estimate"].value
    size = claim.columns["se"].value if "se" in claim.columns else np.abs(value)
    with np.errstate(invalid="ignore", divide="ignore"):
        gaps = np.abs(value - theta[ours]) / size
    return float(np.mean(np.minimum(np.nan_to_num(gaps[ours >= 0], nan=10.0), 10.0)))


def followed(start: State, steps: tuple[Taken, ...], claim: Claim, terms: Mapping[str, str] | None) -> State:
    """The state that a set of conventions leads to."""
    state = aimed(start, claim, rows_of(claim, start.names, terms))
    for step in steps:
        state = next(
            one for one in step.choice.changes(state) if (one.words, one.slot) == (step.words, step.slot)
        ).state
        state = aimed(state, claim, rows_of(claim, state.names, terms))
    return state


def same(one: Attempt, other: Attempt) -> bool:
    """Whether a change moved nothing: the same parameters, rows and estimates."""
    if one.theta is None or other.theta is None or one.names != other.names or one.n != other.n:
        return False
    return np.allclose(one.theta, other.theta, rtol=1e-10, atol=1e-14)
