"""What a change of a variable does to the mean outcome: average marginal effects.

    effect of a number     average over rows of d mean / d x
    effect of a level      average over rows of mean(level) - mean(reference), everything else as it was

The columns of X are differenced in x (central, in steps of 6e-6), the mean is differentiated exactly. Standard errors
by the delta method: the gradient of the average in the coefficients, times `fit.covariance`, whichever `cov=` was
chosen. Cost: a few reads of the rows per variable; of rows in files one for all. Source: Greene, Econometric Analysis
(2012), 17.3; Bartus, Stata Journal 5 (2005), 309-329.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol, Self

import numpy as np
from numpy.typing import ArrayLike

from stattools.errors import DomainError, IncompatibleError, quoted
from stattools.inference.effects.averages import SLOPE, Average, Move, averages
from stattools.inference.effects.held_rows import cells, noted, of_level, require_effect, require_held
from stattools.inference.effects.means import df_of, errors_of
from stattools.inference.effects.moved_rows import Population, population
from stattools.inference.estimates import Estimates, quantile_of
from stattools.inference.hypotheses import against_zero
from stattools.inference.intervals.coefficients import without_errors
from stattools.inference.prediction.prediction import regression, require_finite
from stattools.interface.arguments import is_one_of, several, word_of
from stattools.interface.interval import require_level
from stattools.interface.when_needed import pd
from stattools.models.model import Model

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
    """Effects of the variables on the mean outcome: [category,] term, estimate, se, statistic, p_value, lower, upper.

    The mean is E(y): a probability for binary outcomes, the probability of each category for softmax, a mean count.
    Variables are the columns of the table that the formula uses, or the columns of X. A number has the derivative of
    the mean; true or false and categories have the change of the mean, from False to True, from the reference to each
    level; so have columns of 0 and 1 named in `discrete`. `at` is "overall": the average over the rows, or "mean": at
    the mean of every number, with the levels in the proportions that they have; or values by variable, {"x": 1.0}: over
    the rows, with these held there. `by` names categories: the average over the rows of each level, which stands in a
    column before. `data` are other rows to average over, `offset` and `exposure` theirs; they count as often as the
    column says that was the weights of the fit, each once where they have none. Equal to statsmodels' get_margeff
    (`dummy=True` for what is discrete).

    Raises DomainError for an unknown variable and for rows at a kink, IncompatibleError where the fit has no columns
    for a number in a step, such as `I(x > 0)`, which has no derivative, and for a variable of the formula of another
    parameter alone, such as a dispersion, on which the mean does not depend.

    >>> import stattools as st
    >>> fit = st.fit(st.logistic([0, 0, 1, 0, 1, 1], [1, 2, 3, 4, 5, 6], names=["dose"]))
    >>> marginal_effects(fit)[["term", "estimate", "se"]].round(4).to_numpy().tolist()
    [['dose', 0.1586, 0.0222]]
    """
    model = regression(fit, "marginal_effects")
    require_finite(fit, "marginal_effects")
    asked = asked_effects(model, at, variables, discrete, data, offset, exposure)

    def effects(rows: Population) -> pd.DataFrame:
        terms, found = asked.effects(rows, averages(fit.estimate, rows, asked.moves, asked.discrete))
        return _table(fit, "term", terms, found, level)

    return noted(asked.by_level(by, effects), asked.rows.note)


class Minus(Protocol):
    """What can be subtracted: averages with gradients, averages of draws."""

    def __sub__(self, other: Self, /) -> Self: ...


@dataclass(frozen=True, eq=False)
class AskedEffects:
    """The variables to move over some rows, each with its levels, the reference first, or with None for a number;
    others are `held` at values, and `discrete` columns are those of 0 and 1 that count as levels.
    """

    rows: Population
    at: str
    variables: Mapping[str, Any]
    held: tuple[tuple[str, Any], ...]
    discrete: tuple[str, ...]

    @property
    def moves(self) -> list[Move]:
        """What is to be averaged: every level of a variable, or its slope."""
        return [Move(name, value, self.held) for name, each in self.variables.items() for value in each or (SLOPE,)]

    def effects[Found: Minus](self, rows: Population, means: Mapping[Move, Found]) -> tuple[list[str], list[Found]]:
        """Names and values of the effects, from the averages of the moves: slopes, and levels minus the reference."""
        terms, found = [], []
        for name, levels in self.variables.items():
            if levels is None:
                terms.append(name)
                found.append(means[Move(name, SLOPE, self.held)])
                continue
            for value in levels[1:]:
                terms.append(name if len(levels) == 2 and not rows.is_category(name) else f"{name}[T.{value}]")
                found.append(means[Move(name, value, self.held)] - means[Move(name, levels[0], self.held)])
        return terms, found

    def by_level(self, by: Any, table: Callable[[Population], pd.DataFrame]) -> pd.DataFrame:
        """The table of all rows, or the tables of the rows of each level of `by`, under one another."""
        if by is not None and self.at == "mean":
            raise IncompatibleError(
                'by= averages over the rows of each level, and at="mean" has one row: give one of them.'
            )
        parts = []
        for cell in cells(self.rows, by):
            some = of_level(self.rows, cell)
            if some is not None:
                part = table(some)
                for name, value in reversed(cell):
                    part.insert(0, name, value)
                parts.append(part)
        return parts[0] if len(parts) == 1 else pd.concat(parts, ignore_index=True)


def asked_effects(
    model: Model, at: Any, variables: Any, discrete: Any, data: Any, offset: Column, exposure: Column
) -> AskedEffects:
    """What was asked for, with every name and value looked at."""
    held = at if isinstance(at, Mapping) else {}
    at = word_of("overall" if held else at, ("overall", "mean"))
    if not is_one_of(at, ("overall", "mean")):
        raise IncompatibleError(
            f'marginal_effects has at="overall", at="mean" and at={{"x": 1.0}}; got at={quoted(at)}.'
        )
    rows = population(model, data, offset, exposure, str(at))
    held = tuple(require_held(rows, held).items())
    variables = rows.names if variables is None else several(variables)
    discrete = several(discrete)
    for name in (*variables, *discrete):
        rows.require(name)
    for name in variables:
        require_effect(rows, name)
    asked = {name: rows.levels(name, discrete) for name in variables}
    if not asked:
        raise DomainError(f"{model.title} has no variable to move: its only column is the intercept.")
    for name, levels in asked.items():
        if levels is None:
            rows.require_derivative(name)
    return AskedEffects(rows, str(at), asked, held, tuple(discrete))


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
        return without_errors(head | {"estimate": effect})
    se, df = errors_of(fit, found, "effects").ravel(), np.ravel(df_of(fit, found)) if fit.degrees else fit.t_df
    statistic, p_value = against_zero(effect, se, df)
    half = quantile_of(df, level) * se
    columns = {"estimate": effect, "se": se, "statistic": statistic, "p_value": p_value}
    return pd.DataFrame(head | columns | {"lower": effect - half, "upper": effect + half})
