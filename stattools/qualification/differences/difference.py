"""A difference between programs: what each prints for the same data, and the convention that gives just these digits.

The cause is proven by recomputation: our computation under the convention that is named for a program gives the numbers
that it prints, to their last printed digit, and under the convention of the other it does not.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

type Source = Literal["page", "run"]

NOT_REACHED = "not reached"


@dataclass(frozen=True)
class Side:
    """What a program prints, and our computation of it under the convention that it follows.

    `printed` is text, as printed; `source` says whether the page prints these numbers, or the program was run (R 4.5.0,
    statsmodels, SciPy or scikit-learn) on the data with what the page names as its convention. `call` is what to write
    here for the same numbers, `compute` does it.
    """

    program: str
    convention: str
    printed: tuple[str, ...]
    call: str
    compute: Callable[[], Sequence[float]]
    source: Source = "page"


@dataclass(frozen=True)
class Difference:
    """A subject on which programs differ: `page` is where it is described, `model` the public name that it touches,
    `quantities` name the numbers of every side, in their order, and `cause` says in one sentence why they differ.
    """

    subject: str
    model: str
    page: str
    data: str
    quantities: tuple[str, ...]
    cause: str
    sides: tuple[Side, ...]


@dataclass(frozen=True)
class Reproduced:
    """A difference that was recomputed: `found` are our numbers, one tuple for each side of the difference."""

    difference: Difference
    found: tuple[tuple[float, ...], ...]

    @property
    def sides_given(self) -> tuple[bool, ...]:
        """For each side, whether our numbers under its convention are those that it prints."""
        pairs = zip(self.difference.sides, self.found, strict=True)
        return tuple(gives(found, side.printed) for side, found in pairs)

    @property
    def told_apart(self) -> bool:
        """Whether no side's convention gives the numbers of another side: the convention is the cause."""
        sides = self.difference.sides
        return not any(
            gives(found, other.printed)
            for place, found in enumerate(self.found)
            for other in (*sides[:place], *sides[place + 1 :])
        )

    @property
    def ok(self) -> bool:
        """True where every side is given by its own convention, and by no other."""
        return all(self.sides_given) and self.told_apart

    def row(self) -> dict[str, Any]:
        """The finding for machines."""
        difference = self.difference
        return {
            "subject": difference.subject,
            "model": difference.model,
            "page": difference.page,
            "data": difference.data,
            "quantities": list(difference.quantities),
            "cause": difference.cause,
            "sides": [
                {
                    "program": side.program,
                    "convention": side.convention,
                    "printed": list(side.printed),
                    "source": side.source,
                    "call": side.call,
                    "found": [written(number, text) for number, text in zip(found, side.printed, strict=True)],
                    "given": given,
                }
                for side, found, given in zip(difference.sides, self.found, self.sides_given, strict=True)
            ],
            "told_apart": self.told_apart,
            "ok": self.ok,
        }


def reproduce(difference: Difference) -> Reproduced:
    """Compute every side of a difference."""
    found = tuple(tuple(float(number) for number in side.compute()) for side in difference.sides)
    return Reproduced(difference, found)


def gives(found: Sequence[float], printed: Sequence[str]) -> bool:
    """Whether all of the numbers would be printed as these texts are.

    >>> gives([0.00818, 45.5], ["0.0082", "45.5"]), gives([0.00818], ["0.0081"])
    (True, False)
    """
    return len(found) == len(printed) and all(map(_gives, found, printed))


def _gives(number: float, text: str) -> bool:
    """Within half a unit of the last printed digit, for either rounding of a number in the middle."""
    if text == NOT_REACHED:
        return math.isinf(number)
    return math.isfinite(number) and abs(number - float(text)) <= 0.5 * _unit(text) * (1.0 + 1e-9)


def _unit(text: str) -> float:
    """What one more in the last digit of a printed number is worth."""
    digits, _, exponent = text.partition("e")
    return 10.0 ** (int(exponent or 0) - len(digits.partition(".")[2]))


def written(number: float, like: str) -> str:
    """A number with as many decimals as a printed one.

    >>> written(0.00818096, "0.0082"), written(2.1442e-08, "2.144e-08"), written(float("inf"), "87")
    ('0.0082', '2.144e-08', 'not reached')
    """
    if not math.isfinite(number):
        return NOT_REACHED
    if like == NOT_REACHED:
        return f"{number:g}"
    digits, sign, _ = like.partition("e")
    decimals = len(digits.partition(".")[2])
    return f"{number:.{decimals}{'e' if sign else 'f'}}"
