"""P-values of several hypotheses, adjusted for their number.

    bonferroni  m p                                           of the family-wise error rate, as those up to hommel
    sidak       1 - (1 - p)^m                                 of independent tests
    holm        the largest (m - j + 1) p_(j) up to its place  never less powerful than bonferroni
    hochberg    the smallest (m - j + 1) p_(j) from its place  of independent tests
    hommel      by Simes' test of every subset
    fdr         the smallest m p_(j) / j from its place        Benjamini & Hochberg: the share of false discoveries
    by          the same times 1 + 1/2 + ... + 1/m             Benjamini & Yekutieli: under any dependence

Source: Holm (1979); Hochberg (1988); Hommel (1988); Wright, Biometrics 48 (1992); Benjamini & Hochberg (1995);
Benjamini & Yekutieli (2001).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from stattools.errors import DomainError, IncompatibleError, quoted
from stattools.interface.arguments import as_numbers, is_one_of, word_of
from stattools.interface.arrays import Floats
from stattools.interface.when_needed import pd

Method = Literal["none", "bonferroni", "sidak", "holm", "hochberg", "hommel", "fdr", "by"]


def _hommel(p: Floats) -> Floats:
    m = len(p)
    q = adjusted = np.full(m, (m * p / np.arange(1, m + 1)).min())
    for size in range(m - 1, 1, -1):
        first, last = slice(0, m - size + 1), slice(m - size + 1, m)
        low = (size * p[last] / np.arange(2, size + 1)).min()
        q = np.empty(m)
        q[first] = np.minimum(size * p[first], low)
        q[last] = q[m - size]
        adjusted = np.maximum(adjusted, q)
    return np.maximum(adjusted, p)


def _from_above(values: Floats) -> Floats:
    """The smallest of a value and those after it."""
    return np.minimum.accumulate(values[::-1])[::-1]


def _places(p: Floats) -> Floats:
    return np.arange(1.0, len(p) + 1.0)


METHODS: dict[str, Callable[[Floats], Floats]] = {
    "none": lambda p: p,
    "bonferroni": lambda p: len(p) * p,
    "sidak": lambda p: -np.expm1(len(p) * np.log1p(-np.minimum(p, 1.0 - 1e-16))),
    "holm": lambda p: np.maximum.accumulate((len(p) + 1.0 - _places(p)) * p),
    "hochberg": lambda p: _from_above((len(p) + 1.0 - _places(p)) * p),
    "hommel": _hommel,
    "fdr": lambda p: _from_above(len(p) / _places(p) * p),
    "by": lambda p: _from_above((1.0 / _places(p)).sum() * len(p) / _places(p) * p),
}
"""Each adjustment, of p-values from the smallest to the largest."""

FOREIGN = {"bh": "fdr", "fdrbh": "fdr", "fdrby": "by", "simeshochberg": "hochberg", "b": "bonferroni", "h": "holm"}
"""What R and statsmodels call them."""


def p_adjust(p_values: ArrayLike, method: Method = "holm") -> Any:
    """P-values adjusted for their number, in their order: an array of their shape, a series of a pandas series.

    `method` is "holm" (the default), "bonferroni", "sidak", "hochberg", "hommel", "fdr" (Benjamini-Hochberg), "by"
    (Benjamini-Yekutieli) or "none"; an adjusted value below 0.05 rejects at a family-wise error rate, for "fdr" and
    "by" at a false discovery rate, of 0.05. Equal to R's `p.adjust` and statsmodels' `multipletests`. Raises
    DomainError for numbers that are no p-values and methods that do not exist.

    >>> import stattools as st
    >>> st.p_adjust([0.01, 0.04, 0.03], "holm").round(3).tolist(), st.p_adjust([0.01, 0.04, 0.03], "fdr").tolist()
    ([0.03, 0.06, 0.06], [0.03, 0.04, 0.04])
    """
    return adjusted(p_values, method_of(method))


def method_of(method: Any) -> str:
    """The name of a method, of R's and statsmodels' too; DomainError for another."""
    plain = "".join(letter for letter in method.lower() if letter.isalnum()) if isinstance(method, str) else method
    found = FOREIGN.get(plain, method) if isinstance(plain, str) else method
    found = word_of(found, tuple(METHODS))
    if not is_one_of(found, tuple(METHODS)):
        raise DomainError(f"p_adjust has method= {', '.join(map(repr, METHODS))}; got {quoted(method)}.")
    return str(found)


def adjusted(p_values: Any, method: str) -> Any:
    """Adjusted p-values, by a method that exists."""
    try:
        p = np.asarray(as_numbers(p_values, "p_adjust needs p-values"), dtype=float)
    except ValueError:  # DomainError is one
        p = np.array([np.nan])
    if not ((p >= 0) & (p <= 1)).all():
        raise DomainError(
            f"p_adjust needs p-values, numbers from 0 to 1 and none missing; got {quoted(p_values)}. Leave out what "
            "has none."
        )
    if p.ndim > 1:
        raise IncompatibleError(f"p_adjust needs one family of p-values, in one dimension; got shape {p.shape}.")
    flat = np.atleast_1d(p)
    order = np.argsort(flat, kind="stable")
    found = np.empty_like(flat)
    if flat.size:
        found[order] = np.minimum(METHODS[method](flat[order]), 1.0)
    answer = found.reshape(p.shape)
    return pd.Series(answer, index=p_values.index, name=p_values.name) if isinstance(p_values, pd.Series) else answer
