"""Memory that a run takes beyond its data: the peak of what Python and NumPy allocate while it runs.

What a compiled library allocates by itself is not seen. Tracing slows a run down, so it is not one that is timed.
"""

from __future__ import annotations

import sys
import tracemalloc
import warnings
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from stattools.benchmarking.comparison import SpeedComparison


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


def resident_peak() -> int:
    """Bytes of memory that this process has had resident at most.

    `ru_maxrss` would start at the peak of the process that started this one; Linux' own count does not.

    >>> resident_peak() > 10**6
    True
    """
    status = Path("/proc/self/status")
    if status.exists():
        return 1024 * next(int(line.split()[1]) for line in status.read_text().splitlines() if "VmHWM" in line)
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else 1024 * most


def with_memory(
    comparison: SpeedComparison,
    cases: Mapping[str, Callable[[], object]],
    *,
    unit: float = 1e6,
    name: str = "memory, MB",
) -> SpeedComparison:
    """The comparison with a fact more: the peak of one more run of each case, in `unit` bytes, called `name`."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        taken = {case: peak(run) / unit for case, run in cases.items()}
    timings = tuple(replace(timing, facts={**timing.facts, name: taken[timing.name]}) for timing in comparison.timings)
    return replace(comparison, timings=timings)
