"""Numbers of a fit, as a caller gets them: those of an array by name, `fit.estimate["x"]`, and an error in words where
one is called, `fit.aic()`. They are not callable: pandas calls what it may in `frame.assign(b=fit.estimate)`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from stattools.errors import DomainError, quoted
from stattools.interface.names.answers import did_you_mean
from stattools.interface.owned import DOOR


class Number(float):
    """A float. Python says the name of its class where it is called."""

    def __reduce__(self) -> Any:
        return float, (float(self),)


class NamedArray(np.ndarray):
    """A view of an array whose places have names, along each axis the same: `estimate["x"]`, `covariance["x", "z"]`.
    What is taken from it or computed with it is an array as any other.

    >>> found = handed(np.array([1.0, 2.0]), "fit.estimate", ("Intercept", "x"))
    >>> float(found["x"]), found[["x", "Intercept"]], 2.0 * found
    (2.0, array([2., 1.]), array([2., 4.]))
    """

    _names: Sequence[str] = ()
    _called = ""
    __array_priority__: Any = -1.0  # among other arrays it is one of them

    def __getitem__(self, key: Any) -> Any:
        keys = key if isinstance(key, tuple) else (key,)
        if self._names and any(isinstance(one, str | list) for one in keys):
            key = tuple(map(self._place, keys))
        return self.view(np.ndarray)[key]

    def _place(self, key: object) -> Any:
        """The places of names; what is no name as it is."""
        if isinstance(key, list):
            return [self._place(one) for one in key]
        return place_of(key, self._names, self._called) if isinstance(key, str) else key

    def __array_wrap__(self, array: Any, context: Any = None, return_scalar: bool = False) -> Any:
        return array[()] if return_scalar else array.view(np.ndarray)

    def copy(self, order: Any = "C") -> Any:
        """An array without names, as pandas takes one into a series."""
        return self.view(np.ndarray).copy(order)

    def __reduce__(self) -> Any:
        return self.view(np.ndarray).__reduce__()

    def __repr__(self) -> str:
        return repr(self.view(np.ndarray))

    __hash__ = None


Number.__name__ = "float, which is written without parentheses,"
NamedArray.__name__ = "ndarray, which is written without parentheses,"


def place_of(name: object, names: Sequence[str], called: str) -> int:
    """The place of a name among names; DomainError, with those that there are, where it is none of them.

    >>> place_of("x", ("Intercept", "x"), "fit")
    1
    """
    if isinstance(name, str) and name in names:
        return names.index(name)
    meant = did_you_mean(name, names) if isinstance(name, str) else ""
    listed = ", ".join(map(repr, names[:20])) + (f" and {len(names) - 20} more" if len(names) > 20 else "")
    raise DomainError(f"{called}[name] takes the name of a coefficient, {listed}; got {quoted(name)}.{meant}")


def handed(value: object, called: str, names: Sequence[str]) -> Any:
    """A float or an array, as it is given to a caller; another value is as it is.

    >>> handed(1.5, "fit.aic", ())()
    Traceback (most recent call last):
    TypeError: 'float, which is written without parentheses,' object is not callable
    """
    if isinstance(value, float):
        return Number(value)
    if isinstance(value, np.ndarray) and value.shape in ((len(names),), (len(names), len(names))):
        made: Any = value.view(NamedArray)
        made._names, made._called = names, called
        return made
    return value


def hands_out[T: type](*attributes: str) -> Callable[[T], T]:
    """Let the fits of a class, whose `model` has `names`, hand out these of their attributes as `handed` does; inside
    of the package they are the plain numbers that they were.
    """

    def handing(name: str, known: object) -> property:
        read: Callable[[Any], Any] | None = getattr(known, "fget", None)

        def get(self: Any) -> Any:
            found = vars(self)[name] if read is None else read(self)
            return found if DOOR.inside else handed(found, f"fit.{name}", self.model.names)

        return property(get, doc=getattr(known, "__doc__", None))

    def decorated(cls: T) -> T:
        for name in attributes:
            setattr(cls, name, handing(name, vars(cls).get(name)))
        return cls

    return decorated
