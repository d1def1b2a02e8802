"""What is kept is owned, and what is handed out cannot be written to: arrays at the door of the package.

Public functions and constructors take `own` of what a caller gives: arrays, series, dicts and lists are copied, and
read only from then on; tables of pandas are copied where one of both is written to. A float64 matrix of `LARGE` numbers
or more is not copied: it stays the caller's memory, its bytes are hashed, and a function or a question that reads it
again, of the model or of its fit, is refused if they have changed. What a public function returns is `sealed`: arrays
in it cannot be written to.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Iterable, Mapping
from dataclasses import is_dataclass
from math import isfinite
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stattools.errors import IncompatibleError
from stattools.interface.arrays import FLOAT64

LARGE = 200_000
"""Numbers of a matrix that is hashed in its place; a copy of fewer costs less than the work on them."""

WIDTH, HEIGHT = 1021, 50
"""Words of 8 bytes are summed along both sides of blocks of this size: of 400 kB, which are read from memory once and
stay in the cache, and of a prime width, which no period of rows and columns goes with.
"""


class Watch(NamedTuple):
    """A read-only view of a caller's matrix, the hash of its bytes, and the sum of its numbers."""

    view: weakref.ref[NDArray[Any]]
    hash: int
    total: float


WATCHED: dict[int, Watch] = {}
"""The matrices that are not copied, by the identity of the view."""


class Door(threading.local):
    """Whether this thread is inside of the package: what is asked there of itself is no question of a caller."""

    inside = False


DOOR = Door()

ARITHMETIC: Mapping[str, Any] = MappingProxyType(
    {"divide": "warn", "over": "warn", "under": "ignore", "invalid": "warn"}
)
"""What NumPy does by default where numbers run out: inside of the package it is so whatever the caller has set, for a
probability of 1e-400 is 0.
"""


def own(value: object) -> Any:
    """What a caller gives, as nothing that he does to it later changes it.

    >>> given = {"y": np.array([1.0, 2.0])}
    >>> kept = own(given)
    >>> given["y"][0] = 9.0
    >>> kept["y"].tolist()
    [1.0, 2.0]
    """
    kind = type(value)
    if kind not in OWNED:
        module = kind.__module__.partition(".")[0]
        base = next((one for one in (np.ndarray, dict, list) if issubclass(kind, one)), None)
        OWNED[kind] = FRAMES.get(module) if base is None else _copied if base is np.ndarray else OWNED[base]
    how = OWNED[kind]
    return value if how is None else how(value)


def _array(value: NDArray[Any]) -> NDArray[Any]:
    if value.ndim == 2 and value.size >= LARGE and value.dtype is FLOAT64 and value.flags.forc:
        return watched(value)
    return _copied(value)


def _copied(value: NDArray[Any]) -> NDArray[Any]:
    made = value.copy(order="K")
    made.flags.writeable = False
    return made


def _of_pandas(value: object) -> Any:
    """A table shares what neither it nor the copy has written to, since pandas 3; a series is copied."""
    import pandas as pd

    if isinstance(value, pd.DataFrame):
        return value.copy(deep=int(pd.__version__.split(".")[0]) < 3)
    return value.copy() if isinstance(value, pd.Series | pd.api.extensions.ExtensionArray) else value


def _of_polars(value: Any) -> Any:
    return value.clone() if hasattr(value, "clone") else value


FRAMES: Mapping[str, Callable[[Any], Any]] = MappingProxyType({"pandas": _of_pandas, "polars": _of_polars})
"""Tables and series that can be written to, by the package of their class."""

OWNED: dict[type, Callable[[Any], Any] | None] = {
    np.ndarray: _array,
    dict: lambda value: {key: own(each) for key, each in value.items()},
    list: lambda value: [own(each) for each in value] if value and type(value[0]) in NESTED else [*value],
    tuple: lambda value: tuple(map(own, value)) if value and type(value[0]) in NESTED else value,
}
"""How what a caller gives is owned, by its class; None where it cannot be written to, or is no data. Classes that are
met for the first time are added.
"""
NESTED = frozenset({np.ndarray, list, dict, tuple})
"""What may be written to inside of a list."""


def watched(value: NDArray[Any]) -> NDArray[Any]:
    """A read-only view of a large matrix, whose bytes are looked at again by `require_unchanged`."""
    view = value.view()
    view.flags.writeable = False
    key, totals = id(view), list[float]()
    with np.errstate(over="ignore", invalid="ignore"):
        found = hash_of(view, totals)
        WATCHED[key] = Watch(weakref.ref(view, lambda _: WATCHED.pop(key, None)), found, sum(totals))
    return view


def found_finite(matrix: NDArray[Any]) -> bool:
    """Whether the pass that hashed a large matrix found a finite sum, as only finite numbers have."""
    watch = WATCHED.get(id(matrix))
    return watch is not None and watch.view() is matrix and isfinite(watch.total)


def hash_of(matrix: NDArray[np.float64], totals: list[float] | None = None) -> int:
    """A hash of the bytes of a matrix: of sums of its words along both sides of blocks, which no change of one word and
    no exchange of two leaves as they are. The sums of the numbers of each block are added to `totals`.

    >>> X = np.arange(6.0).reshape(2, 3)
    >>> hash_of(X) == hash_of(X.copy()), hash_of(X) == hash_of(X[::-1].copy()), hash_of(X) == hash_of(np.abs(-X))
    (True, False, True)
    """
    numbers = matrix.ravel("K")
    found = []
    for first in range(0, len(numbers), WIDTH * HEIGHT):
        block = numbers[first : first + WIDTH * HEIGHT]
        if totals is not None:
            totals.append(float(block.sum()))
        words = block.view(np.uint64)
        whole = words[: len(words) // WIDTH * WIDTH].reshape(-1, WIDTH)
        found += [whole.sum(axis=0).tobytes(), whole.sum(axis=1).tobytes(), words[whole.size :].tobytes()]
    return hash(b"".join(found))


def require_unchanged(*given: Any) -> None:
    """IncompatibleError where a large matrix of these objects has changed since it was given."""
    for array in _arrays(given):
        watch = WATCHED.get(id(array))
        if watch is not None and watch.view() is array and hash_of(array) != watch.hash:
            raise IncompatibleError(
                f"the matrix of {array.shape[0]:,} x {array.shape[1]:,} numbers was changed after the model was made "
                "from it: a large one is not copied. Make the model again, or give it X.copy()."
            )


def sealed(value: object, given: Iterable[object] = ()) -> Any:
    """The same object, in whose arrays nothing can be written if it is one of this package: what is no such object, as
    an array alone, is the caller's. What was `given` is sealed already.

    >>> import stattools as st
    >>> fit = st.fit(st.coin([1, 0, 1]))
    >>> fit.estimate[0] = 2.0
    Traceback (most recent call last):
    ...
    ValueError: assignment destination is read-only
    """
    if (KINDS.get(type(value)) or _kind(type(value))) == "object":
        seal(value, given)
    return value


def seal(value: object, given: Iterable[object] = ()) -> None:
    """Let nothing be written in the arrays of an object, a list or a dictionary."""
    for array in _arrays(value, given):
        array.setflags(write=False)


def _arrays(value: Any, without: Iterable[Any] = ()) -> list[NDArray[Any]]:
    """The arrays in an object, and in the fields of those that are of this package, but for some objects; a small fit
    is looked through in this one call.
    """
    found, seen, todo = [], set(map(id, without)), [value]
    while todo:
        one = todo.pop()
        how = KINDS.get(type(one)) or _kind(type(one))
        if how == "array":
            found.append(one)
        elif how != "nothing" and id(one) not in seen:
            seen.add(id(one))
            inside = one if how == "list" else one.values() if how == "dict" else one.__dict__.values()
            if how == "object" or 0 < len(one) <= LONGEST_LIST:
                todo += [each for each in inside if type(each) not in PLAIN]
    return found


def _kind(kind: type) -> str:
    """How to look into objects of a class, told when one is first met; "nothing" where they hold no arrays."""
    ours = kind.__module__.startswith("stattools") and not kind.__module__.startswith(WITHOUT)
    usual = "object" if ours and is_dataclass(kind) and kind.__dictoffset__ else "nothing"
    bases = {np.ndarray: "array", dict: "dict", list: "list", tuple: "list"}
    how = KINDS[kind] = next((how for base, how in bases.items() if issubclass(kind, base)), usual)
    if how == "nothing":
        PLAIN.add(kind)
    return how


PLAIN: set[type] = {str, int, float, bool, type(None), bytes}
"""Classes whose objects hold no arrays; those that are met for the first time are added."""

LONGEST_LIST = 100
"""Lists that are looked into have so many entries at most."""

WITHOUT = (
    *("stattools.data.formula", "stattools.data.design.design", "stattools.likelihoods"),
    *("stattools.models.predictor", "stattools.solvers.least_squares"),
)
"""Where objects have no arrays that a caller is given, or seal them when they are made."""

KINDS: dict[type, str] = {}
"""How to look into objects, by their class."""
