"""An object in one line, as a list, a debugger or a prompt shows it: what it is, never what is in it.

`headline` writes the line of a result, `<Fit logistic: low ~ age + smoke, n = 189, log L = -104.3>`; an object without
one is shown as its constructor with each field in short.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields
from functools import wraps
from reprlib import Repr
from typing import Any

from stattools.text.columns import cut
from stattools.text.printing import escaped, printable_on_stdout

LINE = 100
"""How many characters a line has at most."""
SUBJECT = 24
"""What a formula keeps at least where a line is too long."""


def headline(of: object, what: object = "", subject: object = "", *facts: str) -> str:
    """`<Class what: subject, fact, fact>`, the subject cut in its middle where the line is too long.

    >>> headline(3, "whole", "a ~ b", "n = 1"), headline(3, "", "", "n = 1"), headline(3)
    ('<int whole: a ~ b, n = 1>', '<int: n = 1>', '<int>')
    """
    start = f"{type(of).__name__} {what}".rstrip()
    told = ", ".join(fact for fact in facts if fact)
    room = max(LINE - len(start) - len(told) - 6, SUBJECT)
    said = ", ".join(filter(None, (cut(_flat(str(subject)), room), told)))
    return f"<{start}: {said}>" if said else f"<{start}>"


def one_line[Line: Callable[..., str]](line: Line) -> Line:
    """Make a `__repr__` give one line of at most 100 characters that standard output can take, whatever happens.

    A debugger shows objects that are half made, and ours hold objects of others: where the line cannot be said there
    is the name of the class, for a repr that raises hides the error that one is looking for.
    """

    @wraps(line)
    def text(self: object) -> str:
        try:
            said = line(self)
        except Exception:
            said = f"<{type(self).__name__}>"
        return cut(printable_on_stdout(_flat(said)), LINE)

    return text  # type: ignore[return-value]


def prints[T: type](cls: T) -> T:
    """Make the `__repr__` of a dataclass or a named tuple show its fields in short: `Newton(tolerance=1e-08, ...)`."""
    made: Any = cls
    is_tuple = issubclass(cls, tuple)
    made.__repr__ = one_line(
        lambda of: _constructor(of, of._fields if is_tuple else [one.name for one in fields(of) if one.repr])
    )
    return cls


def _constructor(of: object, names: Sequence[str]) -> str:
    """The constructor with its fields in short, as many as a line holds."""
    end, room = "", LINE - len(type(of).__qualname__) - 8
    shown: list[str] = []
    for name in names:
        part = f"{name}={SHORT.repr(getattr(of, name))}"
        room -= len(part) + 2
        if room < 0 and shown:
            end = ", ..."
            break
        shown.append(part)
    return f"{type(of).__qualname__}({', '.join(shown)}{end})"


class _Short(Repr):
    """Values in short; the method that shows a type has its name, as `reprlib` asks for."""

    def repr_ndarray(self, value: Any, level: int) -> str:
        return f"<{' x '.join(map(str, value.shape)) or 'one'} numbers>"

    def repr_float64(self, value: Any, level: int) -> str:
        return repr(float(value))

    def repr_int64(self, value: Any, level: int) -> str:
        return repr(int(value))

    def repr_function(self, value: Any, level: int) -> str:
        return f"<function {value.__name__}>"

    def repr_DataFrame(self, value: object, level: int) -> str:
        return "<DataFrame>"

    def repr_Series(self, value: object, level: int) -> str:
        return "<Series>"

    def repr_instance(self, x: object, level: int) -> str:
        try:
            said = repr(x)
        except Exception:
            said = "\n"
        return said if len(said) <= self.maxother and "\n" not in said else f"<{type(x).__name__}>"


SHORT = _Short(maxtuple=3, maxlist=3, maxdict=2, maxset=3, maxstring=40, maxother=LINE, maxlevel=3, fillvalue="...")
"""How a field is shown."""


def _flat(text: str) -> str:
    return " ".join(escaped(text).split())
