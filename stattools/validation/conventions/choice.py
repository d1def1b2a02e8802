"""A convention: a choice that analyses make, what it changes, and what to say where two analyses chose otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from stattools.validation.conventions.state import State, Variant


@dataclass(frozen=True, eq=False)
class Choice:
    """`name` is a few words to look for, `advice` what to do. `moves` says what it changes: "estimates", which takes a
    refit, the "errors" at the same estimates, or the "print" alone. `changes` are the other choices from a state.
    A refit that `keeps` may leave estimates alone and move standard errors, as weights do; one that `renames` may give
    parameters other names.
    """

    name: str
    moves: Literal["estimates", "errors", "print"]
    advice: str
    changes: Callable[[State], Iterator[Variant]]
    keeps: bool = False
    renames: bool = False
