"""What an audit says where there is no maximum, or no number to judge: aliased columns, separation, NaN, and where a
loop stopped.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from scipy.linalg import qr

from stattools.errors import IdentificationError
from stattools.inference.existence import Separation, check_rank, check_size, separation
from stattools.inference.existence.separation import UNTOLD
from stattools.inference.penalties import Jeffreys
from stattools.interface.arrays import Floats
from stattools.models.model import Model
from stattools.text.names import first_few
from stattools.validation.distance import decrement
from stattools.validation.explaining.declared_penalty import declared_penalty, words_of
from stattools.validation.explaining.finding import Finding
from stattools.validation.explaining.on_the_way import where_the_loop_stopped
from stattools.validation.explaining.undeclared_causes import CLOSE, penalty, refit_distance
from stattools.validation.foreign.description import Foreign

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
    return decrement(smaller, np.append(beta, rest)) <= CLOSE


def _shrunk(foreign: Foreign, without: str) -> Finding | None:
    """A penalty with which the numbers are a maximum."""
    theta, model, declared = foreign.numbers.estimate, foreign.model, foreign.recipe.penalty
    if isinstance(declared, Jeffreys):
        return declared_penalty(
            foreign.recipe, theta, np.full(len(theta), np.nan), f"far from any maximum. {without.rstrip('.')}"
        )
    found = penalty(model, theta, declared, foreign.tells_penalty)  # type: ignore[arg-type]
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
