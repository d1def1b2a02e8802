"""Records: frozen dataclasses that are made as quickly as a dictionary.

The `__init__` of a frozen dataclass sets its fields one by one past its own lock, 50 ns each; a small fit makes a
hundred of them. A record's writes them into the dictionary of the object.

Tables from classes to what is done with their objects: the entry of the class, or of the nearest one above it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from typing import Any, dataclass_transform

from stattools.text.one_line import prints


@dataclass_transform(frozen_default=True, eq_default=False, field_specifiers=(field,))
def record[T: type](cls: T) -> T:
    """`dataclass(frozen=True, eq=False)`, without keyword-only fields and `__post_init__`.

    >>> @record
    ... class Point:
    ...     x: float
    ...     y: float = 0.0
    >>> Point(1.0), Point(1.0) == Point(1.0)
    (Point(x=1.0, y=0.0), False)
    """
    plain = cls.__repr__ is object.__repr__
    made: Any = dataclass(frozen=True, eq=False, init=False, repr=False)(cls)
    defaults: dict[str, Any] = {}
    parameters, body = [], ["HELD = self.__dict__"]
    for one in fields(made):
        value = one.name
        if one.default_factory is not MISSING:
            defaults[one.name] = one.default_factory
            parameters.append(f"{one.name}=MISSING")
            value = f"DEFAULTS[{one.name!r}]() if {one.name} is MISSING else {one.name}"
        elif one.default is not MISSING:
            defaults[one.name] = one.default
            parameters.append(f"{one.name}=DEFAULTS[{one.name!r}]")
        else:
            parameters.append(one.name)
        body.append(f"HELD[{one.name!r}] = {value}")
    space: dict[str, Any] = {"DEFAULTS": defaults, "MISSING": MISSING}  # names that no field has
    exec(f"def __init__(self, {', '.join(parameters)}):\n " + "\n ".join(body), space)  # as dataclasses do
    made.__init__ = space["__init__"]
    made.__init__.__qualname__ = f"{cls.__qualname__}.__init__"
    made.__init__.__annotations__ = {one.name: one.type for one in fields(made)} | {"return": None}
    return prints(made) if plain else made


def nearest[Entry](table: Mapping[type, Entry], value: object) -> Entry | None:
    """The entry of the class of a value, or of the nearest class that it is made from; None where there is none.

    >>> nearest({int: "a whole number"}, True), nearest({int: "a whole number"}, 0.5)
    ('a whole number', None)
    """
    return next((table[kind] for kind in type(value).__mro__ if kind in table), None)
