"""Sums that begin anew at given places of an array, along its last axis."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from stattools.interface.arrays import Floats

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
