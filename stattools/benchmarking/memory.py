"""Memory that a run takes beyond its data: the peak of what Python and NumPy allocate while it runs.

What a compiled library allocates by itself is not seen. Tracing slows a run down, so it is not one that is timed.
"""

from __future__ import annotations

import tracemalloc
import warnings
from collections.abc import Callable, Mapping
from dataclasses import replace

from stattools.benchmarking.comparison import Comparison


def peak(run: Callable[[], object]) -> int:
    """Bytes at the peak of `run`, beyond those that were there before.

    >>> peak(lambda: bytearray(10**6)) >= 10**6
    True
    """
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        run()
        return tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()


def with_memory(
    comparison: Comparison, cases: Mapping[str, Callable[[], object]], *, unit: float = 1e6, name: str = "memory, MB"
) -> Comparison:
    """The comparison with a fact more: the peak of one more run of each case, in `unit` bytes, called `name`."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        taken = {case: peak(run) / unit for case, run in cases.items()}
    timings = tuple(replace(timing, facts={**timing.facts, name: taken[timing.name]}) for timing in comparison.timings)
    return replace(comparison, timings=timings)
