"""Can a mean, and the standard deviation beside it, be that of so many whole numbers?

GRIM: Brown & Heathers (2017), Social Psychological and Personality Science 8, 363-369: a sum of whole numbers is one.
GRIMMER: the sum of their squares is one too, and it is odd where the sum is (each square is odd where its root is).
"""

from __future__ import annotations

import numpy as np

from stattools.validation.papers.tails import Ends

MOST = 100_000
"""Sums in the interval of a rounded mean; where there are more, every mean is possible."""
SLACK = 1e-9


def sums(mean: Ends, n: int, items: int = 1) -> range:
    """The whole sums of n means of `items` whole numbers each, whose mean is in the interval.

    >>> list(sums((3.445, 3.455), 28)), list(sums((3.455, 3.465), 28))
    ([], [97])
    """
    count = n * items
    low, high = (end * count for end in mean)
    slack = SLACK * max(1.0, abs(low), abs(high))
    return range(int(np.ceil(low - slack)), int(np.floor(high + slack)) + 1)


def has_sd(mean: Ends, sd: Ends, n: int) -> bool:
    """Whether some n whole numbers have such a mean and such a standard deviation, with divisor n - 1 or n.

    >>> has_sd((3.455, 3.465), (1.195, 1.205), 28), has_sd((1.95, 2.05), (0.15, 0.25), 5)
    (True, False)
    """
    possible = sums(mean, n)
    if n < 2 or len(possible) > MOST:
        return True
    return any(_has_squares(total, sd, n, divisor) for total in possible for divisor in (n - 1, n))


def _has_squares(total: int, sd: Ends, n: int, divisor: int) -> bool:
    """Whether a sum of squares of the right parity lies in the interval; it is at least that of numbers as equal as
    the sum leaves them.
    """
    base = total * total / n
    slack = SLACK * max(1.0, base)
    low, high = (base + divisor * end * end for end in (max(sd[0], 0.0), sd[1]))
    whole, left = divmod(total, n)
    least = max(int(np.ceil(low - slack)), left * (whole + 1) ** 2 + (n - left) * whole**2)
    least += (least - total) % 2
    return least <= high + slack


def largest_sd(low: float, high: float, mean: Ends, n: int) -> float:
    """The largest standard deviation of n numbers from `low` to `high` with a mean in the interval: all at the ends.

    >>> round(largest_sd(1.0, 7.0, (4.0, 4.0), 28), 3)
    3.055
    """
    middle = min(max(0.5 * (low + high), mean[0]), mean[1])
    return float(np.sqrt(max((high - middle) * (middle - low), 0.0) * n / max(n - 1, 1)))
