"""A balanced one-way layout, whose answers are algebra: J groups of n rows, mean squares between and within."""

from __future__ import annotations

import numpy as np

import stattools as st

VALUES = np.array([[5.0, 7.0, 6.0], [12.0, 11.0, 15.0], [3.0, 6.0, 8.0], [9.0, 9.0, 7.0], [14.0, 10.0, 11.0]])
J, N = VALUES.shape
MEANS = VALUES.mean(axis=1)
MEAN = VALUES.mean()
BETWEEN = N * ((MEANS - MEAN) ** 2).sum() / (J - 1)
WITHIN = ((VALUES - MEANS[:, None]) ** 2).sum() / (J * (N - 1))
OF_GROUPS = (BETWEEN - WITHIN) / N
SHRINK = N * OF_GROUPS / (N * OF_GROUPS + WITHIN)
TABLE = {"y": VALUES.ravel(), "g": np.repeat(list("abcde"), N)}


def fitted(**options):
    return st.fit(st.linear_mixed("y ~ 1 + (1 | g)", TABLE), **options)
