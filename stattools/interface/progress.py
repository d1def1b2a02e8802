"""Progress of long work: a bar on a terminal, nothing elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from time import perf_counter

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
