"""Why claimed numbers do not hold: the smallest explanation whose numbers hold within rounding.

First what needs no refit: columns, rows and digits that were exchanged. Then one convention, or one refit, under which
everything holds; then the nearest of these with a slip of the pen on top, so that two causes at once are told apart.

What the numbers of a claim point to where no refit gives all of them: a loop that stopped, or other rows.

Standard errors that are right at the claimed coefficients, which are not the maximum, are those of a loop that stopped
early. Without k of n rows at random standard errors grow by sqrt(n / (n - k)), and the coefficients move by

    (theta_claimed - theta)^T H (theta_claimed - theta) ~ chi^2_p k / (n - k).

What is said of a claim that a convention, or a set of them, makes hold.

Claims of R's glm and statsmodels' GLM of a family with a dispersion: from moments, with the expected information.

Both make one convention of three settings: the dispersion is Pearson's statistic over n - p, or the deviance, standard
errors are those of the expected information, and R's tests are Student's t. A log-likelihood is taken at that
dispersion.

Ratios that somebody took for coefficients: exp(b) in the column of estimates, and tests and intervals made from it.

    statistic = exp(b) / se,   ends = exp(b) -+ q se

with se of the coefficient or, by the delta method, exp(b) se.

Numbers of the right fit that stand for others: variances for standard errors, hundredfold coefficients, effects on
the probability for log odds, log hazard ratios for the coefficients of log times, times in another unit.

All of them are made from the fit of the model, so that none takes another.

The model's own standard errors by another definition: the expected information in place of the observed one, and a
dispersion from moments.

A claim without a word of its kind of standard errors may be of either. R's glm and statsmodels' GLM have the expected
information, which is the observed one for the usual link of a family alone, and Pearson's dispersion; R's glm.nb takes
theta as known beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from stattools.errors import IncompatibleError, StattoolsError
from stattools.inference.fitting.maximum_likelihood import fit
from stattools.interface.arrays import Floats
from stattools.interface.progress import work
from stattools.models.model import Model
from stattools.validation.claims.facts import FactPoint, Right, facts_at, right_at, right_of_fit
from stattools.validation.claims.printed import Claim
from stattools.validation.claims.standing import ClaimStanding, standing
from stattools.validation.conventions.columns import CODING, REFERENCE
from stattools.validation.conventions.errors import MOMENT
from stattools.validation.conventions.search import CONVENTIONS, Explored, Found, explore
from stattools.validation.conventions.state import TESTS, State, rows_of, start_of
from stattools.validation.explaining.slips import (
    SAID,
    exchanged_columns,
    exchanged_rows,
    mistyped,
    remaining,
    turned_signs,
    wrong_facts,
    wrong_numbers,
)
from stattools.validation.moment_dispersion import has_moments, said_of
from stattools.validation.recipes.changes import reversed_outcome
from stattools.validation.recipes.points import Regression
from stattools.validation.recipes.recipe import Recipe
from stattools.validation.verdict import Finding

EXPECTED = "standard errors of the expected information, as R's and statsmodels' glm have them"

KNOWN = f"{EXPECTED}, beside a theta that counts as known"

MOMENTS = "the dispersion from Pearson's statistic and the expected information, as R's and statsmodels' glm have them"


def by_another_definition(
    claim: Claim, found: Any, level: float, ours: NDArray[np.intp], now: ClaimStanding
) -> tuple[Right, ClaimStanding, str] | None:
    """The right numbers, how the claim stands beside them and what they are, where the claim holds by another
    definition of the model's own standard errors; None where it does not, or says itself which it has.
    """
    model = found.model
    asked = {"se", *TESTS} & set(claim.columns)
    if type(model) is not Model or model.has_scale or not asked or "information" in claim.said:
        return None
    if "estimate" not in now.holds or not now.holds["estimate"].all():
        return None
    for words, recipe in _definitions(model, level):
        try:
            right = recipe.right(found.estimate)
        except (StattoolsError, np.linalg.LinAlgError):  # no expected information, or none that can be inverted
            continue
        there = standing(claim, ours, right)
        if there.ok:
            return right, there, words
    return None


def _definitions(model: Model, level: float) -> Iterator[tuple[str, Recipe]]:
    options: Any = {"cov": "information", "divisor": "1", "level": level}
    if has_moments(model):
        degrees = (np.inf, float(model.n) - model.predictor.size_first)
        for df in degrees:
            yield MOMENTS, Recipe(model, information="expected", dispersion="X2", df=df, **options)
        return
    yield EXPECTED, Recipe(model, information="expected", df=np.inf, **options)
    if model.likelihood.others:
        yield KNOWN, Recipe(model, information="expected apart", df=np.inf, **options)


def whole_point(claim: Claim, ours: NDArray[np.intp], count: int) -> Floats | None:
    """The claimed coefficients in the order of the model's; None where some are not claimed."""
    theta = np.full(count, np.nan)
    theta[ours[ours >= 0]] = claim.columns["estimate"].value[ours >= 0]
    return theta if np.isfinite(theta).all() else None


RARE = 1e-4
"""Moves of the coefficients that chance makes less often than this are not those of rows left out at random."""

ENDS = ("loglik", "deviance", "aic", "bic")
"""Single numbers that a loop leaves at its end, wherever that is."""


@dataclass(frozen=True, eq=False)
class ClaimTrial:
    """A claim that does not hold: its model, `ours`, the `right` numbers, how the claim stands `now`, our `found` fit,
    how many seconds there are, and whether rows of the claim are of no parameter of the model (`lost`).
    """

    claim: Claim
    model: Any
    terms: Mapping[str, str] | None
    cov: Any
    level: float
    ours: NDArray[np.intp]
    right: Right
    now: ClaimStanding
    found: Any
    seconds: float
    lost: bool = False


def likeliest(trial: ClaimTrial) -> Finding | None:
    """The cause that the numbers point to; None where they point to none."""
    if "estimate" not in trial.claim.columns or trial.now.holds["estimate"].all():
        return None
    return _called_with(trial) or _stopped(trial) or _before_the_end(trial) or _other_rows(trial)


def _called_with(trial: ClaimTrial) -> Finding | None:
    """Weights or an offset of the call that a fit of R tells, where the model has none."""
    if type(trial.model) is not Model:
        return None
    rows, call = trial.model.rows, trial.claim.said.get("call", "")
    for cause, own in {"weights": rows.importance, "offset": rows.offset}.items():
        if own is None and re.search(rf"\b{cause}\s*=|\b{cause}\(", call):
            words = f"The call has {cause}, and the model has none: {' '.join(call.split())}."
            return Finding(cause, words, f"Give the model the same {cause}, as a column of the table.")
    return None


def _stopped(trial: ClaimTrial) -> Finding | None:
    """A loop that stopped: standard errors of the claimed coefficients, where they are not the maximum."""
    model, given = trial.model, trial.claim.columns.get("se")
    theta = whole_point(trial.claim, trial.ours, len(trial.right.names))
    if type(model) is not Model or model.has_scale or given is None or theta is None:
        return None
    try:
        se = Recipe(model, cov=trial.cov).se(theta)[trial.ours]
    except (StattoolsError, np.linalg.LinAlgError):
        return None
    right, seen = trial.now.right["se"], np.isfinite(given.value)
    slack = given.half * 1.5 + 1e-3 * se
    if not seen.any() or not (np.abs(given.value - se) <= slack)[seen].all():
        return None
    if (np.abs(se - right) <= slack)[seen].all():  # which those of the maximum are as well
        return None
    gain = trial.found.loglik - model.loglik(theta)
    return Finding(
        "not converged",
        f"The standard errors are right at the claimed coefficients, which are not the maximum: that is {gain:.3g} "
        f"higher in log-likelihood and up to {trial.now.distance:.2g} standard errors away: a loop stopped early.",
        "Allow more steps and a tighter tolerance, and report the maximum.",
    )


def _before_the_end(trial: ClaimTrial) -> Finding | None:
    """The same where a log-likelihood, a deviance or an information criterion is right at the claimed coefficients."""
    model, theta = trial.model, whole_point(trial.claim, trial.ours, len(trial.right.names))
    if type(model) is not Model or model.has_scale or theta is None:
        return None
    half = np.zeros(len(theta))
    half[trial.ours[trial.ours >= 0]] = trial.claim.columns["estimate"].half[trial.ours >= 0]
    loglik = model.loglik(theta)
    slack = 2.0 * float(np.abs(model.score(theta)) @ half + half @ np.abs(model.information(theta)) @ half)
    there = facts_at(FactPoint(model, theta, loglik))
    best = facts_at(FactPoint(model, trial.found.estimate, trial.found.loglik))
    for name in ENDS:
        given = trial.claim.facts.get(name)
        if given is None or "" not in there(name):
            continue
        value, room = float(np.ravel(given.value)[0]), float(np.ravel(given.half)[0]) + slack
        if abs(value - there(name)[""]) > 1.01 * room or abs(value - best(name)[""]) < 20.0 * room:
            continue
        gain = trial.found.loglik - loglik
        words = (
            f"The {SAID[name]} is that of the claimed coefficients, which are not the maximum: that is {gain:.3g} "
            f"higher in log-likelihood and up to {trial.now.distance:.2g} standard errors away: a loop stopped early."
        )
        return Finding("not converged", words, "Allow more steps and a tighter tolerance, and report the maximum.")
    return None


def _other_rows(trial: ClaimTrial) -> Finding | None:
    """Fewer rows, as far as n, the standard errors and the size of the moves say."""
    n, stated, ratio = float(trial.model.n), _stated_n(trial), _ratio(trial)
    advice = "Fit the rows that are reported, or say which were left out and why."
    if stated is not None and stated != n:
        how = "fewer" if stated < n else "more"
        evidence = f"It says n = {stated:,.0f}, and the model has {n:,.0f}: it was fitted to {how} rows."
        if ratio is not None and stated < n:
            alone = (n / stated) ** 0.5
            evidence += f" Its standard errors are {ratio:.3f} times the right ones; n alone makes {alone:.3f}."
        cause = "rows dropped" if stated < n else "other rows"
        return Finding(cause, f"{evidence} No set of rows that was tried gives its numbers.", advice)
    if stated is not None or ratio is None or not 1.002 < ratio < 1.7:
        return None
    left = n / ratio**2
    moved = _moved(trial)
    if moved is None or moved[0] > special.chdtri(moved[1], RARE) * (n - left) / left:
        return None
    return Finding(
        "rows dropped",
        f"Its standard errors are all about {ratio:.3f} times the right ones, as of {left:,.0f} rather than {n:,.0f} "
        "rows, and its estimates are as far away as so many rows left out move them. No set of rows that was tried "
        "gives them.",
        advice,
    )


def _stated_n(trial: ClaimTrial) -> float | None:
    given = trial.claim.facts.get("n")
    return None if given is None else float(np.ravel(given.value)[0])


def _ratio(trial: ClaimTrial) -> float | None:
    """How many times the right standard errors the claimed ones are, where all are about the same."""
    given, right = trial.claim.columns.get("se"), trial.now.right["se"]
    if given is None:
        return None
    seen = np.isfinite(given.value) & np.isfinite(right) & (given.half < 0.05 * given.value)
    if np.count_nonzero(seen) < 2:
        return None
    ratios = given.value[seen] / right[seen]
    middle = float(np.median(ratios))
    return middle if np.abs(ratios / middle - 1.0).max() < 0.1 + 0.5 * abs(middle - 1.0) else None


def _moved(trial: ClaimTrial) -> tuple[float, int] | None:
    """The square of how far the claimed coefficients are away, in the metric of the fit, and how many they are."""
    given = trial.claim.columns["estimate"]
    seen = (trial.ours >= 0) & np.isfinite(given.value)
    at = trial.ours[seen]
    if not len(at) or at.max() >= len(trial.found.covariance):
        return None
    gap = given.value[seen] - trial.found.estimate[at]
    try:
        return float(gap @ np.linalg.solve(trial.found.covariance[np.ix_(at, at)], gap)), len(at)
    except np.linalg.LinAlgError:
        return None


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


TESTED = {"tests and intervals from the normal distribution": np.inf, "Student's t with n - p degrees of freedom": None}


def by_moments(trial: ClaimTrial) -> Iterator[tuple[str, ClaimStanding]]:
    """How the claim stands with each such dispersion, in words."""
    model = trial.model
    if not has_moments(model) or "estimate" not in trial.now.holds or not trial.now.holds["estimate"].all():
        return
    n, p = float(model.n), model.predictor.size_first
    theta = trial.found.estimate
    for dispersion in ("X2", "deviance"):
        for information in ("expected", "observed"):
            recipe = Recipe(model, cov=trial.cov, information=information, level=trial.level, dispersion=dispersion)
            for tested, df in TESTED.items():
                try:
                    right = replace(recipe, df=n - p if df is None else df).right(theta)
                except StattoolsError:
                    continue
                words = f"the dispersion from {said_of(dispersion)}, the {information} information, {tested}"
                yield words, standing(trial.claim, trial.ours, right)


def mistaken_ratios(trial: ClaimTrial) -> tuple[Finding, ClaimStanding] | None:
    """The finding where the claim is made of ratios in this way, and how it then stands."""
    given = trial.claim.columns.get("estimate")
    tested = {"statistic", "p", "lower", "upper"} & set(trial.now.checked)
    if given is None or not tested or trial.now.holds["estimate"].all():
        return None
    right: Any = trial.right
    theta, se = right.columns["estimate"], right.columns["se"]
    with np.errstate(over="ignore"):
        ratio = np.exp(theta)
        kinds = {"the standard errors of its logarithm": se, "standard errors by the delta method": ratio * se}
    for words, errors in kinds.items():
        made = right_at(right.names, ratio, errors, trial.found.t_df, trial.level, right.fact)
        there = standing(trial.claim, trial.ours, made)
        if there.ok and there.count > 1:
            evidence = (
                f"Exp of the coefficients, with {words} and tests and intervals made from both as if they were "
                f"coefficients: so all {there.count} numbers hold."
            )
            advice = "Test coefficients, and give ratios the exponentials of the ends of their intervals."
            return Finding("exponentiated coefficients", evidence, advice), there
    return None


UNITS = {"60": 60.0, "24": 24.0, "7": 7.0, "30": 30.0, "30.4375": 30.4375, "30.44": 30.44, "12": 12.0, "52": 52.0}

UNITS |= {"365": 365.0, "365.25": 365.25, "10": 10.0, "100": 100.0, "1000": 1000.0}
"""What times and amounts are divided or multiplied by."""

LOGARITHMIC = ("aft", "gamma")
"""Kinds of models whose coefficients are of the logarithm of the outcome or of its mean."""

PROPORTIONAL = ("weibull", "exponential")
"""Distributions of times whose hazards are proportional."""


def other_quantities(trial: ClaimTrial) -> Finding | None:
    """The finding where other numbers of the same fit explain every claimed one."""
    if type(trial.model) is not Model or trial.now.ok or not trial.found.kinds:
        return None
    for cause, words, advice, right in _quantities(trial):
        there = standing(trial.claim, trial.ours, right)
        if there.ok and there.count > 1:
            return Finding(cause, f"{words}: so all {there.count} numbers hold.", advice)
    return None


def _quantities(trial: ClaimTrial) -> Iterator[tuple[str, str, str, Right]]:
    right, held = trial.right, trial.now.holds.get("estimate")
    theta, se, df = right.columns["estimate"], right.columns["se"], trial.found.t_df
    if held is not None and held.all():
        if "se" in trial.claim.columns:
            words = "The column of standard errors has their squares, the variances"
            variances = replace(right, columns={**right.columns, "se": se**2})
            yield "variances", words, "Print the roots of the variances.", variances
            if trial.model.likelihood.facts.words.ratio:
                with np.errstate(over="ignore"):
                    of_ratios = replace(right, columns={**right.columns, "se": np.exp(theta) * se})
                words = "Standard errors of the exponentials by the delta method, exp(b) se, beside coefficients"
                yield "standard errors of ratios", words, "Print the standard errors of the coefficients.", of_ratios
        return
    hundredfold = right_at(right.names, 100.0 * theta, 100.0 * se, df, trial.level, right.fact)
    yield "percent", "All coefficients times 100, as percent", "Say that they are times 100.", hundredfold
    yield from _of_times(trial)
    yield from _of_units(trial)
    yield from _of_means(trial)


def _of_means(trial: ClaimTrial) -> Iterator[tuple[str, str, str, Right]]:
    """Average marginal effects, by term."""
    model, names = trial.model, trial.right.names
    if model.has_scale:
        return
    try:
        table = trial.found.marginal_effects()
    except StattoolsError:
        return
    effects = dict(zip(table["term"], zip(table["estimate"], table["se"], strict=True), strict=True))
    pairs = [effects.get(name, (np.nan, np.nan)) for name in names]
    value, se = (np.array(part, dtype=float) for part in zip(*pairs, strict=True))
    made = right_at(names, value, se, np.inf, trial.level)
    words = "Average marginal effects on the mean of the outcome, such as a probability"
    yield "marginal effects", words, "Say that they are marginal effects, or print coefficients.", made


def _of_times(trial: ClaimTrial) -> Iterator[tuple[str, str, str, Right]]:
    """Log hazard ratios -beta / sigma of Weibull times, and their exponentials, by the delta method."""
    likelihood: Any = trial.model.likelihood
    if trial.model.kind != "aft" or likelihood.distribution not in PROPORTIONAL:
        return
    theta, V = np.asarray(trial.found.estimate), np.asarray(trial.found.covariance)
    if any(trial.model.predictor.own) or trial.model.design.beside:
        return
    has_scale = likelihood.distribution == "weibull"
    sigma = float(np.exp(theta[-1])) if has_scale else 1.0
    J = -np.eye(len(theta)) / sigma
    hazards = -theta / sigma
    if has_scale:
        J[:-1, -1], J[-1, :] = theta[:-1] / sigma, 0.0
        J[-1, -1], hazards[-1] = 1.0, theta[-1]
    se = np.sqrt(np.diagonal(J @ V @ J.T))
    advice = "Say which way the model is written: of log times, or of hazards."
    names, level, fact = trial.right.names, trial.level, trial.right.fact
    words = "Log hazard ratios, -b / sigma, of the same fit"
    yield "hazards for times", words, advice, right_at(names, hazards, se, np.inf, level, fact)
    made = right_at(names, hazards, se, np.inf, level, fact)
    columns = {name: np.exp(made.columns[name]) for name in ("estimate", "lower", "upper")}
    ratios = replace(made, columns={**made.columns, **columns, "se": columns["estimate"] * se})
    yield "hazards for times", "Hazard ratios, exp(-b / sigma), of the same fit", advice, ratios


def _of_units(trial: ClaimTrial) -> Iterator[tuple[str, str, str, Right]]:
    """Outcomes whose logarithm is modelled, in another unit, by whose logarithm the intercept alone moves."""
    model, right = trial.model, trial.right
    if model.kind not in LOGARITHMIC or "Intercept" not in model.terms:
        return
    at = right.names.index("Intercept")
    for words, unit in UNITS.items():
        for sign, said in ((-1.0, "divided"), (1.0, "multiplied")):
            yield (
                "scaled outcome",
                f"{model.outcome_name} {said} by {words}",
                "Say in which units the outcome is.",
                _quantity_moved(trial, at, sign * np.log(unit)),
            )


def _quantity_moved(trial: ClaimTrial, at: int, by: float) -> Right:
    right = trial.right
    theta: Floats = np.array(right.columns["estimate"])
    theta[at] += by
    made = right_at(right.names, theta, right.columns["se"], trial.found.t_df, trial.level, lambda name: {})
    return replace(made, solved=right.solved)


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
    if trial.model.facts.is_mixed and trial.model.smooths:
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


def slips(standing: ClaimStanding, model: Regression) -> Slips:
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


ROUGHLY = 0.02
"""How far second differences of a deviance that a loop knows to 7 digits are from right standard errors, at most."""


def _by_differences(trial: ClaimTrial) -> Finding | None:
    """Standard errors of glmer, which lme4 takes from differences of a deviance that its inner loop knows roughly."""
    given, right = trial.claim.columns.get("se"), trial.now.right.get("se")
    if trial.claim.said.get("integral") != "laplace" or given is None or right is None or trial.now.distance > 0.01:
        return None
    off = float(np.nanmax(np.abs(given.value / right - 1.0), initial=0.0))
    if off > ROUGHLY or trial.now.holds["se"].all():
        return None
    far = f", and the estimates {trial.now.distance:.2g} standard errors from the maximum" if trial.now.distance else ""
    words = (
        "The page is glmer's, whose standard errors are second differences of a deviance that lme4's inner loop knows "
        f"to tolPwrss = 1e-7: they are up to {100.0 * off:.2g} % from those of the information, tests and p-values "
        f"with them{far}."
    )
    advice = "Fit with control = glmerControl(tolPwrss = 1e-12) there: its numbers are then these."
    return Finding("finite differences", words, advice)


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
    if (differences := _by_differences(trial)) is not None:
        return Verdict((differences,), notes=notes)
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
