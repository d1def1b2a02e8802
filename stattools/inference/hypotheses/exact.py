"""Exact tests: by permutation, of one parameter from the distribution of a count, and of independence in a table.

Under the hypothesis of a permutation test the outcomes may stand in any order, or have either sign:

    T = sum_i g_i h_i,   Q = (T - E)^T V^+ (T - E)

h are the scores of the outcome, g (n, q) those of what it may depend on; E and V are mean and covariance over all
orders within blocks. Signs that may be either are the same with g = 1. With the values for scores these are the tests
of Fisher and Pitman, with ranks those that `permutation_test` names. Sums of whole scores are counted exactly, each
score added in turn to all sums so far: of m of n scores n m S, of n signs n S, with S the sum. Where there are too
many, T of one column may be taken for a beta with its four exact moments. Source: Hothorn, Hornik, van de Wiel &
Zeileis, The American Statistician 60 (2006), 257-263; Strasser & Weber, Mathematical Methods of Statistics 8 (1999),
220-250; Streitberg & Röhmel, Statistical Software Newsletter 12 (1986), 10-17; Pitman, Biometrika 29 (1937), 322-335.

Of one parameter p comes from the distribution of a count, binomial, or of a table given its margins:

    likelihood   p = sum of P(k) over k with P(k) <= P(seen)      as R and SciPy have it
    central      p = 2 min(P(K <= seen), P(K >= seen))            rejects where the exact interval leaves the value out
    mid-p        central, with half of P(seen) in either tail

Independence in a table of counts n_ij ~ Multinomial(n, p_ij), e_ij = r_i c_j / n: the score test sum (n_ij - e_ij)^2 /
e_ij (Pearson), the likelihood ratio 2 sum n_ij log(n_ij / e_ij), both chi2 with (r - 1)(c - 1) degrees of freedom, and
the probability of all tables with these margins that are no more probable (Fisher, Freeman & Halton). Source: Fay,
Biostatistics 11 (2010), 373-374; Agresti, Categorical Data Analysis (2013), 3.2, 16.5.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from math import prod
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from stattools.data.dataset import Dataset
from stattools.data.tables.arrays import numeric
from stattools.data.tables.columns import coded, missing
from stattools.data.tables.table import series, table
from stattools.errors import DomainError, IncompatibleError, quoted
from stattools.inference.estimates import AnyFit
from stattools.inference.hypotheses.result import TestResult
from stattools.interface.arguments import as_numbers, described, whole_number
from stattools.interface.arrays import Floats
from stattools.interface.names.answers import one_of
from stattools.interface.seeds import generator
from stattools.interface.when_needed import stats
from stattools.models.regressions.binding import read_rows
from stattools.models.samples.arms import SampleModel
from stattools.models.samples.tables import CountedTables, counted
from stattools.numerics.distributions.counts import share_as_rare, share_as_rare_of_draws
from stattools.text.columns import many, number

MOST_WORK, MOST_SETS, MOST_SUMS, MOST_LISTED = 300_000_000, 130_000, 100_000, 100_000
"""Limits of one distribution: additions (about a second), steps from one set of scores that are left to another,
vectors of sums that are told apart at a time, and arrangements that are listed one by one.
"""

TIED = 1e-9
"""Statistics that differ by this share are equal."""

Ints = NDArray[np.int64]


def of_choices(scores: Ints, m: int) -> Floats:
    """P(sum = s), s = 0 ... sum of scores, where m of the scores, all at least 0, are chosen at random.

    >>> of_choices(np.array([1, 2, 3]), 2).round(4).tolist()
    [0.0, 0.0, 0.0, 0.3333, 0.3333, 0.3333, 0.0]
    """
    total, few = int(scores.sum()), min(m, len(scores) - m)
    # ways[k, s]: with probability 1/2 each score is chosen; the share of all 2^n ways stays a float for large n
    ways = np.zeros((few + 1, total + 1))
    ways[0, 0] = 1.0
    for score in np.sort(scores).tolist():
        chosen = ways[:-1, : total + 1 - score].copy()
        ways *= 0.5
        ways[1:, score:] += 0.5 * chosen
    found = ways[few] / ways[few].sum()
    return found if few == m else found[::-1]


def of_signs(scores: Ints) -> Floats:
    """P(sum of those with a plus = s), s = 0 ... sum of scores, where each has a plus with probability 1/2.

    >>> of_signs(np.array([1, 2])).tolist()
    [0.25, 0.25, 0.25, 0.25]
    """
    ways = np.zeros(int(scores.sum()) + 1)
    ways[0] = 1.0
    for score in np.sort(scores).tolist():
        chosen = 0.5 * ways[: len(ways) - score]
        ways *= 0.5
        ways[score:] += chosen
    return ways


def of_pairs(h: Ints, g: Ints) -> Floats | None:
    """P(sum h_i g_i = s), s = 0, 1, ..., where the scores g >= 0 stand in any order beside h >= 0; None where that
    takes too long.

    >>> of_pairs(np.array([0, 1, 2]), np.array([0, 1, 2])).round(3).tolist()
    [0.0, 0.167, 0.333, 0.0, 0.333, 0.167]
    """
    sides = ((np.unique(g, return_counts=True), h), (np.unique(h, return_counts=True), g))
    (levels, counts), h = min(sides, key=lambda side: prod((side[0][1] + 1).tolist()))  # by how many sets may be left
    total = int(np.sort(h) @ np.sort(np.repeat(levels, counts)))
    sets, n = prod((counts + 1).tolist()), len(h)
    if sets * len(levels) > 2 * MOST_SETS or float(sets) * len(levels) * (total + 1) > MOST_WORK:
        return None
    steps = np.cumprod([1, *(counts[:-1] + 1)])
    law = {0: np.eye(1, total + 1)[0]}
    for place, score in enumerate(np.sort(h).tolist()):
        ahead: dict[int, Floats] = {}
        for taken, ways in law.items():
            left = counts - taken // steps % (counts + 1)
            for j in np.flatnonzero(left).tolist():
                moved = score * int(levels[j])
                one = ahead.setdefault(taken + int(steps[j]), np.zeros(total + 1))
                one[moved:] += (left[j] / (n - place)) * ways[: total + 1 - moved]
        law = ahead
    (found,) = law.values()
    return found


def of_levels(h: Ints, counts: Ints) -> tuple[Ints, Floats] | None:
    """The sums of the scores that each level gets (m, K), and their probabilities, where level j gets counts[j] of the
    scores h >= 0 at random; None where there are too many.

    >>> of_levels(np.array([0, 1, 3]), np.array([1, 1, 1]))[1].round(3).tolist()
    [0.167, 0.167, 0.167, 0.167, 0.167, 0.167]
    """
    n, K = len(h), len(counts)
    states, law = np.zeros((1, 2 * K), dtype=np.int64), np.ones(1)  # how many scores each level has, and their sums
    for place, score in enumerate(np.sort(h).tolist()):
        left = counts - states[:, :K]
        state, level = np.nonzero(left)
        ahead = states[state]
        ahead[np.arange(len(state)), level] += 1
        ahead[np.arange(len(state)), K + level] += score
        states, law = _added(ahead, law[state] * left[state, level] / (n - place))
        if len(states) > MOST_SUMS:
            return None
    return states[:, K:], law


def _added(rows: Ints, law: Floats) -> tuple[Ints, Floats]:
    """Rows that differ, with the sum of the probabilities of each."""
    known, which = np.unique(rows, axis=0, return_inverse=True)
    return known, np.bincount(which.ravel(), law, len(known))


def orders_of(values: Floats) -> int:
    """In how many orders values, or rows of them, may stand: those that are equal may be exchanged.

    >>> orders_of(np.array([0.0, 0.0, 1.0, 1.0]))
    6
    """
    counts = np.unique(values, axis=0, return_counts=True)[1]
    size = special.gammaln(len(values) + 1.0) - special.gammaln(counts + 1.0).sum()
    return round(np.exp(min(float(size), 690.0)))  # 1e300 or more


def every_order(values: Floats) -> Floats:
    """Values, or rows of them, in each of the orders that `orders_of` counts.

    >>> every_order(np.array([0.0, 1.0, 1.0])).astype(int).tolist()
    [[0, 1, 1], [1, 0, 1], [1, 1, 0]]
    """
    levels, counts = np.unique(values, axis=0, return_counts=True)
    left, found = counts[None, :], np.zeros((1, len(values)), dtype=np.intp)
    for place in range(len(values)):
        state, level = np.nonzero(left)
        left, found = left[state], found[state]
        left[np.arange(len(state)), level] -= 1
        found[:, place] = level
    return np.asarray(levels[found])


@dataclass(frozen=True, eq=False)
class Orders:
    """Scores h (n,) and g (n, q), and the rows of each block, in which the h may stand in any order."""

    h: Floats
    g: Floats
    blocks: tuple[NDArray[np.intp], ...]

    @cached_property
    def parts(self) -> list[tuple[Floats, Floats]]:
        """h and g of each block, less their means."""
        each = [(self.h[rows], self.g[rows]) for rows in self.blocks]
        return [(h - h.mean(), g - g.mean(axis=0)) for h, g in each]

    @property
    def moments(self) -> tuple[Floats, Floats, Floats]:
        """T less its mean, its covariance over all orders, and T."""
        gap = np.sum([h @ g for h, g in self.parts], axis=0)
        spread = np.sum([float(h @ h) / max(len(h) - 1, 1) * (g.T @ g) for h, g in self.parts], axis=0)
        return gap, spread, self.h @ self.g

    def law(self) -> tuple[Floats, Floats] | None:
        """Values of T less its mean, (m,) or (m, q), and their probabilities, where all scores are whole; None
        otherwise, and where that takes too long.
        """
        unit, own = _unit(self.h), _unit(self.g)
        if unit is not None and self.g.shape[1] > 1:
            return self._of_levels(unit)
        if unit is None or own is None:
            return None
        are_groups = bool(np.isin(self.g, (0.0, 1.0)).all())
        law, middle, work = np.ones(1), 0.0, 0.0
        for h_block, g_block in self.parts:
            h, g = _whole(h_block, unit), _whole(g_block[:, 0], own)
            n, m = len(h), int(g.sum())
            work += float(n) * max(min(m, n - m), 1) * float(h.sum() + 1)  # additions, of groups
            if are_groups and work > MOST_WORK:
                return None
            part = of_choices(h, m) if are_groups else of_pairs(h, g)
            if part is None:
                return None
            law, middle = np.convolve(law, part).astype(np.float64), middle + float(h.sum()) * float(m) / n
        values: Floats = unit * own * (np.arange(len(law), dtype=np.float64) - middle)
        return values, law

    def _of_levels(self, unit: float) -> tuple[Floats, Floats] | None:
        """The law for several columns, which have few different rows."""
        levels, level = np.unique(self.g, axis=0, return_inverse=True)
        sums, law = np.zeros((1, len(levels)), dtype=np.int64), np.ones(1)
        for rows in self.blocks:
            part = of_levels(_whole(self.h[rows], unit), np.bincount(level.ravel()[rows], minlength=len(levels)))
            if part is None or len(sums) * len(part[0]) > 10 * MOST_SUMS:
                return None
            both = (sums[:, None] + part[0]).reshape(-1, len(levels))
            sums, law = _added(both, (law[:, None] * part[1]).ravel())
        T = unit * (sums @ levels)
        return T - law @ T, law

    @property
    def shape(self) -> tuple[float, float]:
        """Skewness and kurtosis of T over all orders, of one column: for n centered a and b

        E (a^T b)^4 = alpha (sum a^2)^2 + beta sum a^4,   alpha and beta by n and b
        """
        sums = np.zeros(3)
        for a, g in self.parts:
            b, n = g[:, 0], float(len(a))
            if n > 1:
                squares, cubes, fourths = (np.array([(a**k).sum(), (b**k).sum()]) for k in (2, 3, 4))
                variance = squares.prod() / (n - 1.0)
                third = n * cubes.prod() / ((n - 1.0) * max(n - 2.0, 1.0))
                alpha, beta = 3.0 * squares[1] ** 2 / (n * n - 1.0), 0.0
                if n > 3:
                    beta = n * (n + 1.0) * fourths[1] - 3.0 * (n - 1.0) * squares[1] ** 2
                    beta /= (n - 1.0) * (n - 2.0) * (n - 3.0)
                    alpha -= 3.0 * (n - 1.0) / (n * (n + 1.0)) * beta
                sums += [variance, third, alpha * squares[0] ** 2 + beta * fourths[0] - 3.0 * variance**2]
        return float(sums[1] / sums[0] ** 1.5), float(3.0 + sums[2] / sums[0] ** 2)

    @property
    def many(self) -> int:
        """Number of orders that differ."""
        return prod(min(orders_of(h), orders_of(g)) for h, g in self.parts)

    def listed(self) -> Floats:
        """T less its mean for all orders that differ, (orders, q)."""
        total = np.zeros((1, self.g.shape[1]))
        for h, g in self.parts:
            each = every_order(h) @ g if orders_of(h) < orders_of(g) else (every_order(g) * h[:, None]).sum(axis=1)
            total = (total[:, None] + each).reshape(-1, self.g.shape[1])
        return total

    def drawn(self, count: int, random: np.random.Generator) -> Floats:
        """T less its mean for so many random orders, (count, q)."""
        total = np.zeros((count, self.g.shape[1]))
        for h, g in self.parts:
            total += random.permuted(np.broadcast_to(h, (count, len(h))), axis=1) @ g
        return total


@dataclass(frozen=True, eq=False)
class SignArrangements:
    """Scores h (n,) at least 0, and the signs that were seen; each may be either."""

    h: Floats
    signs: Floats

    @property
    def moments(self) -> tuple[Floats, Floats, Floats]:
        """The signed sum, its variance over all signs, and the sum of those with a plus."""
        signed = float(self.h @ self.signs)
        return np.array([signed]), np.array([[float(self.h @ self.h)]]), np.array([float(self.h @ (self.signs > 0))])

    @property
    def shape(self) -> tuple[float, float]:
        """Skewness and kurtosis of the signed sum over all signs."""
        return 0.0, float(3.0 - 2.0 * (self.h**4).sum() / (self.h @ self.h) ** 2)

    def law(self) -> tuple[Floats, Floats] | None:
        """Values of the signed sum and their probabilities; None where scores are not whole or that takes too long."""
        if (unit := _unit(self.h)) is None:
            return None
        h = np.round(self.h / unit).astype(np.int64)
        if float(len(h)) * float(h.sum() + 1) > MOST_WORK:  # additions
            return None
        law = of_signs(h)
        values: Floats = unit * (2.0 * np.arange(len(law), dtype=np.float64) - float(h.sum()))
        return values, law

    @property
    def many(self) -> int:
        """Number of ways to give signs."""
        return 2 ** len(self.h)

    def listed(self) -> Floats:
        """The signed sum for all signs, (ways, 1)."""
        total = np.zeros(1)
        for score in self.h.tolist():
            total = np.concatenate([total - score, total + score])
        return total[:, None]

    def drawn(self, count: int, random: np.random.Generator) -> Floats:
        """The signed sum for so many random signs, (count, 1)."""
        return ((2.0 * random.integers(0, 2, (count, len(self.h))) - 1.0) @ self.h)[:, None]


SIDES: dict[str, Callable[[Floats], Floats]] = {"two-sided": np.abs, "greater": np.positive, "less": np.negative}
"""What is large where a z is far out on a side."""


@dataclass(frozen=True, eq=False)
class Standardized:
    """The statistic that was seen, as a z or as a chi-squared, and the root (q, rank) that makes that of other sums."""

    value: float
    root: Floats

    @classmethod
    def of(cls, gap: Floats, spread: Floats) -> Standardized:
        """Of T less its mean with this covariance: z of one column, Q otherwise."""
        size, axes = np.linalg.eigh(spread)
        some = size > 1e-10 * max(float(size.max()), 0.0)
        root = axes[:, some] / np.sqrt(size[some])
        if root.shape == (1, 1):
            root = np.abs(root)
            return cls(float(gap @ root[:, 0]), root)
        return cls(float(np.square(gap @ root).sum()), root)

    @property
    def rank(self) -> int:
        """Number of contrasts; 0 where nothing moves."""
        return self.root.shape[1]

    @property
    def is_z(self) -> bool:
        """Whether the statistic has a sign."""
        return self.root.shape == (1, 1)

    def share(self, gaps: Floats, weight: float | Floats, alternative: str) -> float:
        """The weight of the sums (m, q) that are as far out as what was seen."""
        z = gaps @ self.root
        if self.is_z:
            side, seen = SIDES[alternative], np.array(self.value)
            far = side(z[:, 0]) >= side(seen) - TIED * max(1.0, abs(self.value))
        else:
            far = np.square(z).sum(axis=1) >= self.value * (1.0 - TIED)
        return float(np.sum(np.where(far, weight, 0.0)))

    def near(self, of: Orders | SignArrangements, alternative: str) -> float | None:
        """The p-value of a z by the beta distribution with the four moments of all arrangements; None where there is
        none.
        """
        skewness, fourth = of.shape
        size = 6.0 * (fourth - skewness**2 - 1.0) / (6.0 + 3.0 * skewness**2 - 2.0 * fourth)
        if not 0.0 < size < np.inf:  # tails are heavier than those of a beta
            return None
        shift = size * (size + 2.0) * skewness / np.sqrt(skewness**2 * (size + 2.0) ** 2 + 16.0 * (size + 1.0))
        p, q = 0.5 * (size - shift), 0.5 * (size + shift)
        if not min(p, q) > 0.0:
            return None
        at = p / size + np.array([-1.0, 1.0]) * abs(self.value) * np.sqrt(p * q / (size + 1.0)) / size
        low, high = special.betainc(p, q, max(at[0], 0.0)), special.betaincc(p, q, min(at[1], 1.0))
        if alternative == "two-sided":
            return float(low + high)
        far = high if self.value > 0.0 else low
        return float(far if (alternative == "greater") == (self.value > 0.0) else 1.0 - far)

    def asymptotic(self, alternative: str) -> float:
        """The p-value by the normal or the chi-squared distribution."""
        if not self.is_z:
            return float(special.chdtrc(self.rank, self.value))
        tail = float(special.ndtr(-SIDES[alternative](np.array(self.value))))
        return tail * (2.0 if alternative == "two-sided" else 1.0)


def _whole(scores: Floats, unit: float) -> Ints:
    """Scores in this unit, less the least of them."""
    return np.round((scores - scores.min()) / unit).astype(np.int64)


def _unit(scores: Floats) -> float | None:
    """1 or 1/2 where all scores are multiples of it."""
    doubled = 2.0 * scores
    if not np.abs(scores).max(initial=0.0) < 1e9 or (doubled != np.round(doubled)).any():
        return None
    return 1.0 if (scores == np.round(scores)).all() else 0.5


ROUND_OFF = 1e-12
"""Values that differ by less than this share of the largest are tied."""

NEAR = "within 20 % of the exact p-value down to 0.001, within a factor of 2 down to 0.0001, not known below"

FAR = "which is too large with few rows: at 0.001 by a factor of 2 with 30 rows in three groups, of 1.5 with 60"

UNKNOWN = "whose tails may be far off"
"""How near the distributions are that stand for that of ranks, by `benchmarks/plans/near_permutations.py`."""

SEED = "seed= draws random arrangements"

WORDS = {
    "scores": ("ranks", "values", "normal"),
    "method": ("auto", "exact", "draws", "asymptotic"),
    "alternative": tuple(SIDES),
    "zeros": ("drop", "pratt"),
}


def permutation_test(
    formula_or_y: str | ArrayLike,
    data_or_X: object,
    /,
    *,
    within: str | ArrayLike | None = None,
    scores: Literal["ranks", "values", "normal"] = "ranks",
    alternative: Literal["two-sided", "greater", "less"] = "two-sided",
    method: Literal["auto", "exact", "draws", "asymptotic"] = "auto",
    zeros: Literal["drop", "pratt"] = "drop",
    draws: int = 10_000,
    seed: int | np.random.Generator | None = None,
) -> TestResult:
    """The rank test, or another permutation test, that an outcome does not depend on a column.

    | formula | with ranks it is |
    |---|---|
    | `"y ~ g"`, two groups | Wilcoxon's rank sum test (Mann-Whitney) |
    | `"y ~ g"`, more groups; `"y ~ C(x)"` | Kruskal and Wallis' test |
    | `"y ~ x"`, a number | Spearman's rank correlation |
    | `"y ~ g"`, `within="block"` | Friedman's test; ranks are taken within each block |
    | `"I(after - before) ~ 1"` | Wilcoxon's signed rank test; with differences -1, 0, 1 McNemar's |

    `scores` are "ranks" (ties, values that differ by no more than round-off, share their mean), "normal" (their normal
    quantiles) or "values" (as they are). The statistic is z, or chi-squared where the column has more than one
    contrast, with the mean and the variance over all arrangements, so that ties are accounted for; there is no
    continuity correction. `method` "exact" takes the p-value over all arrangements, "draws" over `draws` random ones by
    `seed`, "asymptotic" the normal or chi-squared distribution; "auto" is the first of these that can be had, with a
    beta distribution that has the exact four moments of the ranks of two columns before the normal one. The note says
    which it is, and how near.
    Differences of 0 have no sign: they are dropped, or with zeros="pratt" dropped after the ranks are taken. Raises
    DomainError for an outcome that does not vary, for one group and more than one column, IncompatibleError where an
    exact p-value cannot be had.

    >>> import stattools as st
    >>> table = {"y": [1.1, 2.3, 1.9, 3.8, 4.4, 2.9], "g": ["a", "a", "a", "b", "b", "b"]}
    >>> found = st.permutation_test("y ~ g", table)
    >>> round(found.statistic, 3), found.distribution, round(found.p_value, 3)
    (1.964, 'exact', 0.1)
    """
    words: dict[str, str] = {"scores": scores, "method": method, "alternative": alternative, "zeros": zeros}
    words = {name: one_of(word, WORDS[name], f"permutation_test has {name}= {{}}") for name, word in words.items()}
    asked = whole_number(draws, "draws", at_least=100)
    blocks = {} if within is None else {"within": _codes(within, data_or_X)}
    data = read_rows(formula_or_y, data_or_X, None, True, **blocks)
    if data.scanned is not None:
        raise IncompatibleError("permutation_test needs all rows in memory. Test a sample of them.")
    y = numeric(data.outcome, data.outcome_name)
    columns = [k for k, name in enumerate(data.design.names) if name != "Intercept"]
    notes = [f"{data.n_dropped:,} rows with a missing value were left out."] if data.n_dropped else []
    if not columns and within is not None:
        raise IncompatibleError("within= goes with a column of groups; differences within pairs are blocks already.")
    of, said = _orders(data, y, columns, words["scores"]) if columns else _signs(y, words["scores"], words["zeros"])
    seen = Standardized.of(*of.moments[:2])
    if not seen.rank:
        raise DomainError("permutation_test needs an outcome and a column that vary within the blocks; nothing moves.")
    if not seen.is_z and words["alternative"] != "two-sided":
        raise IncompatibleError(
            f"alternative={words['alternative']!r} needs two groups or one number: with {seen.rank} contrasts there "
            "are no two sides."
        )
    p_value, distribution, how = _p_value(of, seen, words, asked, seed)
    notes = [said, *notes] if seen.is_z else notes
    formula, names = data.design.formula, ", ".join(data.design.names[k] for k in columns)
    right = names if formula is None else formula.split("~", 1)[1].strip()
    hypothesis = f"{data.outcome_name} {f'does not depend on {right}' if columns else 'is symmetric about 0'}"
    note = " ".join([f"{words['scores'].capitalize()}; {how}", *notes])
    return TestResult(
        "permutation", seen.value, seen.rank, p_value, (hypothesis,), distribution=distribution, note=note
    )


def _orders(data: Dataset, y: Floats, columns: list[int], scores: str) -> tuple[Orders, str]:
    """The scores of the outcome and of the column, and their sum in words."""
    terms = () if data.design.parsed is None else [term for term in data.design.parsed.terms if list(term)]
    if len(terms) > 1 or (data.design.parsed is None and len(columns) > 1):
        raise DomainError(
            "permutation_test needs one column on the right side; what else there is goes into within=, or use "
            "fit.anova() of a regression."
        )
    codes = data.numbers.get("within", np.zeros(len(y)))
    blocks = tuple(np.flatnonzero(codes == code) for code in np.unique(codes))
    g = np.asarray(data.X)[:, columns].astype(float)
    is_group = bool(np.isin(g, (0.0, 1.0)).all())
    h = np.empty(len(y))
    for rows in blocks:
        h[rows] = _scored(y[rows], scores)
        if not is_group:
            g[rows] = np.column_stack([_scored(column, scores) for column in g[rows].T])
    of = Orders(h, g, blocks)
    gap, spread, total = of.moments
    if len(blocks) == 1 and not is_group:
        z = float(gap[0] / np.sqrt(spread[0, 0])) if spread[0, 0] > 0.0 else 0.0
        return of, f"Correlation of the scores: {number(z / np.sqrt(len(h) - 1.0))}."
    what = {"values": "values", "ranks": "ranks", "normal": "normal scores"}[scores]
    said = f"Sum of the {what} {'of' if is_group else 'times those of'} {data.design.names[columns[0]]}:"
    m = float(g[:, 0].sum())
    beside = f", U = {number(float(total[0]) - 0.5 * m * (m + 1.0))}" if len(blocks) == 1 and scores == "ranks" else ""
    return of, f"{said} {number(float(total[0]))}{beside}."


def _signs(y: Floats, scores: str, zeros: str) -> tuple[SignArrangements, str]:
    """The scores of the sizes and their signs, and the sum of those with a plus in words."""
    y = _settled(y)
    there = y != 0.0
    if not there.any():
        raise DomainError("permutation_test needs differences that are not all 0.")
    h = np.abs(y) if zeros == "pratt" else np.abs(y[there])
    if scores != "values":
        h = stats.rankdata(h)
        h = special.ndtri(0.5 + 0.5 * h / (len(h) + 1.0)) if scores == "normal" else h
    of = SignArrangements(h[there] if zeros == "pratt" else h, np.sign(y[there]))
    none = f" ({many(int((~there).sum()), 'difference')} of 0)" if not there.all() else ""
    return of, f"Sum of the {scores} above 0{none}: {number(float(of.moments[2][0]))}."


def _settled(values: Floats) -> Floats:
    """Values in which those that differ by round-off are tied, as 1.1 - 0.1 and 1.0 are."""
    size = float(np.abs(values).max(initial=0.0))
    unit = ROUND_OFF * size
    return np.round(values / unit) if unit > 0.0 else values


def _scored(values: Floats, scores: str) -> Floats:
    if scores == "values":
        return values
    ranks = stats.rankdata(_settled(values))
    return ranks if scores == "ranks" else special.ndtri(ranks / (len(ranks) + 1.0))


def _p_value(
    of: Orders | SignArrangements,
    seen: Standardized,
    asked: dict[str, str],
    draws: int,
    seed: int | np.random.Generator | None,
) -> tuple[float, str, str]:
    """The p-value, its distribution, and how it was found."""
    method, alternative = asked["method"], asked["alternative"]
    if method in ("auto", "exact"):
        if (law := of.law()) is not None:
            gaps = law[0].reshape(len(law[1]), -1)
            return min(seen.share(gaps, law[1], alternative), 1.0), "exact", "over all arrangements."
        if of.many <= MOST_LISTED:
            share = seen.share(of.listed(), 1.0 / of.many, alternative)
            return min(share, 1.0), "exact", f"over all {of.many:,} arrangements."
        if method == "exact":
            raise IncompatibleError(
                f"permutation_test: the arrangements are too many to list ({float(min(of.many, 10**300)):.2g}). Give "
                'method="draws" and seed=, or method="asymptotic".'
            )
    if method == "draws" or (method == "auto" and seed is not None):
        if seed is None:
            raise DomainError('method="draws" needs seed=, a whole number.')
        random, size = generator(seed), max(1, 2_000_000 // len(of.h))
        parts = (of.drawn(min(size, draws - start), random) for start in range(0, draws, size))
        p_value = (1.0 + sum(seen.share(gaps, 1.0, alternative) for gaps in parts)) / (draws + 1.0)
        error = np.sqrt(p_value * (1.0 - p_value) / draws)
        return p_value, "draws", f"{draws:,} random arrangements, the p-value has a standard error of {error:.2g}."
    is_near = method == "auto" and asked["scores"] != "values"
    if is_near and seen.is_z and (p_value := seen.near(of, alternative)) is not None:
        return p_value, "beta", f"by the beta distribution with their four moments, {NEAR}; {SEED}."
    name, distribution = ("normal", "normal") if seen.is_z else ("chi-squared", "chi2")
    far = FAR if not seen.is_z and asked["scores"] != "values" else UNKNOWN
    more = f", {far}; {SEED}" if method == "auto" else ""
    return seen.asymptotic(alternative), distribution, f"by the {name} distribution{more}."


def _codes(within: object, data: object) -> Any:
    """A number for each block, one per row."""
    if isinstance(within, str):
        frame = table(data)
        if within not in frame.names:
            known = ", ".join(frame.names[:8])
            raise DomainError(f"permutation_test needs within=, a column of the table ({known}); got {within!r}.")
        column = frame.column(within)
    else:
        column = series(within, "within=")
    if gaps := int(missing(column).sum()):
        raise DomainError(f"permutation_test needs within= in every row; {gaps:,} are missing. Drop those rows first.")
    return coded(column, "permutation_test within=")[0].astype(float)


AS_RARE = 1e-7
"""Probabilities that differ by this share are equal, as in R's fisher.test and binom.test."""


def exact_test(
    model_or_fit: object,
    null: float | None = None,
    /,
    *,
    alternative: Literal["two-sided", "greater", "less"] = "two-sided",
    kind: Literal["likelihood", "central", "mid-p"] = "likelihood",
) -> TestResult:
    """The exact test of a value of the parameter: of `st.odds_ratio` (Fisher's) and of `st.binomial` and `st.coin`.

    `null` is a value of the parameter as it is named: of the log odds ratio, by default 0, of theta, by default 1/2.
    Of pairs with b and c that differ, `st.exact_test(st.binomial(b, b + c))` is McNemar's exact test. `alternative`
    says which side of `null` the parameter is on. `kind` is how two-sided p-values are made: "likelihood" sums all
    counts that are no more probable, "central" takes twice the smaller tail, as the intervals "exact" and
    "clopper-pearson" do, "mid-p" that with half of the count that was seen. The statistic is the count. Raises
    IncompatibleError for other models, DomainError for a value that the parameter cannot have.

    >>> import stattools as st
    >>> round(st.exact_test(st.odds_ratio([[3, 1], [1, 3]])).p_value, 4)
    0.4857
    >>> round(st.exact_test(st.binomial(1, 9), kind="central").p_value, 4)
    0.0391
    """
    model: Any = model_or_fit.model if isinstance(model_or_fit, AnyFit) else model_or_fit
    exact_null = model.exact_null if isinstance(model, SampleModel) else None
    if exact_null is None:
        raise IncompatibleError(
            f"exact_test needs one count, st.odds_ratio(...) or st.binomial(successes, trials); got "
            f'{described(model_or_fit)}. For tables st.independence(..., test="exact"), for outcomes with ranks '
            "st.permutation_test."
        )
    kind = one_of(kind, ("likelihood", "central", "mid-p"), "exact_test has kind= {}")
    signs = {"two-sided": "=", "greater": "<=", "less": ">="}
    alternative = one_of(alternative, signs, "exact_test has alternative= {}")
    needs = "exact_test needs a value of the parameter, a finite number"
    given = as_numbers(exact_null if null is None else null, needs)
    if given.shape != () or not np.isfinite(given):
        raise DomainError(f"{needs}; got {quoted(null)}.")
    at = float(given)
    values, logs, seen = model.exactly(at)
    p = np.exp(logs)
    k = int(np.argmax(values == seen))
    weight = 0.5 if kind == "mid-p" else 1.0
    below, above = (float(tail.sum() + weight * p[k]) for tail in (p[:k], p[k + 1 :]))
    if alternative != "two-sided":
        p_value = above if alternative == "greater" else below
    elif kind == "likelihood":
        p_value = float(p[logs <= logs[k] + AS_RARE].sum())
    else:
        p_value = 2.0 * min(below, above)
    note = f"Two-sided p-value of kind {kind}." if alternative == "two-sided" else f"Alternative: {alternative}."
    said = f"{model.names[0]} {signs[alternative]} {at:g}"
    return TestResult("exact", float(seen), 1, min(p_value, 1.0), (said,), "exact", note=note)


MOST_TABLES, SMALL = 10_000_000, 5.0
"""So many steps of paths are made to add up all tables: a second or two. Expected counts below 5 make chi2 doubtful
(Cochran 1954).
"""


def independence(
    table: object,
    data: object = None,
    /,
    *,
    test: Literal["score", "lr", "exact"] = "score",
    weights: str | ArrayLike | None = None,
    draws: int = 10_000,
    seed: int | np.random.Generator | None = None,
) -> TestResult:
    """The test that the rows and columns of a table of counts are independent.

    `table` is an array or a frame of counts, such as `pandas.crosstab(a, b)`, or a formula of two columns and the rows,
    `independence("rating ~ group", table)`, with `weights`, how often each row was seen. `test` is "score", Pearson's
    chi-squared (without a continuity correction, which no likelihood has), "lr", the likelihood ratio, or "exact",
    Fisher's test of a table of any size. Its p-value adds up all tables with the same margins where these are few
    enough, and with `seed` otherwise takes `draws` random ones, the one seen counted among them. Rows and columns
    without counts are left out, which the note says, as it says of small expected counts. Raises DomainError for counts
    that are negative or fractional, and for a table that has one row or one column.

    >>> import stattools as st
    >>> found = st.independence([[10, 20], [30, 25]])
    >>> round(found.statistic, 4), found.df, round(found.p_value, 4)
    (3.5059, 1, 0.0612)
    """
    test = one_of(test, ("score", "lr", "exact"), "independence has test= {}")
    found, notes = _occupied(counted("independence", table, data, None, weights))
    counts = found.counts[0].astype(float)
    n = counts.sum()
    expected = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / n
    pearson = float(((counts - expected) ** 2 / expected).sum())
    rows, columns = found.names
    hypothesis = (f"{columns} does not depend on {rows}",)
    df = (counts.shape[0] - 1) * (counts.shape[1] - 1)
    if test == "exact":
        p_value, how = _of_all_tables(found.counts[0], draws, seed)
        how = f"{how} The statistic is Pearson's; tables are ordered by their probability."
        return TestResult("exact", pearson, df, p_value, hypothesis, distribution="exact", note=" ".join([how, *notes]))
    statistic = pearson if test == "score" else float(2.0 * special.rel_entr(counts, expected).sum())
    if expected.min() < SMALL:
        small = many(int((expected < SMALL).sum()), "expected count")
        notes.append(f'{small} below {SMALL:g}, the smallest {expected.min():.2g}: see test="exact".')
    kind = "score" if test == "score" else "likelihood ratio"
    p_value = float(special.chdtrc(df, statistic))
    return TestResult(kind, statistic, df, p_value, hypothesis, note=" ".join(notes))


def _occupied(found: CountedTables) -> tuple[CountedTables, list[str]]:
    """The table without empty rows and columns, and what was left out in words."""
    if len(found.counts) > 1:
        raise DomainError(
            "independence needs one table of rows and columns; st.odds_ratio takes several of two by two."
        )
    counts, notes = found.counts[0], []
    if found.n_dropped:
        notes.append(f"{found.n_dropped:,} rows with a missing value were left out.")
    kept = []
    for axis, labels, name in ((0, found.rows, "row"), (1, found.columns, "column")):
        some = counts.sum(axis=1 - axis) > 0
        kept.append(some)
        if not some.all():
            empty = ", ".join(quoted(label) for label, there in zip(labels, some, strict=True) if not there)
            notes.append(f"Without counts, and left out: {name} {empty}.")
    counts = counts[np.ix_(*kept)]
    if min(counts.shape) < 2:
        raise DomainError(
            f"independence needs two rows and two columns with counts; got {counts.shape[0]} x {counts.shape[1]}. "
            "st.multinomial has the counts of one."
        )
    return replace(found, counts=counts[None]), notes


def _of_all_tables(counts: NDArray[np.int64], draws: int, seed: int | np.random.Generator | None) -> tuple[float, str]:
    """The exact p-value, and how it was found."""
    asked = whole_number(draws, "draws", at_least=100)
    share = share_as_rare(counts, MOST_TABLES)
    if share is not None:
        return share, "All tables with these margins."
    if seed is None:
        raise IncompatibleError(
            "independence: tables with these margins are too many to add up. Give seed= for as many random ones as "
            'draws= says, or take test="score".'
        )
    p_value = share_as_rare_of_draws(counts, asked, generator(seed))
    error = np.sqrt(p_value * (1.0 - p_value) / asked)
    return p_value, f"{asked:,} random tables with these margins; the p-value has a standard error of {error:.2g}."
