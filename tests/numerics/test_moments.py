"""Moments of parts add up to those of the whole, against exact rationals."""

from fractions import Fraction
from functools import reduce
from operator import add

import numpy as np
import pytest

from stattools.numerics.sums import Ends, Largest, SampleMoments
from tests.cases import rng


def exact(values, weight):
    values, weight = [Fraction(v) for v in values.tolist()], [Fraction(w) for w in weight.tolist()]
    n = sum(weight)
    mean = sum(w * v for w, v in zip(weight, values, strict=True)) / n
    return float(n), float(mean), float(sum(w * (v - mean) ** 2 for w, v in zip(weight, values, strict=True)))


@pytest.mark.parametrize("center", [0.0, 1e6])
def test_parts_add_up_to_the_whole(center):
    g = rng(1)
    values, weight = center + g.normal(size=50), g.uniform(0.1, 3.0, 50)
    cuts = [3, 4, 30]
    parts = [SampleMoments.of(v, w) for v, w in zip(np.split(values, cuts), np.split(weight, cuts), strict=True)]
    # a mean of 1e6 is rounded by 1e-10, of which the square keeps ten digits
    assert reduce(add, parts) == pytest.approx(exact(values, weight), rel=1e-14 if center == 0.0 else 1e-9)
    assert SampleMoments.of(values, np.full(50, 2.0)).square == pytest.approx(
        2.0 * SampleMoments.of(values).square, rel=1e-14
    )


def test_nothing_adds_nothing():
    some = SampleMoments.of(np.array([1.0, 4.0]))
    assert SampleMoments() + some == some + SampleMoments() == some
    assert SampleMoments() + SampleMoments() == SampleMoments.of(np.array([])) == SampleMoments()


def test_about_another_center():
    values = np.array([1.0, 4.0, 7.0])
    assert SampleMoments.of(values).about(2.0) == ((values - 2.0) ** 2).sum()


def test_blocks_are_the_whole():
    X = rng(0).normal(size=(30, 4))
    blocks = np.split(X, [7, 8, 20])
    ends = reduce(add, [Ends(block.min(axis=0), block.max(axis=0)) for block in blocks])
    assert ends.low.tolist() == X.min(axis=0).tolist()
    assert ends.high.tolist() == X.max(axis=0).tolist()
    largest = reduce(add, [Largest(np.abs(block).max(axis=0)) for block in blocks])
    assert largest.values.tolist() == np.abs(X).max(axis=0).tolist()
