"""The multivariate t distribution: a new row of multivariate normal data, or its mean, with the covariance unknown.

    f(x) = Gamma((nu+d)/2) / [Gamma(nu/2) (pi nu)^(d/2) |S|^(1/2)] (1 + q / nu)^(-(nu+d)/2),  q = (x-m)^T S^-1 (x-m)

q / d has an F distribution with d and nu degrees of freedom. Source: Gelman et al., Bayesian Data Analysis (2013),
app. A; Kotz & Nadarajah, Multivariate t Distributions (2004).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.linalg import solve_triangular
from scipy.special import fdtrc

from stattools.bayes.conjugate.arms import frozen
from stattools.bayes.conjugate.belief import numbers, points
from stattools.bayes.conjugate.inverse_wishart import positive_root
from stattools.bayes.conjugate.student_t import StudentT, log_t_density
from stattools.errors import DomainError
from stattools.interface.arrays import Floats
from stattools.interface.interval import Interval
from stattools.interface.memory import draws_shape
from stattools.interface.names.guesses import answers_guesses
from stattools.interface.seeds import generator
from stattools.text.one_line import prints


@answers_guesses
@prints
@dataclass(frozen=True, eq=False)
class MultivariateT:
    """The t distribution of d components around `location` (d,) with the scale matrix `matrix` (d, d).

    The scale matrix is not the covariance, which is matrix df / (df - 2). Raises DomainError for df <= 0 and a matrix
    that is not symmetric positive definite.

    >>> belief = MultivariateT(5, [0.0, 1.0], [[2.0, 0.5], [0.5, 1.0]])
    >>> belief.marginals.scale.round(6).tolist()
    [1.414214, 1.0]
    """

    df: float
    location: Any
    matrix: Any
    names: Sequence[str] | None = None
    root: Floats = field(default_factory=lambda: np.empty(0), init=False)

    def __post_init__(self) -> None:
        location = np.atleast_1d(numbers(self.location, "MultivariateT needs location"))
        matrix = numbers(self.matrix, "MultivariateT needs matrix")
        root = positive_root(matrix, len(location), "MultivariateT needs matrix")
        object.__setattr__(self, "df", float(numbers(self.df, "MultivariateT needs df", positive=True)))
        object.__setattr__(self, "location", frozen(location))
        object.__setattr__(self, "matrix", frozen(matrix))
        object.__setattr__(self, "root", frozen(root.T))

    @property
    def marginals(self) -> StudentT:
        """Each component alone, one entry per component."""
        return StudentT(self.df, self.location, np.sqrt(np.diagonal(self.matrix)), arms=self.names)

    @property
    def mean(self) -> Floats:
        """The location, NaN for df <= 1."""
        return np.asarray(self.marginals.mean)

    @property
    def sd(self) -> Floats:
        """Standard deviations of the components, infinite for df <= 2."""
        return np.asarray(self.marginals.sd)

    def distance(self, x: ArrayLike) -> float | Floats:
        """q = (x - m)^T S^-1 (x - m) of points (..., d)."""
        values = points(x, "x")
        if values.shape[-1:] != self.location.shape:
            raise DomainError(f"a point has {len(self.location)} components; got shape {values.shape}.")
        z = solve_triangular(self.root, (values - self.location).reshape(-1, len(self.location)).T, lower=True)
        return np.square(z).sum(axis=0).reshape(values.shape[:-1])[()]

    def log_pdf(self, x: ArrayLike) -> float | Floats:
        """Log density of points (..., d).

        >>> round(float(MultivariateT(1, [0.0, 0.0], np.eye(2)).log_pdf([0.0, 0.0])), 6)  # -log 2 pi
        -1.837877
        """
        log_root = np.log(np.diagonal(self.root)).sum()
        return log_t_density(0.0, self.df, len(self.location), self.distance(x))[()] - log_root

    def pdf(self, x: ArrayLike) -> float | Floats:
        """Density of points (..., d)."""
        return np.exp(self.log_pdf(x))

    def cdf(self, x: ArrayLike) -> Floats:
        """P(component <= x) of each component alone, shape (..., d)."""
        return np.asarray(self.marginals.cdf(x))

    def tail(self, x: ArrayLike) -> float | Floats:
        """P(a draw is as far out as x or farther), in the metric of the distribution, of points (..., d)."""
        d = len(self.location)
        return fdtrc(d, self.df, self.distance(x) / d)

    def interval(self, prob: float = 0.94, *, kind: Literal["hdi", "eti"] = "hdi") -> Interval:
        """The interval of each component alone."""
        return self.marginals.interval(prob, kind=kind)

    def sample(self, draws: int, *, seed: int | np.random.Generator) -> Floats:
        """Independent draws, shape (draws, d)."""
        random, shape = generator(seed), draws_shape(draws, (len(self.location),), copies=4)
        z = random.standard_normal(shape) @ self.root.T
        return self.location + z / np.sqrt(random.chisquare(self.df, shape[0]) / self.df)[:, None]
