"""Is the mean a straight line behind its link? What squares of the linear predictor and of each number would add.

The value is the standard deviation of the curve that is missing, in that of the linear predictor, less what chance
makes: sqrt((S - phi df) / G) with the score statistic S of the square, and G of the columns that are there.
"""

from __future__ import annotations

import numpy as np
from scipy import special

from stattools.inference.diagnostics.checks.check import Check, judged
from stattools.inference.diagnostics.checks.looked_at import LookedAt
from stattools.likelihoods.links import LINKS

LARGEST = 1e6
"""Where columns explain nothing, a curve is no larger than this beside them."""


def link(of: LookedAt) -> Check | None:
    """The square of the linear predictor: Pregibon's link test, and of least squares Ramsey's with one square."""
    if not of.added.link or not of.units:
        return None
    of.require_errors()
    statistic, df = of.added.test(of.added.link)
    if not df:
        return None
    size, p_value = size_of(of, statistic, df), _p_value(of, statistic, df)
    what = f"logarithm of the {of.model.exponential.split()[0]}" if of.model.is_partial else "mean"
    advice = f"The {what} bends against the linear predictor: {_other(of)}curves, see form."
    measure = f"curve of the {what} that is missing / what the columns explain, in sd"
    return judged("link", measure, size, advice, p_value=p_value)


def _other(of: LookedAt) -> str:
    """What else may be changed, before "curves"."""
    if of.model.is_partial:
        return ""
    name = next(iter(of.likelihood.parameters.values()))
    return "another link, or " if name in LINKS and name != "identity" else "log(y), or "


def form(of: LookedAt) -> Check | None:
    """The square of each column of numbers; the worst of them."""
    of.require_errors()
    found = {}
    for name, places in of.added.curves.items():
        statistic, df = of.added.test(places)
        if df:
            found[name] = statistic, df
    if not found:
        return None
    p_values = {name: _p_value(of, *each) for name, each in found.items()}
    worst = max(found, key=lambda name: (found[name][0] / found[name][1], name))
    p_value = min(1.0, len(found) * p_values[worst])
    quoted = worst if worst.isidentifier() else f"({worst})"
    advice = f"{worst} has a bend that the line misses: try I({quoted}**2), log({quoted}) or bs({quoted}, df=4)."
    measure = f"curve of {worst} that is missing / what the columns explain, in sd"
    return judged("form", measure, size_of(of, *found[worst]), advice, p_value=p_value, term=worst)


def _p_value(of: LookedAt, statistic: float, df: int) -> float:
    """F of the column beside what is left when it is taken in, as is right for least squares and careful elsewhere."""
    rest = of.fit.df - df
    if rest <= 0:
        return 1.0
    scaled = statistic / of.phi
    left = max(of.fit.df - scaled, 1e-300) / rest if of.model.has_scale else 1.0
    return float(special.fdtrc(df, rest, scaled / df / left))


def size_of(of: LookedAt, statistic: float, df: int) -> float:
    """The standard deviation of what is missing in that of what the columns explain, less what chance makes."""
    beyond = max(statistic - of.phi * df, 0.0)
    return min(float(np.sqrt(beyond / of.added.explained)), LARGEST) if of.added.explained > 0 else LARGEST
