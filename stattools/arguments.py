"""What callers give beside data: numbers, points of a parameter space, words, objects that have no place there."""

from __future__ import annotations

from collections.abc import Collection
from math import isfinite
from numbers import Real
from typing import Any, TypeGuard

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stattools.errors import DomainError

FLOAT64 = np.dtype(np.float64)
"""The one object that native arrays of float64 have as their type: `is` tells, in less time than `==`."""


def is_number(value: Any) -> TypeGuard[float]:
    """Whether this is one number of Python or NumPy that float64 holds: no truth value, duration, NaN or infinity.

    >>> is_number(0.9), is_number(True), is_number(10**400), is_number("1"), is_number(float("nan"))
    (True, False, False, False, False)
    """
    if not isinstance(value, int | float | np.integer | np.floating) or isinstance(value, bool | np.timedelta64):
        return False
    try:
        return isfinite(value)
    except OverflowError:
        return False


def as_theta(theta: ArrayLike, who: str) -> NDArray[np.float64]:
    """Parameters as float64, of any shape; a DomainError for text, complex numbers and what float64 does not hold.

    >>> as_theta([1, 2], "a model")
    array([1., 2.])
    """
    try:
        values = np.asarray(theta)
        if values.dtype.kind in "biuf" or all(isinstance(value, Real) for value in values.flat):
            return values.astype(np.float64, copy=False)
    except (TypeError, ValueError, ArithmeticError):
        pass
    raise DomainError(f"{who} needs its parameters as numbers; got {theta!r:.60}.")


def described(value: Any) -> str:
    """What an error calls an object: the title of a model, the name of its type otherwise.

    >>> described("y ~ x")
    'str'
    """
    title = getattr(value, "title", None)  # of text it is a method
    return title if isinstance(title, str) else type(value).__name__


def several(names: Any) -> tuple[Any, ...]:
    """Names as a tuple; text, a set, which has no order, and what holds no names is one.

    >>> several(["a", "b"]), several("ab"), several(3)
    (('a', 'b'), ('ab',), (3,))
    """
    if isinstance(names, str | bytes | set | frozenset):
        return (names,)
    try:
        return tuple(names)
    except TypeError:
        return (names,)


def are_different(values: Collection[Any]) -> bool:
    """Whether these can be told apart: no two are the same, none is missing, none a list or an array.

    >>> are_different(["a", 1]), are_different([1, 1.0]), are_different([float("nan")]), are_different([[1]])
    (True, False, False, False)
    """
    try:
        return len(set(values)) == len(values) and all(bool(value == value) for value in values)
    except TypeError:
        return False


def names_of(results: Collection[Any], names: Any, who: str) -> tuple[str, ...]:
    """A name for each result, by default its number; DomainError unless these are so many texts or whole numbers.

    >>> names_of([7.5, 8.5], None, "compare"), names_of([7.5, 8.5], ["old", "new"], "compare")
    (('1', '2'), ('old', 'new'))
    """
    found = tuple(range(1, len(results) + 1)) if names is None else several(names)
    words = not isinstance(names, str) and all(isinstance(name, str | int) for name in found)
    if not words or len(found) != len(results):
        raise DomainError(f"{who} needs names=, one for each of {len(results)} results; got {names!r:.80}.")
    return tuple(map(str, found))


def require_truth(value: Any, what: str) -> None:
    """DomainError unless this is True or False: text such as "no" is true to Python.

    >>> require_truth(True, "html= of report")
    """
    if not isinstance(value, bool | np.bool_):
        raise DomainError(f"{what} is True or False; got {value!r:.60}.")


def is_one_of(value: Any, words: Collection[str]) -> bool:
    """Whether this is one of the words; arrays and what has no hash are none.

    >>> is_one_of("mean", ("mean", "class")), is_one_of(["mean"], {"mean": 1})
    (True, False)
    """
    return isinstance(value, str) and value in words
