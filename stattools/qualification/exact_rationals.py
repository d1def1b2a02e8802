"""Least squares without round-off: the normal equations in integers, by fraction-free elimination.

    X^T X b = X^T y,   se_j^2 = (y^T y - b^T X^T y) / (n - p) (X^T X)^-1_jj

Every float64 is a rational number, so the answer is exact for the data as they are stored; it is rounded once, at the
end. Cost O(p^3) multiplications of integers that grow to p times the digits of the data.
Source: Bareiss, Sylvester's identity and multistep integer-preserving Gaussian elimination (1968).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from stattools.errors import IdentificationError

type Rationals = list[Fraction]


@dataclass(frozen=True)
class ExactFit:
    """Coefficients and their variances as rationals, and the residual sum of squares."""

    estimate: tuple[Fraction, ...]
    variance: tuple[Fraction, ...]
    rss: Fraction
    n: int

    @property
    def se(self) -> tuple[float, ...]:
        """Standard errors, rounded once."""
        return tuple(_root(value) for value in self.variance)

    @property
    def loglik(self) -> float:
        """Gaussian log-likelihood at its maximum; infinite for an exact fit.

        >>> round(exact_least_squares([[1], [1]], [0, 2]).loglik, 6)
        -2.837877
        """
        if not self.rss:
            return math.inf
        return -0.5 * self.n * (math.log(2.0 * math.pi) + math.log(self.rss / self.n) + 1.0)


def exact_least_squares(X: Sequence[Sequence[Any]], y: Sequence[Any]) -> ExactFit:
    """The least squares fit of y (n) on the columns of X (n, p), numbers that are rational.

    Raises IdentificationError where a column is a combination of the others: exactly, not nearly.

    >>> fit = exact_least_squares([[1, 0], [1, 1], [1, 2]], [1, 2, 4])
    >>> [str(b) for b in fit.estimate], str(fit.rss)
    (['5/6', '3/2'], '1/6')
    """
    rows, right = [list(map(Fraction, row)) for row in X], list(map(Fraction, y))
    n, p = len(rows), len(rows[0])
    gram = [[sum((row[i] * row[j] for row in rows), Fraction()) for j in range(p)] for i in range(p)]
    moment = [sum((row[i] * value for row, value in zip(rows, right, strict=True)), Fraction()) for i in range(p)]
    identity = [[Fraction(int(i == j)) for j in range(p)] for i in range(p)]
    solved = solve([[*gram[i], moment[i], *identity[i]] for i in range(p)], p)
    estimate = [row[0] for row in solved]
    rss = sum((value * value for value in right), Fraction())
    rss -= sum((b * m for b, m in zip(estimate, moment, strict=True)), Fraction())
    spread = rss / (n - p) if n > p else Fraction()
    return ExactFit(tuple(estimate), tuple(solved[j][1 + j] * spread for j in range(p)), rss, n)


def solve(augmented: Sequence[Rationals], p: int) -> list[Rationals]:
    """The right-hand columns of p augmented equations, solved. Each row is first scaled to integers.

    >>> solve([[Fraction(2), Fraction(1), Fraction(5)], [Fraction(1), Fraction(3), Fraction(10)]], 2)
    [[Fraction(1, 1)], [Fraction(3, 1)]]
    """
    table = [_integers(row) for row in augmented]
    last = 1
    for k in range(p):
        pivot = next((i for i in range(k, p) if table[i][k]), None)
        if pivot is None:
            raise IdentificationError(
                f"exact least squares needs columns that are no combination of each other; column {k + 1} is one."
            )
        if pivot != k:
            table[k], table[pivot] = table[pivot], table[k]
        for i in range(p):
            if i != k:  # the quotient is a whole number, by Sylvester's identity
                table[i] = [
                    (table[k][k] * a - table[i][k] * b) // last for a, b in zip(table[i], table[k], strict=True)
                ]
        last = table[k][k]
    return [[Fraction(value, table[i][i]) for value in table[i][p:]] for i in range(p)]


def _integers(row: Rationals) -> list[int]:
    scale = math.lcm(*(value.denominator for value in row))
    return [int(value * scale) for value in row]


def _root(value: Fraction) -> float:
    """The square root, correct to the last digit or nearly: from the integer root of 2^2s value."""
    if value <= 0:
        return 0.0
    shift = 64 + max(0, value.denominator.bit_length() - value.numerator.bit_length())
    scaled = (value.numerator << (2 * shift)) // value.denominator
    return float(Fraction(math.isqrt(scaled), 1 << shift))
