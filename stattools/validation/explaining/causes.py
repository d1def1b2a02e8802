"""What is wrong with somebody's numbers: existence first, then the distance from the maximum and its cause, then the
standard errors.

A fit with a dispersion from moments, moved to that of the likelihood, beside which its coefficients are judged.

What is wrong with somebody's numbers of a model that is no regression of single rows: existence, which the model's
own fit proves, then the distance from the maximum and its cause, then the standard errors.

Where numbers have no standard error, as variances, the distance is the root of twice the log-likelihood that is
missing: what it is in standard errors of a normal likelihood.

Are numbers the maximum with the penalty that their object declares?

What an audit says where there is no maximum, or no number to judge: aliased columns, separation, NaN, and where a
loop stopped.

What is said of numbers that no cause explains: whether the loop says that it converged, and after how many steps.

Whether standard errors are what their label says, and if not, which kind they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

import numpy as np
from scipy.linalg import qr

from stattools.errors import DomainError, IdentificationError, StattoolsError
from stattools.inference.existence import Separation, SeparationError, check_size, separation
from stattools.inference.existence.rank import check_rank
from stattools.inference.existence.separation import UNTOLD
from stattools.inference.fitting.maximum_likelihood import fit
from stattools.inference.penalties import Jeffreys
from stattools.interface.arrays import Floats
from stattools.interface.record import nearest
from stattools.models.mixed.mixed_model import LinearMixed
from stattools.models.model import Model
from stattools.models.regressions.times import ConditionalLogit
from stattools.models.survival.cox import COX_KINDS as TIES
from stattools.models.survival.cox import CoxRegression
from stattools.solvers.climb import newton_ascent
from stattools.text.columns import first_few
from stattools.validation.foreign.description import Foreign
from stattools.validation.moment_dispersion import best_dispersion, dispersion_of, said_of
from stattools.validation.recipes.changes import (
    CLOSE_FIT,
    cut_off,
    is_maximum,
    other_units,
    penalty,
    refit_distance,
    reversed_outcome,
)
from stattools.validation.recipes.likelihoods import Shrinkage, keeps_zeros
from stattools.validation.recipes.points import decrement
from stattools.validation.recipes.recipe import Recipe, Refit
from stattools.validation.verdict import Evidence, Finding

CLOSE = 0.01
"""Numbers this many standard errors from the maximum are the maximum, as far as anybody reads them."""


def words_of(penalty: object) -> str:
    """What a penalty is."""
    return penalty.words if isinstance(penalty, Shrinkage) else repr(penalty)


def declared_penalty(recipe: Any, theta: Floats, se: Floats, away: str) -> Finding | None:
    """The finding that numbers are the maximum with the penalty of their recipe, which are `away` from the maximum
    without it; None where there is none, and where they are not. Where standard errors are not finite, distances are
    relative to the largest number.
    """
    if recipe.penalty is None:
        return None
    unit = np.where(np.isfinite(se) & (se > 0.0), se, np.abs(theta).max() + 1e-300)
    # A loop comes near the zeros of an absolute penalty, and not quite there.
    for near in (theta, np.where(np.abs(theta) <= CLOSE * unit, 0.0, theta)):
        try:
            with_it = recipe.maximum(near)
        except StattoolsError:
            continue
        apart, shrunk = np.abs(theta - with_it) / unit, isinstance(recipe.penalty, Shrinkage)
        if float(apart.max()) <= CLOSE and (not shrunk or keeps_zeros(recipe.model, recipe.penalty, with_it)):
            break
    else:
        return None
    return Finding(
        "penalty",
        f"The numbers are the maximum with {words_of(recipe.penalty)}: a refit is {apart.max():.1g} standard errors "
        f"away. They are {away}.",
        "Switch it off for maximum likelihood, or report the penalty.",
    )


def on_the_way(foreign: Foreign, away: str, unexplained: str, remedy: str, more: str = "") -> Finding:
    """The finding of numbers that are `away` from the maximum: their loop stopped early, or no cause is known, which
    `unexplained` says; `remedy` is what makes the loop go on, `more` what is known beside.
    """
    steps, after = foreign.steps, after_steps(foreign)
    if foreign.converged is False or (steps is not None and steps == foreign.limit):
        evidence = f"It stopped{after} without convergence, {away}.{more}"
        return Finding("stopped early", evidence, f"Allow more steps and a tighter tolerance, {remedy}.")
    word = "reports that it converged" if foreign.converged else "does not say whether it converged"
    return Finding(
        "not the maximum",
        f"It {word}{after}, is {away}, and {unexplained}.{more}",
        "Tighten the tolerance; if that changes nothing, the rows, weights or columns given here are not those of the "
        "fit.",
    )


def converged_though_it_says_not(distance: float) -> Finding:
    """The finding of numbers that are the maximum, of a loop that reports no convergence."""
    return Finding(
        "converged, though it says not",
        f"It reports no convergence, and its numbers are {distance:.1g} standard errors from the maximum.",
        "They can be used.",
        serious=False,
    )


def where_the_loop_stopped(foreign: Foreign) -> str:
    """What is said of numbers where there is no maximum: when their loop stopped, and what it reports."""
    said = {None: "", True: "; it reports that it converged", False: "; it reports that it did not converge"}
    return f"numbers are where the loop stopped{after_steps(foreign)}{said[foreign.converged]}"


def after_steps(foreign: Foreign) -> str:
    """After how many steps, where that is known."""
    return "" if foreign.steps is None else f" after {foreign.steps} steps"


LEAVE_OUT = "Leave out one column of each."


def existence(model: Model) -> tuple[Finding | None, Separation | None]:
    """A finding where no unique maximum exists, with the separation where that is why."""
    try:
        check_size(model)
        check_rank(model)
    except IdentificationError as error:
        return Finding("aliased columns", error.message.split(". ")[0] + ".", LEAVE_OUT), None
    if model.has_scale:
        return None, None
    found = separation(model)
    if found is None:
        return None, None
    signs = {np.inf: "+∞", -np.inf: "-∞"}
    infinite = [f"{name} = {signs.get(value, '±∞')}" for name, value in found.infinite.items()]
    how = "completely" if found.kind == "complete" else "for some of the rows"
    separating = ", ".join(_separating(found))
    return Finding(
        "separation",
        f"{separating} separate{'s' * (separating.count(',') == 0)} the outcomes {how} ({int(found.certain.sum())} of "
        f"{len(found.certain)} rows become certain), so that the likelihood has no maximum"
        f"{'; ' + first_few(infinite, 6) if infinite else UNTOLD}.",
        "Use penalty=st.Jeffreys() (Firth), leave the column out, or report the one-sided profile interval.",
    ), found


def aliased_numbers(foreign: Foreign, aliased: Finding) -> list[Finding]:
    """Aliased columns, with what made these numbers: a penalty, which has a maximum of its own, or none."""
    theta, model, declared = foreign.numbers.estimate, foreign.model, foreign.recipe.penalty
    if not np.isfinite(theta).all():
        return [aliased]
    shrunk = _shrunk(foreign, "Without it single coefficients are not determined.")
    if shrunk is not None:
        return [replace(aliased, advice="The penalty alone tells them apart: leave out one column of each."), shrunk]
    if declared is not None:
        words = f"It has {words_of(declared)}, whose maximum is elsewhere: the {where_the_loop_stopped(foreign)}."
        return [aliased, Finding("a penalty, not reached", words, "Tighten the tolerance, allow more steps.")]
    if _fits_the_rest(model, theta):
        said = f"The fitted values are right, single coefficients mean nothing. {LEAVE_OUT}"
        return [replace(aliased, advice=said)]
    said = f"The fitted values are not those of a maximum either. {LEAVE_OUT}"
    return [replace(aliased, advice=said)]


def _fits_the_rest(model: Model, theta: Floats) -> bool:
    """Whether the linear predictor of theta is that of the maximum over columns that are not aliased."""
    X, width = model.rows.X, model.predictor.n_first
    found: Any = qr(X / np.maximum(np.abs(X).max(axis=0), 1e-300), mode="r", pivoting=True)
    R, order = found
    kept = order[: np.count_nonzero(np.abs(np.diagonal(R)) > 1e-10 * np.abs(R[0, 0]))]
    blocks, rest = np.split(theta, [width * X.shape[1]])
    beta = np.linalg.lstsq(X[:, kept], X @ blocks.reshape(width, -1).T, rcond=None)[0].T.ravel()
    predictor = replace(model.predictor, columns=len(kept))
    design = replace(model.design, names=tuple(model.terms[k] for k in kept))
    rows = replace(model.rows, X=np.ascontiguousarray(X[:, kept]))
    smaller = replace(model, rows=rows, design=design, predictor=predictor, start=np.zeros(predictor.size))
    return decrement(smaller, np.append(beta, rest)) <= CLOSE_FIT


def _shrunk(foreign: Foreign, without: str) -> Finding | None:
    """A penalty with which the numbers are a maximum."""
    theta, model, declared = foreign.numbers.estimate, foreign.model, foreign.recipe.penalty
    if isinstance(declared, Jeffreys):
        return declared_penalty(
            foreign.recipe, theta, np.full(len(theta), np.nan), f"far from any maximum. {without.rstrip('.')}"
        )
    found = penalty(model, theta, declared, foreign.tells_penalty)
    if found is None:
        return None
    apart = refit_distance(model, found[0], theta, np.full(len(theta), np.nan))
    near = f", to a relative {apart:.1g}" if np.isfinite(apart) else ""
    return Finding(
        "penalty",
        f"The numbers are the maximum with {found[0].words}: strength {found[0].strength:.3g}{near}. {without}",
        "They measure the penalty as much as the data.",
    )


def where_it_stopped(foreign: Foreign) -> list[Finding]:
    """Without a maximum, what made these numbers: a penalty, or the end of a loop."""
    if not np.isfinite(foreign.numbers.estimate).all():
        return []
    declared: Any = foreign.recipe.penalty
    shrunk = _shrunk(foreign, "Without it they would grow for ever.")
    if shrunk is not None:
        return [shrunk]
    if declared is not None:
        return [
            Finding(
                "a penalty, not reached",
                f"It has {words_of(declared)}, whose maximum is elsewhere: the "
                f"{where_the_loop_stopped(foreign)}. Without the penalty they would grow for ever.",
                "With more steps and a tighter tolerance, or scaled columns, they would measure the penalty.",
            )
        ]
    return [
        Finding(
            "stopped on the way to infinity",
            f"The {where_the_loop_stopped(foreign)}.",
            "With more steps they grow; the standard errors and p-values beside them mean nothing.",
        )
    ]


def no_numbers(theta: Floats, foreign: Foreign) -> list[Finding]:
    """Coefficients that are not finite, and the columns whose sizes make a step overflow."""
    missing = [name for name, value in zip(foreign.model.names, theta, strict=True) if not np.isfinite(value)]
    if not missing:
        return []
    said = " and it reports that it converged" if foreign.converged else ""
    largest = np.abs(foreign.model.rows.X).max(axis=0)
    column, other = foreign.model.terms[int(largest.argmax())], foreign.model.terms[int(largest.argmin())]
    sizes = f"{column} has values up to {largest.max():.3g}"
    if largest.max() > largest.min():
        sizes += f", {other} only up to {largest.min():.3g}"
    return [
        Finding(
            "NaN reported as converged" if foreign.converged else "NaN",
            f"{len(missing)} of {len(theta)} coefficients are not finite ({', '.join(missing[:4])}"
            f"{', ...' if len(missing) > 4 else ''}){said}. A step overflowed: {sizes}.",
            "Do not use any of the numbers. Standardize the columns, or divide them by units of their size, and fit "
            "again; where another cause is named here, remove it first.",
        )
    ]


def limit_se(found: Separation) -> Floats:
    """Standard errors of the finite coefficients, infinite elsewhere."""
    with np.errstate(invalid="ignore"):
        se = np.sqrt(np.diagonal(found.solution.covariance))
    return np.where(np.isfinite(found.solution.estimate), se, np.inf)


def _separating(found: Separation) -> list[str]:
    """The columns that the directions move."""
    terms = found.model.terms
    span = np.tile(np.abs(found.model.rows.X).max(axis=0), found.directions.shape[1] // len(terms))
    moves = (np.abs(found.directions) * span).reshape(-1, len(terms)).max(axis=0)
    named = [term for term, move in zip(terms, moves / moves.max(), strict=True) if move > 1e-7]
    return [term for term in named if term != "Intercept"] or named


KINDS = ("information", "HC0", "HC1", "HC2", "HC3")

ANOTHER_POINT = "standard errors of another point"
"""A cause that is none where that point is the maximum, as far as anybody reads it."""

PLAIN = {"information": "the model's own (nonrobust)"}


def check_errors(foreign: Foreign, maximum: Floats) -> tuple[Floats, Finding | None]:
    """The standard errors that the label promises, at the maximum, and what is wrong with the printed ones.

    NaN where the label is none of ours.
    """
    theirs, recipe = foreign.numbers.se, foreign.recipe
    plain = recipe if recipe.cov is not None else replace(recipe, cov="information")
    try:
        right = plain.se(maximum)
    except DomainError as error:  # on few groups an estimator may have no variance
        why = f"They are of the kind {foreign.said!r}. {error.message}"
        known = replace(recipe, cov="information").se(maximum)
        return known, Finding("standard errors not checked", why, "Cluster one way.", serious=False)
    if not np.isfinite(theirs).any():
        return right, None
    if recipe.cov is None:
        return right, Finding(
            "standard errors not checked",
            f"They are of the kind {foreign.said!r}, which has no twin here; the table has those of the model.",
            "Check them by a bootstrap, or use one of nonrobust, HC0 to HC3, HAC, cluster.",
            serious=False,
        )
    ratio = theirs / right
    if np.nanmax(np.abs(ratio - 1.0)) <= SAME:
        return right, None
    label = PLAIN.get(str(recipe.cov), foreign.said)
    span = f"{np.nanmin(ratio):.4g} to {np.nanmax(ratio):.4g}"
    found = _kind(foreign, theirs, maximum)
    if found is None and (condition := np.linalg.cond(recipe.model.rows.X)) > 1e8:
        return right, Finding(
            "ill-conditioned columns",
            f"The standard errors should be {label} and are {span} times that: X has condition number {condition:.0e}, "
            "and squares of it are lost to round-off.",
            "Center and scale the columns, or use orthogonal polynomials.",
        )
    if found is None:
        return right, Finding(
            "standard errors of another kind",
            f"They should be {label} and are {span} times that; no kind that we know gives them.",
            "Use those of the table.",
        )
    cause, words, advice = found
    return right, Finding(cause, f"They are labelled {label}, are {span} times that, and are {words}.", advice)


def _kind(foreign: Foreign, theirs: Floats, maximum: Floats) -> tuple[str, str, str] | None:
    """The first recipe that gives their standard errors: cause, words, advice."""
    recipe, own = foreign.recipe, foreign.numbers.estimate
    trials: list[tuple[dict[str, Any], Floats, str, str, str]] = [
        (
            {},
            own,
            ANOTHER_POINT,
            "right for the coefficients printed beside them, which are not the maximum",
            "Reach the maximum first.",
        )
    ]
    divisors = ("n - p", "n", "1") if recipe.model.has_scale else ("1", "X2")
    for point in (maximum, own):
        for divisor in divisors:
            if divisor != recipe.divisor:
                words = {"n": "made from RSS / n", "n - p": "made from RSS / (n - p)", "1": "made with a scale of 1"}
                said = words.get(divisor, "made with Pearson's statistic over n - p as the scale")
                advice = "RSS / (n - p) is unbiased, RSS / n is the maximum of the likelihood; say which it is."
                trials.append(({"divisor": divisor}, point, "dispersion", said, advice))
        for information in ("observed", "expected"):
            if information != recipe.information:
                said = f"made from the {information} information"
                advice = "Both are consistent; the observed information is the one at the data."
                trials.append(({"information": information}, point, "expected or observed information", said, advice))
        if recipe.model.predictor.own:
            words = "those of each parameter as if the others were known, though both were estimated"
            advice = "They are too small: the information between the parameters was left out. Use those of the table."
            trials.append(({"information": "apart"}, point, "parameters taken apart", words, advice))
        for kind in KINDS:
            if kind != recipe.cov:
                cause = f"{foreign.said} is {kind}" if recipe.cov in KINDS[1:] else f"standard errors of kind {kind}"
                said = f"those of kind {kind}" if kind != "information" else PLAIN[kind]
                advice = f"Print them as {kind}, or use the table's."
                trials.append(({"cov": kind}, point, cause, said, advice))
                if recipe.factor != 1.0:  # a small-sample factor of its own belongs to its own kind
                    plain = {"cov": kind, "factor": 1.0, "divisor": "n - p" if recipe.model.has_scale else "1"}
                    trials.append((plain, point, cause, said, advice))
    for change, point, cause, words, advice in trials:
        try:
            se = replace(recipe, **change).se(point)
        except StattoolsError:
            continue
        if (se[np.isfinite(theirs)] > 0).all() and np.nanmax(np.abs(theirs / se - 1.0)) <= SAME:
            return cause, words, advice
    return None


SAME = 5e-4
"""Ratios of standard errors this close to 1 are the same."""

NOISE = 1e-7
"""A log-likelihood that is lower by less is the same, as far as round-off lets one say."""


def gather_refit(foreign: Foreign) -> Evidence:
    """All findings, in the order in which they matter."""
    recipe: Any = foreign.recipe
    theta = foreign.numbers.estimate
    has_se = bool(np.isfinite(foreign.numbers.se).any())
    none, far = np.full(len(theta), np.nan), float("inf")
    findings = _missing(foreign)
    try:
        point = recipe.point
    except SeparationError as error:
        found = error.separation
        absent = [_of_error("separation", error), *_where_it_stopped(foreign)]
        gain = found.solution.loglik - recipe.model.loglik(theta) if np.isfinite(theta).all() else far
        return Evidence((*absent, *findings), False, far, far, gain, found.solution.estimate, limit_se(found), has_se)
    except StattoolsError as error:
        return Evidence((_of_error("no maximum", error), *findings), False, far, far, far, none, none, has_se)
    if findings:
        return Evidence(tuple(findings), True, far, far, far, point.estimate, point.se, has_se)
    distance, away, gain = _distance(recipe, theta)
    if distance > CLOSE_FIT:
        findings += _why(foreign, distance, away, gain)
    elif foreign.converged is False:
        findings.append(converged_though_it_says_not(distance))
    right, wrong = _errors(foreign, distance)
    loose = wrong is not None and wrong.cause == ANOTHER_POINT and distance <= CLOSE_FIT
    if wrong is not None and not loose and not any(one.cause == "penalty" for one in findings):
        findings.append(wrong)
    return Evidence(tuple(findings), True, distance, away, gain, point.estimate, right, has_se)


def _distance(recipe: Refit, theta: Floats) -> tuple[float, float, float]:
    """Standard errors from the maximum, Newton's decrement, and the log-likelihood that is missing."""
    point = recipe.point
    with np.errstate(invalid="ignore", divide="ignore"):
        apart = np.abs(theta - point.estimate) / point.se
    apart = np.where(theta == point.estimate, 0.0, apart)
    gain, away = point.loglik(point.estimate) - point.loglik(theta), point.decrement(theta)
    size = np.sqrt(2.0 * gain) if np.isfinite(gain) and gain > NOISE else 0.0
    found = [*apart[np.isfinite(apart)].tolist(), size, away if np.isfinite(away) else 0.0]
    if np.isnan(point.loglik(theta)) and not np.array_equal(theta, point.estimate):
        gain = float("nan")
    return float(max(found)), float(away), float(gain)


def _missing(foreign: Foreign) -> list[Finding]:
    """Numbers that are not finite."""
    names = [
        name for name, value in zip(foreign.names, foreign.numbers.estimate, strict=True) if not np.isfinite(value)
    ]
    if not names:
        return []
    said = " and it reports that it converged" if foreign.converged else ""
    words = f"{len(names)} of {len(foreign.names)} numbers are not finite ({', '.join(names[:4])}){said}."
    cause = "NaN reported as converged" if foreign.converged else "NaN"
    return [Finding(cause, words, "Do not use any of them. Scale the columns, and fit again.")]


def _of_error(cause: str, error: StattoolsError) -> Finding:
    """The proof that there is no maximum, in the words of the model's own fit."""
    first, _, rest = error.message.partition(". ")
    return Finding(cause, f"{first.rstrip('.')}.", rest or "Look at the data first.")


def _where_it_stopped(foreign: Foreign) -> list[Finding]:
    if not np.isfinite(foreign.numbers.estimate).all() or foreign.recipe.penalty is not None:
        return []
    return [
        Finding(
            "stopped on the way to infinity",
            f"The {where_the_loop_stopped(foreign)}.",
            "With more steps they grow; the standard errors and p-values beside them mean nothing.",
        )
    ]


def _why(foreign: Foreign, distance: float, away: float, gain: float) -> list[Finding]:
    """Why the numbers are not the maximum that there is."""
    recipe: Any = foreign.recipe
    theta = foreign.numbers.estimate
    words = f"{distance:.2g} standard errors from the maximum, which is {gain:.3g} higher in log-likelihood"
    if (declared := declared_penalty(recipe, theta, recipe.point.se, words)) is not None:
        return [declared]
    for cause, evidence, advice, other in others(recipe):
        try:
            if _distance(other, theta)[0] <= CLOSE_FIT:
                return [Finding(cause, f"The numbers are the maximum {evidence}, and are {words}.", advice)]
        except StattoolsError:  # that one has no maximum, or takes too long
            continue
    if np.isfinite(away) and away <= CLOSE_FIT and gain > 0.5 * CLOSE_FIT**2:
        evidence = f"The slope is 0 at its numbers, which are a maximum, and a lower one: they are {words}."
        return [Finding("a lower maximum", evidence, "Start from several points, or take the numbers of the table.")]
    unexplained = "no other convention that we know explains it"
    return [on_the_way(foreign, words, unexplained, "scale the columns, or start nearer")]


Other = tuple[str, str, str, Refit]
"""A cause, the words of the evidence, advice, and the recipe of which the numbers may be the maximum."""


def _other_ties(recipe: Refit) -> Iterator[Other]:
    for ties in TIES:
        if ties != recipe.model.ties:
            model = replace(recipe.model, ties=ties)
            yield "ties", f"with ties by {ties!r}", "Say which ties it has.", replace(recipe, model=model)


def _other_likelihood(recipe: Refit) -> Iterator[Other]:
    reml = recipe.options.get("reml", True)
    names = {True: "the restricted likelihood (REML)", False: "the likelihood (ML)"}
    other = replace(recipe, options={**recipe.options, "reml": not reml})
    yield "REML or ML", f"of {names[not reml]}, and it is called that of {names[reml]}", "Say which it is.", other


def _none(recipe: Refit) -> Iterator[Other]:
    yield from ()


OTHERS = {ConditionalLogit: _none, CoxRegression: _other_ties, LinearMixed: _other_likelihood}
"""By the class of a model: recipes that are often taken for it."""


def others(recipe: Refit) -> Iterator[Other]:
    """Recipes of which numbers may be the maximum, in the place of the one that they are said to be of."""
    found = nearest(OTHERS, recipe.model)
    yield from () if found is None else found(recipe)


def _errors(foreign: Foreign, distance: float) -> tuple[Floats, Finding | None]:
    """The standard errors that the label promises, and what is wrong with the printed ones; away from the maximum they
    are of the numbers beside them, in the parameters of their own package, or of a kind that is known.
    """
    recipe: Any = foreign.recipe
    theirs, right = foreign.numbers.se, recipe.point.se
    if not np.isfinite(theirs).any():
        return right, None
    if not recipe.known:
        return right, Finding(
            "standard errors not checked",
            f"They are of the kind {foreign.said!r}, which has no twin here; the table has those of the model.",
            "Check them by a bootstrap.",
            serious=False,
        )
    if _close(theirs, right):
        return right, None
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = theirs / right
    span = f"{np.nanmin(ratio):.4g} to {np.nanmax(ratio):.4g}"
    for cause, words, se in _kinds(recipe, foreign.numbers.estimate):
        if _close(theirs, se):
            said = f"They are labelled {foreign.said!r}, are {span} times that, and are {words}."
            return right, Finding(cause, said, "Call them that, or use those of the table.")
    if distance > CLOSE_FIT:
        return right, None
    if edge := recipe.point.on_edge:
        return right, Finding(
            "standard errors on the edge",
            f"The maximum is at the end of the range of {' and '.join(edge)}. The table has standard errors with that "
            f"held there; theirs are {span} times these, made as if it were free.",
            "Leave the term out, or take intervals from the profile likelihood or a bootstrap.",
            serious=False,
        )
    words = f"They are called {foreign.said!r} and are {span} times that; no kind that we know gives them."
    return right, Finding("standard errors of another kind", words, "Use those of the table.")


def _kinds(recipe: Refit, theta: Floats) -> Iterator[tuple[str, str, Floats]]:
    """Standard errors that printed ones may be instead: cause, words, numbers."""
    with suppress(StattoolsError):  # where the likelihood is not curved as at a maximum
        yield ANOTHER_POINT, "right for the numbers beside them", recipe.point.errors(theta)
    for cov in ("information", "HC0"):
        if cov != recipe.options.get("cov", "information"):
            try:
                se = replace(recipe, options={**recipe.options, "cov": cov}).point.se
            except StattoolsError:
                continue
            words = "those of the information" if cov == "information" else "robust ones (HC0)"
            yield f"standard errors of kind {cov}", words, se


def _close(theirs: Floats, right: Floats) -> bool:
    both = np.isfinite(theirs) & np.isfinite(right)
    return bool(both.any() and np.abs(theirs[both] / right[both] - 1.0).max() <= SAME)


def gather(foreign: Foreign) -> Evidence:
    """All findings, in the order in which they matter."""
    return GATHERED[type(foreign.recipe)](foreign)


def _of_regression(foreign: Foreign) -> Evidence:
    foreign, told = at_best_dispersion(foreign)
    theta, model = foreign.numbers.estimate, foreign.model
    has_se = bool(np.isfinite(foreign.numbers.se).any())
    none = np.full(len(theta), np.nan)
    away = decrement(model, theta)
    findings = [*no_numbers(theta, foreign)]
    absent, found = existence(model)
    if absent is not None:
        maximum, right = (none, none) if found is None else (found.solution.estimate, limit_se(found))
        gain = float("inf") if found is None else _gain(found.loglik, model, theta)
        why = aliased_numbers(foreign, absent) if found is None else [absent, *where_it_stopped(foreign)]
        findings = [why[0], *findings, *why[1:]]
        return Evidence(tuple(findings), False, float("inf"), away, gain, maximum, right, has_se)
    try:
        best = fit(model)
    except StattoolsError as error:
        findings.append(Finding("no maximum found", error.message, "Look at the data first."))
        return Evidence(tuple(findings), False, float("inf"), away, float("inf"), none, none, has_se)
    gain, se = _gain(best.loglik, model, theta), best.se
    distance = float(np.max(np.abs(theta - best.estimate) / se)) if np.isfinite(theta).all() else float("inf")
    distance = max(distance, away if np.isfinite(away) else distance)
    if np.isfinite(theta).all() and distance > CLOSE_FIT:
        findings += _cause(foreign, best.estimate, se, distance, gain)
    elif np.isfinite(theta).all() and foreign.converged is False:
        findings.append(converged_though_it_says_not(distance))
    right, wrong = check_errors(foreign, best.estimate)
    shrunk = any("penalty" in finding.cause for finding in findings)
    loose = wrong is not None and wrong.cause == ANOTHER_POINT and distance <= CLOSE_FIT
    if wrong is not None and not shrunk and not loose:
        dropped = any(finding.cause == "dropped column" for finding in findings)
        findings.append(_of_the_rest(wrong) if dropped else wrong)
    findings += [*told, *_intercept(model, best.loglik)]
    return Evidence(tuple(findings), True, distance, away, gain, best.estimate, right, has_se)


def _of_the_rest(wrong: Finding) -> Finding:
    said = wrong.evidence.split(": X has")[0].split("; no kind")[0].rstrip(".")
    return Finding(
        "standard errors without the dropped direction",
        f"{said}, because that direction counts as known.",
        wrong.advice,
    )


def _gain(loglik: float, model: Model, theta: Floats) -> float:
    return loglik - model.loglik(theta) if np.isfinite(theta).all() else float("inf")


def _cause(foreign: Foreign, maximum: Floats, se: Floats, distance: float, gain: float) -> list[Finding]:
    """Why the numbers are not the maximum that there is."""
    theta, model = foreign.numbers.estimate, foreign.model
    declared: Any = foreign.recipe.penalty
    away = f"{distance:.2g} standard errors from the maximum, which is {gain:.3g} higher in log-likelihood"
    if isinstance(declared, Jeffreys):
        with_it = declared_penalty(foreign.recipe, theta, se, away)
        return [_on_the_way(foreign, away) if with_it is None else with_it]
    found: list[Finding] = []
    other = reversed_outcome(model)
    if other is not None and is_maximum(other, theta, declared):
        one, zero = (1, 0) if model.labels is None else model.labels[::-1]
        words = f"The numbers are the maximum for P({model.outcome_name} = {zero!r}): 1 and 0 are exchanged."
        advice = f"Change all signs for P({model.outcome_name} = {one!r}), or recode the outcome and fit again."
        found.append(Finding("outcome coding", words, advice))
        model = other
    elif (units := other_units(model, theta, declared)) is not None:
        words, model = units
        evidence = f"The numbers are the maximum for columns {words}, and are {away} for the columns as given."
        advice = "Pass the columns as they were fitted, or divide the coefficients by the scales."
        found.append(Finding("other units", evidence, advice))
    shrunk = None if found and declared is None else penalty(model, theta, declared, foreign.tells_penalty)
    if shrunk is not None:
        shrinkage, left = shrunk
        apart = refit_distance(model, shrinkage, theta, se)
        unsaid = "" if shrinkage is declared else " that the object does not show"
        evidence = (
            f"The numbers are the maximum with {shrinkage.words}{unsaid}: at strength {shrinkage.strength:.3g} a refit "
            f"is {apart:.1g} standard errors away, and {left:.1g} of the score is left. They are {away}."
        )
        advice = (
            "Switch it off for maximum likelihood (C infinite in LogisticRegression, alpha=0), or report the penalty."
        )
        found.append(Finding("penalty", evidence, advice))
    if found:
        return found
    dropped = cut_off(model, theta)
    if dropped is not None:
        names, small = dropped
        worst = model.names[int(np.argmax(np.abs(theta - maximum) / se))]
        listed = ", ".join(names)
        evidence = (
            f"The solver left out what is small in X: the direction of {listed}, with a singular value of {small:.1g} "
            f"of the largest. The numbers solve least squares without it and are {away} ({worst} is the farthest)."
        )
        advice = "Scale the columns to comparable units before the fit, or use st.ols, which does."
        return [Finding("dropped column", evidence, advice)]
    return [_on_the_way(foreign, away)]


def _on_the_way(foreign: Foreign, away: str) -> Finding:
    """No undeclared cause explains the numbers: the loop stopped, or the data are others."""
    reach = _newton_steps(foreign.model, foreign.numbers.estimate)
    more = "" if reach is None else f" From there Newton's method reaches it in {reach} steps."
    with_penalty = (
        "" if foreign.recipe.penalty is None else f" Nor are they the maximum with {words_of(foreign.recipe.penalty)}."
    )
    unexplained = "no hidden penalty or dropped column explains it"
    return on_the_way(foreign, away, unexplained, "or scale the columns", f"{with_penalty}{more}")


def _newton_steps(model: Model, theta: Floats) -> int | None:
    work, T = model.standardized()
    try:
        found = newton_ascent(work, np.linalg.solve(T, theta), 1e-8, 100, "Newton")
    except StattoolsError:
        return None
    return found.steps if found.converged else None


def _intercept(model: Model, loglik: float) -> list[Finding]:
    """A note where no column, and no combination of columns, is constant."""
    X = model.rows.X
    ones = np.ones(len(X))
    miss = np.abs(X @ np.linalg.lstsq(X, ones, rcond=None)[0] - ones).max()
    if miss <= 1e-6 or model.predictor.own:
        return []
    rows = replace(model.rows, X=np.column_stack([ones, X]))
    design = replace(model.design, names=("Intercept", *model.terms))
    predictor = replace(model.predictor, columns=X.shape[1] + 1)
    wider = replace(model, rows=rows, design=design, predictor=predictor, start=np.zeros(predictor.size))
    try:
        gain = fit(wider).loglik - loglik
    except StattoolsError:
        return []
    return [
        Finding(
            "no intercept",
            f"No column is constant; with one the log-likelihood is {gain:.3g} higher.",
            "Add a constant (sm.add_constant, fit_intercept=True) unless the origin is known.",
            serious=False,
        )
    ]


def at_best_dispersion(foreign: Foreign) -> tuple[Foreign, list[Finding]]:
    """The fit with the dispersion that has the highest likelihood beside its coefficients, and what is said of it;
    itself where it has no dispersion from elsewhere.
    """
    recipe, theta = foreign.recipe, foreign.numbers.estimate
    if recipe.dispersion == "likelihood" or not np.isfinite(theta).all():
        return foreign, []
    model, best = foreign.model, best_dispersion(foreign.model, theta)
    phi, highest = dispersion_of(model, theta), dispersion_of(model, best)
    lost = model.loglik(best) - model.loglik(theta)
    told = Finding(
        "moment dispersion" if isinstance(recipe.dispersion, str) else "given dispersion",
        f"Its scale, {phi:.6g}, is {said_of(recipe.dispersion)}; the likelihood is highest at {highest:.6g}. "
        f"Its standard errors use its scale, and are checked at it; a log-likelihood there is {lost:.4g} below the "
        "maximum.",
        "Compare log-likelihoods and AIC of fits of one kind only; statsmodels' AIC does not count the dispersion.",
        serious=False,
    )
    return replace(foreign, numbers=foreign.numbers._replace(estimate=best)), [told]


GATHERED: dict[type, Callable[[Foreign], Evidence]] = {Recipe: _of_regression, Refit: gather_refit}
"""By how a model is fitted."""
