"""Tests by invariance: under the hypothesis the outcomes may stand in any order, or have either sign.

No distribution is taken for granted, only that these are equally probable. With ranks for scores they are the tests of
Wilcoxon, Mann and Whitney, Kruskal and Wallis, Friedman, and Spearman; with the values those of Fisher and Pitman; of
differences that are -1, 0 and 1 McNemar's. Source: Hothorn, Hornik, van de Wiel & Zeileis, The American Statistician 60
(2006), 257-263, which says that they are one test.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from stattools.data.dataset import Dataset
from stattools.data.tables.columns import coded, missing
from stattools.data.tables.outcome import numeric
from stattools.data.tables.table import series, table
from stattools.errors import DomainError, IncompatibleError, quoted
from stattools.inference.hypotheses.arrangements import MOST_LISTED, Orders, SignArrangements, Standardized
from stattools.inference.hypotheses.result import TestResult
from stattools.interface.arguments import is_one_of, word_of
from stattools.interface.arrays import Floats
from stattools.interface.seeds import generator
from stattools.interface.when_needed import stats
from stattools.interface.whole_numbers import whole_number
from stattools.models.regressions.binding import read_rows
from stattools.text.columns import number
from stattools.text.one_line import many

ROUND_OFF = 1e-12
"""Values that differ by less than this share of the largest are tied."""

NEAR = "within 20 % of the exact p-value down to 0.001, within 2 times down to 0.0001, not known below"
FAR = "which is too large for few rows: at 0.001 by 2 times for 30 rows in three groups, by 1.5 for 60"
UNKNOWN = "whose tails may be far off"
SEED = "seed= takes random arrangements"
"""How near the distributions are that stand for that of ranks, by `benchmarks/plans/near_permutations.py`."""

WORDS = {
    "scores": ("ranks", "values", "normal"),
    "method": ("auto", "exact", "draws", "asymptotic"),
    "alternative": ("two-sided", "greater", "less"),
    "zeros": ("drop", "pratt"),
}


def permutation_test(
    formula_or_y: str | ArrayLike,
    data_or_X: Any,
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
    given = {"scores": scores, "method": method, "alternative": alternative, "zeros": zeros}
    chosen = {name: word_of(word, WORDS[name]) for name, word in given.items()}
    for name, word in chosen.items():
        if not is_one_of(word, WORDS[name]):
            raise DomainError(f"permutation_test has {name}= {', '.join(map(repr, WORDS[name]))}; got {quoted(word)}.")
    asked = whole_number(draws, "draws", at_least=100)
    blocks = {} if within is None else {"within": _codes(within, formula_or_y, data_or_X)}
    data = read_rows(formula_or_y, data_or_X, None, True, **blocks)
    if data.scanned is not None:
        raise IncompatibleError("permutation_test needs all rows in memory. Test a sample of them.")
    y = numeric(data.outcome, data.outcome_name)
    columns = [k for k, name in enumerate(data.design.names) if name != "Intercept"]
    notes = [f"{data.n_dropped:,} rows with a missing value were left out."] if data.n_dropped else []
    of: Orders | SignArrangements
    if columns:
        of, said = _orders(data, y, columns, chosen["scores"])
    else:
        of, said = _signs(y, chosen["scores"], chosen["zeros"], within)
    gap, spread, total = of.moments
    seen = Standardized.of(gap, spread)
    if not seen.rank:
        raise DomainError("permutation_test needs an outcome and a column that vary within the blocks; nothing moves.")
    if not seen.is_z and chosen["alternative"] != "two-sided":
        raise IncompatibleError(
            f"alternative={chosen['alternative']!r} needs two groups or one number: with {seen.rank} contrasts there "
            "are no two sides."
        )
    p_value, distribution, how = _p_value(
        of, seen, chosen["method"], chosen["alternative"], asked, seed, chosen["scores"]
    )
    if seen.is_z:
        notes.insert(0, _told(of, said, float(total[0]), seen.value))
    hypothesis = f"{data.outcome_name} does not depend on {_column(data, columns)}"
    if not columns:
        hypothesis = f"{data.outcome_name} is symmetric about 0"
    return TestResult(
        "permutation",
        seen.value,
        seen.rank,
        p_value,
        (hypothesis,),
        distribution=distribution,
        note=" ".join([f"{chosen['scores'].capitalize()}; {how}", *notes]),
    )


def _orders(data: Dataset, y: Floats, columns: list[int], scores: str) -> tuple[Orders, str]:
    """The scores of the outcome and of the column, and what their sum is."""
    terms = () if data.design.parsed is None else [term for term in data.design.parsed.terms if list(term)]
    if len(terms) > 1 or (data.design.parsed is None and len(columns) > 1):
        raise DomainError(
            "permutation_test needs one column on the right side; what else there is goes into within=, or use "
            "fit.anova() of a regression."
        )
    codes = data.columns.get("within", np.zeros(len(y)))
    blocks = tuple(np.flatnonzero(codes == code) for code in np.unique(codes))
    g = np.asarray(data.X)[:, columns].astype(float)
    is_group = bool(np.isin(g, (0.0, 1.0)).all())
    h = np.empty(len(y))
    for rows in blocks:
        h[rows] = _scored(y[rows], scores)
        if not is_group:
            g[rows] = np.column_stack([_scored(column, scores) for column in g[rows].T])
    what = {"ranks": "Sum of the ranks", "normal": "Sum of the normal scores", "values": "Sum of the values"}[scores]
    name = data.design.names[columns[0]]
    return Orders(h, g, blocks), f"{what} of {name}:" if is_group else f"{what} times those of {name}:"


def _signs(y: Floats, scores: str, zeros: str, within: Any) -> tuple[SignArrangements, str]:
    """The scores of the sizes, their signs, and what the sum of those with a plus is."""
    if within is not None:
        raise IncompatibleError("within= goes with a column of groups; differences within pairs are blocks already.")
    y = _settled(y)
    there = y != 0.0
    if not there.any():
        raise DomainError("permutation_test needs differences that are not all 0.")
    size = np.abs(y) if zeros == "pratt" else np.abs(y[there])
    if scores == "values":
        h = size
    else:
        h = stats.rankdata(size)
        h = special.ndtri(0.5 + 0.5 * h / (len(h) + 1.0)) if scores == "normal" else h
    h = h[there] if zeros == "pratt" else h
    none = f" ({many(int((~there).sum()), 'difference')} of 0)" if not there.all() else ""
    return SignArrangements(h, np.sign(y[there])), f"Sum of the {scores} above 0{none}:"


def _told(of: Orders | SignArrangements, said: str, total: float, z: float) -> str:
    """The sum of scores, and of two groups or of two columns what it is known by."""
    beside = ""
    if isinstance(of, Orders) and len(of.blocks) == 1:
        if not np.isin(of.g, (0.0, 1.0)).all():
            return f"Correlation of the scores: {number(z / np.sqrt(len(of.h) - 1.0))}."
        m = float(of.g.sum())
        beside = f", U = {number(total - 0.5 * m * (m + 1.0))}" if said.startswith("Sum of the ranks") else ""
    return f"{said} {number(total)}{beside}."


def _settled(values: Floats) -> Floats:
    """Values in which those that differ by round-off are tied, as 1.1 - 0.1 and 1.0 are."""
    size = float(np.abs(values).max(initial=0.0))
    unit = ROUND_OFF * size
    return np.round(values / unit) if unit > 0.0 else values


def _scored(values: Floats, scores: str) -> Floats:
    if scores == "values":
        return values
    values = _settled(values)
    ranks = stats.rankdata(values)
    return ranks if scores == "ranks" else special.ndtri(ranks / (len(ranks) + 1.0))


def _p_value(
    of: Orders | SignArrangements,
    seen: Standardized,
    method: str,
    alternative: str,
    draws: int,
    seed: Any,
    scores: str,
) -> tuple[float, str, str]:
    """The p-value, its distribution, and how it was found."""
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
        random = generator(seed)
        hits = 1.0 + sum(seen.share(gaps, 1.0, alternative) for gaps in of.drawn(draws, random))
        p_value = hits / (draws + 1.0)
        error = np.sqrt(p_value * (1.0 - p_value) / draws)
        return p_value, "draws", f"{draws:,} random arrangements, the p-value has a standard error of {error:.2g}."
    is_near = method == "auto" and scores != "values" and seen.is_z
    if is_near and (p_value := seen.near(of, alternative)) is not None:
        return p_value, "beta", f"by the beta distribution with their four moments, {NEAR}; {SEED}."
    name, distribution = ("normal", "normal") if seen.is_z else ("chi-squared", "chi2")
    far = FAR if not seen.is_z and scores != "values" else UNKNOWN
    more = f", {far}; {SEED}" if method == "auto" else ""
    return seen.asymptotic(alternative), distribution, f"by the {name} distribution{more}."


def _codes(within: Any, formula: Any, data: Any) -> Any:
    """A number for each block, one per row."""
    frame = table(data) if isinstance(formula, str) or isinstance(within, str) else None
    if isinstance(within, str) and frame is not None:
        if within not in frame.names:
            known = ", ".join(frame.names[:8])
            raise DomainError(f"permutation_test needs within=, a column of the table ({known}); got {within!r}.")
        column = frame.column(within)
    else:
        column = series(within, "within=")
    if gaps := int(missing(column).sum()):
        raise DomainError(f"permutation_test needs within= in every row; {gaps:,} are missing. Drop those rows first.")
    return coded(column, "permutation_test within=")[0].astype(float)


def _column(data: Dataset, columns: list[int]) -> str:
    """What the outcome may depend on, as the formula has it."""
    if data.design.formula is None:
        return ", ".join(data.design.names[k] for k in columns)
    return data.design.formula.split("~", 1)[1].strip()
