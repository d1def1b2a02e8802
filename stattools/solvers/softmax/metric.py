"""Substitutes for the information of a softmax regression: one p x p matrix for all categories, or one for each.

    shared:  (I - 11^T / K) (x) G,     G = X^T diag(w) X,  w = sum_k p_k (1 - p_k) / (K - 1)
    own:     S^T blockdiag(G_k)^-1 S,  G_k = X^T diag(p_k (1 - p_k)) X,  S lifts a score to all K categories

The shared matrix is the information itself where all probabilities are alike, as at the start. The own matrices follow
the probabilities as they differ, and then need a quarter of the steps. Both are taken from rows drawn in proportion to
their weights. Source: Boehning (1992), for the shared form.
"""

from __future__ import annotations

import numpy as np
from scipy.linalg.blas import ssymm, ssymv  # type: ignore[attr-defined]
from scipy.linalg.lapack import spotrf, spotri  # type: ignore[attr-defined]

from stattools.errors import IdentificationError
from stattools.interface.arrays import Floats
from stattools.numerics.sweep import sweep
from stattools.solvers.metric import Metric, lange
from stattools.solvers.softmax.passes import SoftmaxPasses

LEFT_OUT = 1e-2
"""The rows that together have at most this share of the weight are left out: a metric may be off by a hundredth."""

SORTED = 8
"""Rows are sorted by weight to find the light ones, unless they are more than this many times the most that are taken:
then a draw is cheaper than the sort.
"""

COMMON = 1e-3
"""The share of the mean of all matrices that is added to a category's own, so that it is definite where the mean is."""

LARGEST_SINGLE = 1e30
"""Numbers up to this, and products with them, are in single precision."""


class SinglePrecisionInverse:
    """The inverse of a p x p matrix in single precision. A metric needs no more digits, and a product with the inverse
    takes a sixth of the time of solving with two triangular factors.

    Raises IdentificationError where the matrix is not positive definite.
    """

    def __init__(self, gram: Floats) -> None:
        self.gram = gram
        within = float(np.abs(gram).max(initial=0.0)) < LARGEST_SINGLE
        half, failed = spotrf(gram.astype(np.float32)) if within else (gram, 1)
        self.inverse, also = spotri(half) if not failed else (half, 1)
        if also or not np.isfinite(self.inverse.diagonal()).all():
            raise IdentificationError("The metric is not positive definite in single precision.")

    @property
    def rcond(self) -> float:
        """The reciprocal condition of the matrix scaled to unit diagonal: its norm and that of the inverse, both in the
        largest column sum.
        """
        unit = np.sqrt(self.gram.diagonal()).astype(np.float32)
        half = np.abs(self.inverse) * unit * unit[:, None]  # the triangle that is kept; the other is 0
        sums = half.sum(axis=0) + half.sum(axis=1) - half.diagonal()
        return 1.0 / float(lange("1", self.gram / unit[:, None] / unit) * sums.max(initial=0.0))

    def solve(self, score: Floats) -> Floats:
        """The inverse times a score, or times the columns of several."""
        product = ssymv if score.ndim == 1 else ssymm
        return product(1.0, self.inverse, score.astype(np.float32)).astype(float)


def inverse(gram: Floats) -> SinglePrecisionInverse | Metric:
    """The inverse, computed in single precision where the matrix is definite there, in double precision otherwise."""
    try:
        return SinglePrecisionInverse(gram)
    except IdentificationError:
        return Metric(gram)


class SharedMetric:
    """One Cholesky factor for all categories; two factors where a ridge is not centered."""

    def __init__(self, passes: SoftmaxPasses, most: int) -> None:
        P, K = _probabilities(passes), passes.width + 1
        gram = _gram(passes, _weights(passes, (P * (1.0 - P)).sum(axis=0) / passes.width), most)
        ridge = np.diag(np.zeros(passes.p) if passes.ridge is None else passes.ridge)
        self.shape = passes.width, passes.p
        uncentered = passes.ridge is not None and not passes.centered
        if uncentered and passes.width == 1:  # of two categories nothing is apart
            self.apart, self.stretch = inverse(gram / K + ridge), 1.0
            self.together = self.apart
            return
        self.apart = inverse(gram + ridge)
        self.together, self.stretch = (inverse(gram / K + ridge), 1.0) if uncentered else (self.apart, float(K))

    @property
    def rcond(self) -> float:
        """The reciprocal condition of the factored matrix."""
        return self.apart.rcond

    def solve(self, score: Floats) -> Floats:
        """The metric's inverse times a score, both of the shape of theta."""
        G = score.reshape(self.shape)
        mean = G.mean(axis=0)
        return (self.apart.solve((G - mean).T).T + self.stretch * self.together.solve(mean)).ravel()


class OwnMetrics:
    """A Cholesky factor for each category, and for the reference unless a ridge leaves it out."""

    def __init__(self, passes: SoftmaxPasses, most: int) -> None:
        P = _probabilities(passes)
        grams: list[Floats] = []

        def part(first: int, last: int) -> list[Floats]:
            return [_gram(passes, _weights(passes, P[k] * (1.0 - P[k])), most) for k in range(first, last)]

        different = 1 if len(P) == 2 else len(P)  # both matrices of two categories are the same
        for found in sweep(different, part, 1):
            grams += found
        grams *= len(P) // different
        common = COMMON * np.mean(grams, axis=0)
        if passes.ridge is not None:
            common += np.diag(passes.ridge)
        self.shape = passes.width, passes.p
        self.reference = passes.ridge is None or passes.centered
        self.metrics = [inverse(gram + common) for gram in (grams if self.reference else grams[1:])]

    @property
    def rcond(self) -> float:
        """The least reciprocal condition of a category."""
        return min(metric.rcond for metric in self.metrics)

    def solve(self, score: Floats) -> Floats:
        """The metric's inverse times a score, both of the shape of theta."""
        G = score.reshape(self.shape)
        if not self.reference:
            return np.concatenate([metric.solve(row) for metric, row in zip(self.metrics, G, strict=True)])
        base = self.metrics[0].solve(-G.sum(axis=0))
        return np.concatenate([metric.solve(row) - base for metric, row in zip(self.metrics[1:], G, strict=True)])


def metric_at(passes: SoftmaxPasses, theta: Floats, own: bool) -> SharedMetric | OwnMetrics:
    """The metric at theta, from few rows where these are enough: from all rows where a column does not vary among the
    few.
    """
    passes.keep_probabilities(theta)
    few = int(np.clip(40 * passes.rows // passes.p, 4 * passes.p, 20 * passes.p))
    try:
        return OwnMetrics(passes, few) if own else SharedMetric(passes, few)
    except IdentificationError:
        return SharedMetric(passes, passes.rows)


def _gram(passes: SoftmaxPasses, weight: Floats, most: int) -> Floats:
    """X^T diag(weight) X from a limited number of rows: those that have all but LEFT_OUT of the weight or, where they
    are too many, a draw at equal distances along the cumulative weights, whose rows count alike.
    """
    take = np.arange(len(weight))
    if most < len(take) <= SORTED * most:
        take = np.argsort(-weight, kind="stable")
        running = np.cumsum(weight[take])
        take = take[: int(np.searchsorted(running, (1.0 - LEFT_OUT) * running[-1])) + 1]
    counts = weight[take]
    if most < len(take):
        running = np.cumsum(counts)
        spaced = (np.arange(most) + 0.5) * (running[-1] / most)
        drawn, times = np.unique(np.minimum(np.searchsorted(running, spaced), len(take) - 1), return_counts=True)
        take, counts = take[drawn], times * (running[-1] / most)
    total, roots = np.zeros((passes.p, passes.p)), np.sqrt(counts)[:, None].astype(passes.X.dtype)
    for start in range(0, len(take), 2048):
        X = passes.columns(take[start : start + 2048])
        X *= roots[start : start + 2048]
        total += X.T @ X
    return total


def _weights(passes: SoftmaxPasses, weight: Floats) -> Floats:
    return weight if passes.weight is None else weight * passes.weight


def _probabilities(passes: SoftmaxPasses) -> Floats:
    assert passes.probabilities is not None
    return passes.probabilities
