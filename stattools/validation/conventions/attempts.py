"""One refit of a search: a set of conventions that change estimates, and how many claimed estimates it gives."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.errors import StattoolsError
from stattools.interface.arrays import Floats
from stattools.validation.claims.claim import Claim
from stattools.validation.claims.standing import EXACT
from stattools.validation.conventions.choice import Choice
from stattools.validation.conventions.displays import FORM, SIGN
from stattools.validation.conventions.matching import rows_of
from stattools.validation.conventions.printing import shown_estimates
from stattools.validation.conventions.state import State


class Clock:
    """How much time is left, how many refits were made, and how long the longest took."""

    def __init__(self, seconds: float) -> None:
        self.end = time.monotonic() + seconds
        self.refits = 0
        self.began = self.longest = 0.0

    @property
    def is_over(self) -> bool:
        """Whether the time is over, or one refit more would take too long."""
        return time.monotonic() + max(self.longest - 0.5, 0.0) >= self.end

    def start(self) -> None:
        """A refit begins."""
        self.began = time.monotonic()

    def stop(self) -> None:
        """A refit ends."""
        self.refits += 1
        self.longest = max(self.longest, time.monotonic() - self.began)


@dataclass(frozen=True, eq=False)
class Taken:
    """One convention that was changed: which, and to what."""

    choice: Choice
    words: str
    slot: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Attempt:
    """A set of refits: the conventions changed, the estimates `theta` of the parameters `names` (None where there is no
    maximum), the place of each row of the claim among them, and how many claimed estimates hold by the form in which
    they may be printed, of `rows` claimed. `se` are the plain standard errors.
    """

    steps: tuple[Taken, ...]
    names: tuple[str, ...]
    theta: Floats | None
    ours: NDArray[np.intp] | None
    held: Mapping[Any, int]
    rows: int
    n: float

    @property
    def best(self) -> int:
        """The most estimates that it gives; -1 where its rows are not those of the claim."""
        return max(self.held.values(), default=-1)

    @property
    def matches(self) -> bool:
        """Whether all claimed estimates are its own, in one form."""
        return self.best == self.rows


def attempt(claim: Claim, state: State, steps: tuple[Taken, ...], terms: Mapping[str, str] | None) -> Attempt:
    """The estimates of a state beside the claimed ones; one of stattools' errors where its model refuses."""
    names = state.names
    given = claim.columns["estimate"]
    rows = int(np.isfinite(given.value).sum())
    ours = rows_of(claim, names, terms)
    state = aimed(state, claim, ours)
    theta = state.estimates()
    if not np.isfinite(theta).all():
        return Attempt(steps, names, None, ours, {}, rows, float(state.model.n))
    held = {} if ours is None else _held(claim, state, theta, ours)
    return Attempt(steps, names, theta, ours, held, rows, float(state.model.n))


def aimed(state: State, claim: Claim, ours: NDArray[np.intp] | None) -> State:
    """The state that knows the claimed coefficients in the order of its own."""
    aim = np.full(len(state.names), np.nan)
    if ours is not None:
        aim[ours[ours >= 0]] = claim.columns["estimate"].value[ours >= 0]
    return replace(state, aim=aim)


def _held(claim: Claim, state: State, theta: Floats, ours: NDArray[np.intp]) -> dict[Any, int]:
    """How many claimed estimates hold in each form, whichever way the coefficients point."""
    given, known = claim.columns["estimate"], ours >= 0
    slack = np.zeros(len(theta))
    if (given.half == 0).any():
        try:
            slack = EXACT * np.nan_to_num(state.errors(theta))
        except StattoolsError:
            slack = 1e-6 * np.abs(theta)
    found = {}
    for one in forms(state):
        with np.errstate(over="ignore", invalid="ignore"):
            right = shown_estimates(one, theta)
            size = slack * {"plain": 1.0, "ratio": np.abs(right), "percent": 100.0 + np.abs(right)}[one.shown.form]
            right, size = right[ours], size[ours]
            reach = given.half * (1 + 1e-9) + np.where(given.half > 0, 1e-3, 1.0) * size
            near = np.abs(given.value - right) <= reach
        found[one.shown.form, one.shown.sign] = int(np.count_nonzero((near | ~known) & np.isfinite(given.value)))
    return found


def forms(state: State) -> list[State]:
    """The state with its estimates printed in each form, either way where no other outcome is named instead."""
    signed = [state, *(one.state for one in SIGN.changes(state))]
    return [form for one in signed for form in (one, *(other.state for other in FORM.changes(one)))]


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
