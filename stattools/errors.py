"""The errors of stattools: one root and its children, each saying who needs what, what it got, and what to do."""

from __future__ import annotations

import re
from typing import Any, Self

from stattools.text.printing import escaped, printed

ADDRESSES = re.compile(
    r"<(?:class '(?:[\w.]+\.)?(?P<kind>\w+)'|function (?P<function>.+?) at 0x[0-9a-f]+"
    r"|(?:built-in|bound) method (?P<method>[\w.]+) of .*?|(?:[\w.]+\.)?(?P<object>\w+) object at 0x[0-9a-f]+)>"
)
"""How Python writes classes, functions and objects that do not say what they are."""


class StattoolsError(Exception):
    """Root of every error that stattools raises on purpose; its message shows controls of the terminal as escapes, and
    objects by their kind, not by their address in memory.
    """

    @property
    def message(self) -> str:
        """The message, whatever standard output can encode."""
        return escaped(ADDRESSES.sub(_by_kind, super().__str__()))

    @printed
    def __str__(self) -> str:
        return self.message


def _by_kind(found: re.Match[str]) -> str:
    kind = str(found.lastgroup)
    return f"{'an' if kind == 'object' else 'the'} {'class' if kind == 'kind' else kind} {found[kind]}"


class DomainError(StattoolsError, ValueError):
    """Data or parameters that the model cannot take: wrong support, NaN, empty, unseen level, forbidden formula."""


class FileError(DomainError, OSError):
    """A file that cannot be read or written: it is not there, is no file, the disk is full; with the system's
    `errno`, None where the reason is not the system's.
    """

    @classmethod
    def of(cls, message: str, error: OSError) -> Self:
        """With the number of the system's error."""
        made = cls(message)
        made.errno = error.errno
        return made


class IdentificationError(StattoolsError, ValueError):
    """The maximum does not exist or is not unique: aliased columns, separated outcomes, more coefficients than rows."""

    stood: Any = None
    """The model and the point at which a climb ended with a singular information; None of other reasons."""


class ConvergenceError(StattoolsError, RuntimeError):
    """A solver stopped before the maximum; `solution` holds its last point and its trace."""

    def __init__(self, message: str, solution: Any = None) -> None:
        super().__init__(message)
        self.solution = solution


class IncompatibleError(StattoolsError, TypeError):
    """Parts that do not fit together: a solver and a model, a prior and a likelihood, an option and a model."""


class FunctionError(StattoolsError, RuntimeError):
    """A function of your own raised an error, which is the `__cause__` of this one. A search never takes it for a point
    that does not count, nor a bootstrap for a sample without a maximum.
    """


REFUSALS = (DomainError, IdentificationError, ConvergenceError, IncompatibleError)
"""What one of many fits may be refused for while the others go on; an error of a caller's function is none of these."""


class AbsentError(IncompatibleError, AttributeError):
    """An attribute that is absent on purpose: an error for people, and `hasattr` still says no."""


class TimeIsOver(BaseException):
    """The time that was given to a search is over inside a fit, which is left there.

    This is a signal to the search and no error of the fit. Like KeyboardInterrupt it is no Exception, so that code
    which goes on after a refused refit, by `except StattoolsError` or `except Exception`, never takes it for a refusal.
    """


def quoted(value: object, longest: int = 80) -> str:
    """A value as Python writes it, cut for a message; its type where it cannot be written (a number of 5,000 digits).

    >>> quoted([1, 2]), quoted("abcdef", 5)
    ('[1, 2]', "'a...")
    """
    try:
        text = " ".join(repr(value).split("\n"))
    except Exception:  # whatever a foreign object does when it is shown
        return f"an object of type {type(value).__name__}"
    return text if len(text) <= longest else text[: longest - 3] + "..."
