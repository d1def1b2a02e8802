"""Rows of a multivariate normal as a likelihood of its mean vector and covariance matrix.

    log p(Y) = - n d log(2 pi) / 2 - n log|Sigma| / 2 - sum (y_i - mu)^T Sigma^-1 (y_i - mu) / 2

The data enter through n, sum y and sum y y^T, kept without rounding (`data/exact_sum.py`).
Source: Mardia, Kent & Bibby, Multivariate Analysis (1979), ch. 4. Cost: one pass, n d^2.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.linalg import solve_triangular

from stattools.data.tables.arrays import matrix, named
from stattools.errors import DomainError, quoted
from stattools.interface.arguments import as_theta
from stattools.interface.arrays import Floats
from stattools.models.any_model import AnyModel
from stattools.numerics.exact_sum import ExactSum, pair_difference, pair_product, pair_quotient
from stattools.numerics.saddle_point import HALF_LOG_TWO_PI
from stattools.text.one_line import many

LARGEST = 1e120
"""Beyond this a sum of squares may overflow."""


def multivariate_normal(Y: ArrayLike, /, *, names: Sequence[str] | None = None) -> MultivariateSample:
    """The likelihood of rows that share one multivariate normal distribution.

    `Y` is an array or a table of numbers, one row per observation and one column per component; `names` are those of
    the columns, by default the table's, else x1, x2, ... Raises DomainError for missing or infinite values, for text,
    and for names that are not one per column.

    >>> import stattools as st
    >>> model = st.multivariate_normal([[1.0, 2.0], [3.0, 5.0], [2.0, 2.0]])
    >>> model.names, model.center.tolist(), model.scatter.tolist()
    (('x1', 'x2'), [2.0, 3.0], [[2.0, 3.0], [3.0, 6.0]])
    """
    values, found = matrix(Y, "Y")
    if not (np.abs(values) < LARGEST).all():
        raise DomainError(f"multivariate_normal needs values below {LARGEST:g} in size; change the units of Y.")
    return MultivariateSample(np.array(values), named(names, found, values.shape[1]))


@dataclass(frozen=True, eq=False, repr=False)
class MultivariateSample(AnyModel):
    """n rows of d components, `values` (n, d): what `st.multivariate_normal` returns."""

    values: Floats
    names: tuple[str, ...]
    kind = "multivariate normal"
    title = "Multivariate normal sample"

    @property
    def counted(self) -> str:
        """What was measured, in words."""
        return f"{many(len(self.values), 'row')} of {many(len(self.names), 'component')}"

    @property
    def n(self) -> float:
        """Number of rows."""
        return float(len(self.values))

    @cached_property
    def sums(self) -> tuple[ExactSum, ExactSum]:
        """sum y (d,) and the upper triangle of sum y y^T, row by row, without rounding."""
        rows, d = self.values.shape
        first = np.tile(np.arange(d), rows)
        j, k = np.triu_indices(d)
        pairs = np.tile(np.arange(len(j)), rows)
        products = ExactSum.of_products(self.values[:, j].ravel(), self.values[:, k].ravel(), pairs, len(j))
        return ExactSum.of(self.values.ravel(), first, d), products

    @property
    def center(self) -> Floats:
        """The mean of the rows, (d,)."""
        return center_and_scatter(len(self.values), self.sums)[0]

    @property
    def scatter(self) -> Floats:
        """Sums of squares and products about the mean, (d, d)."""
        return center_and_scatter(len(self.values), self.sums)[1]

    def loglik(self, mean: ArrayLike, covariance: ArrayLike) -> float:
        """Log-likelihood at a mean (d,) and a positive definite covariance (d, d)."""
        center, scatter = center_and_scatter(len(self.values), self.sums)
        at, spread = as_theta(mean, self.title), as_theta(covariance, self.title)
        d = len(center)
        if at.shape != (d,) or spread.shape != (d, d):
            shapes = f"({d},) and ({d}, {d}); got {at.shape} and {spread.shape}"
            raise DomainError(f"{self.title} needs a mean and a covariance of shapes {shapes}.")
        try:
            root = np.linalg.cholesky(spread)
        except np.linalg.LinAlgError:
            raise DomainError(f"{self.title} needs a positive definite covariance; got {quoted(spread)}.") from None
        gap = center - at
        whitened = solve_triangular(root, scatter + self.n * np.outer(gap, gap), lower=True)
        distance = float(np.trace(solve_triangular(root, whitened.T, lower=True)))
        log_root = float(np.log(np.diagonal(root)).sum())
        return -self.n * (len(center) * HALF_LOG_TWO_PI + log_root) - 0.5 * distance


def center_and_scatter(n: int, sums: tuple[ExactSum, ExactSum]) -> tuple[Floats, Floats]:
    """Mean (d,) and scatter (d, d) from the exact sums: nothing is lost to cancellation."""
    total, products = (part.rounded() for part in sums)
    d = len(total[0])
    j, k = np.triu_indices(d)
    size = np.full(d, float(n)), np.zeros(d)
    mean = pair_quotient(total, size)
    part: Any = pair_product((total[0][j], total[1][j]), (mean[0][k], mean[1][k]))
    scatter = np.zeros((d, d))
    scatter[j, k] = scatter[k, j] = pair_difference(products, part)[0]
    return mean[0], scatter
