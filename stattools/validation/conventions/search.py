"""One refit of a search: a set of conventions that change estimates, and how many claimed estimates it gives.

The search for conventions: sets of up to three, the smallest that give every printed number.

Estimates are matched first, by as few refits as possible; at the estimates that match, standard errors; at these, the
print. A set counts where none of its parts gives the numbers alone, and sets of the same size that the digits cannot
tell apart are all found. Of one size the changes that bring most numbers into place are followed first.

At given estimates: the sets of conventions for standard errors and for the print, of one size.

Could the claimed coefficients be the maximum of a state? A step of Newton's method from them tells.

    delta = H^-1 g at the claim,   |delta_j| within the rounding of each coefficient

At the maximum itself the step is 0, and rounding moves it by no more than rounding; a state that fails is not fitted.
Of many rows a sample is asked first, which refuses what is far away.

Could claimed coefficients be the maximum of many rows? A sample of the rows refuses those that are far from it.

    W = g^T J^-1 g,   g = sum of the scores s_i of m rows drawn at random,   J = sum of s_i s_i^T

At the maximum of all rows the scores have mean 0, and W is about chi-squared with as many degrees of freedom as there
are parameters, whatever distribution the outcomes have. Claims that are off by what their digits leave open add at most

    half^T diag(H J^-1 H)^(1/2),   H the information of the sample

to the square root of W. Cost: m p^2, whatever the number of rows. Source: White, Econometrica 50 (1982), 1-25.

The table of conventions, in the order in which they are applied: what changes estimates, errors, and the print.

Of those that change estimates the first move all of them, and the later ones some, or what they are estimates of.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stattools.errors import StattoolsError, TimeIsOver
from stattools.inference.restricted import Along
from stattools.interface.arrays import Floats
from stattools.interface.progress import Seconds, ending_by, require_time, wall
from stattools.models.model import Model
from stattools.numerics.columns import weighted
from stattools.solvers.climb import newton_ascent
from stattools.solvers.metric import Metric
from stattools.validation.claims.facts import Facts, Right
from stattools.validation.claims.printed import Claim, Printed
from stattools.validation.claims.standing import EXACT, LONG, ClaimStanding, standing
from stattools.validation.conventions import columns as scales
from stattools.validation.conventions import families as outcomes
from stattools.validation.conventions.columns import (
    CODING,
    INTERCEPT,
    LOGGED,
    NUMBERS,
    OFFSET,
    REFERENCE,
    TERMS,
    TRANSFORMED,
)
from stattools.validation.conventions.errors import (
    CLUSTERS,
    COVARIANCE,
    DEGREES,
    DIVISOR,
    FORM,
    INFORMATION,
    LAGS,
    LEVEL,
    MOMENT,
    PROFILE,
    REACH,
    SIDES,
    SIGN,
    SQUARE,
    forms,
)
from stattools.validation.conventions.families import (
    ALPHA,
    CENSORED,
    FAMILY,
    GROUPS,
    INTEGRATED,
    LINK,
    RESTRICTED,
    STRATA,
    TIED,
    VARIANCE,
    ZEROS,
)
from stattools.validation.conventions.penalties import PENALTY, STOPPED
from stattools.validation.conventions.rows import FILLED, REPEATED, ROWS, WEIGHTS
from stattools.validation.conventions.state import Choice, State, columns, rows_of
from stattools.validation.recipes.points import Regression

SAMPLE = 4096
"""Rows of a sample."""

LARGE = 8 * SAMPLE
"""Models of fewer rows are not sampled."""

BEYOND = 50.0
"""W beyond this and 5 for each parameter is chance in fewer than one of 10^9 samples."""

STAYS = 4.0
"""A coefficient whose step in the sample is so many of the sample's standard errors may be where it is."""


class Far(NamedTuple):
    """Claimed coefficients that are not the maximum: which of them a step leaves where they are, as far as the sample
    tells, and how far all are from the maximum, in standard errors of all rows.
    """

    stays: Any
    apart: float


def sample_of(model: Model) -> Model | None:
    """The model over a sample of its rows, always the same; None of rows that are few or elsewhere."""
    n = len(model.rows.X)
    if n < LARGE or not model.in_memory:
        return None
    return model.subset(np.sort(np.random.default_rng(0).integers(0, n, SAMPLE)))


def far(sample: Model, theta: Floats, half: Floats, n: int) -> Far | None:
    """How far coefficients with these halves of their last digits are from the maximum of `n` rows that the sample is
    of; None where the sample does not refuse them.
    """
    rows = sample.rows.whole
    now = sample.evaluate(theta, order=2)
    eta, _ = sample.predictor.forward(theta, rows)
    each = sample.predictor.row_scores(rows.X, weighted(sample.likelihood.score(eta, rows.y), rows.weight))
    H, J = now.information, each.T @ each
    if not (now.is_finite and np.isfinite(H).all() and np.isfinite(J).all()):
        return None
    inverse = np.linalg.pinv(J, hermitian=True)
    size = float(np.sqrt(max(now.score @ inverse @ now.score, 0.0)))
    blur = float(half @ np.sqrt(np.maximum(np.diagonal(H @ inverse @ H), 0.0)))
    if size <= blur + np.sqrt(BEYOND + 5.0 * len(theta)):
        return None
    bread = np.linalg.pinv(H, hermitian=True)
    spread = np.sqrt(np.maximum(np.diagonal(bread @ J @ bread), 0.0))
    return Far(np.abs(bread @ now.score) <= half + STAYS * spread, size * float(np.sqrt(n / SAMPLE)))


STEPS, NEAR, FAR = 8, 1e-6, 30.0
"""So many steps at most, until one is as short in standard errors; a claim so many roundings away is left at once."""

BESIDE = 3
"""So many parameters that nobody claimed, such as alpha, are found beside the others."""


class Screened(NamedTuple):
    """Whether the claim may be the maximum, how many coefficients a step leaves where they are by the form in which
    they are printed, and how far the maximum is in standard errors in the best form.
    """

    passes: bool
    held: Mapping[Any, int]
    apart: float


def screened(state: State) -> Screened | None:
    """The screening of a state that knows the claimed coefficients; None where it takes a refit to tell."""
    recipe, aim = state.recipe, state.aim
    known = state.best is not None or state.point is not None
    if known or not recipe.of_rows or recipe.penalty is not None or aim is None:
        return None
    aim = np.where([name.startswith("log ") for name in state.names], np.nan, aim)  # which others print as it is
    said = int(np.isfinite(aim).sum())
    if recipe.dispersion != "likelihood" or not said or len(aim) - said > BESIDE:
        return None
    held, nearest, passes = {}, np.inf, False
    sample = sample_of(recipe.model)
    for one in forms(state):
        theta, half = _plain(one, aim)
        found = _step(recipe.model, sample, theta, half) if np.isfinite(theta).sum() == said else None
        count = 0 if found is None else int(np.count_nonzero(found[0]))
        held[one.shown.form, one.shown.sign] = count
        passes = passes or count == said
        nearest = nearest if found is None else min(nearest, found[1])
    return Screened(passes, held, nearest)


def _plain(state: State, aim: Floats) -> tuple[Floats, Floats]:
    """The claimed coefficients and half of their last digits, as they are in the model."""
    half = np.zeros(len(aim)) if state.rounding is None else np.nan_to_num(state.rounding)
    with np.errstate(invalid="ignore", divide="ignore"):
        if state.shown.form == "ratio":
            aim, half = np.log(aim), half / aim
        elif state.shown.form == "percent":
            aim, half = np.log1p(0.01 * aim), half / (100.0 + aim)
    return np.asarray(state.shown.sign * aim, dtype=float), np.nan_to_num(half)


def _step(model: Model, sample: Model | None, theta: Floats, half: Floats) -> tuple[Floats, float] | None:
    """Which coefficients stay within their rounding as steps of Newton's method go on from the claim, and how long the
    first step is in standard errors; as a sample of the rows tells it, where that refuses the claim.
    """
    known = np.isfinite(theta)
    try:
        with np.errstate(all="ignore"):  # wrong claims may lead beyond float64
            near, refused = (None, None) if sample is None else _of_sample(sample, theta, half, len(model.rows.X))
            if refused is not None and not refused.stays[known].all():
                return refused.stays[known], refused.apart
            theta = _completed(model, theta, known, near)
            at, first, delta, allowed = theta, np.inf, theta, theta
            for turn in range(STEPS):
                require_time()
                now = model.evaluate(at, order=2)
                if not (now.is_finite and np.isfinite(now.information).all()):
                    return None
                covariance = Metric(now.information).covariance()
                delta = covariance @ now.score
                scale = np.sqrt(model.dispersion(at + delta))
                size = float(np.sqrt(max(delta @ now.score, 0.0)) / scale)
                blur = float(half @ np.sqrt(np.diagonal(now.information)) / scale)
                if blur > 1.0 and size <= 1.5 * blur:  # digits so few that a refit must tell
                    return np.ones(int(known.sum()), dtype=bool), size
                allowed = half + EXACT * scale * np.sqrt(np.diagonal(covariance))
                first, at = min(first, size) if turn else size, at + delta
                if size < NEAR or not (np.abs(at - theta) <= FAR * allowed)[known].all():
                    break
    except StattoolsError:
        return None
    stays: Any = np.abs(at - theta) <= 0.1 * np.abs(delta) + 1.01 * allowed
    return stays[known], first


def _of_sample(sample: Model, theta: Floats, half: Floats, n: int) -> tuple[Floats | None, Far | None]:
    """The claimed coefficients with the others at their best in a sample of n rows, and whether it refuses them; None
    of both where a sample has no such best, which says nothing of all rows.
    """
    try:
        near = _completed(sample, theta, np.isfinite(theta))
        return near, far(sample, near, half, n)
    except StattoolsError:
        return None, None


def _completed(model: Model, theta: Floats, known: NDArray[np.bool_], near: Floats | None = None) -> Floats:
    """The claimed coefficients with the parameters that nobody claimed where they are best beside these, looked for
    from `near`, or from the model's own start.
    """
    if known.all():
        return theta
    directions = np.eye(len(theta))[:, ~known]
    beside = Along(model, directions, np.where(known, theta, 0.0))
    found = newton_ascent(beside, (model.start if near is None else near)[~known], 1e-8, 30, "Newton").estimate
    return np.where(known, theta, 0.0) + directions @ found


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


def _held(claim: Claim, state: State, theta: Floats, ours: NDArray[np.intp]) -> dict[Printed, int]:
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


def sets(
    state: State, choices: tuple[Choice, ...], size: int, used: frozenset[object] = frozenset()
) -> Iterator[tuple[State, tuple[Taken, ...]]]:
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


def _errors(
    state: State, theta: Floats, known: dict[tuple[str, ...], Floats | None], key: tuple[str, ...]
) -> Floats | None:
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


def _standing(claim: Claim, state: State, trial: Attempt, se: Floats, facts: Facts | None) -> ClaimStanding | None:
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


def _remembered(state: State, theta: Floats) -> Facts:
    """The facts of a state, each made once."""
    kept: dict[str, Any] = {}
    source: list[Any] = []

    def fact(name: str) -> Mapping[str, float]:
        if name not in kept:
            if not source:
                source.append(state.recipe.right(theta).fact)
            kept[name] = source[0](name)
        return kept[name]

    return fact


def _facts_hold(claim: Claim, facts: Facts) -> bool:
    early = {name: number for name, number in claim.facts.items() if name in EARLY}
    if not early:
        return True
    alone = replace(claim, terms=(), columns={}, facts=early, shown=(), quotes=())
    none = np.empty(0)
    right = Right((), {"estimate": none, "se": none}, none, facts)
    return standing(alone, np.empty(0, dtype=np.intp), right).ok


CONVENTIONS: tuple[Choice, ...] = (
    ROWS,
    REPEATED,
    FILLED,
    WEIGHTS,
    OFFSET,
    CENSORED,
    STRATA,
    outcomes.OUTCOME,
    FAMILY,
    ALPHA,
    VARIANCE,
    ZEROS,
    GROUPS,
    LINK,
    TIED,
    RESTRICTED,
    INTEGRATED,
    REFERENCE,
    NUMBERS,
    CODING,
    scales.SCALE,
    scales.DESIGN,
    scales.OUTCOME,
    TRANSFORMED,
    LOGGED,
    INTERCEPT,
    TERMS,
    PENALTY,
    STOPPED,
    COVARIANCE,
    CLUSTERS,
    LAGS,
    INFORMATION,
    DIVISOR,
    MOMENT,
    FORM,
    SIGN,
    DEGREES,
    LEVEL,
    REACH,
    PROFILE,
    SIDES,
    SQUARE,
)

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


def _cells(model: Regression) -> int:
    """How many numbers X has."""
    return int(np.size(model.rows.X)) if model.facts.is_regression else 0


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
