"""A time by which a search has to end: who searches sets it, and every climb asks at each step whether it is over."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from time import monotonic

from stattools.errors import TimeIsOver

END: ContextVar[float] = ContextVar("end", default=math.inf)
"""When the search ends that this thread is in, in seconds of the monotonic clock."""


@contextmanager
def ending_by(end: float) -> Iterator[None]:
    """Work that ends by this time of the monotonic clock, or by an earlier one that holds already.

    >>> with ending_by(monotonic() - 1.0):
    ...     require_time()
    Traceback (most recent call last):
    stattools.errors.TimeIsOver: the time of a search is over: give it more seconds=.
    """
    before = END.set(min(end, END.get()))
    try:
        yield
    finally:
        END.reset(before)


def require_time() -> None:
    """TimeIsOver where the search that this is part of has no time left."""
    if monotonic() > END.get():
        raise TimeIsOver("the time of a search is over: give it more seconds=.")
