"""Counts of categories, tables of counts, and the odds ratio of a table.

    multinomial  log p(counts) = log n! - sum log n_k! + sum n_k log p_k     the counts alone
    categories   log p(labels) = sum n_k log p_k                             the ordered sequence of labels

The probabilities p_1 ... p_K add to 1; both depend on the data through the counts only.

    P(a | margins) = C(a + b, a) C(c + d, c) e^(theta a) / sum_k C(a + b, k) C(c + d, a + c - k) e^(theta k)

theta is the log of the odds ratio a d / (b c) of a table [[a, b], [c, d]]. Given the margins nothing else is unknown:
at theta = 0 this is Fisher's exact test, over strata the exact test of a common odds ratio, and of pairs, each a
stratum, McNemar's. Source: Agresti, Categorical Data Analysis (2013), sec. 1.2, 1.5; Fisher, JRSS 98 (1935), 39-82;
Breslow & Day, Statistical Methods in Cancer Research I (1980), ch. 4, 5.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import xlogy

from stattools.data.tables.arrays import matrix
from stattools.data.tables.columns import clean, coded, missing, sorted_codes
from stattools.data.tables.table import axes, is_frame, series, table
from stattools.errors import DomainError, IdentificationError, IncompatibleError, quoted
from stattools.interface import arguments
from stattools.interface.arguments import require_level
from stattools.interface.arrays import Floats
from stattools.interface.interval import Interval
from stattools.interface.memory import require_memory
from stattools.interface.names.answers import one_of
from stattools.interface.when_needed import optimize
from stattools.models.evaluation import NOT_ASKED, Evaluation
from stattools.models.questions import ModelFacts, answer_of
from stattools.models.samples import arms
from stattools.models.samples.arms import LARGEST, Ends, Ints, SampleModel
from stattools.models.samples.proportions import INTERVALS
from stattools.numerics.distributions.counts import Tilted, log_poisson_pmf, of_table, sum_of
from stattools.text.columns import many

Names = tuple[Hashable, ...]


def multinomial(counts: ArrayLike | Mapping[Any, int], /, *, names: Sequence[Hashable] | None = None) -> Multinomial:
    """The multinomial likelihood of the counts of two or more categories.

    `counts` is an array or list of whole numbers, a dict, or a pandas Series such as `column.value_counts()`, whose
    index names the categories; otherwise `names` may, and by default they are 0, 1, ... Raises DomainError for counts
    that are negative, fractional, missing or all zero, and for names that are not one per category and different.

    >>> import stattools as st
    >>> model = st.multinomial({"red": 3, "green": 5, "blue": 2})
    >>> st.fit(model).estimate.tolist()
    [0.3, 0.5, 0.2]
    """
    names = arguments.labelled("the names", names, ("counts", counts))
    counts = list(counts.values()) if isinstance(counts, Mapping) else counts
    found = arms.counts(counts, "multinomial counts")
    return Multinomial(found, checked_names(names, len(found), "multinomial"), "multinomial")


def categories(labels: ArrayLike, /, *, names: Sequence[Hashable] | None = None) -> Multinomial:
    """The likelihood of a sequence of labels, each one of K categories.

    Takes a list, an array or a column of text, numbers or categories. `names` are the categories in order; by default
    those of a categorical column, else the labels that occur, sorted. Raises DomainError for missing labels, and for
    labels that are not among `names`.

    >>> import stattools as st
    >>> st.categories(["red", "blue", "red"], names=["red", "green", "blue"])
    <Multinomial categories: 3 trials, 3 categories>
    """
    column = series(labels, "labels")
    gaps = missing(column)
    if gaps.any() or not len(column):
        where = f"none at position {int(np.argmax(gaps))}" if gaps.any() else "nothing"
        raise DomainError(f"categories needs labels; got {where}. Drop or fill in what is missing first.")
    found, codes = sorted_codes(clean(column))
    model = Multinomial(np.bincount(codes, minlength=len(found)).astype(np.int64), tuple(found), "categories")
    if names is None:
        return replace(model, labels=checked_names(found, len(found), "categories"))
    names = checked_names(names, len(arguments.several(names)), "categories")
    unknown = [label for label in found if label not in names]
    if unknown:
        raise DomainError(f"categories got the label {unknown[0]!r}, which is not among names={quoted(list(names))}.")
    return model.over(names)


@dataclass(frozen=True, eq=False, repr=False)
class Multinomial(SampleModel):
    """Counts (K,) of the categories `labels`: what `st.multinomial` and `st.categories` return.

    theta are the K probabilities; `kind` says whether the counts alone were observed, or the sequence.
    """

    counts: Ints
    labels: Names
    kind: Literal["multinomial", "categories"]
    dim = "category"
    facts = replace(SampleModel.facts, adds_to_one=True)

    def __post_init__(self) -> None:
        if not self.counts.any():
            raise DomainError(f"{self.kind} needs a count above 0; got {quoted(self.counts.tolist())}. Leave it out.")

    shape = answer_of("counts.shape", "(K,): one entry per category.")

    @property
    def names(self) -> tuple[str, ...]:
        """The categories."""
        return tuple(map(str, self.labels))

    @property
    def n(self) -> int:
        """Number of trials: the sum of the counts."""
        return int(self.counts.sum())

    @property
    def counted(self) -> str:
        """What was counted, in words."""
        return f"{many(self.n, 'trial')}, {many(len(self.counts), 'category')}"

    @property
    def null(self) -> str:
        """The hypothesis that `test` tests."""
        return f"theta = 1/{len(self.counts)}"

    @property
    def start(self) -> Floats:
        """Probabilities strictly inside the simplex, shape (K,)."""
        return np.asarray((self.counts + 0.5) / (self.n + 0.5 * len(self.counts)), dtype=float)

    def over(self, labels: Names) -> Multinomial:
        """The same counts with the categories in this order; one that is new here was not seen."""
        place = {label: number for number, label in enumerate(labels)}
        counts = np.zeros(len(labels), dtype=np.int64)
        counts[[place[label] for label in self.labels]] = self.counts
        return replace(self, counts=counts, labels=tuple(labels))

    def log_probability(self, p: Floats) -> float:
        """Log-likelihood at probabilities that need not be checked."""
        if self.kind == "categories":
            return float(xlogy(self.counts, p).sum())
        n = float(self.n)
        return float(np.sum(log_poisson_pmf(self.counts, n * p)) - log_poisson_pmf(n, n * np.sum(p)))

    def loglik(self, theta: ArrayLike) -> float:
        """Log-likelihood at probabilities, shape (K,), that add to 1; -inf where the data are impossible."""
        p = simplex(theta, len(self.counts))
        if np.any((p == 0) & (self.counts > 0)):
            return -np.inf
        some = self.counts > 0
        return replace(self, counts=self.counts[some], labels=tuple(np.arange(some.sum()))).log_probability(p[some])

    def evaluate(self, theta: ArrayLike, order: int = 2) -> Evaluation:
        """Log-likelihood (order 0), n_k / p_k (1) and diag(n_k / p_k^2) (2); only directions that add to 0 count."""
        p = simplex(theta, len(self.counts))
        share = np.divide(self.counts, p, out=np.full(len(p), np.inf), where=(p > 0) | (self.counts == 0))
        share = np.where(self.counts == 0, 0.0, share)
        second = np.diag(share / np.where(p > 0, p, 1.0)) if order >= 2 else NOT_ASKED
        return Evaluation(self.loglik(p), share if order >= 1 else NOT_ASKED, second)

    def maximum(self) -> Floats:
        """The estimates n_k / n."""
        return self.counts / self.n

    def covariance(self, theta: ArrayLike) -> Floats:
        """(diag(p) - p p^T) / n, which has rank K - 1."""
        p = arguments.as_theta(theta, self.title, self.labels)
        return (np.diag(p) - np.outer(p, p)) / self.n

    @property
    def intervals(self) -> Mapping[str, Callable[[float], tuple[Floats, Floats]]]:
        """Confidence intervals of each probability by kind, each a function of the level: those of its binomial."""
        return self.by_arm(INTERVALS, self.counts, np.full(len(self.counts), self.n))

    def test(self) -> tuple[Floats, Floats]:
        """Score test of p_k = 1 / K for each category: z and its two-sided p-value."""
        K, n = len(self.counts), self.n
        return arms.two_sided((self.counts - n / K) / np.sqrt(n * (1 / K) * (1 - 1 / K)))


def simplex(theta: ArrayLike, K: int) -> Floats:
    """theta as float64 with K probabilities in the last axis that add to 1 within 1e-9, or a DomainError."""
    p = arguments.as_numbers(theta, f"theta needs {K} probabilities in [0, 1]")
    if p.shape[-1:] != (K,) or not ((p >= 0) & (p <= 1 + 1e-9)).all():
        raise DomainError(f"theta needs {K} probabilities in [0, 1]; got {quoted(theta)}.")
    if np.any(np.abs(p.sum(axis=-1) - 1.0) > 1e-9):
        raise DomainError(f"theta needs probabilities that add to 1; their sum is {p.sum(axis=-1).ravel()[0]:.12g}.")
    return p


def checked_names(names: Sequence[Hashable] | None, K: int, who: str) -> Names:
    """K different names, by default 0, 1, ...; DomainError for another number, repeats, or fewer than two."""
    found = tuple(range(K)) if names is None else arguments.written(names)
    if K < 2:
        raise DomainError(f"{who} needs two or more categories; got {K}. Give names= to list those not seen.")
    if len(found) != K or not arguments.are_different(found):
        raise DomainError(f"{who} needs {K} different names, one per category; got {quoted(list(found))}.")
    return found


@dataclass(frozen=True, eq=False)
class CountedTables:
    """Counts of shape (strata, rows, columns), the labels of rows and columns, what these are, and what was dropped."""

    counts: Ints
    rows: Names
    columns: Names
    names: tuple[str, str] = ("row", "column")
    dropped: dict[str, int] = field(default_factory=dict)
    n_dropped: int = 0


def counted(who: str, given: object, data: object, within: object, weights: object) -> CountedTables:
    """The counts of a table, `[[a, b], [c, d]]` or a frame, or of the rows of "column ~ row" and a table of data.

    Raises DomainError for counts that are negative, fractional or missing, and for a table without counts.
    """
    if isinstance(given, str):
        return _of_rows(who, given, data, within, weights)
    for name, value in (("data=", data), ("within=", within), ("weights=", weights)):
        if value is not None:
            raise DomainError(f'{who} takes {name} after a formula such as "outcome ~ group"; this is a table.')
    strata = _strata(who, given)
    counts = np.stack([_whole(who, stratum) for stratum in strata])
    if not counts.any():
        raise DomainError(f"{who} needs a count above 0; all cells are 0.")
    rows, columns = (tuple(range(size)) for size in counts.shape[1:])
    if is_frame(given) and (known := arguments.labels_of(given)) is not None:
        rows = tuple(known[0])
    if is_frame(given):
        columns = tuple(table(given).names)
    return CountedTables(counts, rows, columns)


def _strata(who: str, given: Any) -> list[object]:
    """The tables one below the other."""
    depth = axes(given)
    if is_frame(given) or depth == 2:
        return [given]
    if depth == 3:
        strata = list(given)
        if len({np.shape(stratum) for stratum in strata}) == 1:
            return strata
    raise DomainError(
        f'{who} needs a table of counts, [[a, b], [c, d]], or a formula "outcome ~ group" and the rows; got '
        f"{quoted(given)}."
    )


def _whole(who: str, given: object) -> Ints:
    values, _ = matrix(given, f"the table of {who}")
    bad = (values < 0) | (values != np.floor(values)) | (values > LARGEST)
    if bad.any():
        row, column = np.argwhere(bad)[0].tolist()
        raise DomainError(
            f"{who} needs counts, whole numbers of at least 0; got {values[row, column]:.6g} in row {row}, column "
            f"{column} (counting from 0)."
        )
    return values.astype(np.int64)


def _of_rows(who: str, formula: str, data: object, within: object, weights: object) -> CountedTables:
    beside: dict[str, Any] = {} if weights is None else {"weights": weights}
    if within is not None:
        beside["within"] = _codes_of_strata(who, within, data)
    rows = arms.arm_rows(who, formula, data, None, None, **beside)
    if rows is None or rows.by is None:
        raise DomainError(
            f'{who} needs a formula of two columns, "outcome ~ group", and a table; got {quoted(formula)}.'
        )
    columns, j = sorted_codes(clean(series(rows.outcome, "the outcome")))
    labels, i = sorted_codes(clean(series(rows.by, "the group")))
    stratum = np.zeros(len(i), dtype=np.intp)
    if within is not None:
        stratum = np.unique(rows.beside["within"], return_inverse=True)[1]
    weight = np.ones(len(i)) if weights is None else np.asarray(rows.beside["weights"], dtype=float)
    if (weight < 0).any() or (weight != np.floor(weight)).any() or weight.sum() > LARGEST:
        raise DomainError(f"{who} needs weights=, how often each row was seen: whole numbers of at least 0.")
    if not weight.any():
        raise DomainError(f"{who} needs a count above 0; all weights are 0.")
    counts = np.zeros((int(stratum.max()) + 1, len(labels), len(columns)), dtype=np.int64)
    np.add.at(counts, (stratum, i, j), weight.astype(np.int64))
    outcome, group = (side.strip() for side in formula.split("~", 1))
    return CountedTables(counts, tuple(labels), tuple(columns), (group, outcome), rows.dropped, rows.n_dropped)


def _codes_of_strata(who: str, within: object, data: object) -> np.ndarray:
    """A number for each stratum, one per row."""
    frame = table(data)
    named = isinstance(within, str)
    if named and within not in frame.names:
        raise DomainError(f"{who} needs within=, a column of the table ({', '.join(frame.names[:8])}); got {within!r}.")
    column = frame.column(within) if named else series(within, "within=")
    if gaps := int(missing(column).sum()):
        raise DomainError(f"{who} needs within= in every row; {gaps:,} are missing. Drop those rows first.")
    return coded(column, f"{who} within=")[0].astype(float)


NAME = "log odds ratio"

FARTHEST = 1e4
"""A log odds ratio is looked for up to here."""


def odds_ratio(
    table: object,
    data: object = None,
    /,
    *,
    within: str | ArrayLike | None = None,
    weights: str | ArrayLike | None = None,
) -> ConditionalOdds:
    """The conditional likelihood of the odds ratio of a two-by-two table, or of the common one of several.

    `table` is `[[a, b], [c, d]]`, an array or a frame such as `pandas.crosstab(group, outcome)`, of shape (2, 2), or
    (strata, 2, 2); the odds ratio is a d / (b c). Or a formula and the rows, `odds_ratio("ill ~ exposed", table)`: the
    odds of the second label of the outcome among the second label of the group, over those among the first. `within` is
    the column of strata, such as the number of a matched pair, and `weights` how often each row was seen. Strata whose
    margins leave one table only say nothing. `st.fit` has the conditional maximum and its intervals, `kind="exact"`
    those of R's `fisher.test`; `st.exact_test` its p-value, and where all tables say the same, so that the odds ratio
    is 0 or infinite, `model.interval(0.95, kind="exact")` a one-sided interval. Raises DomainError for other shapes,
    for counts that are negative or fractional, and for tables whose margins tell nothing.

    >>> import stattools as st
    >>> fit = st.fit(st.odds_ratio([[3, 1], [1, 3]]))
    >>> fit.table(exponentiate=True)[["term", "estimate", "p_value"]].round(3).to_numpy().tolist()
    [['odds ratio', 6.408, 0.186]]
    """
    found = counted("odds_ratio", table, data, within, weights)
    if found.counts.shape[1:] != (2, 2):
        shape = " x ".join(map(str, found.counts.shape[1:]))
        raise DomainError(
            f"odds_ratio needs two rows and two columns; got {shape}. st.independence tests larger tables, "
            "st.softmax has their odds ratios."
        )
    model = ConditionalOdds(found.counts, n_dropped=found.n_dropped, dropped=found.dropped)
    if model.count.low == model.count.high:
        raise DomainError(
            "odds_ratio needs a table with counts in both rows and in both columns: with these margins there is one "
            "table only, and nothing tells the odds ratio."
        )
    return model


@dataclass(frozen=True, eq=False, repr=False)
class ConditionalOdds(SampleModel):
    """Tables of counts (strata, 2, 2) with one odds ratio, given their margins: what `st.odds_ratio` returns.

    The parameter is the log odds ratio; the data enter through the sum of the first cells.
    """

    tables: Ints
    kind = "odds ratio"
    names = (NAME,)
    null = "odds ratio = 1"
    parameters = ()
    facts = ModelFacts(is_unconstrained=True, has_formula=True, has_intervals=True, exponential="odds ratio")
    column_sds = np.ones(1)
    exact_null = 0.0
    exact_words = "Exact test (Fisher)"
    reached = "At the maximum the count has the mean that was seen, to round-off."

    @property
    def title(self) -> str:
        """What the model is, for people."""
        return "Odds ratio given the margins" + (f" of {len(self.tables):,} tables" if len(self.tables) > 1 else "")

    @property
    def n(self) -> int:
        """Number of observations: the sum of all counts."""
        return int(self.tables.sum())

    @property
    def counted(self) -> str:
        """What was counted, in words."""
        some = f", {self.informative:,} of {many(len(self.tables), 'table')} tell" if len(self.tables) > 1 else ""
        return f"{many(self.n, 'observation')}{some}"

    @property
    def informative(self) -> int:
        """Number of tables whose margins leave more than one table."""
        return sum(len(part.logs) > 1 for part in self._parts)

    @cached_property
    def _parts(self) -> tuple[Tilted, ...]:
        """The first cell of each table given its margins."""
        rows, columns = self.tables.sum(axis=2), self.tables.sum(axis=1)
        wide = int(np.minimum(rows, columns).min(axis=1).sum()) + 1
        require_memory(f"{wide:,} tables with these margins", 8 * wide, "Use st.logistic, whose error is tiny here.")
        each = np.column_stack([rows, columns[:, 0]])
        margins, which = np.unique(each, axis=0, return_inverse=True)
        known = [of_table(*row) for row in margins.tolist()]
        return tuple(known[k] for k in np.ravel(which))

    @cached_property
    def count(self) -> Tilted:
        """The sum of the first cells given the margins."""
        return sum_of(self._parts)

    @property
    def observed(self) -> int:
        """The sum of the first cells."""
        return int(self.tables[:, 0, 0].sum())

    @property
    def start(self) -> Floats:
        """The log odds ratio with half a count in each cell, shape (1,)."""
        (a, b), (c, d) = self.tables.sum(axis=0) + 0.5
        return np.array([np.log(a / b) - np.log(c / d)])

    @cached_property
    def _constant(self) -> float:
        """Log probability of the tables at theta = 0."""
        cells = self.tables[:, 0, 0].tolist()
        return sum(float(part.logs[k - part.low]) for part, k in zip(self._parts, cells, strict=True))

    def loglik(self, theta: ArrayLike) -> float:
        """Log-likelihood at theta, the log odds ratio."""
        at = self._checked(theta)
        return self._constant + at * (self.observed - self.count.low) - self.count.log_sum(at)

    def evaluate(self, theta: ArrayLike, order: int = 2) -> Evaluation:
        """loglik, score (1,): the count less its mean, and information (1, 1): its variance."""
        mean, variance = self.count.moments(self._checked(theta)) if order else (0.0, 0.0)
        score = np.array([self.observed - mean]) if order else NOT_ASKED
        return Evaluation(self.loglik(theta), score, np.array([[variance]]) if order > 1 else NOT_ASKED)

    def variance(self, theta: ArrayLike) -> float:
        """Variance of the estimate by the information, 1 / Var(count)."""
        return 1.0 / self.count.moments(self._checked(theta))[1]

    def maximum(self) -> Floats:
        """The log odds ratio at which the count has the mean that was seen, shape (1,).

        Raises IdentificationError where it is infinite, with what is known of it.
        """
        if self.side:
            lower, upper = np.exp(self._exact(0.95, 1.0))
            ratio, ends = ("infinite", f"from {lower:.4g} on") if self.side > 0 else ("0", f"up to {upper:.4g}")
            raise IdentificationError(
                f"{self.title} has no maximum: the estimate of the odds ratio is {ratio}. Its exact one-sided 97.5 % "
                f'interval reaches {ends} (model.interval(0.95, kind="exact") has the logarithm), and '
                "st.exact_test(model) its p-value."
            )
        return np.array([self._solved(lambda at: self.count.moments(at)[0] - self.observed)])

    @property
    def side(self) -> int:
        """-1 where the estimate is minus infinity, 1 where it is infinity, 0 where it is finite."""
        return int(self.observed == self.count.high) - int(self.observed == self.count.low)

    @property
    def intervals(self) -> Mapping[str, Callable[[float], Ends]]:
        """Confidence intervals of the log odds ratio by kind, each a function of the level.

        "exact" holds all values that neither exact one-sided test rejects (Cornfield 1956, R's `fisher.test`), "mid-p"
        counts half of what was seen in both, "likelihood-ratio" and "wald" are as elsewhere.
        """
        return {
            "wald": self._wald,
            "likelihood-ratio": self._likelihood_ratio,
            "exact": lambda level: self._exact(level, 1.0),
            "mid-p": lambda level: self._exact(level, 0.5),
        }

    def interval(self, level: float = 0.95, *, kind: str = "exact") -> Interval:
        """The interval of the log odds ratio, also where there is no estimate: one end is then infinite.

        >>> import stattools as st
        >>> st.odds_ratio([[0, 5], [4, 2]]).interval()
        <Interval 0.95 exact: log odds ratio, [-inf, 0.31...]>
        """
        require_level(level)
        needs = f"{self.title} has intervals of kind {{}}"
        kind = one_of(kind, self.intervals, needs, IncompatibleError, got="kind=")
        return Interval(*self.intervals[kind](level), level, kind, self.names)

    def test(self) -> Ends:
        """Score test of an odds ratio of 1: z = (count - mean) / sd given the margins, and its two-sided p-value.

        Of several tables this is Mantel and Haenszel's test without a continuity correction; of pairs McNemar's.
        """
        mean, variance = self.count.moments(0.0)
        return arms.two_sided((self.observed - mean) / variance**0.5)

    def exactly(self, theta: float) -> tuple[Floats, Floats, int]:
        """The values of the count, their log probabilities at theta, and the value that was seen."""
        return self.count.values, self.count.log_pmf(self._checked(theta)), self.observed

    def _wald(self, level: float) -> Ends:
        theta = float(self.maximum()[0])
        half = arms.normal_quantile(level) * self.variance(theta) ** 0.5
        return theta - half, theta + half

    def _likelihood_ratio(self, level: float) -> Ends:
        best = self._constant if self.side else self.loglik(self.maximum())
        if self.side:  # at infinity the table that was seen has probability 1
            best -= float(self.count.logs[self.observed - self.count.low])
        fall = 0.5 * arms.normal_quantile(level) ** 2
        middle = self.side * FARTHEST if self.side else float(self.maximum()[0])

        def gap(at: float) -> float:
            return best - self.loglik(at) - fall

        lower = -np.inf if self.side < 0 else self._crossing(gap, -FARTHEST, middle)
        upper = np.inf if self.side > 0 else self._crossing(gap, middle, FARTHEST)
        return lower, upper

    def _exact(self, level: float, share: float) -> Ends:
        """Ends at which the count that was seen, counted by `share`, or what is farther have half of 1 - level."""
        tail = arms.tail_area(level)

        def below(at: float) -> float:
            less, seen, _ = self.count.tails(at, self.observed)
            return less + share * seen - tail

        def above(at: float) -> float:
            _, seen, more = self.count.tails(at, self.observed)
            return more + share * seen - tail

        lower = -np.inf if self.side < 0 else self._solved(above)
        upper = np.inf if self.side > 0 else self._solved(below)
        return lower, upper

    def _solved(self, function: Callable[[float], float]) -> float:
        """Where a function that rises or falls all the way is 0, looked for in ever wider steps about the start."""
        here, reach = float(self.start[0]), 1.0
        while (function(here - reach) < 0.0) == (function(here + reach) < 0.0):
            reach *= 2.0
            if reach > FARTHEST:
                raise DomainError(f"{self.title}: a log odds ratio is beyond {FARTHEST:g}.")
        return self._crossing(function, here - reach, here + reach)

    @staticmethod
    def _crossing(function: Callable[[float], float], low: float, high: float) -> float:
        return float(optimize.brentq(function, low, high, xtol=1e-14, rtol=1e-14))

    def _checked(self, theta: ArrayLike) -> float:
        return self.one_number(theta, f"{NAME}, a finite number")
