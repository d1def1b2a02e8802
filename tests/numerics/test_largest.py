"""Largest and smallest of blocks are those of the whole."""

from functools import reduce
from operator import add

import numpy as np

from stattools.numerics.largest import Ends, Largest
from tests.cases import rng


def test_blocks_are_the_whole():
    X = rng(0).normal(size=(30, 4))
    blocks = np.split(X, [7, 8, 20])
    ends = reduce(add, [Ends(block.min(axis=0), block.max(axis=0)) for block in blocks])
    assert ends.low.tolist() == X.min(axis=0).tolist()
    assert ends.high.tolist() == X.max(axis=0).tolist()
    largest = reduce(add, [Largest(np.abs(block).max(axis=0)) for block in blocks])
    assert largest.values.tolist() == np.abs(X).max(axis=0).tolist()
