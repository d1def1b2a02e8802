"""The neutral description of somebody's fit, and how the arrays in it become one of our models.

What objects of other packages say of themselves, read by tables: a name, and what it means where it is absent.

What a caller passes beside somebody's object: the table, or X, y, weights and offset, that it was fitted to.

FormulaTable that another package was given, as a formula and a table of ours: names stand between backticks.

Rates with weights as counts with exposures, and shares with weights as successes of trials: packages that take no
exposure fit y / e with weights e, which has the likelihood of y with log e as offset.

    e (r eta - exp(eta)) = y eta - exp(eta + log e) + constant,     y = e r

Fixed effects that a package takes out of the columns before its fit, as columns of ours: one for each level but the
first, without those that the columns before them already determine.

Their coefficients are not reported: those of the highest likelihood beside the reported ones stand for them, so that
only what was reported is judged.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stattools.data.formula.expression import in_backticks
from stattools.data.tables.table import paired, table
from stattools.errors import DomainError, IncompatibleError, quoted
from stattools.inference.restricted import Along
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.interface.when_needed import pd
from stattools.models.model import Model
from stattools.models.regressions.counts import negative_binomial, poisson
from stattools.models.regressions.glm import GENERALIZED, glm, logistic, ols, probit, softmax
from stattools.solvers.climb import newton_ascent
from stattools.validation.recipes.recipe import Numbers

CONSTRUCTORS: dict[str, Any] = {
    "ols": ols,
    "logistic": logistic,
    "probit": probit,
    "softmax": softmax,
    "poisson": poisson,
    "negative_binomial": negative_binomial,
    **{
        f"{family} {link}": partial(glm, family=family, link=link)
        for family, kind in GENERALIZED.items()
        for link in kind.links
    },
}
"""By kind, or by family and link."""


@record
class Foreign:
    """What somebody's object says: `recipe`, a `Recipe` or a `Refit`, is what it claims to have
    computed, `numbers` what it reports.

    `said` is the kind of its standard errors in its own words. `rows` are the numbers of the table's rows that it
    used (None: all, or not known); `converged` is its own word, after `steps` of at most `limit`;
    `tells_penalty` is True where the object would say if it had a penalty.
    """

    name: str
    recipe: Any
    numbers: Numbers
    said: str
    converged: bool | None = None
    steps: int | None = None
    limit: int | None = None
    rows: NDArray[np.intp] | None = None
    notes: tuple[str, ...] = ()
    tells_penalty: bool = False

    @property
    def model(self) -> Any:
        """The model that it claims."""
        return self.recipe.model

    @property
    def names(self) -> tuple[str, ...]:
        """What each of its numbers is of."""
        return self.recipe.names


def bound(
    kind: str,
    y: object,
    X: ArrayLike,
    names: list[str],
    *,
    weight: Floats | None = None,
    labels: tuple[object, ...] | None = None,
    outcome: str = "y",
    **columns: Any,
) -> Model:
    """Our model of these arrays, X with its intercept if it has one. Weights need not be whole numbers here."""
    X = np.asarray(X, dtype=float)
    names = ["Intercept" if name == "const" else name for name in names]
    keywords = {key: value for key, value in columns.items() if value is not None}
    model = CONSTRUCTORS[kind](y, X, names=names, intercept=False, **keywords)
    model = replace(model, outcome_name=outcome, labels=labels if labels is not None else model.labels)
    if weight is None or (weight == 1).all():
        return model
    if not (np.isfinite(weight).all() and (weight >= 0).all() and weight.any()):
        raise DomainError(f"weights must be >= 0 and not all 0; got {weight.min():.6g} at least.")
    return replace(model, rows=replace(model.rows, weight=weight))


def texts(names: Sequence[object] | None, p: int) -> list[str]:
    """Names as texts, x1, x2, ... where there are none."""
    if names is None or len(names) != p:
        return [f"x{j + 1}" for j in range(p)]
    return [str(name) for name in names]


def coded(y: ArrayLike, classes: ArrayLike) -> NDArray[np.intp]:
    """Places of the outcomes among the classes; DomainError for one that is not among them."""
    y, classes = np.asarray(y).ravel(), np.asarray(classes)
    places = {value: k for k, value in enumerate(classes.tolist())}
    try:
        return np.array([places[value] for value in y.tolist()], dtype=np.intp)
    except KeyError as missing:
        raise DomainError(
            f"the outcome has {missing.args[0]!r}, which the fit does not know; it has {classes.tolist()[:6]}. Pass "
            "the y that it was fitted to."
        ) from None


type Told = SimpleNamespace
"""What an object of another package has under the names that it was asked for."""


def attributes(of: object, table: Mapping[str, object]) -> Told:
    """The attributes that the table names; its value for one that the object has not, or that is None.

    >>> attributes(3.0, {"real": 0, "scale": 1.0})
    namespace(real=3.0, scale=1.0)
    """
    found = {name: getattr(of, name, None) for name in table}
    return SimpleNamespace(**{name: table[name] if value is None else value for name, value in found.items()})


def release(package: str, called: str | None = None) -> str:
    """A package with its version, which is loaded where an object of it is; its name alone where it is not.

    >>> release("no_such_package", "Nobody's")
    "Nobody's"
    """
    version = attributes(sys.modules.get(package), {"__version__": ""}).__version__
    return f"{called or package} {version}".rstrip()


@record
class Given:
    """A table, arrays, weights and an offset, None where nothing was passed."""

    data: Any = None
    X: Any = None
    y: Any = None
    weights: Any = None
    offset: Any = None

    def refuse(self, why: str, *names: str) -> None:
        """IncompatibleError, with the reason, where one of these was passed."""
        said = {"data": self.data, "X": self.X, "y": self.y, "weights": self.weights, "offset": self.offset}
        if any(said[name] is not None for name in names):
            raise IncompatibleError(why)

    def arrays(self, who: str, columns: Iterable[object] | None) -> tuple[Any, Any, Any]:
        """X, y and weights from arrays, or from a table, the `columns` that the object was fitted to, and the name of
        the outcome. `who` carries no rows, "a scikit-learn estimator".
        """
        data, X, y, weights = self.data, self.X, self.y, self.weights
        if isinstance(data, tuple) and len(data) == 2:
            (X, y), data = data, None
        if data is not None:
            frame = table(data)
            if not isinstance(y, str) or columns is None:
                raise DomainError(
                    f"{who} does not say what its outcome was: pass X= and y= as it was fitted, or a "
                    "table with y= the name of the outcome, for one that was fitted to named columns."
                )
            paired(("the table", data), ("weights=", weights))
            asked = [*map(str, columns), y, *([weights] if isinstance(weights, str) else [])]
            if missing := [name for name in asked if name not in frame.names]:
                raise DomainError(
                    f"{who} needs the column {quoted(missing[0])}, and the table has "
                    f"{', '.join(map(quoted, frame.names[:12]))}. Pass the table of its fit."
                )
            weights = frame.column(weights) if isinstance(weights, str) else weights
            X, y = pd.DataFrame({str(name): frame.column(str(name)) for name in columns}), frame.column(y)
        if X is None or y is None:
            raise DomainError(f"{who} carries no data: pass X= and y= as it was fitted.")
        paired(("X=", X), ("y=", y), ("weights=", weights))
        if np.shape(X)[0] != np.shape(y)[0]:
            raise DomainError(f"X has {np.shape(X)[0]} rows and y {np.shape(y)[0]}; pass both as they were fitted.")
        return X, y, weights


INTERCEPTS = ("const", "Intercept", "intercept", "Group", "Group Var", "1")
"""What packages call a column of ones."""


class FormulaTable:
    """The table that a formula is of; each column has a name of its own, the one that it was given where it can be.

    >>> import numpy as np
    >>> made = FormulaTable()
    >>> made.side(np.array([[1.0, 2.0], [1.0, 3.0]]), ["const", "C(a)[T.b]"]), made.add("y", [1, 2])
    ('1 + `C(a)[T.b]`', '`y`')
    """

    def __init__(self) -> None:
        self.table: dict[str, Any] = {}

    def add(self, name: object, values: ArrayLike) -> str:
        """A column, and how a formula writes it."""
        called = str(name)
        while called in self.table:
            called += "_"
        self.table[called] = values
        return in_backticks(called)

    def side(self, X: Floats, names: Sequence[object] | None = None, *, bare: bool = False) -> str:
        """The terms of a right side: "1 + a + b", or "0 + a" without a column of ones; `bare` where the model has no
        intercept of its own.
        """
        X = np.asarray(X, dtype=float).reshape(len(X), -1)
        named = texts(names, X.shape[1])
        first, rest = (None, list(range(X.shape[1]))) if bare else places(X, named)
        terms = [self.again(named[k], X[:, k]) for k in rest]
        return " + ".join(terms if bare else ["0" if first is None else "1", *terms])

    def again(self, name: str, values: Floats) -> str:
        """A column that may be there already, with the same values."""
        held = self.table.get(name)
        return in_backticks(name) if held is not None and np.array_equal(held, values) else self.add(name, values)


def places(X: Floats, names: Sequence[str]) -> tuple[int | None, list[int]]:
    """The place of the column of ones, None without, and those of the other columns."""
    ones = [k for k in range(X.shape[1]) if (X[:, k] == 1.0).all()]
    first = next((k for k in ones if names[k] in INTERCEPTS), ones[0] if ones else None)
    return first, [k for k in range(X.shape[1]) if k != first]


def in_our_order(X: Floats, names: Sequence[str]) -> list[int]:
    """The places of columns in the order of our coefficients, where an intercept comes first."""
    X = np.asarray(X, dtype=float).reshape(len(X), -1)
    first, rest = places(X, texts(names, X.shape[1]))
    return rest if first is None else [first, *rest]


WHOLE = 1e-9


def counts_of_rates(
    y: Floats, weight: Floats | None, offset: Floats | None = None
) -> tuple[Floats, Floats | None, Floats | None]:
    """Counts, weights and offset of rates that are no whole numbers and whose weights make them some; the same again
    where they are none.

    >>> counts_of_rates(np.array([0.5, 2.0]), np.array([2.0, 3.0]))
    (array([1., 6.]), None, array([0.69314718, 1.09861229]))
    """
    if weight is None or not (weight > 0).all() or not np.isfinite(y).all():
        return y, weight, offset
    counts = np.round(y * weight)
    if (y == np.round(y)).all() or (np.abs(counts - y * weight) > WHOLE * (1.0 + counts)).any():
        return y, weight, offset
    return counts, None, np.log(weight) + (0.0 if offset is None else offset)


def trials_of_shares(y: Floats, weight: Floats | None) -> tuple[Floats, Floats | None, Floats | None]:
    """Successes, weights and trials of shares between 0 and 1 whose weights make them whole numbers; the same again,
    and no trials, where the outcomes are 0 and 1 or the weights make none.

    >>> trials_of_shares(np.array([0.5, 1.0]), np.array([2.0, 3.0]))
    (array([1., 3.]), None, array([2., 3.]))
    """
    if weight is None or not np.isfinite(y).all() or np.isin(y, (0.0, 1.0)).all():
        return y, weight, None
    successes, trials = np.round(y * weight), np.round(weight)
    if (np.abs(successes - y * weight) > WHOLE * (1.0 + successes)).any() or (trials != weight).any():
        return y, weight, None
    return successes, None, trials


MOST = 300
"""Levels that become columns."""


def with_effects(X: Floats, names: list[str], effects: Mapping[str, ArrayLike]) -> tuple[Floats, list[str]]:
    """X with an intercept where it determines none, and columns for the levels of each effect; IncompatibleError for
    too many.
    """
    coded = {name: np.unique(np.asarray(values), return_inverse=True) for name, values in effects.items()}
    many = sum(len(levels) for levels, _ in coded.values())
    if many > MOST:
        raise IncompatibleError(
            f"this fit has {many:,} fixed effects ({', '.join(coded)}), of which audit makes a column each, at most "
            f"{MOST}. Audit the same fit on fewer groups."
        )
    columns, called = [np.ones(len(X)), *X.T], ["Intercept", *names]
    if np.linalg.matrix_rank(np.column_stack(columns)) < len(columns):
        columns, called = [*X.T], list(names)
    basis = np.linalg.qr(np.column_stack(columns))[0] if columns else np.empty((len(X), 0))
    for name, (levels, codes) in coded.items():
        for k, level in enumerate(levels[1:], start=1):
            column = (np.ravel(codes) == k).astype(float)
            rest = column - basis @ (basis.T @ column)
            rest -= basis @ (basis.T @ rest)
            if np.linalg.norm(rest) <= 1e-9 * np.linalg.norm(column):
                continue
            basis = np.column_stack([basis, rest / np.linalg.norm(rest)])
            columns.append(column)
            called.append(f"{name}[{level}]")
    return np.column_stack(columns), called


def completed(model: Model, theta: Floats) -> Floats:
    """theta with the coefficients that are NaN at the highest likelihood beside the others."""
    free = np.isnan(theta)
    if not free.any():
        return theta
    alone: Any = Along(model, np.eye(len(theta))[:, free], np.where(free, 0.0, theta))
    found = newton_ascent(alone, model.start[free], 1e-10, 100, "Newton").estimate
    return np.where(free, 0.0, theta) + alone.V @ found


def placed(values: Floats, reported: list[str], names: tuple[str, ...]) -> Floats:
    """Reported values in the order of the names, NaN where none was reported."""
    known = dict(zip(reported, np.asarray(values, dtype=float), strict=True))
    return np.array([known.get(name, np.nan) for name in names])


def told_of(foreign: Foreign, reported: int) -> Foreign:
    """With a note where coefficients were completed."""
    more = len(foreign.model.names) - reported
    if more == 0:
        return foreign
    note = f"{more} coefficients of fixed effects are not reported: those beside the reported ones stand for them."
    return replace(foreign, notes=(*foreign.notes, note))


def level_codes(values: object) -> NDArray[np.intp]:
    """Codes of the levels of a column."""
    return np.unique(np.asarray(values), return_inverse=True)[1].ravel()
