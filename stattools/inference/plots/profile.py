"""How the log-likelihood falls on either side of an estimate, the others at their best, beside Wald's parabola.

    profile    max loglik - max of loglik over theta with theta_j = t          parabola    -(t - estimate)^2 / 2 se^2

Both are cut at the same height, half the quantile of chi-squared on one degree of freedom. For `st.ols` they are
functions of Student's t, and their cuts are at the same place: `stattools/inference/intervals/profile.py`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import ndtri, stdtrit

from stattools import figures
from stattools.errors import DomainError, IncompatibleError, quoted
from stattools.inference.intervals.coefficients import interval
from stattools.inference.intervals.profile import profile_fall
from stattools.inference.plots.coefficients import slopes
from stattools.inference.plots.drawing import Drawing, level_of
from stattools.inference.plots.mixed_profile import mixed_profile, names
from stattools.inference.plots.words import change_in
from stattools.inference.storage.unsaved import require_rows
from stattools.interface.arrays import Floats
from stattools.models.model import Model
from stattools.series.statespace.variance_profile import profile_fall as fall_of_variances
from stattools.text.columns import percent

STEPS = 30
"""Points on either side of the estimate."""
KINDS = {
    "wald": "Wald",
    "wilson": "Wilson (score)",
    "likelihood-ratio": "likelihood ratio",
    "clopper-pearson": "Clopper–Pearson",
    "exact": "exact",
}
"""How the intervals of one parameter are called in print; "score" is Wilson's, and left out."""


def a_profile(fit: Any, name: str) -> None:
    """A likelihood whose profile is known: of one parameter of a sample, or of the coefficients of a fit."""
    model = fit.model
    if model.intervals and len(fit.names) > 1:
        raise IncompatibleError(
            f"{model.title} has a parameter for each arm or category; take the rows of one of them."
        )
    if model.is_mixed:
        require_rows(model)
        if not names(fit):
            raise IncompatibleError(f"{model.title} has no effects of groups whose variance had a profile.")
        return
    if not model.intervals and "profile" not in fit.kinds:
        np.asarray(fit.covariance)  # a ridge fit says why
        raise IncompatibleError(f"{model.title} has a maximum at a bound, where there is no profile interval.")


def profile(fit: Any, variable: str | None = None, *, level: float | None = None) -> Drawing:
    """See `Fit.plot`."""
    if fit.model.is_mixed:
        return mixed_profile(fit, variable, level)
    level = level_of(fit, level)
    j = _place(fit, variable)
    if fit.model.intervals:
        return likelihood_curve(fit, level)
    model, value = fit.model, float(fit.estimate[j])
    ends = [[float(end[j]) for end in interval(fit, level, kind)] for kind in ("profile", "wald")]
    own, quadratic = ((low, high) for low, high in ends)
    low, high = _window(value, own, quadratic)
    cut = -0.5 * float(ndtri(0.5 * (1.0 - level))) ** 2
    if model.variances:
        x = np.linspace(max(low, 0.0) if j < len(model.positive) else low, high, 2 * STEPS + 1)
        below, above = x[x < value][::-1], x[x >= value]
        parts = [fall_of_variances(model, fit.estimate, j, part) for part in (below, above)]
        heights = np.concatenate([parts[0][::-1], parts[1]])
    elif model.has_scale:
        x, q = np.linspace(low, high, 4 * STEPS + 1), float(stdtrit(fit.df, 0.5 * (1.0 + level)))
        t = (x - value) / (own[1] - value) * q
        cut, heights = (-0.5 * fit.n * np.log1p(part * part / fit.df) for part in (q, t))
    else:
        x, heights = profile_fall(fit, j, low, high, STEPS)
    parabola = _parabola(x, value, quadratic, cut, is_variance=bool(model.variances) and j < len(model.positive))
    at = percent(level)
    told = {f"profile, {at} {_between(own)}": own, f"Wald, {at} {_between(quadratic)}": quadratic}
    name = fit.names[j]
    unit = f"{name}: {change_in(model)} per unit" if isinstance(model, Model) else name
    return Drawing(
        lambda on: figures.fall(
            x,
            heights,
            parabola,
            cut=cut,
            maximum=value,
            ends=told,
            xlabel=unit,
            center=0.0 if isinstance(model, Model) and low < 0.0 < high else None,
            on=on,
        ),
        alt=f"Profile log-likelihood of {name}, with the {at} interval {_between(own)}, beside the parabola of Wald's, "
        f"{_between(quadratic)}",
        caption="Where the two curves part, Wald's interval is an approximation, and the profile's is to be told.",
    )


def likelihood_curve(
    fit: Any, level: float | None = None, theta: Floats | None = None, xlabel: str | None = None
) -> Drawing:
    """The likelihood of one parameter relative to its maximum, with every kind of interval under it."""
    level = level_of(fit, level)
    maximum, name = float(fit.estimate[0]), fit.names[0]
    theta = _span(fit) if theta is None else theta
    relative = np.exp(np.asarray(fit.model.loglik(theta)) - fit.loglik)
    ends = {label: fit.interval(level, kind=kind) for kind, label in KINDS.items() if kind in fit.kinds}
    intervals: Any = {label: tuple(float(np.ravel(end)[0]) for end in pair) for label, pair in ends.items()}
    label = name if xlabel is None else xlabel
    return Drawing(
        lambda on: figures.likelihood(theta, relative, maximum=maximum, intervals=intervals, xlabel=label, on=on),
        alt=f"The likelihood of θ relative to its maximum at {maximum:.4g}, and {len(intervals)} intervals",
        caption=f"Top: how well each $\\theta$ explains the data, the best being 1. Bottom: {percent(level)} "
        "intervals made from it.",
    )


def _span(fit: Any) -> Floats:
    """Where the likelihood of one parameter is not flat."""
    low, high = (float(np.ravel(end)[0]) for end in fit.interval(0.9999, kind="likelihood-ratio"))
    return np.linspace(low, high, 501)


def _place(fit: Any, name: str | None) -> int:
    """The number of the coefficient that was named, or of the only one of a column."""
    if name is None:
        some = slopes(fit.model) or list(range(len(fit.names)))
        if len(some) == 1:
            return some[0]
    elif isinstance(name, str) and name in fit.names:
        return fit.names.index(name)
    got = "" if name is None else f"; got {quoted(name)}"
    raise DomainError(f'plot("profile", name) is of one of {", ".join(map(repr, fit.names))}: name it{got}.')


def _window(value: float, *intervals: tuple[float, float]) -> tuple[float, float]:
    """From where to where: a little beyond both intervals; where one has no end, as far as it takes to see that."""
    far = [abs(end - value) for pair in intervals for end in pair if np.isfinite(end)]
    reach = max(far, default=1.0) or 1.0
    ends = []
    for k, side in enumerate((-1.0, 1.0)):
        own = [abs(pair[k] - value) for pair in intervals]
        ends.append(value + side * (1.3 * max(own) if np.isfinite(own).all() else 3.0 * reach))
    return ends[0], ends[1]


def _parabola(x: Floats, value: float, ends: tuple[float, float], cut: float, *, is_variance: bool) -> Floats:
    """What Wald's interval takes the fall to be; of a variance in its logarithm, NaN where it has no standard error."""
    if not np.isfinite(ends[1]) or ends[1] <= value:
        return np.full(len(x), np.nan)
    if is_variance:
        with np.errstate(divide="ignore"):  # the logarithm of a variance of 0 is infinitely far away
            return cut * (np.log(x / value) / np.log(ends[1] / value)) ** 2
    return cut * ((x - value) / (ends[1] - value)) ** 2


def _between(ends: tuple[float, float]) -> str:
    if np.isnan(ends).any():
        return "none"
    low, high = (f"{end:.4g}".replace("inf", "∞").replace("-", "−") for end in ends)
    return f"{low} to {high}"
