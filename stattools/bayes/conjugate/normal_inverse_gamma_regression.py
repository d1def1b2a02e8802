"""Linear regression with a normal-inverse-gamma prior: coefficients and error variance, all in closed form.

    variance ~ InverseGamma(shape, scale),   beta | variance ~ Normal(m, variance precision^-1)

    precision' = precision + X^T W X,   m' solves [root; sqrt(W) X] m' = [root m; sqrt(W) y] by least squares
    shape' = shape + n / 2,   scale' = scale + (what that least-squares problem leaves over) / 2

Each coefficient is Student's t with 2 shape degrees of freedom. Everything is done by QR of stacked rows, the data's on
standardized columns and the triangle of the prior above them: no cross product is formed, nothing is inverted. The flat
limit (density 1 / variance) is ordinary least squares with its t intervals. Zellner's g-prior is as informative as
1 / g of the data, in the directions of the data: beta | variance ~ Normal(m, g variance (X^T W X)^-1). Updating twice
is updating once, in any order, to round-off.

What is expected of a row x is Student's t around x^T m, with the noise of an outcome (1) or without it (0):

    scale^2 = scale / shape (x^T precision^-1 x + noise / w)

    without row i, of leverage h_i = w_i x_i^T P^-1 x_i under the posterior precision P and residual e_i:
    y_i ~ t with 2 shape - 1 df around y_i - e_i / (1 - h_i),  scale^2 = b_i / (shape - 1/2) / (w_i (1 - h_i)),
    b_i = scale - w_i e_i^2 / (2 (1 - h_i))

Source: Gelman et al., Bayesian Data Analysis (2013), ch. 14; Zellner (1986) and Liang et al., "Mixtures of g priors for
Bayesian variable selection" (2008) for the g-prior; Kass & Wasserman (1995) for unit information; Geisser & Eddy (1979)
and Cook & Weisberg (1982), sec. 2.2 for rows left out. Cost: 2 n p^2 per update.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.linalg import solve_triangular

from stattools.bayes.conjugate.arms import frozen
from stattools.bayes.conjugate.belief import different, numbers, points, positive_root, single
from stattools.bayes.conjugate.distribution import Distribution, Updatable
from stattools.bayes.conjugate.improper import Improper
from stattools.bayes.conjugate.inverse_gamma import InverseGamma, RootInverseGamma
from stattools.bayes.conjugate.normal_inverse_wishart import log_determinant
from stattools.bayes.conjugate.student_t import StudentT, log_gamma_ratio, log_t_density
from stattools.bayes.conjugate.updating import DeclaredPair, Drawn, LeftOut, NamedObservations, Seen, updated
from stattools.data.rows.rows import triangle
from stattools.data.tables.arrays import default_names
from stattools.errors import DomainError, IdentificationError, IncompatibleError, quoted
from stattools.inference.existence import check_size
from stattools.inference.existence.rank import check_rank
from stattools.inference.prediction.predict import Missing, at_rows, columns_beside, handed_out, with_precision
from stattools.interface.arguments import described, labelled
from stattools.interface.arrays import Floats
from stattools.interface.interval import Interval
from stattools.interface.memory import draws_shape
from stattools.interface.names.answers import is_one_of, one_of
from stattools.interface.names.guesses import answers_guesses, constructed_by_callers
from stattools.interface.record import record
from stattools.interface.seeds import generator
from stattools.interface.when_needed import pd
from stattools.models.model import Model
from stattools.models.samples.arms import tail_area
from stattools.numerics.distributions.counts import HALF_LOG_TWO_PI


@answers_guesses
class RowPredictions:
    """What a regression posterior answers of rows: of those seen, or of new ones."""

    shape: Any

    def mean_at(self, data: object = None, *, offset: str | ArrayLike | None = None) -> StudentT:
        """What is believed about the expected outcome of new rows (by default, of the rows seen), one entry per row.

        `data` is a table or array like the one of the model, or a model.
        """
        return at_new_rows(self, data, offset, noise=0.0)

    def predictive(
        self, data: object = None, *, offset: str | ArrayLike | None = None, precision: object = None
    ) -> StudentT:
        """The distribution of a new outcome at each of new rows (by default, at the rows seen): Student's t.

        `offset` and `precision` are needed where the model had them as arrays; columns are looked up.

        >>> import stattools as st
        >>> model = st.ols("y ~ x", {"y": [1.0, 3.0, 5.0, 8.0], "x": [0, 1, 2, 3]})
        >>> posterior = st.NormalInverseGammaRegression.flat().update(model)
        >>> posterior.predictive({"x": [4]}).interval(0.95).upper.round(3).tolist()
        [12.635]
        """
        return at_new_rows(self, data, offset, noise=1.0, precision=precision)

    def predict(
        self,
        data: object = None,
        *,
        kind: Literal["mean", "observation"] = "mean",
        interval: float | None = None,
        offset: str | ArrayLike | None = None,
        precision: object = None,
        missing: Missing = "raise",
        align: bool = True,
    ) -> Any:
        """The mean of each row of the table, of those seen or of new ones; with `interval=prob` a frame `mean, lower,
        upper`, as `fit.predict` has it, from the exact Student's t of `mean_at`, or of `predictive` for
        `kind="observation"`. `missing` and `align` as in `fit.predict`.

        >>> import stattools as st
        >>> model = st.ols("y ~ x", {"y": [1.0, 3.0, 5.0, 8.0], "x": [0, 1, 2, 3]})
        >>> posterior = st.NormalInverseGammaRegression.flat().update(model)
        >>> posterior.predict({"x": [4]}, interval=0.95).round(3).to_numpy().tolist()
        [[10.0, 7.959, 12.041]]
        """
        kind = one_of(
            kind,
            ("mean", "observation"),
            'predict needs kind="mean" or kind="observation"',
            got="kind=",
            meaning="kind of predictions",
        )
        if precision is not None and (kind != "observation" or interval is None):
            raise IncompatibleError('predict takes precision= for the interval of kind="observation" only.')
        if interval is not None:
            tail_area(interval, "interval")  # refused before any work
        noise = float(kind == "observation")
        at, location, scale = _at(self, data, offset, noise, precision, missing)
        if interval is None:
            return handed_out(at.places, location if len(location) else np.zeros(1), "mean", align)
        if len(location):
            lower, upper = StudentT(2.0 * self.shape, location, scale).interval(interval, kind="eti")
        else:  # places say that this row has no value
            location = lower = upper = np.zeros(1)
        frame = pd.DataFrame({"mean": location, "lower": lower, "upper": upper})
        return handed_out(at.places, frame, "mean", align, is_bare=False)


def at_new_rows(
    belief: RowPredictions, data: object, offset: str | ArrayLike | None, *, noise: float, precision: object = None
) -> StudentT:
    """One entry per row of `data` (a model, a table like that of the model seen, or None for its own rows)."""
    _, location, scale = _at(belief, data, offset, noise, precision)
    return StudentT(2.0 * belief.shape, location, scale)


def _at(
    belief: Any, data: Any, offset: str | ArrayLike | None, noise: float, precision: Any, missing: Missing = "raise"
) -> tuple[Model, Floats, Floats]:
    """The model at the rows, the center and the scale of each."""
    if isinstance(data, Model):
        model, data = data, None
    elif belief.seen is None:
        raise DomainError("predictive needs a model: before any data give it one, predictive(st.ols(...)).")
    else:
        model = belief.seen.batches[0]
    beside = columns_beside(model, "observation", None, precision) if noise else {}
    at = at_rows(model, data, offset, missing=missing, beside=beside)
    rows = with_precision(at, model, data, precision).rows if noise else at.rows
    if rows.X.shape[1] != len(belief.mean):
        raise IncompatibleError(f"predictive needs {len(belief.mean)} columns; got {rows.X.shape[1]}.")
    location = rows.X @ belief.mean + (0.0 if rows.offset is None else rows.offset)
    spread = np.square(solve_triangular(belief.root, rows.X.T, trans=1)).sum(axis=0)
    spread = spread + noise / (1.0 if rows.precision is None else rows.precision)
    return at, location, np.sqrt(belief.scale / belief.shape * spread)


if TYPE_CHECKING:
    import pandas as pd


class Parameters(NamedTuple):
    """Mean (p,), the triangle of the precision (p, p), shape and scale."""

    mean: Floats
    root: Floats
    shape: float
    scale: float


def flat_parameters(model: Model) -> Parameters:
    """The parameters of the flat prior, worth no rows. Raises where the rows do not determine the coefficients."""
    check_size(model)
    check_rank(model)
    p = len(model.names)
    return Parameters(np.zeros(0), np.zeros((0, p)), -0.5 * p, 0.0)


def given(belief: NormalInverseGammaRegression | Improper, model: Model) -> Parameters:
    """What a belief is given the rows of a model. Raises IdentificationError where that is no distribution."""
    before, prior = flat_parameters(model) if not belief.is_proper else belief, belief.prior
    p, shape = len(model.names), before.shape + 0.5 * model.n
    target = before.root @ before.mean if len(before.root) else np.zeros(0)
    known = np.column_stack([before.root, target])
    root, z, rest = triangular(np.concatenate([known, stacked(model)]))
    scale = before.scale + 0.5 * rest
    if shape <= 0 or scale <= 1e-30 * float(z @ z):
        raise IdentificationError(
            f"{prior!r} needs more than {p} rows that do not fit exactly, for a proper posterior of the error "
            f"variance; got {model.n:.0f} rows. Use a proper prior, or wait for more data."
        )
    return Parameters(solve_triangular(root, z), root, shape, scale)


def log_evidence(before: NormalInverseGammaRegression, after: NormalInverseGammaRegression, model: Model) -> float:
    """log p(batch): the constants of the two distributions, as ratios that keep their digits."""
    half = 0.5 * model.n
    roots = log_determinant(before.root) - log_determinant(after.root)
    growth = np.log1p((after.scale - before.scale) / before.scale)
    gammas = float(log_gamma_ratio(before.shape, half))
    precisions = 0.0
    if model.rows.precision is not None:
        weight = 1.0 if model.rows.weight is None else model.rows.weight
        precisions = 0.5 * float(np.sum(weight * np.log(model.rows.precision)))
    rest = before.shape * growth + half * (np.log(after.scale) + 2.0 * HALF_LOG_TWO_PI)
    return float(roots + gammas + precisions - rest)


def require_ols(model: object) -> None:
    """IncompatibleError for what is not a linear regression."""
    if not (isinstance(model, Model) and model.has_scale):
        raise IncompatibleError(
            f"NormalInverseGammaRegression is for linear regression, st.ols(...); got {described(model)}."
        )


def require_same(belief: NormalInverseGammaRegression, model: Model) -> None:
    """IncompatibleError for a model of other coefficients."""
    if len(model.names) != len(belief.mean) or (belief.names is not None and belief.names != model.names):
        raise IncompatibleError(
            f"update needs a model of the coefficients {', '.join(belief.terms[:10])}; "
            f"got {', '.join(model.names[:10])}."
        )


def zellner(
    model: Model, g: object, *, mean: ArrayLike | None = None, shape: float = 0.5, scale: float | None = None
) -> tuple[Floats, Floats, float, float]:
    """mean (p,), root of the precision (p, p), shape and scale of the g-prior of a model."""
    size = float(numbers(g, "g_prior needs g", positive=True))
    check_size(model)
    check_rank(model)
    root, z, rest = triangular(stacked(model))
    spare = model.n - len(root)
    if scale is None:
        if spare <= 0 or rest <= 0:
            raise DomainError("g_prior needs scale=, as these data leave nothing to estimate the variance from.")
        scale = float(shape * rest / spare)
    center = _no_effect(model) if mean is None else numbers(mean, "g_prior needs mean")
    if center.shape not in ((), z.shape):
        raise DomainError(f"g_prior needs mean=, one number per coefficient ({len(z)}); got shape {center.shape}.")
    return np.broadcast_to(center, z.shape), root / np.sqrt(size), shape, scale


def _no_effect(model: Model) -> Floats:
    """The mean of y for a constant column, 0 for the others."""
    center = np.zeros(len(model.names))
    X = model.rows.X
    constant = np.flatnonzero((np.max(X, axis=0) == np.min(X, axis=0)) & (X[0] != 0))
    if constant.size:
        y = model.rows.y if model.rows.offset is None else model.rows.y - model.rows.offset
        center[constant[0]] = np.average(y, weights=model.rows.importance) / X[0, constant[0]]
    return center


def _read(belief: Any, data: Model) -> tuple[Model, dict[str, tuple[str, ...]]]:
    require_ols(data)
    if belief.is_proper:
        require_same(belief, data)
    return data, {"names": data.names}


def _posterior(belief: Any, data: Model, labels: dict[str, tuple[str, ...]]) -> NormalInverseGammaRegression:
    after = given(belief, data)
    posterior = NormalInverseGammaRegression(after.mean, 1.0, after.shape, after.scale, **labels)
    return _set(posterior, root=frozen(after.root), precision=frozen(after.root.T @ after.root))


def stacked(model: Model) -> Floats:
    """p + 1 rows that say all that the data do: [root, z; 0, rho] with (p + 1) columns, by QR of standardized columns.

    |y - X beta|^2 = |z - root beta|^2 + rho^2, weighted, whatever beta is.
    """
    work, T = model.standardized()
    R = triangle(work.rows, beside=True)
    R[:, :-1] = np.linalg.solve(T.T, R[:, :-1].T).T
    return R


def triangular(rows: Floats) -> tuple[Floats, Floats, float]:
    """root (p, p) upper triangular, z (p,) and the sum of squares left over, of stacked rows [X, y]."""
    p = rows.shape[1] - 1
    if len(rows) <= p:
        rows = np.concatenate([rows, np.zeros((p + 1 - len(rows), p + 1))])
    unit = np.abs(rows).max(axis=0)
    unit = np.where(unit > 0, unit, 1.0)
    R = np.linalg.qr(rows / unit, mode="r") * unit
    R = R * np.where(np.diagonal(R) < 0, -1.0, 1.0)[:, None]
    return R[:p, :p], R[:p, p], float(R[p, p] ** 2)


@record
class RegressionRows:
    """All rows of a posterior in the order they came: X, y less its offset, precision (n,), counts (n,)."""

    X: Floats
    y: Floats
    offset: Floats
    precision: Floats
    counts: NDArray[np.int64]

    @staticmethod
    def of(batches: Sequence[Model]) -> RegressionRows:
        """The rows of all batches that count at all."""
        parts = []
        for model in batches:
            rows, n = model.rows, len(model.rows.y)
            offset = np.zeros(n) if rows.offset is None else rows.offset
            precision = np.ones(n) if rows.precision is None else rows.precision
            counts = np.ones(n) if rows.weight is None else rows.weight
            some = counts > 0
            parts.append(tuple(part[some] for part in (rows.X, rows.y - offset, offset, precision, counts)))
        X, y, offset, precision, counts = (np.concatenate(part) for part in zip(*parts, strict=True))
        return RegressionRows(X, y, offset, precision, counts.astype(np.int64))

    def log_likelihood(self, drawn: Drawn) -> Floats:
        """log p(y_i | beta, sigma) of every draw and row, (draws, n)."""
        sd = drawn["sigma"][:, None] / np.sqrt(self.precision)
        z = (self.y - drawn["beta"] @ self.X.T) / sd
        return -0.5 * z * z - np.log(sd) - HALF_LOG_TWO_PI

    def replicates(self, drawn: Drawn, random: np.random.Generator) -> Floats:
        """New outcomes of the same rows, (draws, n)."""
        mean = drawn["beta"] @ self.X.T + self.offset
        return mean + drawn["sigma"][:, None] / np.sqrt(self.precision) * random.standard_normal(mean.shape)


def left_out(belief: NormalInverseGammaRegression, seen: Seen) -> LeftOut:
    """One entry per row; DomainError where a row is all that makes the posterior proper."""
    data = RegressionRows.of(seen.batches)
    weight = data.precision
    leverage = weight * np.square(solve_triangular(belief.root, data.X.T, trans=1)).sum(axis=0)
    rest, shape = 1.0 - leverage, belief.shape - 0.5
    gap = data.y - data.X @ belief.mean
    scale = belief.scale - 0.5 * weight * gap * (gap / np.where(rest > 0, rest, 1.0))
    good = (rest > 1e-10) & (scale > 1e-10 * belief.scale) & (shape > 0)
    if not belief.prior.is_proper and not good.all():
        raise DomainError(
            f"loo needs a proper posterior without each row; under {belief.prior!r} there is none without row "
            f"{int(np.argmin(good))}, whose leverage is {leverage[np.argmin(good)]:.6g}. Use a proper prior."
        )
    spread = np.sqrt(scale / shape / rest / weight)
    pointwise = log_t_density(gap / rest / spread, 2.0 * shape) - np.log(spread)
    arm, shown = np.zeros(len(data.y), dtype=np.intp), tuple((data.y + data.offset).tolist())
    return LeftOut(pointwise, data.counts, shown, arm, data.log_likelihood)


def outcomes(belief: object, seen: Seen) -> list[NamedObservations]:
    """The outcomes of the rows, how often each was seen, and its precision."""
    data = RegressionRows.of(seen.batches)
    constant = {"count": data.counts, "precision": data.precision}
    return [NamedObservations("y", data.y + data.offset, data.replicates, data.log_likelihood, constant)]


PAIR = DeclaredPair(
    models=(Model,),
    raw=lambda belief, more: require_ols(more),
    read=_read,
    statistics=lambda data: (),  # the triangle of the posterior says all: it is stacked on that of new rows
    posterior=_posterior,
    log_evidence=log_evidence,
    left_out=left_out,
    outcomes=outcomes,
    variables={"beta": ("coef",), "sigma": ()},
    limit="per_row",
)


@answers_guesses
@constructed_by_callers
@dataclass(frozen=True, eq=False, repr=False)
class NormalInverseGammaRegression(RowPredictions, Updatable, Distribution):
    """What is believed about the coefficients and the error variance of `st.ols`: a prior, and after `update` a
    posterior.

    `mean` (p,) are the expected coefficients, `precision` the inverse of their covariance in units of the error
    variance: a positive definite matrix (p, p), its diagonal (p,), or one number. `shape` and `scale` are those of the
    variance's inverse gamma. `names` are the coefficients, taken from the first data where they are not given. Raises
    DomainError for shapes that differ, and for a precision that is not symmetric positive definite.

    >>> import stattools as st
    >>> model = st.ols("y ~ x", {"y": [1.0, 3.0, 5.0, 8.0], "x": [0, 1, 2, 3]})
    >>> posterior = NormalInverseGammaRegression([0, 0], 0.01, 1, 1).update(model)
    >>> posterior.coefficients.mean.round(4).tolist(), posterior.names
    ([0.8013, 2.2978], ('Intercept', 'x'))
    """

    _pair = PAIR
    mean: Any
    precision: Any
    shape: Any
    scale: Any
    names: Any = field(default=None, kw_only=True)
    seen: Seen | None = field(default=None, init=False)
    root: Floats = field(default_factory=lambda: np.empty(0), init=False)

    def __post_init__(self) -> None:
        title = "NormalInverseGammaRegression needs"
        mean = np.atleast_1d(numbers(self.mean, f"{title} mean"))
        if mean.ndim != 1:
            raise DomainError(f"{title} mean, one number per coefficient; got shape {mean.shape}.")
        precision = numbers(self.precision, f"{title} precision")
        p = len(mean)
        if precision.ndim < 2 and precision.size in (1, p):
            precision = np.diag(np.broadcast_to(precision.ravel(), p))
        root = positive_root(precision, p, f"{title} precision")
        names = labelled("the coefficients", self.names, ("mean", self.mean), ("precision", self.precision))
        names = different(names, p, title, "coefficient")
        _set(self, mean=frozen(mean), precision=frozen(precision), root=frozen(root), names=names)
        _set(self, shape=single(self.shape, f"{title} shape"), scale=single(self.scale, f"{title} scale"))

    @classmethod
    def flat(cls) -> Improper:
        """The flat limit, density 1 / variance, and no distribution, for its mass is infinite.

        Its posterior is ordinary least squares: the estimates of `st.fit`, and its t intervals. It exists from p + 1
        rows on, and has no evidence.

        >>> import stattools as st
        >>> model = st.ols("y ~ x", {"y": [1.0, 3.0, 5.0, 8.0], "x": [0, 1, 2, 3]})
        >>> NormalInverseGammaRegression.flat().update(model).mean.round(12).tolist()
        [0.8, 2.3]
        """
        return Improper(cls, "The flat prior", (0.0, 0.0))

    @classmethod
    def g_prior(
        cls, model: Model, *, g: float, mean: ArrayLike | None = None, shape: float = 0.5, scale: float | None = None
    ) -> NormalInverseGammaRegression:
        """Zellner's g-prior: the precision of the data divided by g, so that the prior is worth n / g rows.

        `mean` is by default that of no effect, the mean of y for the intercept and 0 for the others; `scale` is shape
        s^2, with s^2 the residual variance, so that with `shape` 1/2 the variance is worth one row. The posterior mean
        is (g estimate + mean) / (1 + g).

        >>> import stattools as st
        >>> model = st.ols("y ~ x", {"y": [1.0, 3.0, 5.0, 8.0], "x": [0, 1, 2, 3]})
        >>> prior = NormalInverseGammaRegression.g_prior(model, g=4)
        >>> prior.mean.tolist(), prior.update(model).mean.round(12).tolist()
        ([4.25, 0.0], [1.49, 1.84])
        """
        require_ols(model)
        center, root, shape, scale = zellner(model, g, mean=mean, shape=shape, scale=scale)
        prior = cls(center, np.eye(len(center)), shape, scale, names=model.names)
        return _set(prior, root=frozen(root), precision=frozen(root.T @ root))

    @classmethod
    def unit_information(cls, model: Model) -> NormalInverseGammaRegression:
        """The g-prior worth one row, g = n, around the least-squares estimates; its log evidence is near -BIC / 2.

        It uses the data to say where the prior lies: for comparing models, not for coefficients.
        """
        require_ols(model)
        return cls.g_prior(model, g=model.n, mean=cls.flat().update(model).mean)

    def _headline(self) -> str:
        names = "" if self.names is None else f": {', '.join(self.names[:6])}{', ...' * (len(self.names) > 6)}"
        sizes = f"{len(self.mean)} coefficients{names}; shape={self.shape:.6g}, scale={self.scale:.6g}"
        return f"NormalInverseGammaRegression({sizes})"

    @property
    def coefficients(self) -> StudentT:
        """What is believed about each coefficient whatever the others: Student's t, one entry per coefficient."""
        spread = np.linalg.norm(solve_triangular(self.root, np.eye(len(self.mean))), axis=1)
        return StudentT(2.0 * self.shape, self.mean, np.sqrt(self.scale / self.shape) * spread, arms=self.terms)

    @property
    def variance(self) -> InverseGamma:
        """What is believed about the error variance."""
        return InverseGamma(self.shape, self.scale)

    @property
    def sigma(self) -> RootInverseGamma:
        """What is believed about the error standard deviation."""
        return RootInverseGamma(self.shape, self.scale)

    def marginal(self, name: str) -> StudentT:
        """What is believed about one coefficient.

        >>> NormalInverseGammaRegression([1, 2], 1, 2, 2, names=("a", "b")).marginal("b")
        StudentT(4, 2, 1)
        """
        if not is_one_of(name, self.terms):
            raise DomainError(f"there is no coefficient {quoted(name)}; the names are {', '.join(self.terms[:10])}.")
        every, place = self.coefficients, self.terms.index(name)
        return StudentT(2.0 * self.shape, every.location[place], every.scale[place])

    @property
    def sd(self) -> Floats:
        """Standard deviations of the coefficients."""
        return np.asarray(self.coefficients.sd)

    @property
    def median(self) -> Floats:
        """Medians of the coefficients."""
        return self.mean

    @property
    def mode(self) -> tuple[Floats, float]:
        """Where the joint density is highest: the coefficients, and the variance."""
        return self.mean, self.scale / (self.shape + 1.0 + 0.5 * len(self.mean))

    @property
    def covariance(self) -> Floats:
        """Covariance of the coefficients, (p, p), infinite for shape <= 1."""
        inverse = solve_triangular(self.root, np.eye(len(self.mean)))
        if self.shape <= 1.0:
            return np.full(inverse.shape, np.inf)
        return self.scale / (self.shape - 1.0) * (inverse @ inverse.T)

    def log_density(self, coefficients: ArrayLike, variance: float) -> float:
        """The log of the joint density of coefficients (p,) and an error variance > 0."""
        beta, v = points(coefficients, "a coefficient"), points(variance, "a variance")
        if beta.shape != self.mean.shape or v.ndim or not v > 0:
            raise DomainError(f"log_density needs {len(self.mean)} coefficients and a variance > 0.")
        return float(self._log_density_given(beta, float(v)) + self.variance.log_density(v))

    def density(self, coefficients: ArrayLike, variance: float) -> float:
        """The joint density of coefficients (p,) and an error variance > 0."""
        return float(np.exp(self.log_density(coefficients, variance)))

    def probability(self, low: ArrayLike = -np.inf, high: ArrayLike = np.inf) -> Floats:
        """P(low <= coefficient <= high) of each coefficient."""
        return np.asarray(self.coefficients.probability(low, high))

    def interval(self, prob: float = 0.94, *, kind: Literal["hdi", "eti"] = "hdi") -> Interval:
        """The interval of each coefficient; those of highest density and the equal-tailed ones are the same."""
        return self.coefficients.interval(prob, kind=kind)

    def table(self, prob: float = 0.94, kind: Literal["hdi", "eti"] = "hdi") -> pd.DataFrame:
        """One row per coefficient and one for sigma: term, mean, sd, median, lower, upper."""
        import pandas as pd

        parts = [self.coefficients.table(prob, kind), self.sigma.table(prob, kind).assign(arm="sigma")]
        return pd.concat(parts, ignore_index=True).rename(columns={"arm": "term"})

    def sample(self, draws: int, *, seed: int | np.random.Generator) -> dict[str, Floats]:
        """Independent joint draws: `coefficients` (draws, p) and `sigma` (draws,)."""
        random = generator(seed)
        count = draws_shape(draws, (len(self.mean),), copies=4)[0]
        sigma = self.sigma.sample(count, seed=random)
        noise = solve_triangular(self.root, random.standard_normal((len(self.mean), count)))
        return {"coefficients": self.mean + (noise * sigma).T, "sigma": sigma}

    def update(self, more: Model, /) -> NormalInverseGammaRegression:
        """The posterior given more rows, `st.ols(...)` with the same coefficients.

        Twice is once, in any order, to round-off. Raises IncompatibleError for another model or other coefficients,
        IdentificationError or DomainError where the flat prior meets too few rows or aliased columns.
        """
        return updated(self, more)

    @property
    def terms(self) -> tuple[str, ...]:
        """The names of the coefficients, x1, x2, ... where they have none."""
        return default_names(len(self.mean)) if self.names is None else self.names

    def _labels(self) -> tuple[str, ...]:
        return self.terms

    def _log_density_of(self, drawn: Drawn) -> Floats:
        sigma = drawn["sigma"]
        return self._log_density_given(drawn["beta"], sigma**2) + self.sigma.log_density(sigma)

    def _log_density_given(self, coefficients: Floats, variance: float | Floats) -> Floats:
        """log p(beta | variance) at draws or a single point: coefficients (..., p), variance (...)."""
        z = (coefficients - self.mean) @ self.root.T
        logs = float(log_determinant(self.root)) - len(self.mean) * (HALF_LOG_TWO_PI + 0.5 * np.log(variance))
        with np.errstate(over="ignore"):  # too far away for a density that float64 holds
            return logs - 0.5 * np.square(z).sum(axis=-1) / variance

    def _key(self) -> tuple[object, ...]:
        return (self.names, self.mean.tobytes(), self.precision.tobytes(), self.shape, self.scale)


def _set[B](belief: B, **fields: object) -> B:
    for name, value in fields.items():
        object.__setattr__(belief, name, value)
    return belief
