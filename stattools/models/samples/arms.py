"""Counts and measurements of one sample or of several arms: how they are read, and what their models share.

An arm is what has a parameter of its own: a group, a variant, a player. Its label comes from `by=`, from the index of a
pandas Series, or from the one column on the right of a formula, `y ~ arm`; `y ~ 1` is one sample without arms.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import erfc, ndtri

from stattools.data.dataset import complete_rows
from stattools.data.design.design import levels_of, outcome_of
from stattools.data.formula.expression import Expression, constants, short
from stattools.data.formula.formula import Formula, parse
from stattools.data.tables.columns import clean, listing, missing, sorted_codes
from stattools.data.tables.table import NamedColumns, axes, is_frame, paired, series, table
from stattools.errors import DomainError, IncompatibleError, quoted
from stattools.interface.arguments import as_theta, labels_of, require_level
from stattools.interface.arrays import Floats
from stattools.interface.when_needed import pd
from stattools.models.questions import AnyModel, ModelFacts

Ints = NDArray[np.int64]

Labels = tuple[Hashable, ...]

Ends = tuple[float, float]

Limits = tuple[float | Floats, float | Floats]

LARGEST = float(2**53)

MOST_FITTED = 5000

TITLES = {
    "coin": "Coin flips",
    "binomial": "Binomial count",
    "geometric": "Waits for a success",
    "pascal": "Waits for several successes",
    "poisson rate": "Poisson rate",
    "exponential rate": "Exponential waiting times",
    "multinomial": "Multinomial counts",
    "categories": "Labels of categories",
}
"""Of models of samples, by what was observed."""


@dataclass(frozen=True, eq=False)
class Grouping:
    """Which arm each observation belongs to: `labels[index[i]]`."""

    labels: Labels | None
    index: Ints
    size: int

    def total(self, values: NDArray[np.generic]) -> np.ndarray:
        """The sum of whole numbers per arm, exact."""
        if self.labels is None and self.size == len(values):
            return values
        sums = np.zeros(self.size, dtype=values.dtype)
        np.add.at(sums, self.index, values)
        return sums

    def name(self, arm: int) -> str:
        """`arm 'B'`, or `position 3`."""
        return f"position {arm}" if self.labels is None else f"arm {self.labels[arm]!r}"


def columns(who: str, data: object, **given: Any) -> dict[str, Any]:
    """The columns given, each looked up in `data` where it is a name. Raises DomainError for names without a table."""
    frame = None if data is None else table(data)
    found, names = {}, {role for role, value in given.items() if isinstance(value, str)}
    for role, value in given.items():
        if role in names:
            if "~" in value and (frame is None or value not in frame.names):
                raise DomainError(f"{who} got the formula {quoted(value)} as {role}; it takes no arms, so no formula.")
            if frame is None:
                raise DomainError(f"{who} got {role}={quoted(value)}, the name of a column; give the table as data=.")
            if value not in frame.names:
                raise DomainError(f"{who} got {role}={quoted(value)}; the columns of data are {listing(frame.names)}.")
            value = frame.column(value)
        elif is_frame(value) or hasattr(value, "toarray"):
            raise DomainError(f"{who} needs {role}, one column; got a table. Give it as data=, the column by name.")
        found[role] = value
    paired(*(("data", data) if role in names else (role, value) for role, value in given.items()))
    if frame is not None and not names:
        raise DomainError(f"{who} got data= and no column of it; give the names of its columns.")
    return found


def grouping(who: str, by: object, first: object, n: int) -> Grouping:
    """The arms: one per label of `by`, sorted (categories keep their order); without it, one per observation."""
    if by is None:
        index = labels_of(first)  # of a pandas Series, where it says more than 0, 1, 2, ...
        return Grouping(index[0] if index and len(set(index[0])) == n else None, np.arange(n), n)
    column = series(by, "by")
    if len(column) != n:
        raise DomainError(f"{who} needs by=, one label per observation; got {len(column)} labels for {n}.")
    gaps = missing(column)
    if gaps.any():
        raise DomainError(f"{who} needs a label for each observation; by= has none at position {int(np.argmax(gaps))}.")
    labels, index = sorted_codes(clean(column))
    return Grouping(tuple(labels), index.astype(np.int64), len(labels))


def numbers(values: object, what: str) -> Floats:
    """A column of finite numbers as float64, or a DomainError with the position of the first that is not."""
    if type(values) is np.ndarray and values.dtype.kind in "iuf" and values.ndim == 1:
        with np.errstate(over="ignore"):  # what only longdouble holds becomes infinite, and is refused as that
            found = values.astype(np.float64)
    else:
        found = _from_column(values, what)
    if not len(found):
        raise DomainError(f"{what} is empty; at least one observation is needed.")
    bad = ~np.isfinite(found)
    if bad.any():
        raise refused(what, "finite numbers", found, bad, "Drop or fill in what is missing first.")
    return found


def counts(values: object, what: str, names: Grouping | None = None, *, at_least: int = 0) -> Ints:
    """A column of whole numbers as int64, or a DomainError with the position, or arm, of the first that is not."""
    found = numbers(values, what)
    bad = (found != np.floor(found)) | (found < at_least) | (found > LARGEST)
    if bad.any():
        raise refused(what, f"whole numbers, at least {at_least}", found, bad, "", names)
    return found.astype(np.int64)


def refused(
    what: str, needs: str, values: np.ndarray, bad: NDArray[np.bool_], remedy: str, names: Grouping | None = None
) -> DomainError:
    """The error for the first bad value, with its arm or its position."""
    first = int(np.argmax(bad))
    labelled = names is not None and names.labels is not None and names.size == len(bad)
    where = f"in {names.name(names.index[first])}" if names is not None and labelled else f"at position {first}"
    return DomainError(f"{what} needs {needs}; got {values[first]:.6g} {where}. {remedy}".rstrip())


def _from_column(values: object, what: str) -> Floats:
    if axes(values) != 1 or isinstance(values, str | bytes):
        raise DomainError(f"{what} needs one column of numbers; got {quoted(values)}.")
    column = series(values, what)
    gaps = missing(column)
    if gaps.any():
        where = int(np.argmax(gaps))
        raise DomainError(f"{what} needs finite numbers; got nan at position {where}. Drop or fill in what is missing.")
    values = clean(column) if len(column) else column
    if len(values) and values.dtype.kind not in "if":
        raise DomainError(f"{what} needs numbers; got {quoted(values.iloc[0])} at position 0.")
    return values.to_numpy(dtype=np.float64)


@dataclass(frozen=True, eq=False)
class ArmRows:
    """The complete rows of a formula: the `outcome`, the label of each row's arm (None: no arms), the columns beside
    it, and how many rows were dropped, in all and by column.
    """

    outcome: Any
    by: Any
    beside: Mapping[str, Any]
    dropped: dict[str, int]
    n_dropped: int

    def model[T: SampleModel](self, made: Callable[[], T]) -> T:
        """The model of these rows, which says how many were dropped; so does a DomainError, which counts the others."""
        try:
            return replace(made(), dropped=self.dropped, n_dropped=self.n_dropped)
        except DomainError as error:
            if not self.n_dropped:
                raise
            note = f"{self.n_dropped:,} rows with a missing value were left out; positions count the others."
            raise DomainError(f"{error} ({note})") from None


def arm_rows(who: str, given: object, after: object, by: object, data: object, /, **beside: Any) -> ArmRows | None:
    """What a formula says, given before its table (`after`, or `data`); None where `given` is no formula.

    `beside` are names of columns, arrays of the length of the table, or numbers that all rows share. Raises DomainError
    for a table that has no formula before it, a second table, `by=` beside a formula, and for a right side that is not
    one column.
    """
    frame = None if data is None else table(data)
    if not isinstance(given, str) or "~" not in given or (frame is not None and given in frame.names):
        return None
    if by is not None:
        raise DomainError(f"{who} got the arms twice: {short(given)!r} names them; leave by={quoted(by, 40)} out.")
    if after is not None and data is not None:
        raise DomainError(f"{who} got two tables, after the formula and as data=; give one.")
    source = after if data is None else data
    if source is None:
        raise DomainError(f"{who} got the formula {short(given)!r} and no table; give it next: ({given!r}, table).")
    return _read(who, given, source, table(source) if frame is None else frame, beside)


def require_formula(who: str, after: object) -> None:
    """DomainError for a second argument where the first was no formula."""
    if after is not None:
        raise DomainError(
            f'{who} takes a second argument, the table, after a formula such as "y ~ arm"; got {quoted(after, 60)}. '
            "Give columns by name with the table as data=."
        )


def _read(who: str, text: str, data: object, frame: NamedColumns, beside: Mapping[str, object]) -> ArmRows:
    columns = {key: value for key, value in beside.items() if isinstance(value, str) or axes(value)}
    apart = [value for value in columns.values() if isinstance(value, str)]
    formula = parse(text, frame.names, apart)
    arm = _arm(who, formula)
    if arm is not None and (twice := {*formula.outcome.columns, *apart} & {arm.category}):
        raise DomainError(
            f"{who}: {twice.pop()!r} is part of the outcome of {short(text)!r} and cannot be its arm; write ~ 1 for "
            "one sample without arms."
        )
    found = complete_rows(data, frame, (*formula.outcome.columns, *formula.columns), columns)
    outcome = outcome_of(formula, found.columns, found.rows)
    by = None if arm is None else _labels(who, arm, found.columns[str(arm.category)])
    return ArmRows(outcome, by, {**beside, **found.numbers}, found.dropped, found.n_dropped)


def _arm(who: str, formula: Formula) -> Expression | None:
    """The one column of the right side; None for `~ 1`."""
    terms = [list(term) for term in formula.terms if term]
    if not terms:
        return None
    if len(terms) > 1 or len(terms[0]) > 1 or terms[0][0].category is None:
        raise DomainError(
            f'{who} needs one column of arms on the right side, as in "y ~ arm", or 1; got {short(formula.text)!r}. '
            "Make one column of what tells the arms apart, or fit a regression."
        )
    return terms[0][0]


def _labels(who: str, arm: Expression, column: pd.Series) -> pd.Series:
    """The label of each row; `C(column, levels=...)` gives their order."""
    options = constants(arm.tree) if isinstance(arm.tree, ast.Call) else {}
    if unused := options.keys() - {"levels"}:
        raise DomainError(f"{who}: arms have no {', '.join(sorted(unused))}; in {arm.text!r} write the column alone.")
    if not options:
        return column
    known, codes = sorted_codes(column)
    levels = list(levels_of(arm, known, len(column)))
    places = np.array([levels.index(level) for level in known])
    return pd.Series(pd.Categorical.from_codes(places[codes], levels))


@dataclass(frozen=True, eq=False, repr=False)
class Dropped:
    """How many rows of the table of a formula had a missing value, in all and by column; equality does not ask."""

    n_dropped: int = field(default=0, kw_only=True, repr=False, compare=False)
    dropped: dict[str, int] = field(default_factory=dict, kw_only=True, repr=False, compare=False)


class SampleModel(Dropped, AnyModel):
    """A model whose maximum is a formula: `maximum()`, `variance(theta)` of each estimate, `test()` of `null`."""

    facts = ModelFacts(has_formula=True, has_arms=True, has_intervals=True)
    tested: Any = ("Score test", "z")
    """What `test()` of `null` is, and what its statistic is called."""
    reached: Any = "Maximum in closed form."
    """What the certificate says of the maximum."""
    exact_words: Any = ""
    """What the exact test of `null` is called on the page of a fit; "" where the page has none."""
    exact_null: Any = None
    """The value that `st.exact_test` tests where none is given, of one count."""
    exactly: Any
    """The values that the count can have, their log probabilities at theta, and the one that was seen."""
    dim: Any = "arm"
    """What lies side by side where there are several."""
    parameters: Any = ("theta",)
    null: Any = "theta = 1/2"
    variance: Any
    title: Any = property(lambda self: TITLES[self.kind] + ("" if self.arms is None else " by arm"))
    """What the model is, for people."""
    names: Any = property(lambda self: self.parameters if self.arms is None else tuple(map(str, self.arms)))
    """The parameter, or the arms, which have one each."""
    arms: Any = None
    """The labels of the arms, if they have any."""
    shape: Any = property(lambda self: () if self.arms is None else (self.size,))
    """() for one sample, (arms,) for several side by side."""

    @property
    def size(self) -> int:
        """Number of arms."""
        return 1 if self.arms is None else len(self.arms)

    def covariance(self, theta: ArrayLike) -> Floats:
        """The covariance of the estimates, which are independent, shape (m, m)."""
        at = np.asarray(theta, dtype=float)
        return np.diag(np.atleast_1d(self.variance(at[0] if len(at) == 1 else at)))

    def arrays(self) -> dict[str, object]:
        """What the log-likelihood depends on, for the hash of the data."""
        held = {one.name: getattr(self, one.name) for one in fields(self) if one.compare}
        return {name: values for name, values in held.items() if isinstance(values, np.ndarray | int)}

    def require_fitted(self, size: int, prior: str) -> None:
        """IncompatibleError for more arms than have a covariance matrix."""
        if size > MOST_FITTED:
            raise IncompatibleError(
                f"fit makes a covariance matrix, and these are {size} arms; it takes {MOST_FITTED}. "
                f"st.posterior(arms, prior={prior}).table() has no such limit."
            )

    def one_number(self, theta: ArrayLike, what: str = "a finite number") -> float:
        """The one parameter of a model that has no more; DomainError for others."""
        at = as_theta(theta, self.title, self.names).reshape(-1)
        if at.shape != (1,) or not np.isfinite(at).all():
            raise DomainError(f"{self.title} has one parameter, {what}; got {theta!r}.")
        return float(at[0])

    def by_arm(self, kinds: Mapping[str, Callable[..., Ends]], counts: ArrayLike, sizes: ArrayLike) -> dict[str, Any]:
        """Intervals by kind, each a function of the level, from the ends (count, size, level) of one arm."""

        def each(ends: Callable[..., Ends], level: float) -> Limits:
            pairs = zip(np.atleast_1d(counts).tolist(), np.atleast_1d(sizes).tolist(), strict=True)
            lower, upper = np.array([ends(count, size, level) for count, size in pairs]).T
            return (lower, upper) if self.shape else (float(lower[0]), float(upper[0]))

        return {kind: partial(each, ends) for kind, ends in kinds.items()}


def two_sided(z: float | Floats) -> tuple[Any, Any]:
    """z and its two-sided p-value by the normal distribution."""
    return z, erfc(np.abs(z) / 2**0.5)


def tail_area(level: float, name: str = "level") -> float:
    """(1 - level) / 2, what an interval leaves on either side, or a DomainError unless 0 < level < 1."""
    require_level(level, name)
    return 0.5 * (1.0 - float(level))


def normal_quantile(level: float) -> float:
    """What an interval of this level takes on either side, in standard errors."""
    return -float(ndtri(tail_area(level)))
