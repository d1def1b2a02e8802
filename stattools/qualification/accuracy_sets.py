"""Least squares where the right answer is known to the last digit, and hard to get.

Wampler's polynomials are made by their formula and, like Longley's data and random whole-number designs with columns
that are nearly combinations of each other, solved in exact rationals. Fifteen digits of data times the condition of the
design is what double precision has: the promises fall with the condition.

Source: Wampler, J. Am. Stat. Assoc. 65 (1970), 549-565; Longley, J. Am. Stat. Assoc. 62 (1967), 819-841.
"""

from __future__ import annotations

from functools import cache, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

import stattools as st
from stattools.qualification.exact_rationals import exact_least_squares
from stattools.qualification.reading import Measured, PromisedDigits, digits, readings, readings_of

type Promise = tuple[float | None, float | None, float | None]

WAMPLER_NOISE = (759, -2048, 2048, -2048, 2523, -2048, 2048, -2048, 1838, -2048, 2048)
"""Wampler's disturbance: symmetric about the middle, orthogonal to the polynomials; sets 3, 4, 5 have it 1, 100 and
10,000 times."""


def wampler(number: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """X (21, 6), the powers 0 to 5 of 0 ... 20, and the outcome of Wampler's set `number`, 1 to 5.

    >>> wampler(1)[1][:3].tolist(), wampler(3)[1][:3].tolist()
    ([1.0, 6.0, 63.0], [760.0, -2042.0, 2111.0])
    """
    X = [[x**power for power in range(6)] for x in range(21)]
    noise = [*WAMPLER_NOISE, *WAMPLER_NOISE[-2::-1]]
    if number == 2:
        y = [sum(value / 10**power for power, value in enumerate(row)) for row in X]
        return np.array(X, dtype=float), np.array(y)
    times = {1: 0, 3: 1, 4: 100, 5: 10_000}[number]
    return np.array(X, dtype=float), np.array([sum(X[i]) + times * noise[i] for i in range(21)], dtype=float)


def longley() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Longley's employment data, as statsmodels ships them, with an intercept."""
    from statsmodels.datasets import longley as data

    frame: Any = data.load_pandas().data
    X = frame[["GNPDEFL", "GNP", "UNEMP", "ARMED", "POP", "YEAR"]].to_numpy(dtype=float)
    return np.column_stack([np.ones(len(X)), X]), frame["TOTEMP"].to_numpy(dtype=float)


def nearly_dependent(seed: int, exponent: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Whole numbers, 40 rows and 5 columns: the last is the sum of the others times 10^exponent, plus small noise, so
    that the condition of the design is about 10^exponent.
    """
    rng = np.random.default_rng(seed)
    X = rng.integers(-50, 51, size=(40, 4))
    last = X.sum(axis=1) * 10**exponent + rng.integers(-50, 51, size=40)
    y = X @ [3, -2, 5, 7] + rng.integers(-100, 101, size=40)
    return np.column_stack([X, last]).astype(float), y.astype(float)


def measure(build: Any, effort: float = 1.0) -> Measured:
    """Digits of our least squares against the exact answer to the same float64 data."""
    X, y = build()
    exact = _exact(build)
    fit = st.fit(st.ols(y, X, intercept=False))
    perfect = not exact.rss or float(exact.rss) < 1e-12 * float(y @ y) * np.finfo(float).eps
    return Measured(
        estimate=digits(fit.estimate, [float(b) for b in exact.estimate]),
        se=None if perfect else digits(fit.se, exact.se),
        loglik=None if perfect else digits(fit.loglik, exact.loglik),
        readings=readings("estimate", fit.estimate, 1e-4) if perfect else readings_of(fit),
    )


@cache
def _exact(build: Any) -> Any:
    X, y = build()
    return exact_least_squares(X.tolist(), y.tolist())


def _check(data: str, build: object, promise: Promise) -> PromisedDigits:
    return PromisedDigits("accuracy", "linear regression", data, "exact rationals", partial(measure, build), promise)


CHECKS = (
    *(
        _check(f"Wampler {number}", partial(wampler, number), owed)
        for number, owed in (
            (1, (8, None, None)),
            (2, (8, None, None)),
            (3, (8, 10, 10)),
            (4, (7, 10, 10)),
            (5, (5, 10, 10)),
        )
    ),
    _check("Longley", longley, (10, 10, 10)),
    *(
        _check(f"whole numbers, condition 1e{exponent}", partial(nearly_dependent, 7, exponent), owed)
        for exponent, owed in ((2, (10, 10, 10)), (5, (9, 10, 10)), (8, (6, 6, 8)))
    ),
)
