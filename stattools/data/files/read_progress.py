"""A bar that shows how far a read of files is, with rows per second and which read it is; on a terminal only.

It appears when a read has taken a second, so that short ones pay one look at the clock per batch and show nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from time import perf_counter
from typing import Any

PATIENCE = 1.0
"""Seconds before a bar is worth looking at."""


def watched[Part](parts: Iterable[Part], rows: Callable[[Part], int], total: int, what: str) -> Iterator[Part]:
    """The parts, as they come; `what` ("read 2") and how many of `total` rows have gone by stand in a bar meanwhile.

    >>> list(watched(["ab", "c"], len, 3, "read 1"))
    ['ab', 'c']
    """
    if not sys.stderr.isatty():
        yield from parts
        return
    begin, done, bar = perf_counter(), 0, None
    try:
        for part in parts:
            yield part
            done += rows(part)
            if bar is None and perf_counter() - begin > PATIENCE:
                bar = _bar(total, what)
                bar.start()
            if bar is not None:
                bar.update(bar.task_ids[0], completed=done, speed=f"{done / (perf_counter() - begin):,.0f}")
    finally:
        if bar is not None:
            bar.stop()


def _bar(total: int, what: str) -> Any:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[speed]} rows/s"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
        redirect_stdout=sys.stdout.isatty(),
    )
    bar.add_task(what, total=total, speed="")
    return bar
