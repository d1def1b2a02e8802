"""Questions of a fit: a check of the answer for any regression, and which regressions refuse to answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.matrix.asked import Asked


@dataclass(frozen=True)
class Question:
    """`check` raises AssertionError where the answer is wrong. `of` are the public names that it asks, `refused` words
    of the cases that have no such answer and raise IncompatibleError, `only` the families that have one, where few
    do. What is `heavy` is asked quickly of the plainest
    regression of each family only, and of the others by the slow tests.
    """

    check: Callable[..., None]
    of: tuple[str, ...]
    refused: frozenset[str]
    only: frozenset[str]
    slow: bool
    heavy: bool

    def is_refused(self, words: frozenset[str]) -> bool:
        few = bool(self.only) and not self.only & words
        return few or any(set(word.split()) <= words for word in self.refused)

    def is_slow(self, words: frozenset[str]) -> bool:
        return self.slow or (self.heavy and bool(words & {"weights", "offset", "exposure", "precision"}))

    def __str__(self) -> str:
        return self.check.__name__


QUESTIONS: list[Question] = []


def question(
    *of: str, refused: tuple[str, ...] = (), only: tuple[str, ...] = (), slow: bool = False, heavy: bool = False
) -> Callable[..., Any]:
    """Enter a check (asked, folder) in the list; an entry of `refused` may be several words, all of them meant."""

    def entered(check: Callable[[Asked], None]) -> Callable[[Asked], None]:
        QUESTIONS.append(Question(check, of, frozenset(refused), frozenset(only), slow, heavy))
        return check

    return entered
