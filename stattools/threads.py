"""BLAS on one thread: for many small products a second thread costs more than it brings, and on a busy machine tenfold.

The libraries are looked up once, which takes some milliseconds; entering and leaving the limit takes microseconds.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Within it, BLAS products of this process run on one thread."""
    with _controller().limit(limits=1, user_api="blas"):
        yield


@cache
def _controller() -> Any:
    import numpy as np
    import scipy.linalg
    from threadpoolctl import ThreadpoolController

    del np, scipy  # loaded, so that their libraries are found
    return ThreadpoolController()
