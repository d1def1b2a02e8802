"""What a table of fits may show beside its numbers: words for terms, stars for p-values, ratios of draws."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from stattools.errors import DomainError, quoted
from stattools.inference.intervals.coefficients import called, factors, require_ratios
from stattools.interface.arguments import is_number
from stattools.reporting.document import code, literal

LIMITS = (0.05, 0.01, 0.001)
"""The p-values that stars=True marks."""


def stars_of(stars: Any) -> tuple[float, ...]:
    """The limits of p-values below which there is one star more, the largest first; none for False.

    >>> stars_of(True), stars_of((0.01, 0.1)), stars_of(False)
    ((0.05, 0.01, 0.001), (0.1, 0.01), ())
    """
    if isinstance(stars, bool | np.bool_):
        return LIMITS if stars else ()
    limits = list(stars) if isinstance(stars, Iterable) else []
    if not (0 < len(limits) <= 5 and all(is_number(limit) and 0 < limit < 1 for limit in limits)):
        raise DomainError(f"stars= is True, False or limits of p-values such as (0.05, 0.01); got {quoted(stars)}.")
    return tuple(sorted({float(limit) for limit in limits}, reverse=True))


def starred(p_value: float, limits: Sequence[float]) -> str:
    """A star for each limit that the p-value is below; none where there is no test.

    >>> print(starred(0.004, LIMITS), repr(starred(0.2, LIMITS)))
    \\*\\* ''
    """
    return literal("*" * sum(p_value < limit for limit in limits))


def legend(limits: Sequence[float]) -> str:
    """What the stars say.

    >>> print(legend((0.05, 0.01)))
    \\* p < 0.05, \\*\\* p < 0.01
    """
    return literal(", ".join(f"{'*' * k} p < {limit:g}" for k, limit in enumerate(limits, 1)))


def words_for(terms: Sequence[str], labels: Mapping[str, str] | None) -> dict[str, str]:
    """What each term is called in the table: its label, or itself as code. DomainError for labels of no term."""
    if labels is None:
        labels = {}
    if not isinstance(labels, Mapping) or not all(isinstance(word, str) for word in labels.values()):
        raise DomainError(f'labels= is a dict of words by term, {{"x": "Dose (mg)"}}; got {quoted(labels)}.')
    for name in labels:
        if name not in terms:
            close = difflib.get_close_matches(str(name), terms, n=1)
            meant = f" Did you mean {close[0]!r}?" if close else ""
            raise DomainError(
                f"labels= of report_table has {quoted(name)}, which is no term of the table.{meant} The terms are "
                f"{', '.join(map(repr, dict.fromkeys(terms)))}."
            )
    return {term: literal(labels[term]) if term in labels else code(term) for term in terms}


def as_ratios(posterior: Any) -> tuple[Any, tuple[str, ...]]:
    """The posterior of the ratios, exp of the draws of the coefficients, and what these are called; parameters that
    have draws of their own, such as alpha, are as they are.
    """
    require_ratios(posterior.model)
    names, draws = posterior.names, np.array(posterior.draws)
    logs = [k for k, name in enumerate(names) if name in posterior.model.names]
    new = dict(zip(posterior.model.names, called(posterior.model), strict=True))
    for k in logs:
        draws[..., k] = factors(draws[..., k].ravel(), [names[k]] * draws[..., k].size).reshape(draws.shape[:2])
    return replace(posterior, draws=draws), tuple(new.get(name) or name for name in names)
