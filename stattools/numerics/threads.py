"""Threads: BLAS on one of them, and the sums over rows on as many as BLAS would have used.

For many small products a second BLAS thread costs more than it brings, and on a busy machine tenfold; ranges of rows
are independent, and each of them can have a thread of its own. The libraries are looked up once, which takes some
milliseconds; entering and leaving the limit takes microseconds.

NumPy's products and exponentials release the interpreter, so that threads run side by side. Rows are read in fixed
parts, whose sums are added in order, so that no number depends on the threads.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from math import isfinite
from threading import Event, local
from typing import Any, NamedTuple

import numpy as np
from scipy.linalg import get_blas_funcs

from stattools.interface.arrays import Floats
from stattools.interface.units import ON_ONE_THREAD

(ddot,) = get_blas_funcs(("dot",), dtype=np.float64)  # without a warning where squares overflow

_free: ContextVar[int] = ContextVar("threads that BLAS left free", default=1)


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Within it, BLAS products of this process run on one thread, and `on_threads` may use those that BLAS had."""
    before = [(library, library.num_threads) for library in _libraries()]
    token = _free.set(max(_free.get(), *(threads for _, threads in before)))
    before = [(library, threads) for library, threads in before if threads != 1]
    try:
        for library, _ in before:
            library.set_num_threads(1)
        yield
    finally:
        _free.reset(token)
        _restore(before)


def _restore(before: list[tuple[Any, int]]) -> None:
    """Each library's number of threads, whatever interrupts on the way: setting it takes long enough for Ctrl-C."""
    for done, (library, threads) in enumerate(before):
        try:
            library.set_num_threads(threads)
        except BaseException:
            _restore(before[done:])
            raise


def free_threads() -> int:
    """How many threads `on_threads` can use: those of BLAS (OPENBLAS_NUM_THREADS or the cores) inside
    `one_blas_thread`, 1 elsewhere and on the threads themselves.
    """
    return _free.get()


def on_threads[Part, Result](work: Callable[[Part], Result], parts: Sequence[Part]) -> list[Result]:
    """`work` of each part, in the order of the parts; a thread that is done with one takes the next. Where one raises,
    or the caller is interrupted, the others end at their next block of rows (`stop_if_abandoned`).

    >>> on_threads(lambda part: part + 1, [1, 2])
    [2, 3]
    """
    threads = min(free_threads(), len(parts))
    if threads < 2:
        return [work(part) for part in parts]
    abandoned = Event()

    def unless_abandoned(part: Part) -> Result:
        _sweep.abandoned = abandoned
        return work(part)

    try:
        return list(_pool(threads).map(unless_abandoned, parts))
    except BaseException:
        abandoned.set()
        raise


def stop_if_abandoned() -> None:
    """Within `on_threads`: end a part whose result nobody waits for any more."""
    abandoned = getattr(_sweep, "abandoned", None)
    if abandoned is not None and abandoned.is_set():
        raise KeyboardInterrupt


_sweep = local()


def pipeline[Part, Result](work: Callable[[Part], Result | None], parts: Iterable[Part]) -> Iterator[Result]:
    """`work` of each part in order, less what is None, on other threads while the next parts are made on this one.

    >>> list(pipeline(lambda part: part or None, [0, 1, 2]))
    [1, 2]
    """
    workers = max(1, free_threads())
    pending: deque[Future[Result | None]] = deque()
    pool = ThreadPoolExecutor(workers, "batches")
    try:
        for part in parts:
            pending.append(pool.submit(work, part))
            if len(pending) > workers and (found := pending.popleft().result()) is not None:
                yield found
        while pending:
            if (found := pending.popleft().result()) is not None:
                yield found
    finally:
        pool.shutdown(cancel_futures=True)


@cache
def _pool(size: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(size, "rows")


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_pool.cache_clear)  # threads do not live on in a fork


@cache
def _libraries() -> list[Any]:
    import numpy as np
    import scipy.linalg
    from threadpoolctl import ThreadpoolController

    del np, scipy  # loaded, so that their libraries are found
    return ThreadpoolController().select(user_api="blas").lib_controllers


PARTS = 8
"""Rows are read in at most so many parts, whatever the number of threads: in 8, 4, 2 or 1, which two share evenly."""

SHORTEST = 4096
"""Parts are not shorter than this: below it a thread costs more than it brings."""

ROUNDS = 8
"""A share has at least so many blocks, so that sorted rows are in all shares alike."""


class Share(NamedTuple):
    """Every `of`-th block of rows from the block `number` on: rows from everywhere, whatever their order."""

    number: int
    of: int

    def block_size(self, n: int, size: int) -> int:
        """How long its blocks of n rows are at most, where blocks are of `size`."""
        return max(1, min(size, n // (ROUNDS * self.of)))


def spans(first: int, last: int, size: int, share: Share | None = None) -> Iterator[slice]:
    """Consecutive blocks of rows of `size`, or those of a share, which are as many and as long for every share and of
    about that size.

    >>> [(rows.start, rows.stop) for rows in spans(0, 10, 4)]
    [(0, 4), (4, 8), (8, 10)]
    >>> [(rows.start, rows.stop) for rows in spans(0, 10, 3, Share(1, 2))]
    [(3, 6), (9, 10)]
    """
    skip = 1 if share is None else share.of
    if share is not None:
        rounds = max(1, round((last - first) / (skip * size)))
        size = -(-(last - first) // (skip * rounds))
        first += share.number * size
    for start in range(first, last, skip * size):
        stop_if_abandoned()
        yield slice(start, min(start + size, last))


def sweep[T](n: int, part: Callable[[int, int], T], shortest: int = SHORTEST) -> list[T]:
    """`part(first, last)` for consecutive ranges, of `shortest` or more, that make up 0 ... n, in order.

    >>> sweep(10, lambda first, last: last - first)
    [10]
    """
    parts = 1 << max(1, min(PARTS, n // shortest)).bit_length() - 1
    size = -(-n // parts) or 1  # no rows are no ranges
    ranges = [(start, min(start + size, n)) for start in range(0, n, size)]
    return on_threads(lambda ends: part(*ends), ranges)


WORTH_A_THREAD = 1 << 20
"""The least numbers that are worth a thread of their own: they are summed in the time that it takes to start one."""


def all_finite(values: Floats) -> bool:
    """True where no number is missing or infinite. One sum tells, on all threads and without an array of truth values:
    the sum of squares is finite only where all values are, unless it overflows.

    >>> all_finite(np.array([1.0, 1e300])), all_finite(np.array([1.0, np.nan]))
    (True, False)
    """
    flat = values if values.ndim == 1 else values.ravel("K")
    if flat.size <= ON_ONE_THREAD:
        found = ddot(flat, flat) if flat.size else 0.0
    else:
        with one_blas_thread():
            found = sum(sweep(len(flat), lambda first, last: ddot(flat[first:last], flat[first:last]), WORTH_A_THREAD))
    return isfinite(found) or bool(np.isfinite(flat).all())
