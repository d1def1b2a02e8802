"""The normal-inverse-Wishart distribution of a mean vector and a covariance, conjugate to multivariate normal rows.

    Sigma ~ InverseWishart(df, S),   mu | Sigma ~ Normal(m, Sigma / strength),   S the scale
    log p(Sigma) = df/2 log |S| - (df + d + 1)/2 log |Sigma| - tr(S Sigma^-1)/2 - df d/2 log 2 - log Gamma_d(df/2)

    strength' = strength + n,   m' = m + n (ybar - m) / strength',   df' = df + n
    S' = S + sum (y - ybar)(y - ybar)^T + strength n / strength' (ybar - m)(ybar - m)^T

The mean alone and a new row are multivariate t with nu = df - d + 1 degrees of freedom, each variance is inverse gamma:

    f(x) = Gamma((nu+d)/2) / [Gamma(nu/2) (pi nu)^(d/2) |T|^(1/2)] (1 + q / nu)^(-(nu+d)/2),  q = (x-m)^T T^-1 (x-m)

where q / d has an F distribution with d and nu degrees of freedom. The reference prior, density |Sigma|^-(d+1)/2, is
the limit strength, S -> 0, df -> -1: Hotelling's T^2. Covariances are drawn by Bartlett's decomposition.

A row y is left out by the formula of the posterior: with e = y - m', k = strength', c = k / (k - 1) the scale without
it is S' - c e e^T, and its mean lies c e from y. Determinant and inverse follow from those of S'. Source: Gelman et
al., Bayesian Data Analysis (2013), sec. 3.6 and app. A; Murphy (2007); Kotz & Nadarajah, Multivariate t Distributions
(2004). Cost: one pass over the data, then d^3.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.linalg import solve_triangular
from scipy.special import fdtrc, gammaln

from stattools.bayes.conjugate.arms import frozen
from stattools.bayes.conjugate.belief import different, numbers, points, positive_root, single
from stattools.bayes.conjugate.distribution import Distribution, Updatable
from stattools.bayes.conjugate.improper import Improper
from stattools.bayes.conjugate.inverse_gamma import InverseGamma
from stattools.bayes.conjugate.student_t import StudentT, log_gamma_ratio, log_t_density
from stattools.bayes.conjugate.updating import DeclaredPair, Drawn, LeftOut, NamedObservations, Seen, updated
from stattools.data.tables.arrays import default_names
from stattools.errors import DomainError, IncompatibleError
from stattools.interface.arguments import as_theta, labelled
from stattools.interface.arrays import Floats
from stattools.interface.interval import Interval
from stattools.interface.memory import draws_shape
from stattools.interface.names.guesses import answers_guesses, constructed_by_callers
from stattools.interface.seeds import generator
from stattools.models.samples.normal import MultivariateSample, center_and_scatter, multivariate_normal
from stattools.numerics.distributions.counts import HALF_LOG_TWO_PI
from stattools.numerics.sums import ExactSum
from stattools.text.one_line import prints


def log_wishart_density(lower: Floats, scale_root: Floats, df: float) -> Floats:
    """log p(Sigma) for Sigma = lower lower^T, (..., d, d), and the scale S = scale_root^T scale_root, (d, d).

    >>> float(log_wishart_density(np.eye(1), np.eye(1), 3.0).round(6))  # an inverse gamma of shape 3/2 and scale 1/2
    -1.418939
    """
    d = len(scale_root)
    ratio = np.linalg.solve(lower, np.broadcast_to(scale_root.T, lower.shape))
    value = df * np.log(np.diagonal(scale_root)).sum() - (df + d + 1.0) * log_determinant(lower)
    value = value - 0.5 * np.square(ratio).sum(axis=(-2, -1))
    return value - 0.5 * df * d * np.log(2.0) - _log_multigamma(0.5 * df, d)


def draw_roots(count: int, scale_root: Floats, df: float, random: np.random.Generator) -> Floats:
    """R, (count, d, d), with Sigma = R R^T: not triangular."""
    d = len(scale_root)
    A = np.tril(random.standard_normal((count, d, d)), -1)
    A[:, np.arange(d), np.arange(d)] = np.sqrt(random.chisquare(df - np.arange(d), (count, d)))
    return np.swapaxes(np.linalg.solve(A, np.broadcast_to(scale_root, A.shape)), 1, 2)


def log_determinant(root: Floats) -> Floats:
    """log |det| of triangular matrices, (..., d, d)."""
    return np.log(np.abs(np.diagonal(root, axis1=-2, axis2=-1))).sum(axis=-1)


def _log_multigamma(a: float, d: int) -> float:
    """log Gamma_d(a) = d (d - 1) log(pi) / 4 + sum log Gamma(a - j / 2)."""
    return float(0.25 * d * (d - 1) * np.log(np.pi) + gammaln(a - 0.5 * np.arange(d)).sum())


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


if TYPE_CHECKING:
    import pandas as pd


def _raw(belief: NormalInverseWishart | Improper, more: ArrayLike) -> MultivariateSample:
    return multivariate_normal(more, names=belief.names if belief.is_proper else None)


def _read(
    belief: NormalInverseWishart | Improper, data: MultivariateSample
) -> tuple[MultivariateSample, dict[str, tuple[str, ...]]]:
    names = belief.names if belief.is_proper else None
    if belief.is_proper and (len(data.names) != len(belief.mean) or (names is not None and tuple(names) != data.names)):
        raise IncompatibleError(
            f"update needs rows of the components {', '.join(belief.terms[:10])}; got {', '.join(data.names[:10])}."
        )
    return data, {"names": data.names}


def _posterior(
    belief: NormalInverseWishart | Improper,
    data: MultivariateSample,
    labels: dict[str, tuple[str, ...]],
    n: int,
    rows: ExactSum,
    products: ExactSum,
) -> NormalInverseWishart:
    prior, d = belief.prior, data.values.shape[1]
    center, scatter = center_and_scatter(n, (rows, products))
    strength, df = prior.strength + n, prior.df + n
    gap = center - prior.mean
    scale = scatter + prior.scale + (prior.strength * n / strength) * np.outer(gap, gap)
    if not prior.is_proper and n <= d:
        raise DomainError(
            f"{prior!r} needs more than {d} rows for a proper posterior of {d} components; got {n}. "
            "Use a proper prior, or wait for more data."
        )
    return NormalInverseWishart(prior.mean + gap * (n / strength), strength, df, scale, **labels)


def _log_evidence(before: NormalInverseWishart, after: NormalInverseWishart, data: MultivariateSample) -> float:
    """log p(batch), from the constants of the two distributions; the multivariate gammas as ratios of gammas."""
    n, d = data.values.shape
    gammas = np.sum(log_gamma_ratio(0.5 * (before.df - np.arange(d)), 0.5 * n))
    roots = (positive_root(np.asarray(belief.scale), d, "scale") for belief in (before, after))
    first, second = map(log_determinant, roots)
    strengths = 0.5 * d * np.log1p(n / before.strength)
    return float(gammas + before.df * (first - second) - n * second - strengths - 0.5 * n * d * np.log(np.pi))


def left_out(belief: NormalInverseWishart, seen: Seen) -> LeftOut:
    """One entry per row; DomainError where one row is all that makes the posterior proper."""
    Y, d = _rows(seen), len(belief.mean)
    df, rest = belief.t_df - 1.0, belief.prior.strength + len(Y) - 1
    root, left, q = np.eye(d), np.zeros(len(Y)), np.zeros(len(Y))
    if rest > 0 and df > 0:
        root = positive_root(np.asarray(belief.scale), d, "scale")
        q = np.square(solve_triangular(root, (Y - belief.mean).T, trans=1)).sum(axis=0)
        left = 1.0 - belief.strength / rest * q
    if not belief.prior.is_proper and not (left > 1e-10).all():
        raise DomainError(
            f"loo needs a proper posterior without each row; under {belief.prior!r} there is none without row "
            f"{int(np.argmin(left))}. Use a proper prior."
        )
    c, spread = belief.strength / rest, (1.0 + 1.0 / rest) / df
    log_root = log_determinant(root) + 0.5 * np.log(left) + 0.5 * d * np.log(spread)
    pointwise = log_t_density(0.0, df, d, c * c * q / left / spread) - log_root
    ones, shown = np.ones(len(Y), dtype=np.int64), tuple(map(tuple, Y.tolist()))
    return LeftOut(pointwise, ones, shown, np.zeros(len(Y), dtype=np.intp), partial(_log_likelihood, Y))


def outcomes(belief: object, seen: Seen) -> list[NamedObservations]:
    """The rows; their log-likelihoods are called `row`, since they have one entry per row and not per component."""
    Y = _rows(seen)

    def replicate(drawn: Drawn, random: np.random.Generator) -> Floats:
        root = np.swapaxes(np.linalg.cholesky(drawn["covariance"]), 1, 2)
        return drawn["mean"][:, None, :] + random.standard_normal((len(root), *Y.shape)) @ root

    return [NamedObservations("y", Y, replicate, partial(_log_likelihood, Y), dims=("obs", "component"), of="row")]


def _rows(seen: Seen) -> Floats:
    """All rows in the order they came."""
    return np.concatenate([batch.values for batch in seen.batches])


def _log_likelihood(Y: Floats, drawn: Drawn) -> Floats:
    """log p(y_i | mean, covariance) of every draw and row, (draws, n)."""
    root = np.linalg.cholesky(drawn["covariance"])
    gap = Y[None, :, :] - drawn["mean"][:, None, :]
    z = np.linalg.solve(root, np.swapaxes(gap, 1, 2))
    return -0.5 * np.square(z).sum(axis=1) - log_determinant(root)[:, None] - Y.shape[1] * HALF_LOG_TWO_PI


PAIR = DeclaredPair(
    models=(MultivariateSample,),
    raw=_raw,
    read=_read,
    statistics=lambda data: (len(data.values), *data.sums),
    posterior=_posterior,
    log_evidence=_log_evidence,
    left_out=left_out,
    outcomes=outcomes,
    variables={"mean": ("component",), "covariance": ("component", "other")},
    limit="per_row",
)


@answers_guesses
@constructed_by_callers
@dataclass(frozen=True, eq=False, repr=False)
class NormalInverseWishart(Updatable, Distribution):
    """What is believed about the mean vector and the covariance of multivariate normal rows: a prior, and after
    `update` a posterior.

    `mean` (d,) is worth `strength` rows; `scale` (d, d) is `df` times a typical covariance, symmetric positive
    definite. `names` are the components, taken from the first data where they are not given. Raises DomainError unless
    strength > 0 and df > d - 1, and for shapes that do not go together.

    >>> import stattools as st
    >>> prior = NormalInverseWishart([0.0, 0.0], 1, 4, [[1.0, 0.0], [0.0, 1.0]])
    >>> posterior = prior.update(st.multivariate_normal([[1.0, 2.0], [3.0, 5.0], [2.0, 2.0]]))
    >>> posterior.mean.tolist(), posterior.strength, posterior.df
    ([1.5, 2.25], 4.0, 7.0)
    """

    _pair = PAIR
    mean: Any
    strength: Any
    df: Any
    scale: Any
    names: Sequence[str] | None = field(default=None, kw_only=True)
    seen: Seen | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        title = "NormalInverseWishart needs"
        mean = np.atleast_1d(numbers(self.mean, f"{title} mean"))
        d = len(mean)
        if mean.ndim != 1:
            raise DomainError(f"{title} mean, one number per component; got shape {mean.shape}.")
        scale = np.atleast_2d(numbers(self.scale, f"{title} scale"))
        positive_root(scale, d, f"{title} scale")
        for name, value in {"strength": self.strength, "df": self.df}.items():
            object.__setattr__(self, name, single(value, f"{title} {name}"))
        if not self.df > d - 1:
            raise DomainError(f"{title} df > d - 1 = {d - 1} for {d} components; got df={self.df:.6g}.")
        names = labelled("the components", self.names, ("mean", self.mean), ("scale", self.scale))
        names = different(names, d, title, "component")
        for name, value in {"mean": frozen(mean), "scale": frozen(scale), "names": names}.items():
            object.__setattr__(self, name, value)

    @classmethod
    def reference(cls) -> Improper:
        """The reference prior, density |Sigma|^-(d+1)/2, and no distribution, for its mass is infinite.

        Its posterior exists from d + 1 rows on: the mean is then Hotelling's. It has no evidence.

        >>> import stattools as st
        >>> rows = st.multivariate_normal([[1.0, 2.0], [3.0, 5.0], [2.0, 2.0]])
        >>> NormalInverseWishart.reference().update(rows).means.df.tolist()
        [1.0, 1.0]
        """
        return Improper(cls, "The reference prior", (0.0, 0.0, -1.0, 0.0))

    def _headline(self) -> str:
        names = ", ".join(self.terms[:8])
        return f"NormalInverseWishart({names}; strength={self.strength:.6g}, df={self.df:.6g})"

    @property
    def t_df(self) -> float:
        """Degrees of freedom of the marginals, df - d + 1."""
        return self.df - len(self.mean) + 1.0

    @property
    def means(self) -> StudentT:
        """What is believed about each component of the mean whatever the rest: Student's t."""
        spread = np.sqrt(np.diagonal(self.scale) / (self.strength * self.t_df))
        return StudentT(self.t_df, self.mean, spread, arms=self.terms)

    @property
    def variances(self) -> InverseGamma:
        """What is believed about the variance of each component whatever the rest: inverse gamma."""
        return InverseGamma(0.5 * self.t_df, 0.5 * np.diagonal(self.scale), arms=self.terms)

    def marginal(self, name: str) -> StudentT:
        """What is believed about the mean of one component."""
        if name not in self.terms:
            raise DomainError(f"there is no component {name!r}; the names are {', '.join(self.terms[:10])}.")
        every, place = self.means, self.terms.index(name)
        return StudentT(every.df[place], every.location[place], every.scale[place])

    @property
    def joint_mean(self) -> MultivariateT:
        """What is believed about the mean vector whatever the covariance: multivariate t."""
        return MultivariateT(self.t_df, self.mean, self.scale / (self.strength * self.t_df), self.terms)

    @property
    def covariance(self) -> Floats:
        """The expected covariance of a row, scale / (df - d - 1), infinite for df <= d + 1."""
        spare = self.df - len(self.mean) - 1.0
        if spare <= 0:
            return np.full(self.scale.shape, np.inf)
        return self.scale / spare

    @property
    def sd(self) -> Floats:
        """Standard deviations of what is believed about each component of the mean."""
        return np.asarray(self.means.sd)

    @property
    def median(self) -> Floats:
        """Medians of the components of the mean."""
        return self.mean

    @property
    def mode(self) -> tuple[Floats, Floats]:
        """Where the joint density is highest: the mean, and the covariance scale / (df + d + 2)."""
        return self.mean, self.scale / (self.df + len(self.mean) + 2.0)

    def density(self, mean: ArrayLike, covariance: ArrayLike) -> float:
        """The joint density of a mean vector and a covariance matrix."""
        return float(np.exp(self.log_density(mean, covariance)))

    def log_density(self, mean: ArrayLike, covariance: ArrayLike) -> float:
        """The log of the joint density of a mean vector (d,) and a positive definite covariance (d, d)."""
        d = len(self.mean)
        at, spread = as_theta(mean, "log_density"), as_theta(covariance, "log_density")
        if at.shape != (d,):
            raise DomainError(f"log_density needs mean, {d} numbers; got shape {at.shape}.")
        return float(self.log_density_by_root(at, positive_root(spread, d, "log_density needs covariance").T))

    def log_density_by_root(self, mean: Floats, lower: Floats) -> Floats:
        """The log density of means (..., d) and of covariances by their lower Cholesky factors (..., d, d)."""
        d = len(self.mean)
        z = np.linalg.solve(lower, (mean - self.mean)[..., None])[..., 0]
        wishart = log_wishart_density(lower, positive_root(np.asarray(self.scale), d, "scale"), self.df)
        normal = 0.5 * d * np.log(self.strength) - d * HALF_LOG_TWO_PI - log_determinant(lower)
        return wishart + normal - 0.5 * self.strength * np.square(z).sum(axis=-1)

    def probability(self, low: ArrayLike = -np.inf, high: ArrayLike = np.inf) -> Floats:
        """P(low <= mean <= high) of each component."""
        return np.asarray(self.means.probability(low, high))

    def interval(self, prob: float = 0.94, *, kind: Literal["hdi", "eti"] = "hdi") -> Interval:
        """The interval of each component of the mean."""
        return self.means.interval(prob, kind=kind)

    def table(self, prob: float = 0.94, kind: Literal["hdi", "eti"] = "hdi") -> pd.DataFrame:
        """One row per component and parameter: component, parameter, mean, sd, median, lower, upper."""
        import pandas as pd

        parts = []
        for parameter, belief in {"mean": self.means, "variance": self.variances}.items():
            frame = belief.table(prob, kind).rename(columns={"arm": "component"})
            frame.insert(1, "parameter", parameter)
            parts.append(frame)
        return pd.concat(parts, ignore_index=True)

    def sample(self, draws: int, *, seed: int | np.random.Generator) -> dict[str, Floats]:
        """Independent joint draws: `mean` (draws, d) and `covariance` (draws, d, d), by Bartlett's decomposition."""
        random, d = generator(seed), len(self.mean)
        count = draws_shape(draws, (d, d), copies=4)[0]
        own = positive_root(np.asarray(self.scale), d, "scale")
        root = draw_roots(count, own, self.df, random)
        z = random.standard_normal((count, d, 1))
        mean = self.mean + (root @ z)[..., 0] / np.sqrt(self.strength)
        return {"mean": mean, "covariance": root @ np.swapaxes(root, 1, 2)}

    def predictive(self) -> MultivariateT:
        """The distribution of a new row: multivariate t."""
        factor = (1.0 + 1.0 / self.strength) / self.t_df
        return MultivariateT(self.t_df, self.mean, self.scale * factor, self.terms)

    def update(self, more: MultivariateSample | ArrayLike, /) -> NormalInverseWishart:
        """The posterior given more rows, `st.multivariate_normal(Y)` or an array.

        n, sum y and sum y y^T of all data are kept without rounding, so order and grouping do not matter, to the last
        bit; the evidence agrees to round-off. Raises IncompatibleError for rows of other components, DomainError where
        the reference prior meets too few rows.
        """
        return updated(self, more)

    @property
    def terms(self) -> tuple[str, ...]:
        """The names of the components, x1, x2, ... where they have none."""
        return default_names(len(self.mean)) if self.names is None else tuple(self.names)

    def _key(self) -> tuple[object, ...]:
        return self.names, self.mean.tobytes(), self.strength, self.df, self.scale.tobytes()

    def _labels(self) -> tuple[str, ...]:
        return self.terms

    def _log_density_of(self, drawn: Drawn) -> Floats:
        return self.log_density_by_root(drawn["mean"], np.linalg.cholesky(drawn["covariance"]))
