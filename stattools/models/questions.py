"""What every model can be asked, and what one answers that has nothing of its own to say.

A model as a page: what it says of which data, and the names of its parameters.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stattools.data.rows.standardization import Standardization
from stattools.errors import IncompatibleError
from stattools.interface.names.guesses import answers_names
from stattools.likelihoods.likelihood import named_parts
from stattools.text.columns import many
from stattools.text.one_line import headline
from stattools.text.page import Grid, Page, with_faces

CONCAVE = "the log-likelihood is concave"
"""Why a maximum is the only one, of most models for which that is proven."""

MANY = 20
"""A page names so many parameters and counts the others."""


def page(model: AnyModel) -> Page:
    """The page that `print(model)` shows."""
    names = model.names
    more = f"and {len(names) - MANY:,} more; see model.names" if len(names) > MANY else ""
    grid = Grid(["parameter"], [[str(name)] for name in names[:MANY]], "l")
    return Page(*told(model), "", grid, *filter(None, [more]), "", "st.fit(model) estimates them.")


def without_groups(model: Any) -> Any:
    """The model of single rows whose columns it has: itself, and of a mixed model that of its fixed effects."""
    return model.fixed if model.facts.is_mixed else model


def told(model: Any) -> list[str]:
    """The first lines of a page: the model, its formula, and what was counted."""
    what = event(model)
    lines = [model.title + (f" for {what}" if what else ""), *model.formulas]
    if model.likelihood is not None and model.likelihood.facts.by_category and model.labels is not None:
        lines.append(f"log odds against the reference {model.outcome_name} = {model.labels[0]!r}")
    if model.likelihood is not None and (said := model.likelihood.facts.convention):
        lines.append(said.format(outcome=model.outcome_name))
    return [*lines, rows_line(model), *model._not_seen]


def event(model: Any) -> str | None:
    """Which outcome counts as 1, `P(admit = 'yes')`, for a binary regression; None otherwise."""
    if model.likelihood is None or not model.likelihood.facts.is_event:
        return None
    if "trials" in model.likelihood.parts:
        trials = named_parts(model.likelihood, model.rows.y)["trials"].sum()
        return f"P({model.outcome_name}), successes out of {trials:,.0f} trials"
    one = 1 if model.labels is None else model.labels[1]
    return f"P({model.outcome_name} = {one!r})"


def rows_line(model: Any) -> str:
    """`397 rows, 3 dropped for missing values (gre 2, gpa 1)`."""
    if model.counted is not None:
        return model.counted + model._left_out
    events = "" if model.n_events is None else f", {many(model.n_events, 'event')}"
    return rows_counted(model.rows, model.n) + events + (model._left_out or ", none dropped")


def rows_counted(rows: Any, n: float) -> str:
    """`397 rows`, and how many observations their weights make of them."""
    weights = "" if rows.weight is None else f" standing for {n:,.0f} observations (weights)"
    return many(len(rows.X), "row") + weights


def dropped_rows(missing: int, columns: Mapping[str, int]) -> str:
    """`, 3 dropped for missing values (gre 2, gpa 1)`, or nothing.

    >>> dropped_rows(3, {"gre": 2, "age": 0, "gpa": 1})
    ', 3 dropped for missing values (gre 2, gpa 1)'
    """
    if not missing:
        return ""
    listed = ", ".join(f"{name} {count:,}" for name, count in columns.items() if count)
    return f", {missing:,} dropped for missing values ({listed})"


def answer_of(path: str, doc: str) -> Any:
    """A property that a part of the object answers, such as `fixed.names`.

    >>> class Two:
    ...     real = answer_of("number.real", "The first coordinate.")
    ...     number = 3.0 + 4.0j
    >>> Two().real
    3.0
    """
    return property(attrgetter(path), doc=doc)


@dataclass(frozen=True)
class ModelFacts:
    """What is true of every model of a kind, whatever its data; a class states what differs from these defaults."""

    is_regression: bool = False
    """True for a likelihood after a predictor over rows: `rows`, `predictor`, `design` and `likelihood` are there."""
    is_unconstrained: bool = False
    """True where parameters are free and solvers may climb from `start`."""
    has_formula: bool = False
    """True where the maximum is a formula: `maximum()`, with `covariance(theta)`."""
    is_function: bool = False
    """True where the log-likelihood is somebody's function: nobody knows its units, or whether it has other maxima, and
    a fit may have parameters `on_bounds`.
    """
    is_mixed: bool = False
    """True where rows share effects of their groups that nobody saw, or curves: it has `read` and `fixed`."""
    is_partial: bool = False
    """True where the likelihood is of which rows had the event, given that so many did: Cox's, and matched sets."""
    has_density: bool = False
    """True where a posterior is of another likelihood, the `density` of the model, or is refused in its own words."""
    is_density: bool = False
    """True for the likelihood that a posterior has of a mixed model: it has `drawn`, `frame` and `single_rows`."""
    is_series: bool = False
    """True where the observations follow each other in time."""
    has_arms: bool = False
    """True for samples, whose `parameters` each arm has: a field of the layout for each, as long as there are arms."""
    has_states: bool = False
    """True for state space models, whose first parameters are `variances`."""
    has_intervals: bool = False
    """True for samples that bring their own `intervals`, each a function of the level, and their own `test()`."""
    adds_to_one: bool = False
    """True where the last parameter follows from the others, which are free."""
    is_separate: bool = False
    """True where the models that are its `parts` are fitted one by one in its place."""
    is_saved: bool = False
    """True where files of fits know the kind."""
    options: tuple[str, ...] = ()
    """Options of `st.fit` that only this kind of model has."""
    exponential: str = ""
    """What exp of the parameter is, where it is a ratio and the model is no regression."""
    without_rows: str = "has no rows"
    """What draws say that are asked for predictions of rows, where a model has none."""


@with_faces
@answers_names
class AnyModel:
    """A log-likelihood of parameters with names: `kind`, `title`, `names`, `n`, `start`, `loglik`, `evaluate`.

    What follows are the answers of a model without rows, arms or a series. A field of a dataclass with one of these
    names is declared with `= field()` where it has no default of its own: the answer here would be taken for it.
    """

    facts: ModelFacts = ModelFacts()
    """What is true of every model of its kind."""
    kind: Any
    title: Any
    names: Any
    n: Any
    has_scale: Any = False
    """True where a scale is estimated beside theta."""
    uniqueness: Any = ""
    """Why a maximum is the only one, in words; empty where that is not proven."""
    likelihood: Any = None
    """What one row says about its linear predictors; None where there are no rows."""
    rows: Any = None
    """The rows of a regression or a network."""
    in_memory: Any = True
    """False where its rows are read from files or on a cluster, with a sample of them in memory."""
    formula: Any = None
    """The formula, if the model was made from one."""
    terms: Any = ()
    """Names of the columns that have coefficients."""
    n_telling: Any = answer_of("n", "How many observations Schwarz's criterion counts; NaN where nobody said.")
    counted: Any = None
    """What was counted, in words; None for rows."""
    ranges: Any = None
    """The lower and the upper ends of the ranges of the parameters, and what each is to a prior: a "coefficient", a
    "dispersion" or a "scale"; None where nothing ends.
    """
    n_dropped: Any = 0
    """How many rows of the table were left out."""
    formulas: Any = property(lambda self: (self.formula,) if self.formula else ())
    """What a page says of how the model was made: the formula, and those of other parameters."""

    def _headline(self) -> str:
        kind = str(self.kind).replace("_", " ")
        return headline(self, kind, self._subject, self.counted or f"n = {self.n:,.0f}")

    _not_seen: Any = ()
    """Lines of the page on levels of factors that no row has."""

    @property
    def _left_out(self: Any) -> str:
        """What the page says of rows that were left out."""
        return dropped_rows(self.n_dropped, self.dropped) if self.n_dropped else ""

    @property
    def _subject(self) -> str:
        """What the model explains by what."""
        return self.formula or ""

    def _page(self) -> Page:
        return page(self)

    def subset(self, which: slice | NDArray[np.intp]) -> Self:
        """The model of some of its rows; IncompatibleError where there are none that could be taken apart."""
        raise IncompatibleError(f"{self.title} has no rows that could be taken apart; regressions and networks have.")

    def _origin_of(self: Any, which: slice | NDArray[np.intp]) -> Any:
        """Where the picked rows came from."""
        return None if self.origin is None else self.origin.take(which if self.kept is None else self.kept[which])

    def dispersion(self, theta: ArrayLike) -> float:
        """Squared scale at theta; 1 where none is estimated beside theta."""
        return 1.0

    def standardized(self) -> tuple[AnyModel, Standardization]:
        """The same model in units that suit the data, phi, and T with theta = T phi: itself and the identity."""
        return self, Standardization.identity(len(self.names))
