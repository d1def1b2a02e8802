"""How the likelihood of a fit with random effects falls on either side of a standard deviation or a correlation, and of
a fixed effect where the fit is by the likelihood and not by the restricted one.

    height(t) = -(D(t) - D(estimate)) / 2,    D the least of -2 log L where the parameter is t

It is cut at half the quantile of chi-squared on one degree of freedom; at 0 the range of a standard deviation ends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from scipy.special import ndtri

from stattools import figures
from stattools.errors import DomainError, IncompatibleError, quoted
from stattools.inference.plots.drawing import Drawing, level_of
from stattools.interface.arrays import Floats
from stattools.numerics.threads import one_blas_thread
from stattools.solvers.mixed.fixed_profile import FixedProfile
from stattools.solvers.mixed.profile_search import profile_ends
from stattools.solvers.mixed.variance_profile import VarianceParameter, parameters
from stattools.text.columns import percent

STEPS = 16
"""Points on either side of the estimate."""


def mixed_profile(fit: Any, variable: str | None, level: float | None) -> Drawing:
    """See `Fit.plot`."""
    level = level_of(fit, level)
    known = names(fit)
    if variable is None:  # the only one beside the residual's
        deviations = [name for name in known if name.startswith("sd(")]
        variable = deviations[0] if len(deviations) == 1 else None
    if variable in fit.names and variable not in known:
        why = (
            "the restricted likelihood says nothing of fixed effects; fit with reml=False"
            if fit.model.fixed.has_scale
            else "profiles of fits with random effects are of their variances"
        )
        raise IncompatibleError(f'plot("profile", {quoted(variable)}): {why}. This fit has {listed(known)}.')
    if not isinstance(variable, str) or variable not in known:
        got = "" if variable is None else f"; got {quoted(variable)}"
        raise DomainError(f'plot("profile", name) is of one of {listed(known)}: name it{got}.')
    with one_blas_thread():
        value, ends, heights = known[variable](float(ndtri(0.5 * (1.0 + level)) ** 2), level)
        x = _points(value, ends, variable.startswith("correlation("), variable in fit.names)
        y = heights(x)
    cut = -0.5 * float(ndtri(0.5 * (1.0 + level)) ** 2)
    told = f"profile, {percent(level)} {ends[0]:.3g} to {ends[1]:.3g}"
    kind = "restricted likelihood" if fit.reml else "likelihood"
    return Drawing(
        lambda on: figures.fall(x, y, None, cut=cut, maximum=value, ends={told: ends}, xlabel=variable, on=on),
        alt=f"Profile of the {kind} of {variable}, with the {percent(level)} interval {ends[0]:.3g} to {ends[1]:.3g}",
        caption="A curve that is no parabola about its top is why the interval is the profile's, and has unequal arms.",
    )


def listed(known: Iterable[str]) -> str:
    """The names as they are given."""
    return ", ".join(map(repr, known))


Curve = Callable[[float, float], tuple[float, tuple[float, float], Callable[[Floats], Floats]]]


def names(fit: Any) -> dict[str, Curve]:
    """What a profile can be drawn of, by name, each with what makes its estimate, its ends and its heights."""
    found, made = fit.found, {}
    if "profile" in fit.kinds and not fit.reml and fit.model.fixed.has_scale:
        made |= {name: _of_fixed(fit, k) for k, name in enumerate(fit.names)}
    for of in parameters(found):
        if np.isnan(of.estimate):
            continue
        if of.k < 0:
            made["sigma"] = _of_variance(found, of)
            continue
        term = found.model.varying[of.k]
        one, other = term.effect_names[of.i], term.effect_names[of.j]
        name = f"sd({one} | {term.group})" if of.i == of.j else f"correlation({other}, {one} | {term.group})"
        made[name] = _of_variance(found, of)
    return made


def _of_variance(found: Any, of: VarianceParameter) -> Curve:
    def made(cut: float, level: float) -> Any:
        return of.estimate, profile_ends(found, of, cut), lambda x: _walked(x, of.estimate, found, of)

    return made


def _walked(x: Floats, value: float, found: Any, of: VarianceParameter) -> Floats:
    """Heights, each search starting where the one nearer to the estimate ended."""
    heights = np.zeros(len(x))
    for side in (np.flatnonzero(x < value)[::-1], np.flatnonzero(x > value)):
        profile = found.profile_of(of)
        for k in side:
            heights[k] = -0.5 * profile.height(float(x[k]))
    return np.minimum(heights, 0.0)


def _of_fixed(fit: Any, k: int) -> Curve:
    def made(cut: float, level: float) -> Any:
        lower, upper = (float(end[k]) for end in fit.interval(level, kind="profile"))
        value = float(fit.estimate[k])

        def heights(x: Floats) -> Floats:
            sides = []
            for part in (x[x < value][::-1], x[x >= value]):
                profile = FixedProfile(fit.found, k)
                sides.append(np.array([-0.5 * profile.fall(float(one)) for one in part]))
            return np.minimum(np.concatenate([sides[0][::-1], sides[1]]), 0.0)

        return value, (lower, upper), heights

    return made


def _points(value: float, ends: tuple[float, float], is_correlation: bool, is_fixed: bool) -> Floats:
    """From a little beyond one end to a little beyond the other, within the range of the parameter."""
    low, high = (value + 1.3 * (end - value) for end in ends)
    if not is_fixed:
        low = max(low, -1.0 if is_correlation else 0.0)
        high = min(high, 1.0) if is_correlation else high
    if not np.isfinite(high):
        high = 4.0 * value or 1.0
    return np.unique(np.concatenate([np.linspace(low, value, STEPS + 1), np.linspace(value, high, STEPS + 1)]))
