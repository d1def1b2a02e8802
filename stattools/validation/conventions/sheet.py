"""The rows of a model as a table with its formula, from which the model is made again when either changes."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.data.dataset import read
from stattools.data.files.scan import source_of
from stattools.data.tables.table import is_frame, table
from stattools.errors import DomainError, IncompatibleError
from stattools.interface.record import nearest
from stattools.interface.when_needed import pd
from stattools.models.mixed.mixed_model import LinearMixed, MixedRegression
from stattools.models.model import Model
from stattools.models.predictor import linear_of
from stattools.models.regressions.binding import starting_point
from stattools.models.regressions.linear_mixed import linear_mixed
from stattools.models.regressions.times import cox
from stattools.models.survival.cox import CoxRegression
from stattools.validation.foreign.description import CONSTRUCTORS


@dataclass(frozen=True, eq=False)
class Sheet:
    """`frame` has the rows of a model, in their order, and `formula` the text that makes its columns of them; `beside`
    are the formulas of other parameters. `whole` is the table with all its rows, and `kept` the numbers of the model's
    among them; None for arrays, of which only the columns of X are known.
    """

    frame: pd.DataFrame
    formula: str
    beside: Mapping[str, str] = field(default_factory=dict)
    whole: pd.DataFrame | None = None
    kept: NDArray[np.intp] | None = None

    def with_column(self, name: str, values: object) -> Sheet:
        """The sheet with other values of a column."""
        return replace(self, frame=self.frame.assign(**{name: values}))

    def with_columns(self, columns: Mapping[str, object]) -> Sheet:
        """The sheet with other values of several columns."""
        return replace(self, frame=self.frame.assign(**columns))

    def take(self, rows: NDArray[np.intp]) -> Sheet:
        """The sheet with some of the rows, by their numbers among these."""
        kept = None if self.kept is None else self.kept[rows]
        return replace(self, frame=self.frame.iloc[rows].reset_index(drop=True), kept=kept)

    def remade(self, model: Any) -> Any:
        """The model over this table: of its kind, with the outcome and the extras that `model` has row by row."""
        remake = nearest(REMAKE, model)
        if remake is None:
            raise IncompatibleError(f"conventions of {model.title} that change its table are not known.")
        return remake(model, self)

    def numbers(self) -> tuple[str, ...]:
        """The columns that are numbers and vary."""
        frame = self.frame
        kinds = {name: frame[name].dtype.kind for name in frame.columns}
        return tuple(n for n, kind in kinds.items() if kind in "iuf" and self.values_of(n) > 1)

    def labels(self, most: int) -> tuple[str, ...]:
        """The columns with at least 2 and at most so many different values."""
        return tuple(name for name in self.frame.columns if 2 <= self.values_of(name) <= most)

    def values_of(self, name: str) -> int:
        """How many different values a column has."""
        if name not in self._counted:
            self._counted[name] = int(pd.Series(self.frame[name]).nunique())
        return self._counted[name]

    @cached_property
    def _counted(self) -> dict[str, int]:
        """How many different values columns have, of those that were asked for."""
        return {}


def sheet_of(model: Any) -> Sheet | None:
    """The table of a model; None where its rows are not in memory or its class cannot be made again."""
    found = nearest(SOURCE, model)
    source = None if found is None else found(model)
    if source is not None and model.formula and is_frame(source) and source_of(source) is None:
        columns = table(source)
        whole = pd.DataFrame({name: columns.column(name) for name in columns.names})
        kept = model.places.kept
        kept = np.arange(len(whole)) if kept is None else kept
        beside = {name: one.text for name, one in model.design.beside.items()} if model.facts.is_regression else {}
        return Sheet(whole.iloc[kept].reset_index(drop=True), model.formula, beside, whole, kept)
    if model.facts.is_regression and not model.formula and not any(model.predictor.own):
        return _of_arrays(model)
    return None


def _of_arrays(model: Model) -> Sheet | None:
    """The columns of X as a table, and a formula that adds them."""
    X, terms = np.asarray(model.rows.X), model.terms
    ones = [k for k in range(X.shape[1]) if X[0, k] == 1.0 and np.ptp(X[:, k]) == 0]
    names = [name for k, name in enumerate(terms) if k not in ones]
    if len(set(names)) < len(names) or "outcome" in names or len(ones) > 1:
        return None
    frame = pd.DataFrame({name: X[:, k] for k, name in enumerate(terms) if k not in ones})
    quoted = [f"`{name.replace('`', '``')}`" for name in names]
    text = " + ".join(["1" if ones else "0", *quoted])
    y = model.rows.y if np.ndim(model.rows.y) == 1 else model.rows.y[:, 0]
    return Sheet(frame.assign(outcome=np.asarray(y)), f"outcome ~ {text}")


def _regression(model: Model, sheet: Sheet) -> Model:
    data = read(sheet.formula, sheet.frame, formulas=sheet.beside)
    if len(data.X) != len(model.rows.y):
        raise DomainError(f"{sheet.formula!r} has other rows than the model.")
    rows = replace(model.rows, X=data.X, low=data.low)
    predictor = linear_of(model.likelihood, data.design, data.X.shape[1])
    start = starting_point(model.likelihood, predictor, rows)
    return replace(model, rows=rows, predictor=predictor, design=data.design, start=start)


def _cox(model: CoxRegression, sheet: Sheet) -> CoxRegression:
    said = model.said
    labels: Any = {name: codes for name, (codes, _) in said.labels.items()}
    return cox(sheet.formula, sheet.frame, ties=model.ties, weights=said.weights, **labels)  # type: ignore[arg-type]


def _mixed_regression(model: MixedRegression, sheet: Sheet) -> Any:
    if model.kind not in CONSTRUCTORS or model.extras:
        raise IncompatibleError(f"{model.title} with such options is not made again from its table.")
    return CONSTRUCTORS[model.kind](sheet.formula, sheet.frame)


REMAKE: dict[type, Callable[[Any, Sheet], Any]] = {
    Model: _regression,
    CoxRegression: _cox,
    LinearMixed: lambda model, sheet: linear_mixed(sheet.formula, sheet.frame, precision=model.precision),
    MixedRegression: _mixed_regression,
}
"""How a model of each class is made from a table that was changed."""
SOURCE: dict[type, Callable[[Any], Any]] = {
    Model: lambda model: model.source,
    CoxRegression: lambda model: model.said.source,
    LinearMixed: lambda model: model.fixed.source,
    MixedRegression: lambda model: model.fixed.source,
}
"""The table that a model of each class was made from."""


def replaced(text: str, old: str, new: str) -> str:
    """A formula in which a factor of the right side is written otherwise; effects of groups are left alone.

    >>> replaced("y ~ g + log(x) + x:g + (1 | g)", "g", "C(g)")
    'y ~ C(g) + log(x) + x:C(g) + (1 | g)'
    """
    left, right = text.split("~", 1)
    if re.fullmatch(r"[^\W\d][\w.]*", old):
        pattern = rf"`{re.escape(old)}`|(?<![\w.(`]){re.escape(old)}(?![\w.(`])"
    else:
        pattern = rf"`{re.escape(old)}`|{re.escape(old)}"
    parts = re.split(r"(\([^()]*\|[^()]*\))", right)
    return left + "~" + "".join(part if k % 2 else re.sub(pattern, lambda _: new, part) for k, part in enumerate(parts))
