"""The recurrence against its peers: one process, interleaved rounds, and the promised ratios beside them.

    OPENBLAS_NUM_THREADS=1 uv run python benchmarks/recurrence.py [ROUNDS]

`raw tbtrs` is the same LAPACK routine called tile by tile on bands that are filled as cheaply as can be, unchecked.
`triad` is a = b * c in NumPy: the speed of memory. All write to an array that is there. Printed are the median round
and, in brackets, the fastest, which other processes on the machine touched least: ratios are of those.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from statistics import median

import numpy as np
from scipy.linalg import solve_banded
from scipy.linalg.lapack import dtbtrs
from scipy.signal import lfilter

import stattools as st

N = 1_000_000
TILE = 32768
RNG = np.random.default_rng(0)


def measure(cases: dict[str, Callable[[], object]], rounds: int, elements: int) -> dict[str, float]:
    """The fastest rounds in seconds; printed per element."""
    for run in cases.values():
        run()
        run()
    times: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(rounds):
        for name, run in cases.items():
            start = time.perf_counter()
            run()
            times[name].append(time.perf_counter() - start)
    for name, taken in times.items():
        print(f"  {name:34s} {1e9 * median(taken) / elements:8.2f} ns ({1e9 * min(taken) / elements:.2f}) per element")
    return {name: min(taken) for name, taken in times.items()}


def promise(what: str, ratio: float, limit: str) -> None:
    good = ratio >= float(limit[2:]) if limit.startswith(">=") else ratio <= float(limit[2:])
    print(f"    {what:52s} {ratio:7.2f}   promised {limit}   {'held' if good else 'MISSED'}")


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


def one_series(rounds: int) -> None:
    a, b, y = RNG.uniform(0, 1, N), RNG.normal(size=N), np.empty(N)
    w = RNG.uniform(0, 0.1, N)
    print(f"One series of {N:,}")
    taken = measure(
        {
            "triad b * c": lambda: np.multiply(a, b, out=y),
            "linear_recurrence, lapack": lambda: st.linear_recurrence(a, b, out=y, engine="lapack"),
            "linear_recurrence, numba": lambda: st.linear_recurrence(a, b, out=y, engine="numba"),
            "exponential_filter, lapack": lambda: st.exponential_filter(b, w, out=y, engine="lapack"),
            "exponential_filter, numba": lambda: st.exponential_filter(b, w, out=y, engine="numba"),
            "exponential_filter, lapack, refined": lambda: st.exponential_filter(b, 1e-3, out=y, engine="lapack"),
            "raw tbtrs": lambda: raw_tbtrs(a, b, y),
            "scipy.signal.lfilter (constant)": lambda: lfilter([0.3], [1.0, -0.7], b),
            "scipy.linalg.solve_banded": lambda: by_solve_banded(a, b),
            "Python loop": lambda: python_loop(a, b),
        },
        rounds,
        N,
    )
    lapack, compiled = taken["linear_recurrence, lapack"], taken["exponential_filter, numba"]
    promise("solve_banded / linear_recurrence, lapack", taken["scipy.linalg.solve_banded"] / lapack, ">=6")
    promise("Python loop / linear_recurrence, lapack", taken["Python loop"] / lapack, ">=15")
    promise("linear_recurrence, lapack / raw tbtrs", lapack / taken["raw tbtrs"], "<=1.3")
    promise("exponential_filter, lapack / raw tbtrs", taken["exponential_filter, lapack"] / taken["raw tbtrs"], "<=1.3")
    promise("exponential_filter, numba / triad", compiled / taken["triad b * c"], "<=1.5")
    promise("linear_recurrence, numba / triad", taken["linear_recurrence, numba"] / taken["triad b * c"], "<=1.5")
    promise("lfilter / exponential_filter, numba", taken["scipy.signal.lfilter (constant)"] / compiled, ">=5")


def many_series(rounds: int) -> None:
    shape = (10_000, 1_000)
    x, w, y = RNG.normal(size=shape), RNG.uniform(0, 0.1, shape), np.empty(shape)
    print(f"{shape[0]:,} series of {shape[1]:,}")
    taken = measure(
        {
            "triad b * c": lambda: np.multiply(x, w, out=y),
            "exponential_filter, numba": lambda: st.exponential_filter(x, w, out=y, engine="numba"),
            "exponential_filter, lapack": lambda: st.exponential_filter(x, w, out=y, engine="lapack"),
            "scipy.signal.lfilter (constant)": lambda: lfilter([0.3], [1.0, -0.7], x),
        },
        rounds,
        x.size,
    )
    promise("exponential_filter, numba / triad", taken["exponential_filter, numba"] / taken["triad b * c"], "<=2")


def gaps(rounds: int) -> None:
    x, w, y = RNG.normal(size=N), RNG.uniform(0, 0.1, N), np.empty(N)
    x[RNG.random(N) < 0.1] = np.nan
    print(f"One series of {N:,}, a tenth missing")
    measure(
        {
            "missing='carry'": lambda: st.exponential_filter(x, w, out=y),
            "missing='decay'": lambda: st.exponential_filter(x, w, out=y, missing="decay"),
        },
        rounds,
        N,
    )


def main(rounds: int = 15) -> None:
    one_series(rounds)
    many_series(max(3, rounds // 3))
    gaps(max(3, rounds // 3))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
