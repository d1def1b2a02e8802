"""One comparison: several ways to the same answer, timed in turns so that what else the machine does hits all alike.

ratio = median seconds of a peer / median seconds of ours

The limit of a fit of many rows: one product X^T X by BLAS `dsyrk`, and so many reads of X.

Memory that a run takes beyond its data: the peak of what Python and NumPy allocate while it runs.

What a compiled library allocates by itself is not seen. Tracing slows a run down, so it is not one that is timed.
"""

from __future__ import annotations

import sys
import time
import tracemalloc
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import median

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from stattools.benchmarking.session import TimedAnswer
from stattools.errors import DomainError
from stattools.numerics.columns import add_gram

type Facts = Mapping[str, float | str]
"""What a run says beside its time, such as its Newton decrement or its memory."""

AT_LEAST = 0.02
"""Seconds: shorter calls are repeated, so that the clock's grain and the cost of reading it do not count."""
LONG = 10.0
"""Seconds: a way whose runs took so long together does not run again, so that slow peers do not take hours."""


@dataclass(frozen=True)
class Timing:
    """One way: seconds of each round, what the last run said, and the least ratio that is promised (None: nothing)."""

    name: str
    seconds: tuple[float, ...]
    facts: Facts = field(default_factory=dict)
    target: float | None = None
    program: str = ""
    """What ran in a process of its own, with its version."""

    @property
    def median(self) -> float:
        """Median seconds of a run."""
        return median(self.seconds)


@dataclass(frozen=True)
class SpeedComparison:
    """Timings of several ways; the first is ours. `missing` are peers that are not installed.

    >>> both = SpeedComparison("sum", (Timing("ours", (1.0, 2.0, 3.0)), Timing("loop", (9.0, 10.0, 30.0), target=4.0)))
    >>> both.ratio(both.peers[0]), both.held(both.peers[0]), both.losses
    (5.0, True, ())
    """

    title: str
    timings: tuple[Timing, ...]
    missing: tuple[str, ...] = ()

    @property
    def skipped(self) -> str:
        """What was left out, as a sentence; "" for nothing."""
        return f"Not to be had here, skipped: {', '.join(self.missing)}." if self.missing else ""

    @property
    def seldom(self) -> str:
        """Which ways ran in fewer rounds than others, as a sentence; "" where all ran alike."""
        rounds = [len(timing.seconds) for timing in self.timings]
        fewer = [f"{t.name} in {n}" for t, n in zip(self.timings, rounds, strict=True) if n < max(rounds)]
        return f"Measured in {max(rounds)} rounds, but long runs in fewer: {', '.join(fewer)}." if fewer else ""

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader of the table must know: what was left out, and what ran in fewer rounds."""
        return tuple(filter(None, (self.skipped, self.seldom)))

    @property
    def ours(self) -> Timing:
        """The way that the others are compared with."""
        return self.timings[0]

    @property
    def peers(self) -> tuple[Timing, ...]:
        """The others."""
        return self.timings[1:]

    def ratio(self, timing: Timing) -> float:
        """How many times as long as ours it takes."""
        return timing.median / self.ours.median

    def held(self, timing: Timing) -> bool | None:
        """Whether the ratio is what was promised; None where nothing was."""
        return None if timing.target is None else self.ratio(timing) >= timing.target

    @property
    def losses(self) -> tuple[Timing, ...]:
        """What is faster, or less slow than was promised; a limit or another way of ours only if something was."""
        return tuple(t for t in self.peers if self.held(t) is False or (_is_peer(t) and self.ratio(t) < 1.0))


def _is_peer(timing: Timing) -> bool:
    return timing.target is None and not timing.name.startswith(("stattools", "st.", "limit"))


def interleaved(
    title: str,
    cases: Mapping[str, Callable[[], object] | None],
    *,
    rounds: int,
    targets: Mapping[str, float] | None = None,
    warm: int = 1,
    judge: Callable[[object], Facts] | None = None,
) -> SpeedComparison:
    """Time `cases`, ours first, in turns: one thread each, `rounds` rounds after `warm` that do not count.

    A case that returns a mapping states facts; `judge` states those of another answer that is not None, off the clock.
    One that returns a `TimedAnswer` of another process takes the seconds that were measured there.
    `targets` are least ratios by name; a limit such as the time of one matrix product has a target below 1. A call
    under 20 ms is repeated within a round. One whose runs took 10 s together is left out of the rounds that follow;
    where its first run took them already, that run counts. A case that is None is a peer that is not there: a line
    says that it was skipped, and ours alone is timed where all are. Raises DomainError for fewer than two cases, or
    for a target of a case that there is not.

    >>> interleaved("pow", {"ours": lambda: 2**9, "peer": lambda: {"digits": 3}}, rounds=1).peers[0].facts
    {'digits': 3}
    """
    targets = targets or {}
    if len(cases) < 2 or rounds < 1:
        raise DomainError(f"interleaved needs two cases and a round; got {len(cases)} and {rounds}.")
    if unknown := set(targets) - set(cases):
        raise DomainError(f"interleaved has no case {sorted(unknown)[0]!r}; it has {', '.join(cases)}.")
    there = {name: run for name, run in cases.items() if run is not None}
    last: dict[str, TimedAnswer] = {}
    times: dict[str, list[float]] = {name: [] for name in there}
    spent = dict.fromkeys(there, 0.0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what peers warn of is not what is measured here
        for turn in range(-warm, rounds):
            for name, run in _in_turn(there, turn):
                if spent[name] >= LONG and times[name]:
                    continue
                start = time.perf_counter()
                with threadpool_limits(1):  # each time, since a peer's first call may load a library with threads
                    last[name] = _timed(run)
                spent[name] += time.perf_counter() - start
                if turn >= 0 or spent[name] >= LONG:
                    times[name].append(last[name].seconds)
    return SpeedComparison(
        title,
        tuple(
            Timing(name, tuple(times[name]), _facts(one.values, judge), targets.get(name), one.program)
            for name, one in ((name, last[name]) for name in there)
        ),
        tuple(name for name in cases if name not in there),
    )


def _facts(said: object, judge: Callable[[object], Facts] | None) -> Facts:
    if isinstance(said, Mapping):
        return said
    return {} if said is None or judge is None else judge(said)


def _in_turn(cases: Mapping[str, Callable[[], object]], turn: int) -> Iterator[tuple[str, Callable[[], object]]]:
    """Forwards and backwards by turns, so that nobody always runs in another's warm cache."""
    yield from cases.items() if turn % 2 == 0 else reversed(list(cases.items()))


def _timed(run: Callable[[], object]) -> TimedAnswer:
    """The answer, and seconds a call over as many as take 20 ms: those that another process says, or else ours."""
    start, calls, theirs = time.perf_counter(), 0, 0.0
    while True:
        said = run()
        calls += 1
        if isinstance(said, TimedAnswer):
            theirs += said.seconds
            if theirs >= AT_LEAST:
                return replace(said, seconds=theirs / calls)
        elif (passed := time.perf_counter() - start) >= AT_LEAST:
            return TimedAnswer(said, passed / calls)


ROWS = 4096
"""Of a block, so that the product works in the cache whatever the number of rows."""


def limit(X: NDArray[np.float64], *, reads: int = 1) -> None:
    """What no solver that forms an information matrix can beat: one `dsyrk` over X, (n, p), and `reads` sums of it.

    >>> limit(np.ones((5, 2)), reads=2)
    """
    total = np.zeros((X.shape[1], X.shape[1]), order="F")
    for start in range(0, len(X), ROWS):
        add_gram(total, X[start : start + ROWS])
    for _ in range(reads):
        X.sum()


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
    cases: Mapping[str, Callable[[], object] | None],
    *,
    unit: float = 1e6,
    name: str = "memory, MB",
) -> SpeedComparison:
    """The comparison with a fact more: the peak of one more run of each of `cases`, in `unit` bytes, called `name`.

    What a peer takes in a process of its own is not seen: leave it out of `cases`.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        taken = {case: {name: peak(run) / unit} for case, run in cases.items() if run is not None}
    return _with_facts(comparison, taken)


def with_certificate(comparison: SpeedComparison, certify: Callable[[], object], rounds: int = 3) -> SpeedComparison:
    """The comparison with a fact more of ours: what `certify` alone takes, as a share of our median.

    >>> both = SpeedComparison("sum", (Timing("ours", (1.0,)), Timing("loop", (9.0,))))
    >>> with_certificate(both, lambda: None).ours.facts
    {'certificate': '0.0 %'}
    """
    with threadpool_limits(1):
        alone = median(_timed(certify).seconds for _ in range(rounds))
    return _with_facts(
        comparison, {comparison.ours.name: {"certificate": f"{100.0 * alone / comparison.ours.median:.1f} %"}}
    )


def _with_facts(comparison: SpeedComparison, more: Mapping[str, Facts]) -> SpeedComparison:
    timings = tuple(replace(one, facts={**one.facts, **more.get(one.name, {})}) for one in comparison.timings)
    return replace(comparison, timings=timings)
