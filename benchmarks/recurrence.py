"""Recurrences and exponential filters against SciPy, the Python loop and the speed of memory.

    uv run --group bench python benchmarks/recurrence.py [--quick]

`raw tbtrs` is the same LAPACK routine called tile by tile on bands that are filled as cheaply as can be, unchecked.
`triad` is a = b * c in NumPy: the speed of memory. All write to an array that is there.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import numpy as np
import pandas as pd
from scipy.linalg import solve_banded
from scipy.linalg.lapack import dtbtrs
from scipy.signal import lfilter

import stattools as st
from stattools.benchmarking import SpeedComparison, interleaved, show

N = 1_000_000
TILE = 32768


def raw_tbtrs(a: np.ndarray, b: np.ndarray, y: np.ndarray) -> None:
    band = np.empty((2, TILE), order="F")
    band[0] = 1.0
    carry = 0.0
    for s in range(0, len(b), TILE):
        coefficient, right = a[s : s + TILE], y[s : s + TILE]
        A = band[:, : len(right)]
        np.negative(coefficient[1:], out=A[1, :-1])
        A[1, -1] = 0.0
        np.copyto(right, b[s : s + TILE])
        right[0] += coefficient[0] * carry
        dtbtrs(A, right.reshape(-1, 1), uplo="L", diag="U", overwrite_b=1)
        carry = right[-1]


def by_solve_banded(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    band = np.ones((2, len(b)))
    np.negative(a[1:], out=band[1, :-1])
    return solve_banded((1, 0), band, b)


def python_loop(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    y, out = 0.0, []
    for p, q in zip(a.tolist(), b.tolist(), strict=True):
        y = p * y + q
        out.append(y)
    return np.array(out)


def one_series(rounds: int) -> Iterator[SpeedComparison]:
    random = np.random.default_rng(0)
    a, b, y = random.uniform(0, 1, N), random.normal(size=N), np.empty(N)
    w, series = random.uniform(0, 0.1, N), pd.Series(b)
    yield interleaved(
        f"linear recurrence of {N:,} steps, LAPACK",
        {
            "stattools": lambda: st.linear_recurrence(a, b, out=y, engine="lapack"),
            "raw tbtrs": lambda: raw_tbtrs(a, b, y),
            "scipy.linalg.solve_banded": lambda: by_solve_banded(a, b),
            "Python loop": lambda: python_loop(a, b),
        },
        rounds=rounds,
        targets={"scipy.linalg.solve_banded": 6.0, "Python loop": 15.0, "raw tbtrs": 1 / 1.3},
    )
    yield interleaved(
        f"linear recurrence of {N:,} steps, Numba",
        {
            "stattools": lambda: st.linear_recurrence(a, b, out=y, engine="numba"),
            "triad b * c": lambda: np.multiply(a, b, out=y),
        },
        rounds=rounds,
        targets={"triad b * c": 1 / 1.5},
    )
    yield interleaved(
        f"exponential filter of {N:,} steps, Numba",
        {
            "stattools": lambda: st.exponential_filter(b, w, out=y, engine="numba"),
            "triad b * c": lambda: np.multiply(w, b, out=y),
            "scipy.signal.lfilter, one weight": lambda: lfilter([0.3], [1.0, -0.7], b),
            "pandas ewm, one weight": lambda: series.ewm(alpha=0.3, adjust=False).mean(),
        },
        rounds=rounds,
        targets={"triad b * c": 1 / 1.5, "scipy.signal.lfilter, one weight": 5.0},
    )
    yield interleaved(
        f"exponential filter of {N:,} steps, LAPACK",
        {
            "stattools": lambda: st.exponential_filter(b, w, out=y, engine="lapack"),
            "raw tbtrs": lambda: raw_tbtrs(a, b, y),
            "scipy.signal.lfilter, one weight": lambda: lfilter([0.3], [1.0, -0.7], b),
        },
        rounds=rounds,
        targets={"raw tbtrs": 1 / 1.3},
    )
    yield interleaved(
        f"exponential filter of {N:,} steps, one weight",
        {
            "stattools": lambda: st.exponential_filter(b, 0.3, out=y),
            "stattools, LAPACK": lambda: st.exponential_filter(b, 0.3, out=y, engine="lapack"),
            "scipy.signal.lfilter": lambda: lfilter([0.3], [1.0, -0.7], b),
            "pandas ewm": lambda: series.ewm(alpha=0.3, adjust=False).mean(),
        },
        rounds=rounds,
    )


def many_series(shape: tuple[int, int], rounds: int) -> Iterator[SpeedComparison]:
    random = np.random.default_rng(0)
    x, w, y = random.normal(size=shape), random.uniform(0, 0.1, shape), np.empty(shape)
    yield interleaved(
        f"exponential filters of {shape[0]:,} series of {shape[1]:,}",
        {
            "stattools": lambda: st.exponential_filter(x, w, out=y, engine="numba"),
            "triad b * c": lambda: np.multiply(x, w, out=y),
            "scipy.signal.lfilter, one weight": lambda: lfilter([0.3], [1.0, -0.7], x),
        },
        rounds=rounds,
        targets={"triad b * c": 0.5},
    )


def comparisons(quick: bool) -> Iterator[SpeedComparison]:
    yield from one_series(5 if quick else 15)
    yield from many_series((1_000, 1_000) if quick else (10_000, 1_000), 3 if quick else 5)


if __name__ == "__main__":
    show(comparisons("--quick" in sys.argv))
