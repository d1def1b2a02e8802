"""A state: one way to compute what is printed. A convention changes a state into others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np

from stattools.data.rows.rows import Rows
from stattools.interface.arrays import Floats
from stattools.models.model import Model
from stattools.validation.conventions.sheet import Sheet, sheet_of
from stattools.validation.foreign.recipe import Recipe
from stattools.validation.foreign.refit import Refit


@dataclass(frozen=True)
class HowPrinted:
    """How the numbers of a recipe are printed: coefficients as they are, as "ratio" exp(b) or in "percent", 100 (exp(b)
    - 1), their standard errors by the "delta" method or those of the "log"; p-values of `sides`; `statistic` z or t,
    or its "square"; `reach` is how many standard errors an interval goes, where it is no quantile.
    """

    form: Literal["plain", "ratio", "percent"] = "plain"
    errors: Literal["delta", "log"] = "delta"
    sides: int = 2
    statistic: Literal["plain", "square"] = "plain"
    reach: float | None = None
    sign: float = 1.0


@dataclass(frozen=True, eq=False)
class State:
    """A recipe (the model on its rows, its standard errors), how its numbers are `shown`, the `claim` that they are
    compared with, and the `sheet` of its rows.

    `point` are numbers that are no maximum, such as those of a loop that stopped, and `curvature` where their
    information was taken. `aim` are the claimed coefficients in the order of the model's, NaN where nobody said one,
    and `rounding` half of their last digits: a penalty reads its strength off them. `best` are the estimates where
    they are known without a refit.
    """

    recipe: Any
    shown: HowPrinted = field(default_factory=HowPrinted)
    claim: Any = None
    sheet: Sheet | None = None
    point: Floats | None = None
    curvature: Floats | None = None
    aim: Floats | None = None
    rounding: Floats | None = None
    best: Floats | None = None

    @property
    def model(self) -> Any:
        """The model of the recipe."""
        return self.recipe.model

    @property
    def rows(self) -> Rows | None:
        """The rows of a regression; None where they are out of core, and of other models."""
        model = self.model
        return model.rows if isinstance(model, Model) and model.in_memory else None

    @property
    def names(self) -> tuple[str, ...]:
        """What each number is of."""
        return tuple(self.model.names if isinstance(self.recipe, Recipe) else self.recipe.names)

    def of(self, model: Any, sheet: Sheet | None = None) -> State:
        """The state of another model, on the table that goes with it."""
        recipe = replace(self.recipe, model=model)
        sheet = self.sheet if sheet is None else sheet
        return replace(self, recipe=recipe, sheet=sheet, point=None, curvature=None, best=None)

    def with_sheet(self, sheet: Sheet) -> State:
        """The state whose model is made from another table or formula."""
        return self.of(sheet.remade(self.model), sheet)

    def remodelled(self, model: Any) -> State:
        """The state of a model that is computed by another way, such as a regression without effects of groups, with
        its own standard errors.
        """
        recipe: Any = Refit(model, level=self.recipe.level)
        if isinstance(model, Model):
            divisor: Any = "n - p" if model.has_scale else "1"
            df = None if model.has_scale else np.inf
            recipe = Recipe(model, cov="information", divisor=divisor, df=df, level=self.recipe.level)
        found = replace(self, recipe=recipe, sheet=sheet_of(model))
        return replace(found, point=None, curvature=None, best=None)

    def with_recipe(self, **changes: Any) -> State:
        """The state with other settings of its recipe, on the same model."""
        best = None if "penalty" in changes or "options" in changes else self.best
        return replace(self, recipe=replace(self.recipe, **changes), best=best)

    def with_shown(self, **changes: Any) -> State:
        """The state whose numbers are printed otherwise."""
        return replace(self, shown=replace(self.shown, **changes))

    def estimates(self) -> Floats:
        """The coefficients of this state."""
        known = self.point if self.best is None else self.best
        if known is not None:
            return known
        near = np.zeros(len(self.names)) if self.aim is None else np.nan_to_num(self.aim)
        with np.errstate(all="ignore"):  # signs and strengths read off a wrong claim may lead beyond float64
            return self.recipe.maximum(near)

    def errors(self, theta: Floats) -> Floats:
        """The standard errors of coefficients theta."""
        return self.recipe.se(theta if self.curvature is None else self.curvature)

    @property
    def interval(self) -> str:
        """The kind of its intervals."""
        return self.recipe.interval if isinstance(self.recipe, Recipe) else "wald"

    def with_cov(self, cov: Any, df: Any) -> State:
        """The state with another kind of standard errors, and the degrees of freedom that go with it."""
        if isinstance(self.recipe, Recipe):
            return self.with_recipe(cov=cov, df=df)
        return self.with_recipe(options={**self.recipe.options, "cov": cov})

    def df(self) -> float | Floats:
        """The degrees of freedom of Student's t; infinite for the normal."""
        df = self.recipe.df
        if isinstance(self.recipe, Recipe):
            return self.model.n - len(self.model.names) if df is None else df
        first = len(self.model.names)
        df = self.recipe.fit.t_df if df is None else df
        return np.concatenate([np.broadcast_to(df, first), np.full(len(self.names) - first, np.inf)])


def state_of(recipe: Any, claim: Any = None) -> State:
    """The state of a recipe as it stands."""
    return State(recipe, claim=claim, sheet=sheet_of(recipe.model))


@dataclass(frozen=True, eq=False)
class Variant:
    """One step: what it is in words, and how the next state is made, which may cost a refit.

    Two changes with the same `slot`, such as two reference levels of one column, never go together.
    """

    words: str
    make: Callable[[], State]
    slot: tuple[str, ...]

    @property
    def state(self) -> State:
        """The next state; one of stattools' errors where the data refuse it."""
        return self.make()
