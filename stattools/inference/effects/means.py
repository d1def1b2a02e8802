"""Means of groups, everything else being equal, their differences and ratios, with standard errors.

    over="rows"    mean_l = sum_i w_i E(y_i | g = l) / sum_i w_i:  every row of the data with the variable at level l
    over="grid"    mean_l = h(x_l^T beta + offset):  x_l the average row of the reference grid, h the inverse link

    marginal effect    sum_i w_i d mean_i / d x / sum_i w_i  of a number, mean_l - mean_reference  of a level

The first is the average prediction (standardization, the g-formula): an average of means. The second is R's emmeans: a
mean at an average row, one for each combination of categories, which count alike, and every number at its mean.
Differences over the grid are those of the linear predictor; their exponentials, with ratio=True, are odds or rate
ratios. Of rows the ratio is that of the average means, and its standard error that of the logarithm.

Standard errors by the delta method from `fit.covariance`; the interval of a mean is made on the scale of the link where
the mean is a function of one linear predictor alone. Source: Searle, Speed & Milliken, The American Statistician 34
(1980), 216-221; Lenth, emmeans (2024); Kramer, Biometrics 12 (1956); Greene, Econometric Analysis (2012), 17.3; Bartus,
Stata Journal 5 (2005), 309-329.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import combinations
from typing import Any, Literal

import numpy as np
from scipy import special

from stattools.data.tables.columns import listing
from stattools.errors import DomainError, IncompatibleError, quoted
from stattools.inference.effects.averages import SLOPE, Move, Population, averages, noted, population
from stattools.inference.estimates import Estimates, against_zero, df_along, level_of, quantile_of
from stattools.inference.hypotheses.result import adjusted, method_of
from stattools.inference.intervals.coefficients import factors, require_ratios, without_errors
from stattools.inference.prediction.kinds import nearest_mean, require_digits
from stattools.inference.prediction.predict import require_finite
from stattools.interface.arguments import are_different, require_truth, several
from stattools.interface.arrays import Floats
from stattools.interface.memory import require_memory
from stattools.interface.names.answers import is_one_of, one_of
from stattools.interface.units import finite
from stattools.interface.when_needed import pd, stats
from stattools.likelihoods import Likelihood
from stattools.models.model import Model
from stattools.models.questions import AnyModel


def _asked(fit: Estimates, who: str, level: float | None, over: object = "rows") -> tuple[Model, float, bool]:
    """The model, the level of intervals, and whether averages are over the grid; an error where coefficients are
    infinite, for another level or word, and of categories over the grid.
    """
    require_finite(fit, who)
    model, level = fit.model, level_of(fit, level)
    found = one_of(over, ("rows", "grid"), 'over= is "rows" or "grid"')
    if found == "grid" and model.likelihood.outcome.has_several:
        raise IncompatibleError(
            f"{model.title} has a probability for each category, which are averaged over rows: leave over= out."
        )
    return model, level, found == "grid"


def moves_of(
    rows: Population, variable: str | None, values: Sequence[object], by: object, over_grid: bool = False
) -> list[tuple[tuple[tuple[str, object], ...], list[Move]]]:
    """For each combination of the levels of `by` the moves of a variable through its values."""
    found = rows.cells(by)
    if variable is not None and variable in dict(found[0]):
        raise DomainError(f"by= has {variable!r}, which is the variable that is moved; leave it out.")
    if over_grid:
        for name in [*dict(found[0]), *[variable] * (variable is not None)]:
            rows.require_effect(str(name), over_grid)
    return [(cell, [Move(variable, value, cell) for value in values]) for cell in found]


def errors_of(fit: Estimates, gradient: Floats, what: str = "averages") -> Floats:
    """Standard errors of averages with these gradients, (K, m); DomainError where they have no digits or are beyond
    float64.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        variance = np.maximum(((gradient @ fit.covariance) * gradient).sum(axis=2), 0.0)
    finite(variance, fit.model.title, f"the variance of {what}")
    require_digits(f"standard errors of {what}", gradient, fit.covariance, variance)
    return np.sqrt(variance)


def on_scale_of_mean(
    fit: Estimates, value: Floats, se: Floats, quantile: float | Floats, over_grid: bool
) -> tuple[Floats, Floats, Floats, Floats]:
    """Estimate, standard error, lower and upper of means: the ends by way of the link, where the likelihood says which
    linear predictor has a mean, and that alone decides it; of a Gumbel distribution the mean moves with the scale too,
    and intervals are even about the estimate.
    """
    family, half = of_means(fit.model), quantile * se
    if over_grid:
        lower, mean, upper, below, above = [_mean(fit, value + by) for by in (-half, 0.0, half, -STEP * se, STEP * se)]
        return mean, np.abs(above - below) / (2.0 * STEP), np.minimum(lower, upper), np.maximum(lower, upper)
    if family.outcome.has_several:
        logit, half = special.logit(value), half / (value * (1.0 - value))
        return value, se, special.expit(logit - half), special.expit(logit + half)
    room = np.minimum(np.abs(value), np.abs(1.0 - value)) if family.facts.is_event else np.abs(value)
    step = STEP * np.where(room > 0, room, 1.0)
    with suppress(IncompatibleError), np.errstate(divide="ignore"):  # a mean at the end of its range has eta = inf
        eta = np.asarray(family.link(value), dtype=float)
        if np.allclose(_mean(fit, eta), value, rtol=1e-8, atol=1e-300):
            ahead, behind = [np.asarray(family.link(value + by), dtype=float) for by in (step, -step)]
            half = half * np.abs((ahead - behind) / (2.0 * step))
            ends = np.stack([_mean(fit, eta - half), _mean(fit, eta + half)])
            return value, se, ends.min(axis=0), ends.max(axis=0)
    return value, se, value - half, value + half


STEP = 1e-4
"""A step of differences of a link, as a share of the mean; over the grid in standard errors."""


def of_means(model: AnyModel) -> Likelihood:
    """The family by whose link intervals of means are made; its own, unless effects of groups are averaged over."""
    return model.likelihood.facts.averaged or model.likelihood


def _mean(fit: Estimates, eta: Floats) -> Floats:
    """The mean at linear predictors of the first parameter, the others at their average."""
    model, family = fit.model, of_means(fit.model)
    if family.width == 1:
        return nearest_mean(family, eta)
    wide = np.zeros((eta.size, family.width))
    wide[:, 0] = eta.ravel()
    for k in range(1, family.width):
        part, use = model.predictor.parts[k], model.predictor.uses[k]
        some = np.asarray(model.rows.X)[:, list(range(model.predictor.columns) if use is None else use)]
        row = np.average(some, axis=0, weights=model.rows.weight) if use != () else np.ones(1)
        wide[:, k] = row @ fit.estimate[part]
    return np.asarray(nearest_mean(family, wide)).reshape(eta.shape)


FAMILIES: dict[str, tuple[str, Callable[[float, int], float]]] = {
    "bonferroni": ("intervals too", lambda level, m: 1.0 - (1.0 - level) / m),
    "sidak": ("intervals too", lambda level, m: level ** (1.0 / m)),
    "tukey": ("intervals too", lambda level, m: level),
    **dict.fromkeys(("fdr", "by", "none"), ("intervals are one by one", lambda level, m: level)),
}
"""What an adjustment does to intervals, and the level of each of m; others have Bonferroni's."""


def means(
    fit: Estimates,
    variable: str | None = None,
    *,
    by: str | Sequence[str] | None = None,
    values: Sequence[object] | None = None,
    over: str = "rows",
    level: float | None = None,
    **which: Any,
) -> pd.DataFrame:
    """[by, variable, category,] estimate, se, lower, upper: see `Fit.means`; `which` says over which rows, `data=`,
    `offset=` and `exposure=`.

    >>> import stattools as st
    >>> data = {"y": [1.0, 2.0, 3.0, 5.0, 8.0, 9.0], "g": list("aabbcc"), "x": [1, 2, 1, 2, 1, 3]}
    >>> means(st.fit(st.ols("y ~ g + x", data)), "g").round(3).iloc[:, :3].to_numpy().tolist()
    [['a', 1.639, 0.483], ['b', 4.139, 0.483], ['c', 8.222, 0.496]]
    """
    model, level, over_grid = _asked(fit, "means", level, over)
    rows = population(model, **which)
    ordered = values_of(rows, "means", variable, values)
    groups = moves_of(rows, variable, ordered, by, over_grid)
    moves = [move for _, each in groups for move in each]
    found = averages(fit.estimate, rows.grid(moves[0].moved) if over_grid else rows, moves)
    value, gradient = _apart([found[move] for move in moves])
    head = head_of(model, [move.moved for move in moves], len(value))
    if not fit.kinds:
        estimate = on_scale_of_mean(fit, value, np.zeros_like(value), 1.0, over_grid)[0]
        return noted(without_errors(head | {"estimate": estimate.ravel()}), rows.note)
    q = quantile_of(df_along(fit, gradient), level)
    parts = on_scale_of_mean(fit, value, errors_of(fit, gradient), q, over_grid)
    made = pd.DataFrame(head | dict(zip(("estimate", "se", "lower", "upper"), map(np.ravel, parts), strict=True)))
    said = f"Average predicted means over the {'reference grid' if over_grid else 'rows'}, with {level:.4g} intervals."
    return noted(made, said, rows.note)


def contrasts(
    fit: Estimates,
    variable: str,
    *,
    by: str | Sequence[str] | None = None,
    values: Sequence[object] | None = None,
    adjust: str | None = None,
    ratio: bool = False,
    over: str = "rows",
    level: float | None = None,
    **which: Any,
) -> pd.DataFrame:
    """[by, category,] contrast, estimate, se, statistic, p_value, lower, upper: see `Fit.contrasts`.

    >>> import stattools as st
    >>> data = {"y": [1.0, 2.0, 3.0, 5.0, 8.0, 8.0], "g": ["a", "a", "b", "b", "c", "c"]}
    >>> table = contrasts(st.fit(st.ols("y ~ g", data)), "g", data=data)
    >>> dict(zip(table.contrast, table.estimate.round(6)))
    {'b - a': 2.5, 'c - a': 6.5, 'c - b': 4.0}
    """
    require_truth(ratio, "ratio= of contrasts")
    model, level, over_grid = _asked(fit, "contrasts", level, over)
    if ratio and over_grid:
        require_ratios(model)
    method = "none" if adjust is None else adjust if is_one_of(adjust, ("tukey",)) else method_of(adjust)
    rows = population(model, **which)
    ordered = values_of(rows, "contrasts", variable, values)
    groups = moves_of(rows, variable, ordered, by, over_grid)
    m, p = len(ordered) * (len(ordered) - 1) // 2, len(fit.names)
    of = f"{m:,} contrasts of {len(ordered):,} values of {variable!r}"
    require_memory(of, 2 * m * p, "Name those to be compared in values=[...].")
    moves = [move for _, each in groups for move in each]
    found = averages(fit.estimate, rows.grid(moves[0].moved) if over_grid else rows, moves)
    if ratio and not over_grid:
        found = {move: _logarithm(mean, variable) for move, mean in found.items()}
    names = [f"{second} {'/' if ratio else '-'} {first}" for first, second in combinations(ordered, 2)]
    test = partial(_tested, fit, "contrast", names, level=level, k=len(ordered), method=method, ratio=ratio)
    parts = ((cell, [found[b] - found[a] for a, b in combinations(each, 2)]) for cell, each in groups)
    made = _under_one_another([(cell, test(each)) for cell, each in parts])
    said = _note(model, method, ratio, over_grid) if fit.kinds else ""  # a fit without standard errors has said so
    return noted(made, said, rows.note)


def _tested(
    fit: Estimates,
    column: str,
    names: list[str],
    parts: list[Floats],
    level: float,
    what: str = "averages",
    *,
    k: int = 2,
    method: str = "none",
    ratio: bool = False,
) -> pd.DataFrame:
    """One row per average, with its test and interval, category by category, each category a family of its own; those
    of contrasts are between k means.
    """
    value, gradient = _apart(parts)
    head = head_of(fit.model, [{column: name} for name in names], len(value))
    shown = (lambda x: factors(x.ravel(), names * len(value)).reshape(x.shape)) if ratio else (lambda x: x)
    if not fit.kinds:
        return without_errors(head | {"estimate": shown(value).ravel()})
    se = errors_of(fit, gradient, what)
    df = np.broadcast_to(df_along(fit, gradient), value.shape)
    statistic, p_value = against_zero(value.ravel(), se.ravel(), df.ravel())
    some, place = np.unique(df, return_inverse=True)  # intervals reach so many standard errors
    reach = quantile_of(some, FAMILIES.get(method, FAMILIES["bonferroni"])[1](level, value.shape[1]))
    if method == "tukey":
        p_value = np.asarray(stats.studentized_range.sf(np.sqrt(2.0) * np.abs(statistic), k, df.ravel()))
        reach = stats.studentized_range.ppf(level, k, some) / np.sqrt(2.0)
    elif method != "none":
        p_value = np.concatenate([adjusted(family, method) for family in p_value.reshape(value.shape)])
    half = np.asarray(reach)[place].reshape(df.shape) * se
    columns = {"estimate": shown(value), "se_log" if ratio else "se": se, "statistic": statistic, "p_value": p_value}
    columns |= {"lower": shown(value - half), "upper": shown(value + half)}
    return pd.DataFrame(head | {name: np.ravel(column) for name, column in columns.items()})


def _apart(averages: Sequence[Floats]) -> tuple[Floats, Floats]:
    """Values (K, m) and gradients (K, m, p) of averages."""
    both = np.stack(averages, axis=1)
    return both[:, :, 0], both[:, :, 1:]


def _under_one_another(tables: Sequence[tuple[Sequence[tuple[str, object]], pd.DataFrame]]) -> pd.DataFrame:
    """The tables of the levels of `by` as one, with these levels as its first columns."""
    for cell, table in tables:
        for name, value in reversed(cell):
            table.insert(0, name, value)
    return tables[0][1] if len(tables) == 1 else pd.concat([table for _, table in tables], ignore_index=True)


def _note(model: AnyModel, method: str, ratio: bool, over_grid: bool) -> str:
    what = "the predicted mean, averaged over the rows"
    if over_grid:
        what = f"{model.likelihood.facts.words.predictor} at the average row of the reference grid"
    if ratio:
        what = f"exp of differences of {what} ({require_ratios(model)})" if over_grid else f"ratios of {what}"
    else:
        what = f"differences of {what}"
    many = "p-values are not adjusted for their number"
    if method != "none":
        ends = FAMILIES[method][0] if method in FAMILIES else "intervals are Bonferroni's"
        many = f"p-values are adjusted ({method}) within each family, {ends}"
    return f"{what[0].upper()}{what[1:]}; {many}."


def _logarithm(mean: Floats, variable: str) -> Floats:
    """The logarithm of a mean, by the delta method."""
    value, gradient = mean[:, :1], mean[:, 1:]
    if not (value > 0).all():
        raise DomainError(
            f"ratio=True needs means above 0; one of {variable!r} is {value.min():.6g}. Take differences."
        )
    return np.hstack([np.log(value), gradient / value])


def head_of(model: Any, columns: list[dict[str, object]], categories: int) -> dict[str, object]:
    """The columns that say what a row is of, for each category anew."""
    names = dict.fromkeys([name for column in columns for name in column])
    head: dict[str, Any] = {name: [column[name] for column in columns] * categories for name in names}
    if categories > 1:
        labels = np.array([str(label) for label in model.labels], dtype=object)
        head = {"category": np.repeat(labels, len(columns))} | head
    return head


def values_of(rows: Population, who: str, variable: str | None, values: Sequence[object] | None) -> Sequence[object]:
    """The values of a variable: its levels in their order, or those that were asked for, for contrasts two or more; one
    None for no variable.
    """
    if variable is None and who == "means":
        if values is not None:
            raise IncompatibleError(f"values= of {who} are those of a variable: name it.")
        return (None,)
    rows.require(variable)
    rows.require_effect(variable := str(variable))
    levels, ordered = rows.levels(variable), rows.grid_levels(variable)
    fewest = "two or more" if who == "contrasts" else "one or more"
    if values is None:
        if ordered is None:
            raise DomainError(
                f"{who} compare levels, and {variable!r} is a number: give values=[...], {fewest}, "
                f"write C({variable}) in the formula, or see fit.marginal_effects()."
            )
        return ordered
    chosen = several(values)
    try:
        good = levels is not None or np.isfinite(np.asarray(chosen, dtype=float)).all()
    except (TypeError, ValueError, OverflowError):
        good = False
    if len(chosen) < 1 + (who == "contrasts") or not are_different(chosen) or not good:
        raise DomainError(
            f"{who} of {variable!r} need {fewest} different {'numbers' if levels is None else 'levels'} as "
            f"values=; got {quoted(values)}."
        )
    if levels is not None and (unknown := [value for value in chosen if value not in levels]):
        raise DomainError(f"{variable!r} has no level {unknown[0]!r}; it has {listing(levels)}.")
    return chosen


def marginal_effects(
    fit: Estimates,
    *,
    at: Literal["overall", "mean"] | Mapping[str, object] = "overall",
    variables: Sequence[str] | None = None,
    discrete: Sequence[str] = (),
    by: str | Sequence[str] | None = None,
    level: float | None = None,
    **which: Any,
) -> pd.DataFrame:
    """[by, category,] term, estimate, se, statistic, p_value, lower, upper: see `Fit.marginal_effects`.

    A number has the derivative of the mean, categories and truth values the change of the mean from the reference to
    each level. Equal to statsmodels' get_margeff (`dummy=True` for what is discrete). Raises DomainError for an unknown
    variable and for rows at a kink, IncompatibleError for a number in a step, such as `I(x > 0)`, which has no
    derivative, and for a variable on which the mean does not depend.

    >>> import stattools as st
    >>> fit = st.fit(st.logistic([0, 0, 1, 0, 1, 1], [1, 2, 3, 4, 5, 6], names=["dose"]))
    >>> marginal_effects(fit)[["term", "estimate", "se"]].round(4).to_numpy().tolist()
    [['dose', 0.1586, 0.0222]]
    """
    model, level, _ = _asked(fit, "marginal_effects", level)
    asked = asked_effects(model, at, variables, discrete, **which)

    def effects(rows: Population) -> pd.DataFrame:
        terms, found = asked.effects(averages(fit.estimate, rows, asked.moves, asked.discrete))
        return _tested(fit, "term", terms, found, level, "effects")

    return noted(asked.by_level(by, effects), asked.rows.note)


@dataclass(frozen=True, eq=False)
class AskedEffects:
    """The variables to move over some rows, each with its levels, the reference first, or with None for a number;
    others are `held` at values, and `discrete` columns are those of 0 and 1 that count as levels.
    """

    rows: Population
    variables: Mapping[str, Any]
    held: tuple[tuple[str, Any], ...]
    discrete: tuple[str, ...]

    @property
    def moves(self) -> list[Move]:
        """What is to be averaged: every level of a variable, or its slope."""
        return [Move(name, value, self.held) for name, each in self.variables.items() for value in each or (SLOPE,)]

    def effects(self, means: Mapping[Move, Floats]) -> tuple[list[str], list[Floats]]:
        """Names and values of the effects, from the averages of the moves, with gradients or of draws: slopes, and
        levels minus the reference.
        """
        terms, found = [], []
        for name, levels in self.variables.items():
            first, *others = (means[Move(name, value, self.held)] for value in levels or (SLOPE,))
            alone = levels is None or (len(levels) == 2 and self.rows.ordered_levels(name) is None)
            terms += [name] if alone else [f"{name}[T.{value}]" for value in levels or ()][1:]
            found += [first] if levels is None else [mean - first for mean in others]
        return terms, found

    def by_level(self, by: object, table: Callable[[Population], pd.DataFrame]) -> pd.DataFrame:
        """The table of all rows, or the tables of the rows of each level of `by`, under one another."""
        if by is not None and self.rows.collapsed:
            raise IncompatibleError(
                'by= averages over the rows of each level, and at="mean" has one row: give one of them.'
            )
        found = ((cell, self.rows.of_level(cell)) for cell in self.rows.cells(by))
        return _under_one_another([(cell, table(some)) for cell, some in found if some is not None])


def asked_effects(model: Model, at: object, variables: object, discrete: object, **which: Any) -> AskedEffects:
    """What was asked for, with every name and value looked at."""
    held = at if isinstance(at, Mapping) else {}
    has = 'marginal_effects has at="overall", at="mean" and at={"x": 1.0}'
    at = one_of("overall" if held else at, ("overall", "mean"), has, IncompatibleError, got="at=")
    rows = population(model, **which)
    over = rows.at_mean() if at == "mean" else rows
    held = tuple(rows.require_held(held).items())
    variables = rows.names if variables is None else several(variables)
    discrete = several(discrete)
    for name in (*variables, *discrete):
        rows.require(name)
    for name in variables:
        rows.require_effect(name)
    asked = {name: rows.levels(name, discrete) for name in variables}
    if not asked:
        raise DomainError(f"{model.title} has no variable to move: its only column is the intercept.")
    for name, levels in asked.items():
        if levels is None:
            rows.require_derivative(name)
    for name in discrete:
        rows.levels(name, discrete)  # refuses others than 0 and 1
    return AskedEffects(over, asked, held, discrete)
