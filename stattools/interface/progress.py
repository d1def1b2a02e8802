"""Long work: a bar on a terminal, and a time by which a search has to end.

Who searches sets the time, and every climb asks at each step whether it is over. A clock is of the wall, for who said
how long to wait, or of the work that the processor did for this process, for a search that finds the same however busy
the machine is.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import count
from time import monotonic, perf_counter, process_time

from stattools.errors import TimeIsOver

LONGEST = 44
"""What is being done is cut to so many letters, so that the bar stays on one line of 80 columns."""

PATIENCE = 1.0
"""Seconds of a read or a training before its bar is shown."""


@contextmanager
def progress(total: int, what: str = "", patience: float = 0.0) -> Iterator[Callable[..., None]]:
    """A bar for work of several steps on a terminal, shown after `patience` seconds; nothing elsewhere.

    Call the result with what is being done now, and with the number of steps that are done, by default one more at each
    call. The bar has one line of its own, which is cleared at the end; what is printed meanwhile stands above it.
    """
    if not sys.stderr.isatty() or total < 2:
        yield lambda name, done=0: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    columns = TextColumn("{task.description}"), BarColumn(20), TaskProgressColumn(), TimeRemainingColumn()
    screen = Console(stderr=True)
    bar = Progress(*columns, console=screen, transient=True, redirect_stdout=sys.stdout.isatty())
    task, steps, began = bar.add_task(what, total=total), count(), perf_counter()

    def advance(name: str, done: int | None = None) -> None:
        if perf_counter() - began >= patience:
            bar.start()
        says = f"{what} {name}".strip()
        short = says if len(says) <= LONGEST else f"{says[: LONGEST - 1]}…"
        bar.update(task, completed=next(steps) if done is None else done, description=short)

    try:
        yield advance
    finally:
        if bar.live.is_started:
            bar.stop()


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
