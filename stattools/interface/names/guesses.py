"""Classes and functions that answer names which are not theirs: an attribute, an argument, a wrong number of them.

    @answers_guesses
    class Fit: ...

    >>> import stattools as st
    >>> st.fit(st.coin([1, 0, 1])).conf_int
    Traceback (most recent call last):
    stattools.errors.AbsentError: Fit has no 'conf_int': use fit.interval(0.95).

The table of names is read when an error is shown, not before: `hasattr` costs what it did.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, wraps
from types import FunctionType
from typing import Any, NoReturn

import numpy as np

from stattools.errors import AbsentError, IncompatibleError
from stattools.interface.names.answers import about_attribute, about_call, about_function
from stattools.interface.owned import ARITHMETIC, DOOR, WATCHED, own, require_unchanged, sealed
from stattools.text.printing import printed

UNSEEN = ("__", "_repr_", "_ipython_")
"""How names begin that Python and notebooks look up, and nobody guesses; pyfixest has `fit._N`."""

FILTERS = "stattools.series.filters"
"""Where functions take signals, at the speed of memory, and keep none of them."""

OF_FITS = "stattools.inference"
"""Where attributes of objects are answers that read the rows of a model."""

FACES = ("_page", "_headline")
"""What an object is printed by."""


class Absence:
    """What an error says of a name that is not there; looked up when it is shown."""

    def __init__(self, about: Callable[[Any, str], str], of: type | tuple[str, ...], name: str) -> None:
        self.about, self.of, self.name = about, of, name

    @printed
    def __str__(self) -> str:
        return self.about(self.of, self.name)

    __repr__ = __str__


def absent(self: object, name: str) -> NoReturn:
    """The `__getattr__` of a class: AbsentError with what to use instead; names of protocols are not answered.

    A property that raises AttributeError gets here too, and its own error is raised again.
    """
    cls = type(self)
    if name.startswith(UNSEEN):
        raise AttributeError(f"{cls.__name__!r} object has no attribute {name!r}")
    if hasattr(cls, name):
        object.__getattribute__(self, name)
    raise _absence(about_attribute, cls, name)


def absent_function(name: str, known: tuple[str, ...]) -> NoReturn:
    """AbsentError for a name that the package does not have, with what to use instead."""
    if name.startswith("_"):
        raise AttributeError(f"module 'stattools' has no attribute {name!r}")
    raise _absence(about_function, known, name)


def _absence(about: Callable[[Any, str], str], of: type | tuple[str, ...], name: str) -> AbsentError:
    error = AbsentError(Absence(about, of, name))
    error.obj = Absence  # Python would add its own guess to ours
    return error


def answers_names[T: type](cls: T) -> T:
    """Let the objects of a class say what to use for a name that they do not have."""
    if not any("__getattr__" in vars(kind) for kind in cls.__mro__):  # one that a class inherits knows more
        made: Any = cls
        made.__getattr__ = absent
    return cls


def answers_guesses[T: type](cls: T) -> T:
    """`answers_names`, and methods that say what to use for an argument that they do not take."""
    for name, value in list(vars(cls).items()):
        if name.startswith("_") and name not in FACES:
            continue
        if type(value) is FunctionType:
            setattr(cls, name, answering(value, name, cls))
        elif isinstance(value, classmethod):
            setattr(cls, name, classmethod(answering(value.__func__, name, cls)))
        elif cls.__module__.startswith(OF_FITS) and isinstance(value, property) and value.fget is not None:
            setattr(cls, name, property(answering(value.fget, name, cls)))
        elif cls.__module__.startswith(OF_FITS) and isinstance(value, cached_property):
            value.func = answering(value.func, name, cls)
    return answers_names(cls)


def constructed_by_callers[T: type](cls: T) -> T:
    """`answers_names`, and a constructor that says what to use for an argument that it does not take."""
    made: Any = cls
    made.__init__ = answering(made.__init__, "__init__", cls, keeps=True)
    return answers_names(cls)


def answering[**P, R](
    function: Callable[P, R], name: str, cls: type | None = None, *, keeps: bool = False
) -> Callable[P, R]:
    """The function, with an error of ours where it is called with arguments that it does not take. A caller's large
    matrices are to be what they were, whatever his arithmetic is; one that `keeps` what it is given gets that as its
    own, and its answer is sealed (`interface/owned.py`).

    A TypeError of a call whose arguments are right comes from within, and is left as it is.
    """
    guarded: Callable[..., Any] = np.errstate(**ARITHMETIC)(function)

    @wraps(function)
    def call(*given: P.args, **named: P.kwargs) -> R:
        inside = DOOR.inside
        try:
            if inside and not keeps:
                return function(*given, **named)
            if WATCHED and not inside:
                require_unchanged(*given, *named.values())
            DOOR.inside = True
            if not keeps:
                return guarded(*given, **named)
            found = guarded(*map(own, given), **{name: own(value) for name, value in named.items()})
            return sealed(found, given)
        except TypeError as error:
            said = None if isinstance(error, IncompatibleError) else about_call(function, name, cls, given, named)
            if said is None:
                raise
            raise IncompatibleError(said) from None
        finally:
            DOOR.inside = inside

    return call


def public[T](value: T, name: str) -> T:
    """What `stattools.name` is: a function answers arguments that it does not take, anything else is as it is."""
    if not isinstance(value, FunctionType):
        return value
    made = answering(value, name, keeps=not value.__module__.startswith(FILTERS))
    made.__module__ = "stattools"  # where it is found again when it is unpickled
    return made
