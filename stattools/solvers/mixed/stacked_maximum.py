"""The maxima of many linear mixed models at once: of models with the same columns and one or two effects of each group.

    one effect     the search of all ratios, which proves the global maximum, and Newton's method from there
    two effects    moments of the groups, and Newton's method from there, as `maximum.py` starts

A member is doubtful where anything else is needed that the climb of one model can do: a step that does not rise, a
saddle, effects that are next to 0 or large, columns that are nearly dependent, several maxima. The caller fits it
alone. What is not doubtful is within 1e-8 standard errors of the maximum that the fit of one model finds.
"""

from __future__ import annotations

import numpy as np

from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.latent.stacked_effects import AtStacked, StackedEffects
from stattools.latent.stacked_ratios import StackedRatios
from stattools.latent.stacked_sums import Bools, RowsOfMembers, stacked_sums
from stattools.numerics.stacks import backward, factored, forward, inverted

STEPS = 15
"""Newton's steps of a member that is not doubtful."""
EXACT = 1e-11
"""The decrement at which a member takes no more steps."""
TOLERANCE = 1e-8
"""The decrement of a member that is not doubtful, in standard errors."""
SMALL = 1e-2
"""A standard deviation of effects below this share of the residual's may be 0, which one model alone tries."""
LARGE = 100.0
"""One above this may cost digits."""
FLAT = 1e-4
"""A curvature of log L below this, in units of 1 + |theta|, or a pivot of its matrix at unit diagonal, is in doubt."""
RISE = 1e-9
"""-2 log L may rise by this share of its size through round-off."""


@record
class StackedMixedMaxima:
    """Estimates (m, p), their covariances (m, p, p), log-likelihoods, residual standard deviations and decrements (m,),
    degrees of freedom of Satterthwaite (m, p), `effects` (m, Q), the standard deviations of the effects of a group, and
    which members are doubtful.
    """

    estimate: Floats
    covariance: Floats
    loglik: Floats
    scale: Floats
    decrement: Floats
    df: Floats
    effects: Floats
    doubtful: Bools


@np.errstate(all="ignore")  # members that leave float64 are doubtful
def stacked_maxima(rows: RowsOfMembers, widths: tuple[int, ...], *, reml: bool = True) -> StackedMixedMaxima:
    """The maxima of members whose random terms have so many effects of each group, two at most altogether.

    >>> from stattools.latent.stacked_sums import stacked_rows
    >>> y, one = np.array([1.0, 3.0, 4.0, 6.0, 7.0, 9.0]), np.ones((6, 1))
    >>> found = stacked_maxima(stacked_rows([(one, y, one, None, np.repeat([0, 1, 2], 2))]), (1,))
    >>> found.estimate.round(6).tolist(), found.df.round(6).tolist()
    ([[5.0]], [[2.0]])
    """
    sums = stacked_sums(rows, widths)
    effects = StackedEffects.made(sums, widths, reml)
    if sum(widths) == 1:
        ratios, sound = StackedRatios.of(sums, reml).searched()
        theta = np.sqrt(ratios)[:, None]
    else:
        theta, sound = effects.starts()
    theta, steady = _climbed(effects, theta, sound & sums.sound)
    at = effects.at(theta)
    inverse, decrement, bent = _newton(at)[1:]
    root = np.swapaxes(at.gram_roots @ np.swapaxes(sums.to_beta, 1, 2), 1, 2)
    s2 = at.s2 * sums.unit**2
    covariance = (root @ np.swapaxes(root, 1, 2)) * s2[:, None, None]
    estimate = sums.beta + (sums.to_beta @ at.b[:, :, None])[:, :, 0] * sums.unit[:, None]
    df = at.degrees(inverse, sums.to_beta)
    fine = at.sound & steady & bent & (decrement <= TOLERANCE) & _inside(effects, theta)
    roots = sums.to_effects @ effects.factors(theta)
    sds = np.sqrt((roots**2).sum(axis=2) * s2[:, None])
    for numbers in (estimate, sds, covariance.reshape(len(fine), -1), df, s2[:, None], at.value[:, None]):
        fine &= np.isfinite(numbers).all(axis=1)
    return StackedMixedMaxima(estimate, covariance, -0.5 * at.value, np.sqrt(s2), decrement, df, sds, ~fine)


def _inside(effects: StackedEffects, theta: Floats) -> Bools:
    """Are the effects neither next to 0 nor large? One alone may be 0, where the search of all ratios says so."""
    size = np.abs(theta).max(axis=1)
    least = np.abs(theta[:, 0])
    if effects.u.shape[1] > 1:
        other = np.abs(theta[:, -1])
        least = np.minimum(least, other) if effects.is_apart else least * other / np.sqrt((theta**2).sum(axis=1))
        return (size < LARGE) & (least > SMALL)
    return (size < LARGE) & ((least > SMALL) | (least == 0.0))


def _newton(at: AtStacked) -> tuple[Floats, Floats, Floats, Bools]:
    """Newton's steps (m, t), the inverses of the curvatures (m, t, t), the decrements (m,), and where -2 log L bends up
    beyond doubt.
    """
    H, g = at.curvature, at.gradient.T
    L, pivot = factored(np.ascontiguousarray(np.moveaxis(H, 0, 2)))
    half = forward(L, g)
    decrement = np.sqrt(0.5 * (half * half).sum(axis=0))
    back = inverted(L)
    inverse = np.einsum("kim,kjm->mij", back, back)
    curved = 0.5 * np.diagonal(H, axis1=1, axis2=2) * (1.0 + np.abs(at.theta)) ** 2
    bent = (pivot > FLAT) & (curved > FLAT).all(axis=1)
    return backward(L, half).T, inverse, decrement, bent


def _climbed(effects: StackedEffects, theta: Floats, sound: Bools) -> tuple[Floats, Bools]:
    """theta (m, t) after Newton's steps, and which members took only steps that lower -2 log L."""
    theta = np.where(sound[:, None], theta, 1.0)
    going, steady = np.flatnonzero(sound), sound.copy()
    some = effects if len(going) == len(theta) else effects.some(going)
    before = np.full(len(going), np.inf)
    for _ in range(STEPS):
        if not len(going):
            break
        at = some.at(theta[going])
        step, _, decrement, bent = _newton(at)
        falls = at.sound & bent & (at.value <= before + RISE * (1.0 + np.abs(before)))
        steady[going[~falls]] = False
        before = at.value
        stays = falls & (decrement > EXACT)
        theta[going[stays]] -= step[stays]
        if 2 * np.count_nonzero(stays) < len(going):
            going, some, before = going[stays], some.some(stays), before[stays]
    return theta, steady
