"""Independence of the rows and columns of a table of counts: the score test, the likelihood ratio, and the exact test.

    counts ~ Multinomial(n, p_ij),  H0: p_ij = a_i b_j,  e_ij = r_i c_j / n at its maximum
    score   X^2 = sum (n_ij - e_ij)^2 / e_ij  (Pearson)    lr   G^2 = 2 sum n_ij log(n_ij / e_ij)
    exact   the probability of all tables with these margins that are no more probable (Fisher, Freeman & Halton)

The first two are chi2 with (r - 1)(c - 1) degrees of freedom; those of `st.poisson("n ~ C(row) + C(column)")`. Source:
Agresti, Categorical Data Analysis (2013), 3.2, 16.5.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from stattools.errors import DomainError, IncompatibleError, quoted
from stattools.inference.hypotheses.result import TestResult
from stattools.interface.arguments import is_one_of, word_of
from stattools.interface.seeds import generator
from stattools.interface.whole_numbers import whole_number
from stattools.models.samples.tables_of_counts import CountedTables, counted
from stattools.numerics.tables_with_margins import share_as_rare, share_as_rare_of_draws
from stattools.text.one_line import many

TESTS = ("score", "lr", "exact")
MOST = 10_000_000
"""So many steps of paths are made to add up all tables: a second or two."""
SMALL = 5.0
"""Expected counts below this make chi2 doubtful (Cochran 1954)."""


def independence(
    table: Any,
    data: Any = None,
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
    test = word_of(test, TESTS)
    if not is_one_of(test, TESTS):
        raise DomainError(f"independence has test= {', '.join(map(repr, TESTS))}; got {quoted(test)}.")
    found, notes = _occupied(counted("independence", table, data, None, weights))
    counts = found.counts[0].astype(float)
    n = counts.sum()
    expected = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / n
    pearson = float(((counts - expected) ** 2 / expected).sum())
    rows, columns = found.names
    hypothesis = (f"{columns} does not depend on {rows}",)
    df = (counts.shape[0] - 1) * (counts.shape[1] - 1)
    if test == "exact":
        p_value, how = _exact(found.counts[0], draws, seed)
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


def _exact(counts: Any, draws: Any, seed: Any) -> tuple[float, str]:
    """The exact p-value, and how it was found."""
    asked = whole_number(draws, "draws", at_least=100)
    share = share_as_rare(counts, MOST)
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
