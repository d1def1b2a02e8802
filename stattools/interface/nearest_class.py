"""Tables from classes to what is done with their objects: the entry of the class, or of the nearest one above it."""

from __future__ import annotations

from collections.abc import Mapping


def nearest[Entry](table: Mapping[type, Entry], value: object) -> Entry | None:
    """The entry of the class of a value, or of the nearest class that it is made from; None where there is none.

    >>> nearest({int: "a whole number"}, True), nearest({int: "a whole number"}, 0.5)
    ('a whole number', None)
    """
    return next((table[kind] for kind in type(value).__mro__ if kind in table), None)
