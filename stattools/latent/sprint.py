"""Newton's steps over one or two effects of each group, from one point at which all is known to the next."""

from __future__ import annotations

import numpy as np
from scipy.linalg import get_lapack_funcs

from stattools.interface.arrays import Floats
from stattools.latent.deviance import Deviance, Profile
from stattools.latent.few_effects import AtFew, FewEffects

(posv,) = get_lapack_funcs(("posv",), dtype=np.float64)

SPRINT = 8
"""Steps that are taken before a climb at most."""
NEAR = 2e-22
"""Twice the squared decrement that a climb leaves as it is."""
BELOW = 1e-8
"""Twice the squared decrement below which -2 log L does not tell whether a step is one, and Newton's needs no telling.
"""


def sprint(few: FewEffects, at: AtFew) -> tuple[list[AtFew], Floats]:
    """The points of plain Newton steps from `at`, as long as each lowers -2 log L, which bends up, or is too near the
    end to tell: what follows is left to the climb, which can do more and costs more. And how -2 log L bends at the last
    of them: so near, the second derivatives are those of a point before to four digits, more than a step or its length
    needs.
    """
    points, bent = [at], at.curvature
    for _ in range(SPRINT):
        step, info = posv(bent, at.gradient)[1:]
        decrement = float(at.gradient @ step)
        if info or not decrement > NEAR:
            break
        following = few.at(at.theta - step)
        if following is None or not (following.value < at.value or decrement < BELOW):
            break
        at = following
        points.append(at)
        if decrement >= BELOW:
            bent = at.curvature
    return points, bent


def known(deviance: Deviance, few: FewEffects | None, theta: Floats) -> Profile | AtFew:
    """-2 log L with its derivatives, where effects are few and not large; else as a profile."""
    return (None if few is None else few.at(theta)) or deviance.at(theta)
