"""A default prior, and why it is what it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Default:
    """A prior, what it is about where that is not its own parameter, and in which units it was chosen.

    `row` are the weights of the coefficients of which the prior speaks, by position.
    """

    prior: Any
    why: str
    row: dict[int, float] | None = None
