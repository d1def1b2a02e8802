"""Figures of estimates: their intervals, one line each, and how the log-likelihood falls on either side of them.

Intervals are shown as they are, as ratios, or per standard deviation of their columns. A profile has the other
coefficients at their best, beside Wald's parabola:

    profile    max loglik - max of loglik over theta with theta_j = t          parabola    -(t - estimate)^2 / 2 se^2

Both are cut at the same height, half the quantile of chi-squared on one degree of freedom. For `st.ols` they are
functions of Student's t, and their cuts are at the same place: `stattools/inference/intervals/coefficients.py`.

A fit with random effects has profiles of standard deviations and correlations, and of a fixed effect where the fit is
by the likelihood and not by the restricted one:

    height(t) = -(D(t) - D(estimate)) / 2,    D the least of -2 log L where the parameter is t

It is cut at half the quantile of chi-squared on one degree of freedom; at 0 the range of a standard deviation ends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

import numpy as np
from scipy.special import ndtri, stdtrit

from stattools import figures
from stattools.errors import DomainError, IncompatibleError, quoted
from stattools.inference.estimates import Estimates, level_of, require_rows
from stattools.inference.hypotheses.wald import coefficients_of
from stattools.inference.intervals.coefficients import called, factors, interval, profile_fall, require_ratios
from stattools.inference.plots.drawing import Drawing, change_in, summary
from stattools.interface.arguments import require_truth, several
from stattools.interface.arrays import Floats
from stattools.interface.names.answers import is_one_of
from stattools.models.model import Model
from stattools.models.questions import AnyModel
from stattools.numerics.threads import one_blas_thread
from stattools.series.statespace.maximum import profile_fall as fall_of_variances
from stattools.solvers.mixed.fixed_effects import FixedProfile
from stattools.solvers.mixed.variance_profile import VarianceParameter, VarianceProfile, parameters, profile_ends
from stattools.text.columns import percent

PREFERRED = ("wilson", "likelihood-ratio", "profile", "score", "wald")
"""The kind of interval that parameters of a sample are shown with: the first that the model has."""

SHOWN = {"wald": "Wald", "wilson": "Wilson", "clopper-pearson": "Clopper–Pearson"}
"""How a kind of interval is called on an axis, where a capital is due."""


def require_one_scale(exponentiate: bool, standardized: bool) -> None:
    """Both are True or False, and not True together: ratios are per unit of a column."""
    require_truth(exponentiate, "exponentiate=")
    require_truth(standardized, "standardized=")
    if exponentiate and standardized:
        raise IncompatibleError("exponentiate= and standardized= do not go together: take one of them.")


def coefficients(
    fit: Estimates,
    *,
    terms: str | Sequence[str] | None = None,
    exponentiate: bool = False,
    standardized: bool = False,
    kind: str | None = None,
    level: float | None = None,
) -> Drawing:
    """See `Fit.plot`."""
    require_one_scale(exponentiate, standardized)
    model, level = fit.model, level_of(fit, level)
    shown = chosen(model, terms)
    estimate, (lower, upper), said = fit.estimate, *_ends(fit, level, kind)
    names, center, unit = fit.names, 0.0 if model.facts.is_regression else None, "estimate"
    if standardized:
        spread = spreads(model)
        shown = [k for k in shown if spread[k] > 0]
        if not shown:
            raise DomainError(
                f"standardized=True is of columns that vary, and {model.title} shows none: choose other terms=."
            )
        estimate, lower, upper = estimate * spread, lower * spread, upper * spread
        unit = f"{change_in(model)} per standard deviation of the column"
    elif exponentiate:
        unit, names, center = f"{require_ratios(model)}, logarithmic axis", called(model), 1.0
        estimate = factors(estimate, names)
        lower, upper = _beyond(factors, lower, names), _beyond(factors, upper, names)
    elif model.facts.is_regression:
        unit = f"{change_in(model)} per unit"
    names = [_named(names[k], estimate[k], lower[k]) for k in shown]
    shape: dict[str, Any] = {"xlabel": f"{unit}, {said}" if said else unit, "center": center, "log": exponentiate}
    alt, caption = f"{len(names)} estimates, {said or unit}", ""
    if standardized:
        all_with, each_with = (f" with {percent(level)} intervals", f", with its {percent(level)} interval")
        alt = f"Coefficients per standard deviation of their columns{all_with if said else ''}"
        caption = f"Each coefficient times the standard deviation of its column{each_with if said else ''}: "
        caption += "farther from zero is stronger."
    numbers = estimate[shown], lower[shown], upper[shown]
    return Drawing(lambda on: figures.coefficients(names, *numbers, **shape, on=on), alt, caption)


def chosen(
    model: AnyModel, terms: str | Sequence[str] | None, names: Sequence[str] = (), whose: str | None = None
) -> list[int]:
    """The numbers of the coefficients of the terms that were named, in their order; by default all of a model that is
    no regression, and of one those of columns: no intercept and no parameter that all rows share, if others are there.

    `names` are by default those of the model, and `whose` they are its title.
    """
    names, whose = names or model.names, whose or model.title
    if terms is None:
        return slopes(model) or list(range(len(names)))
    found: list[int] = []
    for text in several(terms):
        some = [names.index(text)] if is_one_of(text, names) else coefficients_of(model, text)
        if not some:
            raise DomainError(f"terms= has {quoted(text)}, and {whose} has {', '.join(map(repr, names))}.")
        found += [k for k in some if k not in found]
    if not found:
        raise DomainError(f"terms= names coefficients or terms of {whose}; got {quoted(terms)}.")
    return found


def slopes(model: AnyModel) -> list[int]:
    """The numbers of the coefficients of columns of a regression."""
    if not isinstance(model, Model):
        return []
    predictor, design = model.predictor, model.design
    found: list[int] = []
    for k, part in enumerate(predictor.parts):
        use = predictor.first if k < predictor.n_first else predictor.uses[k]
        columns = range(predictor.columns) if use is None else use
        columns = range(predictor.columns)[columns] if isinstance(columns, slice) else columns
        found += [part.start + j for j, column in enumerate(columns) if design.names[column] != "Intercept"]
    return found


def spreads(model: AnyModel) -> Floats:
    """Standard deviation of the column of each coefficient of the first parameter; 0 for constants and for those of
    other parameters.
    """
    if not isinstance(model, Model):
        raise IncompatibleError(f"standardized=True is of the columns of a regression; {model.title} has none.")
    spread = model.predictor.of_columns(summary(model).sd, 0.0)
    spread[model.predictor.size_first :] = 0.0
    return spread


def _ends(fit: Estimates, level: float, kind: str | None) -> tuple[tuple[Floats, Floats], str]:
    """The ends of the intervals, and what they are called; of a fit that has none the estimates, and nothing."""
    if not fit.kinds and kind is None:
        return (fit.estimate, fit.estimate), ""
    if kind is None:
        kind = next(k for k in PREFERRED if k in fit.kinds) if fit.model.facts.has_intervals else "wald"
    found = interval(fit, level, kind)
    lower, upper = (np.atleast_1d(np.asarray(end, dtype=float)) for end in found)
    return (lower, upper), f"{percent(level)} {SHOWN.get(found.kind, found.kind)} interval"


def _beyond(factors: Callable[[Floats, Sequence[str]], Floats], ends: Floats, names: Sequence[str]) -> Floats:
    """exp of the ends, those that are infinite left so: a ratio of 0 is at no place of a logarithmic axis."""
    infinite = np.isinf(ends)
    return np.where(infinite, ends, factors(np.where(infinite, 0.0, ends), names))


def _named(name: str, estimate: float, lower: float) -> str:
    """The name, with what cannot be drawn."""
    if np.isinf(estimate):
        return f"{name} ({'∞' if estimate > 0 else '−∞'})"
    return f"{name} (no interval)" if np.isnan(lower) else name


MIXED_STEPS = 16
"""Points on either side of the estimate."""


def mixed_profile(fit: Any, variable: str | None, level: float | None) -> Drawing:
    """See `Fit.plot`."""
    level = level_of(fit, level)
    known = names(fit)
    if variable is None:  # the only one beside the residual's
        deviations = [name for name in known if name.startswith("sd(")]
        variable = deviations[0] if len(deviations) == 1 else None
    if variable in fit.names and variable not in known:
        why = "profiles of fits with random effects are of their variances"
        if fit.model.fixed.has_scale:
            why = "the restricted likelihood says nothing of fixed effects; fit with reml=False"
        whole = ", ".join(map(repr, known))
        raise IncompatibleError(f'plot("profile", {quoted(variable)}): {why}. This fit has {whole}.')
    if not is_one_of(variable, known):
        raise _unnamed(known, variable)
    fall = float(ndtri(0.5 * (1.0 + level)) ** 2)
    with one_blas_thread():
        value, ends_at, rise = known[variable]
        ends = ends_at(fall, level)
        x = _points(value, ends, variable.startswith("correlation("), variable in fit.names)
        y = np.minimum(_outward(x, value, partial(_heights, value, rise)), 0.0)
    cut = -0.5 * fall
    told = f"profile, {percent(level)} {ends[0]:.3g} to {ends[1]:.3g}"
    kind = "restricted likelihood" if fit.reml else "likelihood"
    return Drawing(
        lambda on: figures.fall(x, y, None, cut=cut, maximum=value, ends={told: ends}, xlabel=variable, on=on),
        alt=f"Profile of the {kind} of {variable}, with the {percent(level)} interval {ends[0]:.3g} to {ends[1]:.3g}",
        caption="A curve that is no parabola about its top is why the interval is the profile's, and has unequal arms.",
    )


def _unnamed(known: Iterable[str], name: object) -> DomainError:
    """The error of a profile of no parameter that there is."""
    got = "" if name is None else f"; got {quoted(name)}"
    return DomainError(f'plot("profile", name) is of one of {", ".join(map(repr, known))}: name it{got}.')


type Curve = tuple[float, Callable[[float, float], tuple[float, float]], Callable[[], Callable[[float], float]]]


def names(fit: Any) -> dict[str, Curve]:
    """What a profile can be drawn of, by name: its estimate, what makes its ends from a fall and a level, and what
    makes the rise of D from the estimate to a value, each search of which starts where the one before it ended.
    """
    found, made = fit.found, {}
    if "profile" in fit.kinds and not fit.reml and fit.model.fixed.has_scale:
        made |= {name: _of_fixed(fit, k) for k, name in enumerate(fit.names)}
    for of in parameters(found):
        if np.isnan(of.estimate):
            continue
        name = "sigma"
        if of.k >= 0:
            term = found.model.varying[of.k]
            one, other = term.effect_names[of.i], term.effect_names[of.j]
            name = f"sd({one} | {term.group})" if of.i == of.j else f"correlation({other}, {one} | {term.group})"
        made[name] = _of_variance(found, of)
    return made


def _of_variance(found: object, of: VarianceParameter) -> Curve:
    return of.estimate, lambda fall, level: profile_ends(found, of, fall), lambda: VarianceProfile(found, of).height


def _of_fixed(fit: Any, k: int) -> Curve:
    def ends(fall: float, level: float) -> Any:
        return tuple(float(end[k]) for end in fit.interval(level, kind="profile"))

    return float(fit.estimate[k]), ends, lambda: FixedProfile(fit.found, k).fall


def _heights(value: float, rise: Callable[[], Callable[[float], float]], x: Floats) -> Floats:
    """Half of what D rises from the value to each x, below 0."""
    D = rise()
    return np.array([0.0 if one == value else -0.5 * D(float(one)) for one in x])


def _outward(x: Floats, value: float, heights: Callable[[Floats], Floats]) -> Floats:
    """The heights at x, in order, made from the value outward on each of its sides."""
    below, above = heights(x[x < value][::-1]), heights(x[x >= value])
    return np.concatenate([below[::-1], above])


def _points(value: float, ends: tuple[float, float], is_correlation: bool, is_fixed: bool) -> Floats:
    """From a little beyond one end to a little beyond the other, within the range of the parameter."""
    low, high = (value + 1.3 * (end - value) for end in ends)
    if not is_fixed:
        low = max(low, -1.0 if is_correlation else 0.0)
        high = min(high, 1.0) if is_correlation else high
    if not np.isfinite(high):
        high = 4.0 * value or 1.0
    return np.unique([np.linspace(low, value, MIXED_STEPS + 1), np.linspace(value, high, MIXED_STEPS + 1)])


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


def a_profile(fit: Estimates, name: str) -> None:
    """A likelihood whose profile is known: of one parameter of a sample, or of the coefficients of a fit."""
    model = fit.model
    if model.facts.has_intervals and len(fit.names) > 1:
        raise IncompatibleError(
            f"{model.title} has a parameter for each arm or category; take the rows of one of them."
        )
    if model.facts.is_mixed:
        require_rows(model)
        if not names(fit):
            raise IncompatibleError(f"{model.title} has no effects of groups whose variance had a profile.")
        return
    if not model.facts.has_intervals and "profile" not in fit.kinds:
        np.asarray(fit.covariance)  # a ridge fit says why
        raise IncompatibleError(f"{model.title} has a maximum at a bound, where there is no profile interval.")


def profile(fit: Any, variable: str | None = None, *, level: float | None = None) -> Drawing:
    """See `Fit.plot`."""
    if fit.model.facts.is_mixed:
        return mixed_profile(fit, variable, level)
    level = level_of(fit, level)
    j = _place(fit, variable)
    if fit.model.facts.has_intervals:
        return likelihood_curve(fit, level)
    model, value = fit.model, float(fit.estimate[j])
    ends = [[float(end[j]) for end in interval(fit, level, kind)] for kind in ("profile", "wald")]
    own, quadratic = ((low, high) for low, high in ends)
    low, high = _window(value, own, quadratic)
    cut = -0.5 * float(ndtri(0.5 * (1.0 - level))) ** 2
    if model.facts.has_states:
        x = np.linspace(max(low, 0.0) if j < len(model.positive) else low, high, 2 * STEPS + 1)
        heights = _outward(x, value, partial(fall_of_variances, model, fit.estimate, j))
    elif model.has_scale:
        x, q = np.linspace(low, high, 4 * STEPS + 1), float(stdtrit(fit.df, 0.5 * (1.0 + level)))
        t = (x - value) / (own[1] - value) * q
        cut, heights = (-0.5 * fit.n * np.log1p(part * part / fit.df) for part in (q, t))
    else:
        x, heights = profile_fall(fit, j, low, high, STEPS)
    parabola = _parabola(x, value, quadratic, cut, is_variance=model.facts.has_states and j < len(model.positive))
    at = percent(level)
    told = {f"profile, {at} {_between(own)}": own, f"Wald, {at} {_between(quadratic)}": quadratic}
    name = fit.names[j]
    unit = f"{name}: {change_in(model)} per unit" if model.facts.is_regression else name
    center = 0.0 if model.facts.is_regression and low < 0.0 < high else None
    shape: dict[str, Any] = {"cut": cut, "maximum": value, "ends": told, "xlabel": unit, "center": center}
    return Drawing(
        lambda on: figures.fall(x, heights, parabola, **shape, on=on),
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


def _place(fit: Estimates, name: str | None) -> int:
    """The number of the coefficient that was named, or of the only one of a column."""
    if name is None:
        some = slopes(fit.model) or list(range(len(fit.names)))
        if len(some) == 1:
            return some[0]
    elif is_one_of(name, fit.names):
        return fit.names.index(name)
    raise _unnamed(fit.names, name)


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
