"""Tables of the means of groups and of their contrasts: see `means.py` for what they are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from stattools.data.tables.columns import listing
from stattools.errors import DomainError, IncompatibleError, quoted
from stattools.inference.effects.averages import Average
from stattools.inference.effects.held_rows import levels_of, noted, require_effect
from stattools.inference.effects.means import averages_of, df_of, errors_of, moves_of, on_scale_of_mean, require_over
from stattools.inference.effects.moved_rows import Population, population
from stattools.inference.estimates import Estimates, quantile_of
from stattools.inference.hypotheses import against_zero
from stattools.inference.hypotheses.adjusted import adjusted, method_of
from stattools.inference.intervals.coefficients import without_errors
from stattools.inference.intervals.ratios import factors, require_ratios
from stattools.inference.prediction.prediction import regression, require_finite
from stattools.interface.arguments import are_different, is_one_of, require_truth, several
from stattools.interface.arrays import Floats
from stattools.interface.interval import require_level
from stattools.interface.memory import require_memory
from stattools.interface.when_needed import pd, stats

Column = str | ArrayLike | None

FAMILIES: dict[str, Callable[[float, int], float]] = {
    "bonferroni": lambda level, m: 1.0 - (1.0 - level) / m,
    "sidak": lambda level, m: level ** (1.0 / m),
    "fdr": lambda level, m: level,
    "by": lambda level, m: level,
    "none": lambda level, m: level,
}
"""The level of each interval among m under an adjustment; others have no intervals of their own and Bonferroni's."""


def means(
    fit: Estimates,
    variable: str | None = None,
    *,
    by: str | Sequence[str] | None = None,
    values: Sequence[Any] | None = None,
    over: str = "rows",
    level: float | None = None,
    data: Any = None,
    offset: Column = None,
    exposure: Column = None,
) -> pd.DataFrame:
    """[by, variable, category,] estimate, se, lower, upper: see `Fit.means`.

    >>> import stattools as st
    >>> data = {"y": [1.0, 2.0, 3.0, 5.0, 8.0, 9.0], "g": list("aabbcc"), "x": [1, 2, 1, 2, 1, 3]}
    >>> means(st.fit(st.ols("y ~ g + x", data)), "g").round(3).iloc[:, :3].to_numpy().tolist()
    [['a', 1.639, 0.483], ['b', 4.139, 0.483], ['c', 8.222, 0.496]]
    """
    model = regression(fit, "means")
    require_finite(fit, "means")
    over_grid = require_over(over, model)
    level = fit.level if level is None else level
    require_level(level)
    rows = population(model, data, offset, exposure, "overall")
    ordered = values_of(rows, "means", variable, values)
    groups = moves_of(rows, variable, ordered, by, over_grid)
    moves = [move for _, each in groups for move in each]
    found = averages_of(fit, rows, moves, over_grid)
    averages = [found[move] for move in moves]
    value = np.stack([part.value for part in averages], axis=1)
    head = head_of(model, [dict(move.moved) for move in moves], len(value))
    if not fit.kinds:
        estimate = on_scale_of_mean(fit, value, np.zeros_like(value), 1.0, over_grid)[0]
        return noted(without_errors(head | {"estimate": estimate.ravel()}), rows.note)
    q = quantile_of(df_of(fit, averages), level)
    parts = on_scale_of_mean(fit, value, errors_of(fit, averages), q, over_grid)
    made = pd.DataFrame(head | dict(zip(("estimate", "se", "lower", "upper"), (p.ravel() for p in parts), strict=True)))
    said = f"Average predicted means over the {'reference grid' if over_grid else 'rows'}, with {level:.4g} intervals."
    return noted(made, said, rows.note)


def contrasts(
    fit: Estimates,
    variable: str,
    *,
    by: str | Sequence[str] | None = None,
    values: Sequence[Any] | None = None,
    adjust: str | None = None,
    ratio: bool = False,
    over: str = "rows",
    level: float | None = None,
    data: Any = None,
    offset: Column = None,
    exposure: Column = None,
) -> pd.DataFrame:
    """[by, category,] contrast, estimate, se, statistic, p_value, lower, upper: see `Fit.contrasts`.

    >>> import stattools as st
    >>> data = {"y": [1.0, 2.0, 3.0, 5.0, 8.0, 8.0], "g": ["a", "a", "b", "b", "c", "c"]}
    >>> table = contrasts(st.fit(st.ols("y ~ g", data)), "g", data=data)
    >>> dict(zip(table.contrast, table.estimate.round(6)))
    {'b - a': 2.5, 'c - a': 6.5, 'c - b': 4.0}
    """
    model = regression(fit, "contrasts")
    require_finite(fit, "contrasts")
    require_truth(ratio, "ratio= of contrasts")
    over_grid = require_over(over, model)
    if ratio and over_grid:
        require_ratios(model)
    method = "none" if adjust is None else adjust if is_one_of(adjust, ("tukey",)) else method_of(adjust)
    level = fit.level if level is None else level
    require_level(level)
    rows = population(model, data, offset, exposure, "overall")
    ordered = values_of(rows, "contrasts", variable, values)
    groups = moves_of(rows, variable, ordered, by, over_grid)
    m, p = len(ordered) * (len(ordered) - 1) // 2, len(fit.names)
    of = f"{m:,} contrasts of {len(ordered):,} values of {variable!r}"
    require_memory(of, 2 * m * p, "Name those to be compared in values=[...].")
    found = averages_of(fit, rows, [move for _, each in groups for move in each], over_grid)
    tables = []
    for cell, each in groups:
        if ratio and not over_grid:
            each_mean = {move.value: _logarithm(found[move], variable) for move in each}
        else:
            each_mean = {move.value: found[move] for move in each}
        pairs = list(combinations(ordered, 2))
        names = [f"{second} {'/' if ratio else '-'} {first}" for first, second in pairs]
        parts = [each_mean[second] - each_mean[first] for first, second in pairs]
        table = _contrasted(fit, names, parts, len(ordered), method, ratio, level)
        for name, value in reversed(cell):
            table.insert(0, name, value)
        tables.append(table)
    made = tables[0] if len(tables) == 1 else pd.concat(tables, ignore_index=True)
    if not fit.kinds:  # a fit without standard errors has said so
        return noted(made, rows.note)
    return noted(made, _note(model, method, ratio, over_grid), rows.note)


def _contrasted(
    fit: Estimates, names: list[str], parts: list[Average], k: int, method: str, ratio: bool, level: float
) -> pd.DataFrame:
    """One family of contrasts between k means, category by category, each category a family of its own."""
    value = np.stack([part.value for part in parts], axis=1)
    head = head_of(fit.model, [{"contrast": name} for name in names], len(value))
    shown = (lambda x: factors(x.ravel(), names * len(value)).reshape(x.shape)) if ratio else (lambda x: x)
    if not fit.kinds:
        return without_errors(head | {"estimate": shown(value).ravel()})
    se = errors_of(fit, parts)
    df = np.broadcast_to(df_of(fit, parts), value.shape)
    statistic, p_value = against_zero(value.ravel(), se.ravel(), df.ravel())
    families = zip(statistic.reshape(value.shape), p_value.reshape(value.shape), df, strict=True)
    p_value = np.concatenate([_adjusted(*family, k, method) for family in families])
    half = _reach(df, level, value.shape[1], k, method) * se
    columns = {"estimate": shown(value), "se_log" if ratio else "se": se, "statistic": statistic, "p_value": p_value}
    columns |= {"lower": shown(value - half), "upper": shown(value + half)}
    return pd.DataFrame(head | {name: np.ravel(column) for name, column in columns.items()})


def _adjusted(statistic: Floats, p_value: Floats, df: Floats, k: int, method: str) -> Floats:
    if method != "tukey":
        return adjusted(p_value, method)
    return np.asarray(stats.studentized_range.sf(np.sqrt(2.0) * np.abs(statistic), k, df))


def _reach(df: Floats, level: float, m: int, k: int, method: str) -> Floats:
    """How many standard errors intervals reach, of m contrasts between k means."""
    some, place = np.unique(df, return_inverse=True)
    if method == "tukey":
        reach = stats.studentized_range.ppf(level, k, some) / np.sqrt(2.0)
    else:
        reach = quantile_of(some, FAMILIES.get(method, FAMILIES["bonferroni"])(level, m))
    return np.asarray(reach)[place].reshape(df.shape)


def _note(model: Any, method: str, ratio: bool, over_grid: bool) -> str:
    what = "the predicted mean, averaged over the rows"
    if over_grid:
        what = f"{model.likelihood.words.predictor} at the average row of the reference grid"
    if ratio:
        what = f"exp of differences of {what} ({require_ratios(model)})" if over_grid else f"ratios of {what}"
    else:
        what = f"differences of {what}"
    many = "p-values are not adjusted for their number"
    if method != "none":
        ends = "intervals too" if method in ("tukey", "bonferroni", "sidak") else "intervals are Bonferroni's"
        ends = "intervals are one by one" if method in ("fdr", "by") else ends
        many = f"p-values are adjusted ({method}) within each family, {ends}"
    return f"{what[0].upper()}{what[1:]}; {many}."


def _logarithm(mean: Average, variable: str) -> Average:
    """The logarithm of a mean, by the delta method."""
    if not (mean.value > 0).all():
        raise DomainError(
            f"ratio=True needs means above 0; one of {variable!r} is {mean.value.min():.6g}. Take differences."
        )
    return Average(np.log(mean.value), mean.gradient / mean.value[:, None])


def head_of(model: Any, columns: list[dict[str, Any]], categories: int) -> dict[str, Any]:
    """The columns that say what a row is of, for each category anew."""
    names = dict.fromkeys(name for column in columns for name in column)
    head: dict[str, Any] = {name: [column[name] for column in columns] * categories for name in names}
    if categories > 1:
        labels = np.array([str(label) for label in model.labels], dtype=object)
        head = {"category": np.repeat(labels, len(columns))} | head
    return head


def values_of(rows: Population, who: str, variable: str | None, values: Sequence[Any] | None) -> Sequence[Any]:
    """The values of a variable: its levels in their order, or those that were asked for; one None for no variable."""
    if variable is None and who == "means":
        if values is not None:
            raise IncompatibleError(f"values= of {who} are those of a variable: name it.")
        return (None,)
    rows.require(variable)
    require_effect(rows, variable := str(variable))
    return compared(who, variable, rows.levels(variable, ()), levels_of(rows, variable), values)


def compared(who: str, variable: str, levels: Any, ordered: Any, values: Sequence[Any] | None) -> Sequence[Any]:
    """The values to compare: the levels in their order, or those that were asked for; contrasts need two."""
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
