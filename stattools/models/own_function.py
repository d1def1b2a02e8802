"""How a user's function is called: with the array theta, or with a keyword for each name of the start; and its bounds.

A start of names, {"mean": 0.0, "slopes": [0.0, 0.0]}, has the parameters mean, slopes[0], slopes[1]; the function gets
mean=theta[0], slopes=theta[1:3]. A function of one argument that is none of the names gets the whole array.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from inspect import Parameter, Signature, signature
from typing import Any, NamedTuple

import numpy as np

from stattools.errors import DomainError, IncompatibleError, quoted
from stattools.interface.arguments import as_numbers
from stattools.interface.arrays import Floats

NEEDS_START = "custom needs start=, one finite number per parameter"
NEEDS_BOUNDS = 'custom needs bounds=, (low, high) for each parameter or by name, {"sigma": (0, None)}'

Places = Mapping[str, int | slice]
"""Where in theta the entries of each name are."""


class Beginning(NamedTuple):
    """The start as an array, the names of its entries, and where those of each name are."""

    start: Floats
    names: tuple[str, ...]
    places: Places


def of_names(start: Mapping[Any, Any]) -> Beginning:
    """A start by name, numbers or vectors of them.

    >>> of_names({"mean": 1.0, "slopes": [2.0, 3.0]})[1:]
    (('mean', 'slopes[0]', 'slopes[1]'), {'mean': 0, 'slopes': slice(1, 3, None)})
    """
    entries: list[float] = []
    names: list[str] = []
    places: dict[str, int | slice] = {}
    for name, given in start.items():
        numbers = as_numbers(given, NEEDS_START)
        if numbers.ndim > 1 or not numbers.size:
            raise DomainError(f"{NEEDS_START}, or a vector of them by a name; got {quoted(given)} as {quoted(name)}.")
        at, size = len(entries), numbers.size
        places[name] = at if numbers.ndim == 0 else slice(at, at + size)
        names += [name] if numbers.ndim == 0 else [f"{name}[{k}]" for k in range(size)]
        entries += np.atleast_1d(numbers).tolist()
    return Beginning(np.array(entries, dtype=float), tuple(names), places)


@dataclass(frozen=True, eq=False)
class ByName:
    """A function of keywords as one of theta."""

    function: Callable[..., Any]
    places: Places

    def __call__(self, theta: Floats) -> Any:
        found = self.function(**{name: theta[place] for name, place in self.places.items()})
        if not isinstance(found, Mapping):
            return found
        if set(found) != set(self.places):
            raise DomainError(
                f"score= returns slopes by the names {', '.join(map(repr, found))}; it needs "
                f"{', '.join(map(repr, self.places))}."
            )
        return np.concatenate([np.atleast_1d(np.asarray(found[name], dtype=float)) for name in self.places])


def of_array(function: Callable[..., Any], places: Places, word: str) -> Callable[..., Any]:
    """The function as one of theta, by what its signature takes.

    >>> of_array(lambda a, b: a - b, {"a": 0, "b": 1}, "loglik")(np.array([5.0, 2.0]))
    np.float64(3.0)
    """
    if not places:
        return function
    try:
        takes = signature(function)
    except (TypeError, ValueError):  # written in C, it does not say what it takes
        return ByName(function, places)
    if _binds(takes, places):
        return ByName(function, places)
    (only, *others) = [*takes.parameters.values()] or [None]
    if only is not None and not others and only.kind not in (Parameter.KEYWORD_ONLY, Parameter.VAR_KEYWORD):
        return function
    raise IncompatibleError(
        f"custom calls {word}({', '.join(f'{name}=' for name in places)}), a keyword for each name of start=, and the "
        f"function takes {takes}. Give both the same names, or give start=[...] and names=[...] for a function of one "
        "array."
    )


def _binds(takes: Signature, places: Places) -> bool:
    try:
        takes.bind(**dict.fromkeys(places))
    except TypeError:
        return False
    return True


def read_bounds(given: Any, start: Floats, names: Sequence[str], places: Places) -> tuple[Floats, Floats]:
    """The lowest and the highest value of each parameter, infinite where it has none.

    >>> read_bounds({"sigma": (0, None)}, np.array([1.0, 2.0]), ("mean", "sigma"), {})
    (array([-inf,   0.]), array([inf, inf]))
    """
    low, high = np.full(len(start), -np.inf), np.full(len(start), np.inf)
    where: dict[Any, Any] = {name: k for k, name in enumerate(names)} | dict(places)
    if isinstance(given, Mapping):
        pairs = [(where.get(name), name, pair) for name, pair in given.items()]
    elif isinstance(given, list | tuple | np.ndarray) and len(given) == len(start):
        pairs = [(k, name, pair) for k, (name, pair) in enumerate(zip(names, given, strict=True))]
    else:
        raise DomainError(f"{NEEDS_BOUNDS}; got {quoted(given)}.")
    for place, name, pair in pairs:
        if place is None:
            raise DomainError(f"bounds= has {quoted(name)}, which is no parameter: {', '.join(map(repr, names))}.")
        low[place], high[place] = _ends(pair, name)
    outside = np.flatnonzero(~((low < start) & (start < high)))
    if outside.size:
        k = int(outside[0])
        raise DomainError(
            f"custom starts inside of bounds=; {names[k]!r} starts at {start[k]:g}, and lies between {low[k]:g} and "
            f"{high[k]:g}."
        )
    return low, high


def _ends(pair: Any, name: Any) -> tuple[float, float]:
    try:
        low, high = pair
        ends = (-np.inf if low is None else float(low), np.inf if high is None else float(high))
    except (TypeError, ValueError, OverflowError):
        raise DomainError(f"{NEEDS_BOUNDS}; got {quoted(pair)} for {quoted(name)}.") from None
    if not ends[0] < ends[1]:
        raise DomainError(f"the bounds of {quoted(name)} are (low, high) with low < high; got {quoted(pair)}.")
    return ends
