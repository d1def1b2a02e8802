"""Progress of long work: a bar on a terminal, nothing elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

LONGEST = 44
"""What is being done is cut to so many letters, so that the bar stays on one line of 80 columns."""


@contextmanager
def progress(total: int) -> Iterator[Callable[[str], None]]:
    """A bar on a terminal, nothing elsewhere; call the result with what is being done now.

    The bar has one line of its own, which is cleared at the end; what is printed meanwhile stands above it.
    """
    if not sys.stderr.isatty() or total < 2:
        yield lambda name: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

    columns = TextColumn("{task.description}"), BarColumn(20), TaskProgressColumn()
    screen = Console(stderr=True)
    with Progress(*columns, console=screen, transient=True, redirect_stdout=sys.stdout.isatty()) as bar:
        task = bar.add_task("", total=total)
        steps = iter(range(total + 1))

        def advance(name: str) -> None:
            short = name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…"
            bar.update(task, completed=next(steps), description=short)

        yield advance
