"""Is a function minus a log-likelihood? It then has a lowest point near the start, and no highest.

Asked before a climb where the function curves upward along every parameter, and of any function where a climb failed.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from stattools.errors import DomainError, IdentificationError
from stattools.models.custom import Custom
from stattools.solvers.newton import Newton
from stattools.solvers.own_units import climb_in_own_units

FIRST_STEPS = 30
"""A short climb has no more steps."""


def check_turned(model: Custom) -> None:
    """IdentificationError for a function that curves upward at the start and is minus a log-likelihood."""
    if _curves_up(model) and is_turned(model) and not _ends(model):
        raise negative(model)


def is_turned(model: Custom) -> bool:
    """Whether a short climb finds the lowest point, as of minus a log-likelihood."""
    f, slopes = model.function, model.gradient
    return _ends(
        replace(
            model,
            function=lambda theta: np.negative(f(theta)),
            gradient=None if slopes is None else lambda theta: np.negative(slopes(theta)),
        )
    )


def _ends(model: Custom) -> bool:
    """Whether a short climb comes to a maximum."""
    try:
        return climb_in_own_units(model, Newton().tolerance, FIRST_STEPS)[1].converged
    except DomainError:
        return False


def negative(model: Custom) -> IdentificationError:
    return IdentificationError(
        f"{model.title} has a lowest point near the start and no maximum that a climb came to: is this the negative "
        "log-likelihood? Return the log-likelihood itself; if it does, start nearer to the maximum."
    )


def _curves_up(model: Custom) -> bool:
    """Whether the log-likelihood at the start is below the middle of its values beside it, along every parameter."""
    here = model.evaluate(model.start, 0).loglik
    ends = [[model.evaluate(model.start + side * axis, 0).loglik for side in (1.0, -1.0)] for axis in model.axes.T]
    return all(up + down - 2.0 * here > 0.0 for up, down in ends)
