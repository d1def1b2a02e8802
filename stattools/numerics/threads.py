"""Threads: BLAS on one of them, and the sums over rows on as many as BLAS would have used.

For many small products a second BLAS thread costs more than it brings, and on a busy machine tenfold; ranges of rows
are independent, and each of them can have a thread of its own. The libraries are looked up once, which takes some
milliseconds; entering and leaving the limit takes microseconds.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from threading import Event, local
from typing import Any

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
