"""A state: one way to compute what is printed. A convention changes a state into others.

A convention: a choice that analyses make, what it changes, and what to say where two analyses chose otherwise.

What a state prints: a claim's columns, made from estimates, standard errors and degrees of freedom.

The state that a claim is first compared with: the model's own computation, printed as the claim's words say.

How a claim declares that its numbers were made, which is what they are compared with: R's glm has standard errors of
the expected information at Pearson's dispersion, and its lmer says whether it maximized the restricted likelihood.

Which parameter of a state each row of a claim is of, where another coding or reference level gives other names.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy import special

from stattools.data.rows.rows import Rows
from stattools.errors import DomainError
from stattools.inference.covariance import HAC, Cluster
from stattools.inference.estimates import quantile_of
from stattools.interface.arrays import Floats
from stattools.validation.claims.printed import Claim
from stattools.validation.claims.terms import known_places
from stattools.validation.conventions.sheet import Sheet, sheet_of
from stattools.validation.moment_dispersion import has_moments
from stattools.validation.recipes.points import Regression
from stattools.validation.recipes.recipe import Recipe, Refit


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
        return model.rows if model.facts.is_regression and model.in_memory else None

    @property
    def names(self) -> tuple[str, ...]:
        """What each number is of."""
        return tuple(self.model.names if self.recipe.of_rows else self.recipe.names)

    def of(self, model: Regression, sheet: Sheet | None = None) -> State:
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
        if model.facts.is_regression:
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
        return self.recipe.interval if self.recipe.of_rows else "wald"

    def with_cov(self, cov: str | HAC | Cluster, df: object) -> State:
        """The state with another kind of standard errors, and the degrees of freedom that go with it."""
        if self.recipe.of_rows:
            return self.with_recipe(cov=cov, df=df)
        return self.with_recipe(options={**self.recipe.options, "cov": cov})

    def df(self) -> float | Floats:
        """The degrees of freedom of Student's t; infinite for the normal."""
        df = self.recipe.df
        if self.recipe.of_rows:
            return self.model.n - len(self.model.names) if df is None else df
        first = len(self.model.names)
        df = self.recipe.fit.t_df if df is None else df
        return np.concatenate([np.broadcast_to(df, first), np.full(len(self.names) - first, np.inf)])


def state_of(recipe: Recipe, claim: Claim | None = None) -> State:
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


TESTS, ENDS = ("statistic", "p", "lower", "upper"), ("lower", "upper")
"""Columns that standard errors lead to, and those of intervals."""


@dataclass(frozen=True, eq=False)
class Choice:
    """`name` is a few words to look for, `advice` what to do. `moves` says what it changes: "estimates", which takes a
    refit, the "errors" at the same estimates, or the "print" alone. `changes` are the other choices from a state.
    A refit that `keeps` may leave estimates alone and move standard errors, as weights do; one that `renames` may give
    parameters other names. `of` are the columns of a claim that it changes; where none of them is claimed, it is not
    tried, and () stands for all.
    """

    name: str
    moves: Literal["estimates", "errors", "print"]
    advice: str
    changes: Callable[[State], Iterator[Variant]]
    keeps: bool = False
    renames: bool = False
    of: tuple[str, ...] = ()

    def concerns(self, claim: Claim) -> bool:
        """Whether it changes anything that is claimed."""
        return not self.of or any(name in claim.columns for name in self.of)


def columns(state: State, theta: Floats, se: Floats, *, intervals: bool = True) -> dict[str, Floats]:
    """The columns of a claim, each (p,): estimate, se, statistic, p, lower, upper; NaN where a recipe has none, and
    for the ends where `intervals` are not asked for.
    """
    shown, df = state.shown, state.df() if intervals else np.inf
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        estimate = _FORMS[shown.form](shown.sign * theta)
        z = shown.sign * theta / se
        tail = np.where(np.isfinite(df), special.stdtr(df, -np.abs(z)), special.ndtr(-np.abs(z)))
        slope = {"plain": 1.0, "ratio": np.exp(shown.sign * theta), "percent": 100.0 * np.exp(shown.sign * theta)}
        found = {
            "estimate": estimate,
            "se": se * (slope[shown.form] if shown.errors == "delta" else 1.0),
            "statistic": z if shown.statistic == "plain" else z * z,
            "p": shown.sides * tail,
        }
        lower, upper = ends(state, theta, se) if intervals else (np.full(len(theta), np.nan),) * 2
        return found | {"lower": _FORMS[shown.form](lower), "upper": _FORMS[shown.form](upper)}


def ends(state: State, theta: Floats, se: Floats) -> tuple[Floats, Floats]:
    """The ends of the intervals of the coefficients themselves."""
    if state.interval == "profile":
        found = state.recipe.numbers(theta)
        lower, upper = found.lower, found.upper
    else:
        half = (quantile_of(state.df(), state.recipe.level) if state.shown.reach is None else state.shown.reach) * se
        lower, upper = theta - half, theta + half
    return (lower, upper) if state.shown.sign > 0 else (-upper, -lower)


_FORMS = {
    "plain": lambda b: b,
    "ratio": np.exp,
    "percent": lambda b: 100.0 * np.expm1(b),
}

INFORMATION = ("expected", "apart", "expected apart")

KIND = re.compile(r"\bHC[0-3]\b", re.I)

CLUSTERED = re.compile(r"clusters in (\w+)|cluster\w*(?: at| by| on)(?: the)? (\w+)", re.I)

ROBUST = re.compile(r"(?<!non)(?<!non[- ])robust|hetero\w*|\bwhite\b", re.I)

SERIAL = re.compile(r"cluster|\bHAC\b|newey|bootstrap|jackknife|autocorr", re.I)
"""Words of kinds of standard errors: by name, by a column, robust to unequal variances only, and to more than these."""


def declared_recipe(claim: Claim, model: Regression) -> dict[str, Any]:
    """The fields of a `Recipe` that the claim declares; none where it declares nothing or is of another model."""
    if not model.facts.is_regression:
        return {}
    information = claim.said.get("information")
    found: dict[str, Any] = {"information": information} if information in INFORMATION else {}
    if claim.said.get("dispersion") == "X2" and has_moments(model):
        found["dispersion"] = "X2"
    return found


def declared_options(claim: Claim, model: Regression) -> dict[str, Any]:
    """The options of `st.fit` that the claim declares."""
    if claim.said.get("integral") == "laplace" and "integral" in model.facts.options:
        return {"integral": "laplace"}
    method = claim.said.get("likelihood", claim.said.get("method", "")).casefold()
    return {"reml": False} if method in ("ml", "maximum likelihood") and "reml" in model.facts.options else {}


def declared_covariances(claim: Claim, model: Regression) -> tuple[str | Cluster, ...]:
    """The kinds of standard errors that the claim's words may mean, the likeliest first: "robust" alone says neither
    which of HC0 to HC3, nor "clustered" with which correction; the model's own where they say nothing.
    """
    words = claim.said.get("covariance", "")
    if kind := KIND.search(words):
        return (kind[0].upper(),)
    if not model.facts.is_regression:
        return ("information",)
    if named := CLUSTERED.search(words):
        name, sheet = next(filter(None, named.groups())), sheet_of(model)
        there = sheet is not None and sheet.whole is not None and name in sheet.whole.columns
        corrections = ("statsmodels", "none") if model.has_scale else ("stata", "statsmodels", "none")
        return tuple(Cluster(name, correction=one) for one in corrections) if there else ("information",)
    if ROBUST.search(words) and not SERIAL.search(words):
        return ("HC1" if model.has_scale else "robust", "HC0", "HC1", "HC2", "HC3")
    return ("information",)


def is_joint(claim: Claim, model: Regression) -> bool:
    """Whether standard errors of the fixed effects of a mixed model have the uncertainty of the variances in them."""
    return claim.said.get("information") == "joint" and "reml" in model.facts.options


DEGREES = {"t": None, "z": np.inf}
"""The degrees of freedom of a statistic that is called t or z."""


def start_of(
    claim: Claim, model: Any, *, cov: Any = "information", level: float = 0.95, known: Floats | None = None
) -> State:
    """The model's own estimates and standard errors, at the level that the claim's words say; that its estimates are
    exponentiated, where they say so, is known to the comparison. `known` is the maximum, where it was found already.
    """
    said = claim.said
    with suppress(ValueError):
        level = float(said.get("level", level))
    own: Any = None if model.has_scale else np.inf
    df = DEGREES.get(said.get("statistic", ""), own)
    recipe: Any
    if model.facts.is_regression:
        divisor: Any = "n - p" if model.has_scale else "1"
        changes = declared_recipe(claim, model)
        recipe = Recipe(model, cov=cov, divisor=divisor, df=df, level=level, **changes)
        if not changes:
            return replace(state_of(recipe, claim), best=known)
    else:
        options = {"cov": cov} if cov != "information" else {}
        recipe = Refit(model, options | declared_options(claim, model), level=level)
    return state_of(recipe, claim)


BESIDE = re.compile(
    r"[/\s]*(ln|log)?[\s_(]*(sigma|scale|residual|alpha|theta|phi|dispersion|disp|precision|var|sd)\b.*", re.I
)
"""Rows of parameters beside the coefficients, which a model of another family has not."""


def rows_of(claim: Claim, names: tuple[str, ...], terms: Mapping[str, str] | None = None) -> NDArray[np.intp] | None:
    """The place of each row among the names, -1 for a parameter beside the coefficients; None where a row has none.

    Rows that no words place are taken in their order where as many parameters are left: R writes g1 and g2 for what
    patsy calls g[S.a] and g[S.b]. The numbers then tell whether that is right.

    >>> from stattools.validation.claims.printed import Claim
    >>> rows_of(Claim("a", ("x", "g1", "g2"), {}), ("Intercept", "x", "g[S.a]", "g[S.b]"))
    array([1, 2, 3])
    """
    here = {theirs: ours for theirs, ours in (terms or {}).items() if ours in names}
    try:
        ours = known_places(claim, names, here).ours.copy()
    except DomainError:
        return None
    away = [row for row in np.flatnonzero(ours < 0) if not BESIDE.fullmatch(claim.terms[row])]
    if not away:
        return ours
    left = [
        k for k in range(len(names)) if k not in ours and names[k] != "Intercept" and not names[k].startswith("log ")
    ]
    if len(left) != len(away):
        return None
    ours[away] = left
    return ours
