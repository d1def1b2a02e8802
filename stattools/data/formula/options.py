"""What the constants of transforms and contrasts may be: `raw` is True or False, `degree` a whole number, knots ascend.

Each kind has the words of an error and a test of the value. Text such as 'no' is true to Python: where a constant is a
truth value, only True and False are accepted.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, NamedTuple

LARGEST = 100
"""The largest degree= and df= of a basis: more columns than this are a slip or an attack."""


class Option(NamedTuple):
    """A kind of constant: what it needs to be, in words, and whether a value is that."""

    needs: str
    accepts: Callable[[Any], bool]


def _is_number(value: Any) -> bool:
    return type(value) in (int, float) and abs(value) <= sys.float_info.max  # a whole number may exceed all floats


def _are_numbers(values: Any) -> bool:
    return isinstance(values, list | tuple) and all(map(_is_number, values))


def _is_level(value: Any) -> bool:
    return isinstance(value, str | bool) or _is_number(value)


def _are_levels(values: Any) -> bool:
    return isinstance(values, list | tuple) and all(map(_is_level, values)) and len(set(values)) == len(values)


def whole(low: int, high: int) -> Option:
    """A whole number within bounds.

    >>> [whole(1, 100).accepts(value) for value in (3, 0, 2.0, True, "3")]
    [True, False, False, False, False]
    """
    return Option(f"a whole number from {low} to {high}", lambda value: type(value) is int and low <= value <= high)


def one_of(*words: str) -> Option:
    """One of some words."""
    return Option(" or ".join(map(repr, words)), lambda value: isinstance(value, str) and value in words)


TRUTH = Option("True or False", lambda value: isinstance(value, bool))
NUMBER = Option("a finite number", _is_number)
CENTER = Option("True, False or a finite number", lambda value: isinstance(value, bool) or _is_number(value))
SCALE = Option(
    "True, False or a number above 0", lambda value: isinstance(value, bool) or (_is_number(value) and value > 0)
)
ASCENDING = Option(
    "a list of numbers in ascending order", lambda values: _are_numbers(values) and list(values) == sorted(values)
)
DISTINCT_ASCENDING = Option(
    "a list of different numbers in ascending order",
    lambda values: _are_numbers(values) and list(values) == sorted(set(values)),
)
SCORES = Option(
    "a list of different numbers, one per level",
    lambda values: _are_numbers(values) and len(set(values)) == len(values),
)
CONSTRAINTS = Option("'center' or a list of numbers", lambda value: value == "center" or _are_numbers(value))
LEVEL = Option("a level: a text, a number, True or False", _is_level)
LEVELS = Option("a list of different levels", _are_levels)
CONTRAST = Option("a contrast such as contr.sum or contr.treatment('b')", lambda value: False)
"""A contrast is not a constant: it has constants of its own, and is looked up by its name."""

DEGREE, DF = whole(1, LARGEST), whole(1, LARGEST)
EXTRAPOLATION = one_of("raise", "clip", "na", "zero", "extend")
