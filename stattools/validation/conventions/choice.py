"""A convention: a choice that analyses make, what it changes, and what to say where two analyses chose otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from stattools.validation.claims.claim import Claim
from stattools.validation.conventions.state import State, Variant

TESTS, ENDS = ("statistic", "p", "lower", "upper"), ("lower", "upper")
"""Columns that standard errors lead to, and those of intervals."""


@dataclass(frozen=True, eq=False)
class Choice:
    """`name` is a few words to look for, `advice` what to do. `moves` says what it changes: "estimates", which takes a
    refit, the "errors" at the same estimates, or the "print" alone. `changes` are the other choices from a state.
    A refit that `keeps` may leave estimates alone and move standard errors, as weights do; one that `renames` may give
    parameters other names. `of` are the columns of a claim that it changes; where none of them is claimed, it is not
    tried, and () stands for all.
    """

    name: str
    moves: Literal["estimates", "errors", "print"]
    advice: str
    changes: Callable[[State], Iterator[Variant]]
    keeps: bool = False
    renames: bool = False
    of: tuple[str, ...] = ()

    def concerns(self, claim: Claim) -> bool:
        """Whether it changes anything that is claimed."""
        return not self.of or any(name in claim.columns for name in self.of)
