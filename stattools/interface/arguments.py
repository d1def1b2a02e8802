"""What callers give beside data: numbers, counts, labels, points of a parameter space, words, functions of theirs."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from decimal import Decimal
from math import isfinite
from numbers import Real
from typing import Any, TypeGuard

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stattools.errors import DomainError, FunctionError, StattoolsError, quoted
from stattools.interface.arrays import FLOAT64
from stattools.interface.names.answers import meant


def is_number(value: object) -> TypeGuard[float]:
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


def is_whole(value: object) -> TypeGuard[int]:
    """Whether this is one whole number of Python or NumPy, by its type: 2.0, True and durations are none.

    >>> is_whole(2), is_whole(2.0), is_whole(True)
    (True, False, False)
    """
    return isinstance(value, int | np.integer) and not isinstance(value, bool | np.timedelta64)


def as_theta(theta: ArrayLike, who: str, names: Sequence[object] | None = None) -> NDArray[np.float64]:
    """Parameters as float64, of any shape; a DomainError for text, complex numbers and what float64 does not hold, and
    for a series whose labels are not `names`.

    >>> as_theta([1, 2], "a model")
    array([1., 2.])
    """
    if names is not None and type(theta) is not np.ndarray:
        labelled(f"the parameters of {who}", names, ("what is given", by_column(theta)))
    return as_numbers(theta, f"{who} needs its parameters as numbers")


def some_numbers(given: ArrayLike, needs: str) -> NDArray[np.float64]:
    """One finite number or several in a row, (k,); a DomainError that begins with `needs` for anything else.

    >>> some_numbers(0.5, "shares are numbers"), some_numbers([1, 2], "times are numbers")
    (array([0.5]), array([1., 2.]))
    """
    found = np.atleast_1d(as_numbers(given, needs))
    if found.ndim != 1 or not found.size or not np.isfinite(found).all():
        raise DomainError(f"{needs}; got {quoted(given)}.")
    return found


def as_numbers(given: ArrayLike, needs: str, shape: tuple[int, ...] = ()) -> NDArray[np.float64]:
    """Numbers as float64; a DomainError that begins with `needs` for text, complex numbers, what float64 does not hold,
    and for a shape that does not go with that of the parameters.

    >>> as_numbers([1, 2], "x is a number", (2,))
    array([1., 2.])
    """
    try:
        values = np.asarray(given)
        numbers = (isinstance(one, Real | Decimal) and not isinstance(one, np.timedelta64) for one in values.flat)
        if values.dtype.kind in "biuf" or all(numbers):  # NumPy counts durations among whole numbers
            if values.dtype is not FLOAT64:
                with np.errstate(over="ignore"):  # what only longdouble holds becomes infinite
                    values = values.astype(np.float64)
            if shape:
                np.broadcast_shapes(values.shape, shape)
            return values
    except (TypeError, ValueError, ArithmeticError):
        pass
    beside = f", of a shape that goes with {shape}" if shape else ""
    raise DomainError(f"{needs}{beside}; got {quoted(given)}.")


def labels_of(values: Any) -> list[tuple[Any, ...]]:
    """The keys of a dict, the labels along each axis of a pandas series or frame, where they say more than 0, 1, ...

    >>> import pandas as pd
    >>> labels_of(pd.Series({"a": 1.0, "b": 2.0})), labels_of(pd.Series([1.0, 2.0])), labels_of([1.0, 2.0])
    ([('a', 'b')], [], [])
    """
    axes = [values] if isinstance(values, Mapping) else values.axes if hasattr(values, "iloc") else []
    found = [tuple(axis) for axis in axes]
    return [labels for labels in found if labels != tuple(range(len(labels)))]


def labelled(whose: str, names: object, *given: tuple[str, Any]) -> Any:
    """`names`, or without them the labels of the first series or frame: what is paired with names by position.

    Raises DomainError where labels are not the names; how many there are is checked by who reads the values.

    >>> import pandas as pd
    >>> labelled("the arms", None, ("mean", pd.Series({"a": 1.0, "b": 2.0})), ("sd", 3.0))
    ('a', 'b')
    """
    for what, values in given:
        for found in labels_of(values):
            if names is None:
                names = found
            elif len(found) == len(wanted := several(names)) and found != wanted:
                raise DomainError(
                    f"{what} has the labels {quoted(list(found), 60)} and {whose} are {quoted(list(wanted), 60)}: put "
                    "them into one order, or pass .to_numpy() to pair them by position."
                )
    return names


def by_column(values: object) -> Any:
    """The columns of a frame, whose rows are paired with names each; anything else as it is."""
    columns = getattr(values, "column_names", getattr(values, "columns", None))
    return values if columns is None else dict.fromkeys(columns)


def described(value: object) -> str:
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


def is_writable(text: str) -> bool:
    """Whether the text can be written as UTF-8; lone surrogates, as undecodable bytes leave them, cannot.

    >>> is_writable("name"), is_writable(chr(0xD800))
    (True, False)
    """
    try:
        if not text.isascii():
            text.encode()
    except UnicodeEncodeError:
        return False
    return True


def written(names: object) -> tuple[Any, ...]:
    """`several` names, each of which can be written; DomainError for half of a character.

    >>> written(["a", 1])
    ('a', 1)
    """
    found = several(names)
    for name in found:
        if isinstance(name, str) and not is_writable(name):
            raise DomainError(f"the name {name!a:.80} has half of a character (a lone surrogate); rename it.")
    return found


def are_different(values: Collection[object]) -> bool:
    """Whether these can be told apart: no two are the same, none is missing, none a list or an array.

    >>> are_different(["a", 1]), are_different([1, 1.0]), are_different([float("nan")]), are_different([[1]])
    (True, False, False, False)
    """
    try:
        return len(set(values)) == len(values) and all(bool(value == value) for value in values)
    except TypeError:
        return False


def names_of(results: Collection[object], names: object, who: str) -> tuple[str, ...]:
    """A name for each result, by default its number; DomainError unless these are so many texts or whole numbers.

    >>> names_of([7.5, 8.5], None, "compare"), names_of([7.5, 8.5], ["old", "new"], "compare")
    (('1', '2'), ('old', 'new'))
    """
    found = tuple(range(1, len(results) + 1)) if names is None else written(names)
    words = not isinstance(names, str) and all(isinstance(name, str | int) for name in found)
    if not words or len(found) != len(results):
        raise DomainError(f"{who} needs names=, one for each of {len(results)} results; got {quoted(names)}.")
    return tuple(map(str, found))


def require_truth(value: object, what: str) -> None:
    """DomainError unless this is True or False: text such as "no" is true to Python."""
    if not isinstance(value, bool | np.bool_):
        raise DomainError(f"{what} is True or False; got {quoted(value)}.")


LARGEST_COUNT = 2**53


def whole_number(value: object, what: str, *, at_least: int, at_most: int = LARGEST_COUNT) -> int:
    """`value` as an int, or a DomainError; 10.0 is a whole number, True and "10" are not counts.

    >>> whole_number(10.0, "draws", at_least=1)
    10
    """
    if type(value) is int and at_least <= value <= at_most:
        return value
    one = isinstance(value, np.ndarray) and value.ndim == 0 and value is not np.ma.masked
    count: Any = np.asarray(value).item() if one else value
    if not is_whole(count) and not (isinstance(count, float | np.floating) and count.is_integer()):
        raise DomainError(f"{what} is one whole number, at least {at_least}; got {quoted(value)}.")
    count = int(count)
    if count < at_least:
        raise DomainError(f"{what} is one whole number, at least {at_least}; got {_shown(count)}.")
    if count > at_most:
        most = "2**53: double precision skips counts beyond" if at_most == LARGEST_COUNT else f"{at_most:,}"
        raise DomainError(f"{what} is at most {most}; got {_shown(count)}.")
    return count


def _shown(count: int) -> str:
    """The number, or how long it is: Python refuses to write out numbers of thousands of digits."""
    return str(count) if abs(count) < 10**30 else f"{'minus ' * (count < 0)}a number of {count.bit_length()} bits"


def called(who: str, function: Callable[..., Any], /, *given: Any, **named: Any) -> Any:
    """What a user's function returns. The caller looks at the value, so that floating-point warnings say nothing more.

    Raises FunctionError, from the error of the function, where it raises one; errors of this package pass as they are.

    >>> called("the statistic", lambda y: y / 0, 1)
    Traceback (most recent call last):
    ...
    stattools.errors.FunctionError: the statistic raised ZeroDivisionError: division by zero. Mend the function.
    """
    try:
        with np.errstate(all="ignore"):
            return function(*given, **named)
    except (StattoolsError, MemoryError):  # these say what they are
        raise
    except Exception as error:  # whatever a user's function raises
        said = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        raise FunctionError(f"{who} raised {said.rstrip('.')}. Mend the function.") from error


def require_level(level: object, name: str = "level") -> None:
    """DomainError unless this is a probability between 0 and 1, both excluded."""
    if type(level) is float and 0.0 < level < 1.0:
        return
    if not (is_number(level) and 0.0 < level < 1.0):
        instead = f" Write {name}={level / 100:g}." if is_number(level) and 1.0 < level < 100.0 else ""
        if isinstance(level, str) and level.isalpha():
            instead = meant(name, level) or f' A kind is named: kind="{level}".'
        raise DomainError(f"{name} is a probability between 0 and 1, such as 0.95; got {quoted(level)}.{instead}")
