"""What a change of a variable does to the mean outcome: average marginal effects.

    effect of a number     average over rows of d mean / d x
    effect of a level      average over rows of mean(level) - mean(reference), everything else as it was

The columns of X are differenced in x (central, in steps of 6e-6), the mean is differentiated exactly. Standard errors
by the delta method: the gradient of the average in the coefficients, times `fit.covariance`, whichever `cov=` was
chosen. Cost: a few reads of the rows per variable; of rows in files one for all. Source: Greene, Econometric Analysis
(2012), 17.3; Bartus, Stata Journal 5 (2005), 309-329.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from stattools.errors import DomainError, IncompatibleError, quoted
from stattools.inference.effects.averages import SLOPE, Average, Move, averages
from stattools.inference.effects.held_rows import cells, of_level, require_held
from stattools.inference.effects.moved_rows import Population, population
from stattools.inference.estimates import Estimates
from stattools.inference.hypotheses import against_zero
from stattools.inference.intervals.coefficients import without_errors
from stattools.inference.prediction.prediction import regression, require_finite
from stattools.inference.prediction.uncertainty import require_digits
from stattools.interface.arguments import is_one_of, several, word_of
from stattools.interface.interval import require_level
from stattools.interface.when_needed import pd

Column = str | ArrayLike | None


def marginal_effects(
    fit: Estimates,
    *,
    at: Literal["overall", "mean"] | Mapping[str, Any] = "overall",
    variables: Sequence[str] | None = None,
    discrete: Sequence[str] = (),
    by: str | Sequence[str] | None = None,
    level: float | None = None,
    data: Any = None,
    offset: Column = None,
    exposure: Column = None,
) -> pd.DataFrame:
    """Effects of the variables on the mean outcome: [category,] term, effect, se, statistic, p_value, lower, upper.

    The mean is E(y): a probability for binary outcomes, the probability of each category for softmax, a mean count.
    Variables are the columns of the table that the formula uses, or the columns of X. A number has the derivative of
    the mean; true or false and categories have the change of the mean, from False to True, from the reference to each
    level; so have columns of 0 and 1 named in `discrete`. `at` is "overall": the average over the rows, or "mean": at
    the mean of every number, with the levels in the proportions that they have; or values by variable, {"x": 1.0}:
    over the rows, with these held there. `by` names categories: the average over the rows of each level, which stands
    in a column before. `data` are other rows to average over, each once, `offset` and `exposure` theirs. Equal to
    statsmodels' get_margeff (`dummy=True` for what is discrete).

    Raises DomainError for an unknown variable and for rows at a kink, IncompatibleError where the fit has no columns
    and for a number in a step, such as `I(x > 0)`, which has no derivative.

    >>> import stattools as st
    >>> fit = st.fit(st.logistic([0, 0, 1, 0, 1, 1], [1, 2, 3, 4, 5, 6], names=["dose"]))
    >>> marginal_effects(fit)[["term", "effect", "se"]].round(4).to_numpy().tolist()
    [['dose', 0.1586, 0.0222]]
    """
    model = regression(fit, "marginal_effects")
    require_finite(fit, "marginal_effects")
    held = at if isinstance(at, Mapping) else {}
    at = word_of("overall" if held else at, ("overall", "mean"))
    if not is_one_of(at, ("overall", "mean")):
        raise IncompatibleError(
            f'marginal_effects has at="overall", at="mean" and at={{"x": 1.0}}; got at={quoted(at)}.'
        )
    if by is not None and at == "mean":
        raise IncompatibleError(
            'by= averages over the rows of each level, and at="mean" has one row: give one of them.'
        )
    rows = population(model, data, offset, exposure, str(at))
    held = tuple(require_held(rows, held).items())
    variables = rows.names if variables is None else several(variables)
    discrete = several(discrete)
    for name in (*variables, *discrete):
        rows.require(name)
    asked = {name: rows.levels(name, discrete) for name in variables}
    if not asked:
        raise DomainError(f"{model.title} has no variable to move: its only column is the intercept.")
    for name, levels in asked.items():
        if levels is None:
            rows.require_derivative(name)
    parts = []
    for cell in cells(rows, by):
        some = of_level(rows, cell)
        if some is not None:
            part = _effects(fit, some, asked, held, tuple(discrete), level)
            for name, value in reversed(cell):
                part.insert(0, name, value)
            parts.append(part)
    return parts[0] if len(parts) == 1 else pd.concat(parts, ignore_index=True)


def _effects(
    fit: Estimates,
    rows: Population,
    asked: Mapping[str, Any],
    held: tuple[tuple[str, Any], ...],
    discrete: tuple[str, ...],
    level: float | None,
) -> pd.DataFrame:
    """The effects of variables with their levels, None for a number, over some rows."""
    moves = [Move(name, value, held) for name, levels in asked.items() for value in levels or (SLOPE,)]
    means = averages(fit.estimate, rows, moves, discrete)
    terms, found = [], []
    for name, levels in asked.items():
        if levels is None:
            terms.append(name)
            found.append(means[Move(name, SLOPE, held)])
            continue
        for value in levels[1:]:
            terms.append(name if len(levels) == 2 and not rows.is_category(name) else f"{name}[T.{value}]")
            found.append(means[Move(name, value, held)] - means[Move(name, levels[0], held)])
    return _table(fit, "term", terms, found, level)


def _table(fit: Estimates, column: str, names: list[str], found: list[Average], level: float | None) -> pd.DataFrame:
    """One row per effect, category by category, with the tests and intervals of `fit.table`."""
    level = fit.level if level is None else level
    require_level(level)
    effect = np.stack([part.value for part in found], axis=1)  # (K, effects)
    head: dict[str, Any] = {column: names}
    if len(effect) > 1:
        labels = [str(label) for label in fit.model.labels]
        head = {"category": np.repeat(np.array(labels, dtype=object), len(names)), column: names * len(labels)}
    effect = effect.ravel()
    if not fit.kinds:
        return without_errors(head | {"effect": effect})
    gradient = np.stack([part.gradient for part in found], axis=1)
    variance = np.maximum(((gradient @ fit.covariance) * gradient).sum(axis=2), 0.0)
    require_digits("standard errors of effects", gradient, fit.covariance, variance)
    se = np.sqrt(variance).ravel()
    statistic, p_value = against_zero(effect, se, fit.t_df)
    half = fit.quantile(level) * se
    columns = {"effect": effect, "se": se, "statistic": statistic, "p_value": p_value}
    return pd.DataFrame(head | columns | {"lower": effect - half, "upper": effect + half})
