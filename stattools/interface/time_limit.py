"""A time by which a search has to end: who searches sets it, and every climb asks at each step whether it is over.

A clock is of the wall, for who said how long to wait, or of the work that the processor did for this process, for a
search that finds the same however busy the machine is.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from time import monotonic, process_time

from stattools.errors import TimeIsOver

type Seconds = Callable[[], float]


def wall() -> float:
    """Seconds of the clock on the wall."""
    return monotonic()


def work() -> float:
    """Seconds that the processor has worked for this process, all its threads together."""
    return process_time()


ENDS: ContextVar[tuple[tuple[Seconds, float], ...]] = ContextVar("ends", default=())
"""When the searches end that this thread is in, each by its clock."""


@contextmanager
def ending_by(end: float, clock: Seconds = wall) -> Iterator[None]:
    """Work that ends by this time of a clock, and by those that hold already.

    >>> with ending_by(wall() - 1.0):
    ...     require_time()
    Traceback (most recent call last):
    stattools.errors.TimeIsOver: the time of a search is over: give it more seconds=.
    """
    before = ENDS.set(ENDS.get() if end == math.inf else (*ENDS.get(), (clock, end)))
    try:
        yield
    finally:
        ENDS.reset(before)


def require_time() -> None:
    """TimeIsOver where a search that this is part of has no time left."""
    for clock, end in ENDS.get():
        if clock() > end:
            raise TimeIsOver("the time of a search is over: give it more seconds=.")
