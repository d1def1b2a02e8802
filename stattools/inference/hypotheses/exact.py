"""Exact tests of one parameter, from the distribution of a count: binomial, and of a table given its margins.

    likelihood   p = sum of P(k) over k with P(k) <= P(seen)      as R and SciPy have it
    central      p = 2 min(P(K <= seen), P(K >= seen))            rejects where the exact interval leaves the value out
    mid-p        central, with half of P(seen) in either tail

Independence in a table of counts n_ij ~ Multinomial(n, p_ij), e_ij = r_i c_j / n: the score test sum (n_ij - e_ij)^2 /
e_ij (Pearson), the likelihood ratio 2 sum n_ij log(n_ij / e_ij), both chi2 with (r - 1)(c - 1) degrees of freedom, and
the probability of all tables with these margins that are no more probable (Fisher, Freeman & Halton). Source: Fay,
Biostatistics 11 (2010), 373-374; Agresti, Categorical Data Analysis (2013), 3.2, 16.5.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from stattools.errors import DomainError, IncompatibleError, quoted
from stattools.inference.estimates import AnyFit
from stattools.inference.hypotheses.result import TestResult
from stattools.interface.arguments import as_numbers, described
from stattools.interface.names.answers import one_of
from stattools.interface.seeds import generator
from stattools.interface.whole_numbers import whole_number
from stattools.models.samples.arms import SampleModel
from stattools.models.samples.tables import CountedTables, counted
from stattools.numerics.distributions.counts import share_as_rare, share_as_rare_of_draws
from stattools.text.columns import many

AS_RARE = 1e-7
"""Probabilities that differ by this share are equal, as in R's fisher.test and binom.test."""


def exact_test(
    model_or_fit: Any,
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


MOST, SMALL = 10_000_000, 5.0
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


def _exact(counts: NDArray[np.int64], draws: int, seed: int | np.random.Generator | None) -> tuple[float, str]:
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
