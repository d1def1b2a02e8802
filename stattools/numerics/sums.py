"""Sums of floats without rounding: the same bits in whatever order and grouping the numbers come.

A float is cut into signed digits of 24 bits on a grid that is the same for all numbers, ... 2^-24, 1, 2^24, ...; the
digits of one place add up exactly in an int64. Sums of products take the product and its rounding error (Dekker's
two-product), which is exact too. Only `rounded` rounds, from digits brought to a unique form. Up to 2^38 numbers.
Source: Neal, "Fast exact summation using small and large superaccumulators" (2015); Dekker (1971).

Moments, largest and smallest values add up over blocks of rows too (Chan, Golub & LeVeque, "Algorithms for computing
the sample variance", 1983), and running sums begin anew at given places.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.numerics.columns import squares_about

Integers = NDArray[np.int64]

BITS = 24


@record
class ExactSum:
    """Exact sums, one per group: the value is the sum of digits[k] 2^(24 k). Adds with `+`, to the last bit.

    >>> (ExactSum.of(np.array([1e16, 1.0])) + ExactSum.of(np.array([-1e16]))).rounded()[0].tolist()
    [1.0]
    """

    digits: Mapping[int, Integers]
    groups: int

    @staticmethod
    def of(values: Floats, codes: NDArray[np.intp] | None = None, groups: int = 1) -> ExactSum:
        """The sums of finite `values` in each group; `codes` are the groups' numbers, 0 ... groups - 1."""
        rest = np.array(values, dtype=float)
        digits: dict[int, Integers] = {}
        while (largest := float(np.abs(rest).max(initial=0.0))) > 0:
            k = int(np.floor((np.frexp(largest)[1] - 1) / BITS))
            digit = np.trunc(np.ldexp(rest, -BITS * k))
            digits[k] = _grouped(digit, codes, groups)
            rest = rest - np.ldexp(digit, BITS * k)
        return ExactSum(digits, groups)

    @staticmethod
    def of_products(x: Floats, y: Floats, codes: NDArray[np.intp] | None = None, groups: int = 1) -> ExactSum:
        """The sums of x y; exact while x y neither overflows nor is below 1e-290.

        >>> ExactSum.of_products(np.array([1 + 2**-30]), np.array([1 - 2**-30])).rounded()[1].tolist()
        [-8.6736...e-19]
        """
        product, error = two_product(x, y)
        return ExactSum.of(product, codes, groups) + ExactSum.of(error, codes, groups)

    def __add__(self, other: ExactSum) -> ExactSum:
        places = self.digits.keys() | other.digits.keys()
        none = np.zeros(self.groups, dtype=np.int64)
        total = {k: self.digits.get(k, none) + other.digits.get(k, none) for k in places}
        return ExactSum(total, self.groups)

    def at(self, codes: NDArray[np.intp]) -> ExactSum:
        """The sums of the groups named, one group per code.

        >>> ExactSum.of(np.array([1.0, 2.0]), np.array([0, 1]), 2).at(np.array([1, 1])).rounded()[0].tolist()
        [2.0, 2.0]
        """
        return ExactSum({k: digit[codes] for k, digit in self.digits.items()}, len(codes))

    def __sub__(self, other: ExactSum) -> ExactSum:
        return self + ExactSum({k: -digit for k, digit in other.digits.items()}, other.groups)

    def rounded(self) -> tuple[Floats, Floats]:
        """The sums as unevaluated pairs high + low of floats, 106 bits; high alone is the float nearest to the sum."""
        digits, carry = {}, np.zeros(self.groups, dtype=np.int64)
        if not self.digits:
            return np.zeros(self.groups), np.zeros(self.groups)
        half = 1 << (BITS - 1)
        k, last = min(self.digits), max(self.digits)
        while k <= last or carry.any():
            value = self.digits.get(k, 0) + carry
            digit = ((value + half) & ((1 << BITS) - 1)) - half  # in [-2^23, 2^23)
            carry = (value - digit) >> BITS
            digits[k] = digit
            k += 1
        high, low = np.zeros(self.groups), np.zeros(self.groups)
        for place in sorted(digits, reverse=True):
            # A digit beyond the range of floats overflows to infinity, as the sum does.
            high, error = two_sum(high, np.ldexp(digits[place].astype(float), BITS * place))
            low = low + error
        return two_sum(high, low)


def two_sum(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    """a + b rounded, and its error: together exactly a + b (Knuth)."""
    total = a + b
    part = total - a
    return total, (a - (total - part)) + (b - part)


def two_product(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    """a b rounded, and its error: together exactly a b (Dekker)."""
    product = a * b
    a_high, a_low = _halves(a)
    b_high, b_low = _halves(b)
    return product, ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low


def pair_product(a: tuple[Floats, Floats], b: tuple[Floats, Floats]) -> tuple[Floats, Floats]:
    """The product of two pairs high + low, to about 104 bits."""
    high, error = two_product(a[0], b[0])
    return two_sum(high, error + (a[0] * b[1] + a[1] * b[0]))


def pair_quotient(a: tuple[Floats, Floats], b: tuple[Floats, Floats]) -> tuple[Floats, Floats]:
    """The quotient of two pairs high + low, to about 102 bits."""
    first = a[0] / b[0]
    rest = pair_difference(a, pair_product((first, np.zeros_like(first)), b))
    return two_sum(first, rest[0] / b[0])


def pair_difference(a: tuple[Floats, Floats], b: tuple[Floats, Floats]) -> tuple[Floats, Floats]:
    """The difference of two pairs high + low, to about 104 bits of the larger."""
    high, error = two_sum(a[0], -b[0])
    low, rest = two_sum(a[1], -b[1])
    high, error = two_sum(high, error + low)
    return two_sum(high, error + rest)


def _halves(a: Floats) -> tuple[Floats, Floats]:
    """a as a sum of two floats of 26 bits, whose products are exact."""
    large = 134217729.0 * a  # 2^27 + 1
    high = large - (large - a)
    return high, a - high


def _grouped(digit: Floats, codes: NDArray[np.intp] | None, groups: int) -> Integers:
    """Sums per group of whole numbers below 2^24, 2^28 at a time, so that the float sums stay exact."""
    total = np.zeros(groups, dtype=np.int64)
    for first in range(0, max(len(digit), 1), 1 << 28):
        part = slice(first, first + (1 << 28))
        if codes is None:
            total += np.int64(digit[part].sum())
        else:
            total += np.bincount(codes[part], weights=digit[part], minlength=groups).astype(np.int64)
    return total


class SampleMoments(NamedTuple):
    """How many (or how much, with weights), their mean, and the sum of squares about it; adds with `+`.

    >>> whole = SampleMoments.of(np.array([1.0, 2.0])) + SampleMoments.of(np.array([6.0]))
    >>> whole.mean, whole.square
    (3.0, 14.0)
    """

    n: float = 0.0
    mean: float = 0.0
    square: float = 0.0

    @classmethod
    @np.errstate(over="ignore", invalid="ignore")  # of numbers whose squares overflow, which are refused
    def of(cls, values: NDArray[np.float64], weight: NDArray[np.float64] | None = None) -> SampleMoments:
        """The moments of an array, not empty."""
        n = float(len(values)) if weight is None else float(weight.sum())
        if not n:
            return cls()
        mean = float(values.mean() if weight is None else weight @ values / n)
        gap = values - mean
        return cls(n, mean, float(gap @ gap if weight is None else gap @ (weight * gap)))

    @classmethod
    def of_columns(cls, X: NDArray[np.float64], weight: NDArray[np.float64] | None = None) -> SampleMoments:
        """The moments of each column of X (n, p), with arrays (p,) for numbers."""
        n = float(len(X)) if weight is None else float(weight.sum())
        if not n:
            return cls()
        weight = np.ones(len(X)) if weight is None else weight
        mean = weight @ X / n
        return cls(n, mean, squares_about(X, mean, weight))  # type: ignore

    def __add__(self, other: SampleMoments) -> SampleMoments:  # type: ignore[override]
        n = self.n + other.n
        if not n:
            return self
        gap = other.mean - self.mean
        mean = self.mean + gap * (other.n / n)
        return SampleMoments(n, mean, self.square + other.square + gap * gap * (self.n * other.n / n))

    def about(self, center: float) -> float:
        """The sum of squares about `center`."""
        gap = self.mean - center
        return self.square + self.n * (gap * gap)  # a power of a float raises where it overflows


@dataclass(frozen=True, eq=False)
class Largest:
    """The largest values so far, one by one; `+` keeps the larger.

    >>> (Largest(np.array([1.0, 5.0])) + Largest(np.array([2.0, 3.0]))).values
    array([2., 5.])
    """

    values: NDArray[np.float64]

    def __add__(self, other: Largest) -> Largest:
        return Largest(np.maximum(self.values, other.values))


@dataclass(frozen=True)
class Ends:
    """Smallest and largest values of columns; adds with `+`."""

    low: NDArray[np.float64]
    high: NDArray[np.float64]

    def __add__(self, other: Ends) -> Ends:
        return Ends(np.minimum(self.low, other.low), np.maximum(self.high, other.high))


Places = NDArray[np.intp]


def changes(values: NDArray[np.intp]) -> Places:
    """Where the numbers of an array change along it, its first place among them.

    >>> changes(np.array([2, 2, 5, 5, 7])).tolist(), changes(np.array([], dtype=np.intp)).tolist()
    ([0, 2, 4], [])
    """
    new = np.ones(len(values), dtype=bool)
    np.not_equal(values[1:], values[:-1], out=new[1:])
    return new.nonzero()[0]


def running_sums(values: Floats, first: Places) -> Floats:
    """Cumulative sums along the last axis that begin anew at each place of `first`, whose first is 0.

    One pass over all, from which what a segment leaves behind is taken at the beginning of the next, and what is left
    of its round-off then: each segment is as exact as one by itself, nearly.

    >>> running_sums(np.array([1.0, 2.0, 3.0, 4.0]), np.array([0, 2])).tolist()
    [1.0, 3.0, 3.0, 7.0]
    """
    if len(first) < 2:
        return np.cumsum(values, axis=-1)
    moved = values.copy()
    moved[..., first[1:]] -= np.add.reduceat(values, first, axis=-1)[..., :-1]
    sums = np.cumsum(moved, axis=-1)
    left = np.zeros((*values.shape[:-1], len(first)))
    left[..., 1:] = sums[..., first[1:]] - values[..., first[1:]]
    sums -= np.repeat(left, np.diff(np.append(first, values.shape[-1])), axis=-1)
    return sums


def sums_to_the_end(values: Floats, first: Places) -> Floats:
    """The same from each place to the end of its segment.

    >>> sums_to_the_end(np.array([1.0, 2.0, 3.0, 4.0]), np.array([0, 2])).tolist()
    [3.0, 2.0, 7.0, 4.0]
    """
    if len(first) < 2:
        return np.cumsum(values[..., ::-1], axis=-1)[..., ::-1]
    ends = values.shape[-1] - np.append(first[1:], values.shape[-1])[::-1]
    return running_sums(values[..., ::-1], ends)[..., ::-1]


def power_of_two(size: Floats) -> Floats:
    """The power of two above each size, by which numbers are divided and multiplied without rounding, so that their
    squares stay within float64; that of 1 for a size of 0.

    >>> power_of_two(np.array([3.0, 0.25, 0.0])).tolist()
    [4.0, 0.5, 2.0]
    """
    return np.ldexp(1.0, np.minimum(np.frexp(np.where(size > 0, size, 1.0))[1], 1023))
