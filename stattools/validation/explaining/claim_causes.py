"""Why claimed numbers do not hold: the smallest explanation whose numbers hold within rounding.

First what needs no refit: columns, rows and digits that were exchanged. Then one convention, or one refit, under which
everything holds; then the nearest of these with a slip of the pen on top, so that two causes at once are told apart.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from stattools.errors import IncompatibleError, StattoolsError
from stattools.inference.fitting.maximum_likelihood import fit
from stattools.interface.time_limit import work
from stattools.models.model import Model
from stattools.validation.claims.right import right_of_fit
from stattools.validation.claims.standing import ClaimStanding, standing
from stattools.validation.conventions.dispersions import MOMENT
from stattools.validation.conventions.exploring import Explored, explore
from stattools.validation.conventions.factors import CODING, REFERENCE
from stattools.validation.conventions.starting import start_of
from stattools.validation.conventions.state import State
from stattools.validation.conventions.table import CONVENTIONS
from stattools.validation.explaining.by_conventions import (
    FAULTS,
    Verdict,
    as_programs_make_it,
    begun,
    by_convention,
    named,
)
from stattools.validation.explaining.claimed_facts import wrong_facts
from stattools.validation.explaining.claimed_moments import by_moments
from stattools.validation.explaining.exchanged import (
    exchanged_columns,
    exchanged_rows,
    remaining,
    wrong_numbers,
)
from stattools.validation.explaining.finding import Finding
from stattools.validation.explaining.likely_causes import ClaimTrial, likeliest
from stattools.validation.explaining.mistaken_ratios import mistaken_ratios
from stattools.validation.explaining.mistyped import mistyped, turned_signs
from stattools.validation.explaining.other_quantities import other_quantities
from stattools.validation.explaining.undeclared_causes import reversed_outcome

USUAL = frozenset(("not converged", "reference level", "weights", "terms", "rows dropped"))
"""Faults that are looked for first."""
LEAST = 0.5
"""Each part of the search has at least this share of the time, whatever the others took."""
FAMILIES = frozenset(("family or link", "link or distribution", "effects of groups"))
"""What takes longest: a refit for each family, and effects of groups integrated out."""


@dataclass(frozen=True, eq=False)
class Slips:
    """Slips of the pen that explain a claim in part, and how many numbers are left."""

    findings: list[Finding]
    left: int = field(default=0)


def searched(trial: ClaimTrial) -> Verdict:
    """The verdict on a claim of which some numbers do not hold."""
    own = slips(trial.now, trial.model)
    every = not trial.lost
    if own.left == 0 and len(own.findings) == 1 and every and own.findings[0].cause != "one wrong number":
        return Verdict(tuple(own.findings), solved=True)
    if (basis := another_basis(trial)) is not None:
        return basis
    turned = _turned_round(trial)
    if turned is not None:
        return turned
    if (ratios := mistaken_ratios(trial)) is not None and not trial.claim.said.get("exponentiated"):
        return Verdict((ratios[0],), solved=True)
    if (other := other_quantities(trial)) is not None:
        return Verdict((other,), solved=True)
    if (moments := _by_moments(trial)) is not None:
        return moments
    start = _start(trial)
    explored = [] if start is None else _explored(trial, start)
    if explored and (found := [one for one in explored[-1].found if one.steps]):
        verdict = by_convention(tuple(found))
        return replace(verdict, notes=(*verdict.notes, *_untried(explored)))
    if start is not None and (relabelled := _relabelled(trial, start)) is not None:
        return relabelled
    both, pairs = _two(trial, start, explored)
    notes = _untried([*explored, *pairs])
    if both is not None:
        return both
    best = own if every else None
    for one in explored:
        if one.nearest is None or not one.nearest.steps or not _whole(one.nearest.standing):
            continue
        more = slips(one.nearest.standing, one.nearest.state.model)
        both = Slips([*named(one.nearest), *more.findings], more.left)
        if best is None or _cost(both) < _cost(best):
            best = both
    if best is not None and best.left == 0 and best.findings:
        return Verdict(tuple(best.findings), notes=notes, solved=True)
    return _unsolved(trial, best, notes)


FAR = 2.0
"""Standard errors that the estimates beside curves may be apart where these have another basis and another penalty."""


def another_basis(trial: ClaimTrial) -> Verdict | None:
    """A page of mgcv, whose curves are of another basis than those of the model, or which the model has not."""
    if trial.claim.said.get("curves") != "mgcv" or trial.now.distance > FAR:
        return None
    far = f"the estimates beside the curves by up to {trial.now.distance:.2g} standard errors"
    if trial.model.is_mixed and trial.model.smooths:
        words = (
            "The page is mgcv's, whose curves are thin plate splines by default with a penalty of their own, and those "
            f"of this model are P-splines: numbers differ by that, {far}."
        )
        advice = 'Fit with s(x, bs = "ps", m = c(2, 2)) and method = "REML" there, which is the basis here.'
    else:
        words = f"The page is mgcv's and has curves, which {trial.model.title} has not: numbers differ by that, {far}."
        advice = "Write the curves into the model here too, as in y ~ s(x) + z."
    return Verdict((Finding("another basis", words, advice),))


def _untried(explored: list[Explored]) -> tuple[str, ...]:
    """A note on what there was no time for."""
    untried = dict.fromkeys(part for one in explored for part in one.untried)
    return (f"Not tried, as the time was over: {'; '.join(untried)}.",) if untried else ()


def _whole(standing: ClaimStanding) -> bool:
    """Whether every claimed estimate is one of a parameter."""
    seen, given = standing.checked.get("estimate"), standing.claim.columns.get("estimate")
    return seen is not None and given is not None and bool((seen | ~np.isfinite(given.value)).all())


def slips(standing: ClaimStanding, model: Any) -> Slips:
    """What explains numbers that do not hold without a refit."""
    left, findings = wrong_numbers(standing), []
    for look in (exchanged_columns, turned_signs, exchanged_rows, mistyped):
        if remaining(left):
            more, left = look(standing, left)
            findings += more
    facts, unsolved = wrong_facts(standing, model)
    return Slips(findings + facts, remaining(left) + unsolved)


def _by_moments(trial: ClaimTrial) -> Verdict | None:
    """A dispersion from moments, with at most one slip of the pen."""
    best: tuple[int, str, ClaimStanding, Slips] | None = None
    for words, there in by_moments(trial):
        more = slips(there, trial.model)
        if more.left == 0 and (best is None or len(more.findings) < best[0]):
            best = len(more.findings), words, there, more
    if best is None or best[0] > 1:
        return None
    _, words, there, more = best
    holding = "all" if there.ok else f"{there.count - there.failing} of"
    evidence = f"With {words}, {holding} {there.count} numbers hold."
    first = Finding(MOMENT.name, evidence, MOMENT.advice)
    return Verdict((first, *more.findings), "" if more.findings else words, solved=True)


def _start(trial: ClaimTrial) -> State | None:
    """The computation that the claim is compared with; None where the claim has no estimates, or a change of this model
    is not known.
    """
    if "estimate" not in trial.claim.columns:
        return None
    try:
        return start_of(trial.claim, trial.model, cov=trial.cov, level=trial.level, known=trial.found.estimate)
    except IncompatibleError:
        return None


def _explored(trial: ClaimTrial, start: State) -> list[Explored]:
    """What single conventions say, until one makes every number hold: first those that need no refit, then the usual
    faults, then other refits, and families last.
    """
    end, made = work() + trial.seconds, []
    refits = [one for one in CONVENTIONS if one.moves == "estimates" and one.name not in FAMILIES]
    stages = (
        [one for one in CONVENTIONS if one.moves != "estimates"],
        [one for one in refits if one.name in USUAL],
        [one for one in refits if one.name not in USUAL],
        [one for one in CONVENTIONS if one.name in FAMILIES],
    )
    for stage in stages:
        seconds = max(end - work(), LEAST * trial.seconds, 0.05)
        first = made[0].first if made else None
        options: Any = {"terms": trial.terms, "most": 1, "conventions": tuple(stage), "first": first}
        try:
            made.append(explore(trial.claim, start, seconds=seconds, now=work, **options))
        except IncompatibleError:
            continue
        if made[-1].found:
            break
    return made


def _two(trial: ClaimTrial, start: State | None, explored: list[Explored]) -> tuple[Verdict | None, list[Explored]]:
    """A refit that gives the estimates, and then one convention of standard errors or of the print; or two of these;
    and the searches that were made for them.
    """
    made: list[Explored] = []
    rest = tuple(one for one in CONVENTIONS if one.moves != "estimates")
    if start is not None and trial.now.holds["estimate"].all():
        first = explored[0].first if explored else None
        more = explore(
            trial.claim, start, terms=trial.terms, most=2, seconds=2.0, conventions=rest, now=work, first=first
        )
        found = tuple(found for found in more.found if found.steps)
        return (by_convention(found) if found else None), [more]
    for one in explored:
        near = one.nearest
        if near is None or not near.steps or not near.standing.holds["estimate"].all():
            continue
        if (usual := as_programs_make_it(trial, near)) is not None:
            return usual, made
        claim = near.standing.claim
        made.append(explore(claim, near.state, terms=trial.terms, most=2, seconds=1.0, conventions=rest, now=work))
        found = next((found for found in made[-1].found if found.steps), None)
        if found is not None:
            return Verdict((*named(near), *named(found)), solved=True), made
    return None, made


def _relabelled(trial: ClaimTrial, start: State) -> Verdict | None:
    """Another reference level, or another coding, under the labels of this one."""
    for choice, variant in ((one, variant) for one in (REFERENCE, CODING) for variant in one.changes(start)):
        try:
            state = variant.state
            right = state.recipe.right(state.estimates())
        except StattoolsError:
            continue
        if len(right.names) != len(trial.right.names):
            continue
        there = standing(trial.claim, trial.ours, right)
        if there.ok:
            words = f"{begun(variant.words)}, under the labels of another: so all {there.count} numbers hold."
            return Verdict((Finding(choice.name, words, choice.advice),), solved=True)
    return None


def _turned_round(trial: ClaimTrial) -> Verdict | None:
    """The outcome with 1 and 0 exchanged."""
    given, right = trial.claim.columns.get("estimate"), trial.now.right["estimate"]
    if type(trial.model) is not Model or given is None or trial.now.holds["estimate"].all():
        return None
    both = np.isfinite(given.value) & np.isfinite(right)
    if 2 * np.count_nonzero(given.value[both] * right[both] < 0) < both.sum():
        return None
    other = reversed_outcome(trial.model)
    if other is None:
        return None
    try:
        found = fit(other, cov=trial.cov, level=trial.level)
    except StattoolsError:
        return None
    there = standing(trial.claim, trial.ours, right_of_fit(found, trial.level))
    more = slips(there, other)
    if more.left or len(more.findings) > 1:
        return None
    one, zero = (1, 0) if trial.model.labels is None else trial.model.labels[::-1]
    name = trial.model.outcome_name
    words = f"The numbers are those of P({name} = {zero!r}): 1 and 0 are exchanged, and all {there.count} hold."
    advice = f"Change all signs for P({name} = {one!r}), or recode the outcome and fit again."
    return Verdict((Finding("outcome coding", words, advice), *more.findings), solved=True)


def _cost(one: Slips) -> float:
    return one.left + 1.5 * len(one.findings)


def _unsolved(trial: ClaimTrial, best: Slips | None, notes: tuple[str, ...]) -> Verdict:
    """The nearest explanation, with how many numbers it leaves."""
    now = trial.now
    findings = [] if best is None else list(best.findings)
    left = now.failing if best is None else best.left
    gives = {one.cause for one in findings} & FAULTS and "estimate" in now.holds
    if findings and (left <= now.failing // 2 or (gives and 2 * left <= now.count)):
        return Verdict(tuple(findings), notes=(*notes, f"These leave {left} of the numbers unexplained."))
    likely = likeliest(trial)
    if likely is not None:
        return Verdict((likely,), notes=notes)
    kinds = [name for name in now.holds if not now.holds[name].all()]
    if "estimate" in kinds and now.distance < 0.01:
        words = (
            f"The estimates are up to {now.distance:.2g} standard errors from the maximum beyond their rounding, as of "
            "a loop whose tolerance is loose; what is made at its end, such as standard errors, is off with them."
        )
        return Verdict(
            (Finding("not converged", words, "Tighten its tolerance; digits beyond are no result."),), notes=notes
        )
    if "estimate" in kinds:
        words = (
            f"The estimates are up to {now.distance:.3g} standard errors from the maximum beyond their rounding, and "
            "no convention, no other rows, weights or family that was tried gives them."
        )
        advice = "Ask for the rows, the formula and the settings of the fit; st.reproduce tries sets of conventions."
        return Verdict((Finding("not the maximum", words, advice),), notes=notes)
    said = {"se": "standard errors", "p": "p-values", "statistic": "statistics", "lower": "ends", "upper": "ends"}
    words = ", ".join(dict.fromkeys(said[name] for name in kinds)) or "single numbers"
    cause = f"{words} of another kind"
    evidence = f"The estimates hold, and the {words} do not; no convention that was tried gives them."
    return Verdict((Finding(cause, evidence, "Ask how they were made; st.reproduce tries more."),), notes=notes)
