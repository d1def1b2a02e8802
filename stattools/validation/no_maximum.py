"""What an audit says where there is no maximum, or no number to judge: aliased columns, separation, NaN, and where a
loop stopped.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.errors import IdentificationError
from stattools.existence import Separation, check_rank, check_size, separation
from stattools.model import Model
from stattools.validation.finding import Finding
from stattools.validation.foreign.description import Foreign
from stattools.validation.hidden import penalty, refit_distance

Floats = NDArray[np.float64]


def existence(model: Model) -> tuple[Finding | None, Separation | None]:
    """A finding where no unique maximum exists, with the separation where that is why."""
    try:
        check_size(model)
        check_rank(model)
    except IdentificationError as error:
        advice = "The fitted values are right, single coefficients mean nothing: leave out one column of each."
        return Finding("aliased columns", str(error).split(". ")[0] + ".", advice), None
    if model.has_scale:
        return None, None
    found = separation(model)
    if found is None:
        return None, None
    signs = {np.inf: "+∞", -np.inf: "-∞"}
    infinite = [f"{name} = {signs.get(value, '±∞')}" for name, value in found.infinite.items()]
    listed = ", ".join(infinite[:6]) + (f" and {len(infinite) - 6} more" if len(infinite) > 6 else "")
    how = "completely" if found.kind == "complete" else "for some of the rows"
    separating = ", ".join(_separating(found))
    return Finding(
        "separation",
        f"{separating} separate{'s' * (separating.count(',') == 0)} the outcomes {how} ({int(found.certain.sum())} of "
        f"{len(found.certain)} rows become certain), so that the likelihood has no maximum; {listed}.",
        "Use penalty=st.Jeffreys() (Firth), leave the column out, or report the one-sided profile interval.",
    ), found


def where_it_stopped(foreign: Foreign) -> list[Finding]:
    """Without a maximum, what made these numbers: a penalty, or the end of a loop."""
    theta, model = foreign.numbers.estimate, foreign.model
    if not np.isfinite(theta).all():
        return []
    declared: Any = foreign.recipe.penalty
    found = penalty(model, theta, declared, foreign.tells_penalty)
    if found is not None:
        apart = refit_distance(model, found[0], theta, np.full(len(theta), np.nan))
        return [
            Finding(
                "penalty",
                f"The numbers are the maximum with {found[0].words}: strength {found[0].strength:.3g}, to a relative "
                f"{apart:.1g}. Without it they would grow for ever.",
                "They measure the penalty as much as the data.",
            )
        ]
    said = "it reports that it converged" if foreign.converged else "it reports that it did not converge"
    steps = "" if foreign.steps is None else f" after {foreign.steps} steps"
    told = "" if foreign.converged is None else f"; {said}"
    if declared is not None:
        return [
            Finding(
                "a penalty, not reached",
                f"It has {declared.words}, whose maximum is elsewhere: the numbers are where the loop stopped{steps}"
                f"{told}. Without the penalty they would grow for ever.",
                "With more steps and a tighter tolerance, or scaled columns, they would measure the penalty.",
            )
        ]
    return [
        Finding(
            "stopped on the way to infinity",
            f"The numbers are where the loop stopped{steps}{told}.",
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
