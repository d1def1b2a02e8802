"""Sums of floats without rounding: the same bits in whatever order and grouping the numbers come.

A float is cut into signed digits of 24 bits on a grid that is the same for all numbers, ... 2^-24, 1, 2^24, ...; the
digits of one place add up exactly in an int64. Sums of products take the product and its rounding error (Dekker's
two-product), which is exact too. Only `rounded` rounds, from digits brought to a unique form. Up to 2^38 numbers.
Source: Neal, "Fast exact summation using small and large superaccumulators" (2015); Dekker (1971).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stattools.interface.arrays import Floats
from stattools.text.one_line import prints

Integers = NDArray[np.int64]

BITS = 24


@prints
@dataclass(frozen=True, eq=False)
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
        """The sums as unevaluated pairs high + low of floats, 106 bits; high alone is
        the float nearest to the sum."""
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
