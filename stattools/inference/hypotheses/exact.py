"""Exact tests of one parameter, from the distribution of a count: binomial, and of a table given its margins.

    likelihood   p = sum of P(k) over k with P(k) <= P(seen)      as R and SciPy have it
    central      p = 2 min(P(K <= seen), P(K >= seen))            rejects where the exact interval leaves the value out
    mid-p        central, with half of P(seen) in either tail

Source: Fay, Biostatistics 11 (2010), 373-374, for the first two, and which interval goes with which test.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from stattools.errors import DomainError, IncompatibleError, quoted
from stattools.inference.any_fit import AnyFit
from stattools.inference.hypotheses.result import TestResult
from stattools.interface.arguments import as_numbers, described, is_one_of, word_of
from stattools.models.any_model import AnyModel

KINDS = ("likelihood", "central", "mid-p")
ALTERNATIVES = ("two-sided", "greater", "less")
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
    exact_null = model.exact_null if isinstance(model, AnyModel) else None
    if exact_null is None:
        raise IncompatibleError(
            f"exact_test needs one count, st.odds_ratio(...) or st.binomial(successes, trials); got "
            f'{described(model_or_fit)}. For tables st.independence(..., test="exact"), for outcomes with ranks '
            "st.permutation_test."
        )
    kind, alternative = word_of(kind, KINDS), word_of(alternative, ALTERNATIVES)
    for word, known, name in ((kind, KINDS, "kind"), (alternative, ALTERNATIVES, "alternative")):
        if not is_one_of(word, known):
            raise DomainError(f"exact_test has {name}= {', '.join(map(repr, known))}; got {quoted(word)}.")
    at = exact_null if null is None else _number(null)
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
    name = model.names[0]
    sign = {"two-sided": "=", "greater": "<=", "less": ">="}[alternative]
    note = f"Two-sided p-value of kind {kind}." if alternative == "two-sided" else f"Alternative: {alternative}."
    return TestResult(
        "exact", float(seen), 1, min(p_value, 1.0), (f"{name} {sign} {at:g}",), distribution="exact", note=note
    )


def _number(null: Any) -> float:
    found = as_numbers(null, "exact_test needs a value of the parameter, a finite number")
    if found.shape != () or not np.isfinite(found):
        raise DomainError(f"exact_test needs a value of the parameter, a finite number; got {quoted(null)}.")
    return float(found)
