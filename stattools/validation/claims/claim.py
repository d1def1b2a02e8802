"""A claim: the numbers that somebody printed of a regression, by terms as they wrote them, and what their words say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from stattools.validation.claims.printed import Printed


@dataclass(frozen=True)
class PageNumber:
    """A number as a page prints it, the number of its line, and that line."""

    line: int
    text: str
    quote: str


@dataclass(frozen=True, eq=False)
class Claim:
    """What a table claims, row by row in its own order.

    `columns` are of "estimate", "se", "statistic", "p", "lower" and "upper" those that it has, with one number for
    each of `terms`. `facts` are single numbers ("n", "loglik", "aic" ...). `said` is what its words say: "statistic"
    (t or z), "level" of its intervals, "covariance", "exponentiated", "outcome", "family", "link" and so on. `quotes`
    has the line of each row. `shown` is "exp" of a row that shows exp of its parameter, in a table that prints both.
    `stars` are how many stars each estimate has, and `limits` what notes say of them: the limit of p by their number.
    `left` are the numbers of the page that are none of these, which nothing checks.
    """

    name: str
    terms: tuple[str, ...]
    columns: Mapping[str, Printed]
    facts: Mapping[str, Printed] = field(default_factory=dict)
    said: Mapping[str, str] = field(default_factory=dict)
    quotes: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()
    stars: tuple[int, ...] = ()
    limits: Mapping[int, float] = field(default_factory=dict)
    left: tuple[PageNumber, ...] = ()
