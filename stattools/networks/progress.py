"""A progress bar of training, with the mean log-likelihood and the time left; nothing where no one is looking."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from time import perf_counter
from typing import Any

from stattools.solvers.solution import Epoch


def progress(total: int) -> Any:
    """A progress bar with the mean log-likelihood and the time left, in a terminal and for work of some seconds."""
    import sys

    if not sys.stderr.isatty():
        return nullcontext(lambda step, epoch: None)
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    bar = Progress(
        TextColumn("training"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[score]}"),
        TimeRemainingColumn(),
        TextColumn("left at most"),  # early stopping needs less
        console=Console(stderr=True),
        transient=True,
    )
    task = bar.add_task("training", total=total, score="")
    began = perf_counter()

    class Shown:
        def __enter__(self) -> Callable[[int, Epoch], None]:
            self.shown = False
            return self.update

        def update(self, step: int, epoch: Epoch) -> None:
            if not self.shown and perf_counter() - began > 1.0:
                bar.start()
                self.shown = True
            text = f"mean log-likelihood {epoch.training:.4f}"
            if epoch.validation == epoch.validation:
                text += f", validation {epoch.validation:.4f}"
            bar.update(task, completed=step, score=text)

        def __exit__(self, *_: object) -> None:
            bar.stop()

    return Shown()
