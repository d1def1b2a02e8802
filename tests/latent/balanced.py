"""Balanced designs whose maximum of the restricted likelihood is algebra: mean squares, as exact fractions."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

NESTED = np.array(
    [[[5, 7], [6, 6], [9, 5]], [[12, 11], [15, 14], [9, 12]], [[3, 6], [8, 4], [2, 1]], [[9, 9], [7, 12], [13, 14]]]
)
"""y of batch, cask within it, and sample."""

CROSSED = np.array([[23, 27, 18, 25], [21, 26, 17, 23], [29, 31, 24, 28], [22, 28, 20, 27], [25, 26, 21, 27]])
"""y of plate and sample."""


def mean(values: np.ndarray) -> Fraction:
    return Fraction(int(values.sum()), values.size)


def nested_components() -> tuple[Fraction, Fraction, Fraction]:
    """Variances of batches, of casks within them, and of the residual."""
    a, b, c = NESTED.shape
    whole = mean(NESTED)
    batches = [mean(batch) for batch in NESTED]
    casks = [[mean(cask) for cask in batch] for batch in NESTED]
    MSA = b * c * sum((m - whole) ** 2 for m in batches) / (a - 1)
    MSB = c * sum((m - up) ** 2 for row, up in zip(casks, batches, strict=True) for m in row) / (a * (b - 1))
    left = sum((int(NESTED[i, j, k]) - casks[i][j]) ** 2 for i in range(a) for j in range(b) for k in range(c))
    MSE = left / (a * b * (c - 1))
    return (MSA - MSB) / (b * c), (MSB - MSE) / c, MSE


def crossed_components() -> tuple[Fraction, Fraction, Fraction]:
    """Variances of plates, of samples, and of the residual."""
    a, b = CROSSED.shape
    whole = mean(CROSSED)
    rows, columns = [mean(row) for row in CROSSED], [mean(column) for column in CROSSED.T]
    MSA = b * sum((m - whole) ** 2 for m in rows) / (a - 1)
    MSB = a * sum((m - whole) ** 2 for m in columns) / (b - 1)
    left = sum((int(CROSSED[i, j]) - rows[i] - columns[j] + whole) ** 2 for i in range(a) for j in range(b))
    MSE = left / ((a - 1) * (b - 1))
    return (MSA - MSE) / b, (MSB - MSE) / a, MSE
