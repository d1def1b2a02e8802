"""The odds ratio of tables of two rows and two columns, as a likelihood given the margins of each table.

    P(a | margins) = C(a + b, a) C(c + d, c) e^(theta a) / sum_k C(a + b, k) C(c + d, a + c - k) e^(theta k)

theta is the log of the odds ratio a d / (b c). Given the margins nothing else is unknown: at theta = 0 this is Fisher's
exact test, over strata the exact test of a common odds ratio, and of pairs, each a stratum, McNemar's. Source: Fisher,
JRSS 98 (1935), 39-82; Breslow & Day, Statistical Methods in Cancer Research I (1980), ch. 4, 5.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import erfc, ndtri

from stattools.errors import DomainError, IdentificationError, IncompatibleError
from stattools.interface.arguments import as_theta, is_one_of, word_of
from stattools.interface.arrays import Floats
from stattools.interface.interval import Interval, require_level
from stattools.interface.memory import require_memory
from stattools.interface.when_needed import optimize
from stattools.models.evaluation import NOT_ASKED, Evaluation
from stattools.models.samples.arms import Ints
from stattools.models.samples.sample_model import SampleModel
from stattools.models.samples.tables_of_counts import counted
from stattools.numerics.hypergeometric import Tilted, of_table, sum_of
from stattools.text.one_line import many

NAME = "log odds ratio"
FARTHEST = 1e4
"""A log odds ratio is looked for up to here."""


def odds_ratio(
    table: Any, data: Any = None, /, *, within: str | ArrayLike | None = None, weights: str | ArrayLike | None = None
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
    null = "odds ratio = 1"
    parameters = ()
    exponential = "odds ratio"
    exact_null = 0.0
    exact_words = "Exact test (Fisher)"
    reached = "At the maximum the count has the mean that was seen, to round-off."
    is_unconstrained = True

    @property
    def title(self) -> str:
        """What the model is, for people."""
        return "Odds ratio given the margins" + (f" of {len(self.tables):,} tables" if len(self.tables) > 1 else "")

    @property
    def names(self) -> tuple[str, ...]:
        """The one parameter."""
        return (NAME,)

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

    def variance(self, theta: Any) -> float:
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
    def intervals(self) -> Mapping[str, Callable[[float], tuple[float, float]]]:
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
        kind = word_of(kind, tuple(self.intervals))
        if not is_one_of(kind, tuple(self.intervals)):
            raise IncompatibleError(
                f"{self.title} has intervals of kind {', '.join(map(repr, self.intervals))}; got kind={kind!r}."
            )
        return Interval(*self.intervals[kind](level), level, kind, self.names)

    def test(self) -> tuple[float, float]:
        """Score test of an odds ratio of 1: z = (count - mean) / sd given the margins, and its two-sided p-value.

        Of several tables this is Mantel and Haenszel's test without a continuity correction; of pairs McNemar's.
        """
        mean, variance = self.count.moments(0.0)
        z = (self.observed - mean) / variance**0.5
        return z, float(erfc(abs(z) / 2**0.5))

    def exactly(self, theta: float) -> tuple[Floats, Floats, int]:
        """The values of the count, their log probabilities at theta, and the value that was seen."""
        return self.count.values, self.count.log_pmf(self._checked(theta)), self.observed

    def _wald(self, level: float) -> tuple[float, float]:
        theta = float(self.maximum()[0])
        half = -ndtri(0.5 * (1.0 - level)) * self.variance(theta) ** 0.5
        return theta - half, theta + half

    def _likelihood_ratio(self, level: float) -> tuple[float, float]:
        best = self._constant if self.side else self.loglik(self.maximum())
        if self.side:  # at infinity the table that was seen has probability 1
            best -= float(self.count.logs[self.observed - self.count.low])
        fall = 0.5 * float(ndtri(0.5 * (1.0 - level))) ** 2
        middle = self.side * FARTHEST if self.side else float(self.maximum()[0])

        def gap(at: float) -> float:
            return best - self.loglik(at) - fall

        lower = -np.inf if self.side < 0 else self._crossing(gap, -FARTHEST, middle)
        upper = np.inf if self.side > 0 else self._crossing(gap, middle, FARTHEST)
        return lower, upper

    def _exact(self, level: float, share: float) -> tuple[float, float]:
        """Ends at which the count that was seen, counted by `share`, or what is farther have half of 1 - level."""
        tail = 0.5 * (1.0 - level)

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
        return float(optimize.brentq(function, low, high, xtol=1e-14, rtol=1e-14))  # type: ignore[arg-type]

    def _checked(self, theta: ArrayLike) -> float:
        at = as_theta(theta, self.title, self.names).reshape(-1)
        if at.shape != (1,) or not np.isfinite(at).all():
            raise DomainError(f"{self.title} has one parameter, {NAME}, a finite number; got {theta!r}.")
        return float(at[0])
