"""Normal measurements as likelihoods: of means and standard deviations, of a mean vector, of a correlation.

    normal        log p(y) = - sum (y_i - mu)^2 / (2 sigma_i^2) - sum log sigma_i - n log(2 pi) / 2,   by arm with `by=`
    multivariate  log p(Y) = - n d log(2 pi) / 2 - n log|Sigma| / 2 - sum (y_i - mu)^T Sigma^-1 (y_i - mu) / 2
    correlation   l(rho)   = constant + n (log(1 - rho^2) / 2 - log(1 - r rho)),   r = S_xy / sqrt(S_xx S_yy)

The data enter through sums that are kept without rounding (`numerics/sums.py`): n, sum y and sum y^2 (y y^T), or, with
known sigma, sum 1/sigma^2 and sum y/sigma^2. The correlation is that of bivariate normal rows, means and standard
deviations at their best; that it is 0 is the slope of a regression of one column on the other that is 0, with the same
t on n - 2 degrees of freedom. Cost: one pass. Source: Casella & Berger, Statistical Inference (2002), ch. 7; Mardia,
Kent & Bibby, Multivariate Analysis (1979), ch. 4, 5.3, 6.5; Fisher, Metron 1 (1921), 3-32, for its interval.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.linalg import solve_triangular
from scipy.special import stdtr

from stattools.data.tables.arrays import NUMBERS, matrix, named, numeric, vector
from stattools.data.tables.table import axes
from stattools.errors import DomainError, IdentificationError, quoted
from stattools.interface.arguments import as_theta
from stattools.interface.arrays import Floats
from stattools.interface.units import LARGEST, SMALLEST, require_size
from stattools.interface.when_needed import optimize
from stattools.models.evaluation import NOT_ASKED, Evaluation
from stattools.models.questions import AnyModel, ModelFacts
from stattools.models.regressions.binding import read_rows
from stattools.models.samples import arms
from stattools.models.samples.arms import Ends, SampleModel
from stattools.numerics.distributions.counts import HALF_LOG_TWO_PI
from stattools.numerics.sums import ExactSum, pair_difference, pair_product, pair_quotient
from stattools.text.columns import many

Pair = tuple[Floats, Floats]

MOST_SUM = 1e200
"""Sums of measurements over known variances are below this."""


def normal(
    y: str | ArrayLike,
    table: object = None,
    /,
    *,
    sd: str | ArrayLike | None = None,
    by: str | ArrayLike | None = None,
    data: object = None,
) -> NormalSample:
    """The likelihood of normal measurements `y`: an array, a list or a column, or its name in the table `data`.

    `sd` is the known standard deviation of a measurement, one number or one per measurement, in the units of y;
    without it the standard deviation is a parameter beside the mean. `by` names the arm of each measurement; arms are
    sorted, categories keep their order. A formula names both, `normal("y ~ arm", table)`, and rows with a missing value
    are dropped and counted. Raises DomainError for missing or infinite values, for text, for `sd` that is not positive
    and for lengths that differ.

    >>> import stattools as st
    >>> st.normal([1.0, 2.0, 4.0, 5.0], by=["a", "a", "b", "b"]).names
    ('mean[a]', 'mean[b]', 'sd[a]', 'sd[b]')
    >>> st.fit(st.normal([1.0, 2.0, 6.0], sd=2.0)).estimate
    array([3.])
    """
    if (rows := arms.arm_rows("normal", y, table, by, data, sd=sd)) is not None:
        return rows.model(lambda: normal(rows.outcome, sd=rows.beside["sd"], by=rows.by))
    arms.require_formula("normal", table)
    if not (data is None and sd is None and by is None):
        y, sd, by = arms.columns("normal", data, y=y, sd=sd, by=by).values()
    values = _measurements(y)
    known = None if sd is None else _known(sd, len(values), float(np.abs(values).max()))
    if by is None:
        return NormalSample(values, known)
    groups = arms.grouping("normal", by, y, len(values))
    return NormalSample(values, known, groups.labels, groups.index.astype(np.intp))


@dataclass(frozen=True, eq=False, repr=False)
class NormalSample(SampleModel):
    """Normal measurements, of one arm or of several: what `st.normal` returns.

    `values` (n,) are the measurements, `sd` their known standard deviations (n,) or None, `codes` (n,) the number of
    each one's arm. theta is one mean per arm and then, where `sd` is None, one standard deviation per arm.
    """

    values: Floats
    sd: Floats | None = None
    arms: tuple[Hashable, ...] | None = None
    codes: NDArray[np.intp] | None = None
    kind = "normal"
    title = "Normal sample"
    facts = ModelFacts(is_unconstrained=True, has_formula=True, has_arms=True)

    @property
    def parameters(self) -> tuple[str, ...]:
        """What each arm has."""
        return ("mean", "sd") if self.sd is None else ("mean",)

    @property
    def names(self) -> tuple[str, ...]:
        """`mean` and `sd`, with the arm in brackets where there are several."""
        if self.arms is None:
            return self.parameters
        return tuple(f"{parameter}[{arm}]" for parameter in self.parameters for arm in self.arms)

    @property
    def ranges(self) -> tuple[Floats, Floats, tuple[str, ...]]:
        """Standard deviations are scales, above 0."""
        means, sds = self.size, len(self.names) - self.size
        low = np.repeat([-np.inf, 0.0], (means, sds))
        return low, np.full(len(low), np.inf), ("coefficient",) * means + ("scale",) * sds

    @property
    def n(self) -> float:
        """Number of measurements."""
        return float(len(self.values))

    @property
    def counted(self) -> str:
        """What was measured, in words."""
        return many(len(self.values), "measurement") + ("" if self.arms is None else f", {many(self.size, 'arm')}")

    @cached_property
    def counts(self) -> NDArray[np.int64]:
        """Measurements per arm, shape (arms,)."""
        return np.bincount(self.codes, minlength=self.size) if self.codes is not None else np.array([len(self.values)])

    @cached_property
    def sums(self) -> tuple[ExactSum, ExactSum]:
        """The sufficient statistics without rounding: sum 1/sd^2 and sum y/sd^2, or sum y and sum y^2, per arm."""
        if self.sd is None:
            first = ExactSum.of(self.values, self.codes, self.size)
            return first, ExactSum.of_products(self.values, self.values, self.codes, self.size)
        weight = self.weight
        first = ExactSum.of(weight, self.codes, self.size)
        return first, ExactSum.of_products(weight, self.values, self.codes, self.size)

    @property
    def weight(self) -> Floats:
        """1 / sd^2 of each measurement, shape (n,); 1 where it is not known."""
        return np.ones(len(self.values)) if self.sd is None else 1.0 / np.square(self.sd)

    @cached_property
    def moments(self) -> tuple[Floats, Floats, Floats]:
        """Per arm the total weight, the weighted mean and the weighted sum of squares about it."""
        weight = np.bincount(self.arm_of, self.weight, self.size)
        if self.sd is None:
            pair, squares = squares_about_mean(self.counts, *(part.rounded() for part in self.sums))
            mean = pair[0]
        else:
            total, first = (part.rounded() for part in self.sums)
            mean = pair_quotient(first, (np.where(total[0] > 0, total[0], 1.0), total[1]))[0]
            squares = np.bincount(self.arm_of, self.weight * np.square(self.values - mean[self.arm_of]), self.size)
        return weight, mean, squares

    @property
    def spread_of_means(self) -> Pair | None:
        """s_j^2 / n_j of each arm and n_j - 1; None where the sd is known or an arm has one value."""
        spare: Floats = np.asarray(self.counts - 1, dtype=np.float64)
        return None if self.sd is not None or spare.min() < 1.0 else (self.moments[2] / spare / self.counts, spare)

    def over(self, arms: Sequence[Hashable]) -> NormalSample:
        """The same data with the arms in this order; an arm that has no data has none here."""
        place = {arm: number for number, arm in enumerate(arms)}
        codes = np.array([place[arm] for arm in self.arms or ()], dtype=np.intp)[self.arm_of]
        return replace(self, arms=tuple(arms), codes=codes)

    @property
    def start(self) -> Floats:
        """Means and standard deviations of the arms."""
        _, mean, squares = self.moments
        if self.sd is not None:
            return mean
        return np.concatenate([mean, np.sqrt(squares / self.counts)])

    def maximum(self) -> Floats:
        """The estimates: (weighted) means, and sqrt(sum (y - mean)^2 / n), where they exist.

        Raises IdentificationError for an arm whose measurements are all equal, or that has a single one, while its
        standard deviation is not known.
        """
        if self.sd is None:
            require_size(self.title, "measurements", self.values)
        if self.sd is None and not (self.moments[2] > 0).all():
            place = int(np.argmin(self.moments[2] > 0))
            arm = "" if self.arms is None else f" in arm {self.arms[place]!r}"
            raise IdentificationError(
                f"{self.title} needs two different measurements to estimate a standard deviation from; "
                f"got {self.counts[place]}{arm}, all equal. Give sd=, or use a prior."
            )
        return self.start

    def covariance(self, theta: ArrayLike) -> Floats:
        """Inverse of the information at the maximum: sigma^2 / n and sigma^2 / 2n, or 1 / sum sd^-2."""
        return np.diag(1.0 / np.diagonal(self.evaluate(theta).information))

    def loglik(self, theta: ArrayLike) -> float:
        """Log-likelihood at theta, shape (len(names),); -inf where a standard deviation is not positive."""
        return self.evaluate(theta, order=0).loglik

    def log_likelihood_by_arm(self, mean: Any, sd: ArrayLike = 1.0) -> Floats:
        """Log-likelihood of each arm at its mean, and at its standard deviation where that is a parameter."""
        weight, center, squares = self.moments
        log_sds = np.bincount(self.arm_of, -0.5 * np.log(self.weight), self.size) + self.counts * np.log(sd)
        distance = (squares + weight * np.square(center - mean)) / np.square(sd)
        return -0.5 * distance - log_sds - self.counts * HALF_LOG_TWO_PI

    @np.errstate(over="ignore", invalid="ignore")  # the solver sees what is no number, and shortens its step
    def evaluate(self, theta: ArrayLike, order: int = 2) -> Evaluation:
        """Log-likelihood (order 0), score (1) and observed information (2) at theta."""
        theta = as_theta(theta, self.title, self.names).reshape(-1)
        if theta.shape != (len(self.names),):
            raise DomainError(
                f"{self.title} has {len(self.names)} parameters ({', '.join(self.names[:6])}); "
                f"got theta of shape {theta.shape}."
            )
        g = self.size
        mean, sd = theta[:g], theta[g:] if self.sd is None else np.ones(g)
        if not (sd > 0).all():
            return Evaluation(-np.inf)
        weight, center, squares = self.moments
        loglik = float(self.log_likelihood_by_arm(mean, sd).sum())
        gap, distance = center - mean, squares + weight * np.square(center - mean)
        if order == 0:
            return Evaluation(loglik)
        score = weight * gap / sd / sd
        if self.sd is None:
            score = np.concatenate([score, (distance / sd**2 - self.counts) / sd])
        if order == 1:
            return Evaluation(loglik, score, NOT_ASKED)
        information = np.diag(weight / sd**2)
        if self.sd is None:
            cross = np.diag(2.0 * weight * gap / sd / sd / sd)
            own = np.diag((3.0 * distance / sd**2 - self.counts) / sd**2)
            information = np.block([[information, cross], [cross, own]])
        return Evaluation(loglik, score, information)

    @property
    def arm_of(self) -> NDArray[np.intp]:
        """The number of each measurement's arm, shape (n,)."""
        return np.zeros(len(self.values), dtype=np.intp) if self.codes is None else self.codes


def squares_about_mean(counts: NDArray[np.generic], total: Pair, squares: Pair) -> tuple[Pair, Floats]:
    """Mean and sum of squared deviations per arm, from n, sum y and sum y^2 without cancellation: sums and the mean are
    pairs high + low.

    >>> y = np.array([1e9, 1e9 + 1, 1e9 + 2])
    >>> squares_about_mean(np.array([3]), ExactSum.of(y).rounded(), ExactSum.of_products(y, y).rounded())[1]
    array([2.])
    """
    n = np.maximum(np.asarray(counts, dtype=float), 1.0)
    mean = pair_quotient(total, (n, np.zeros_like(n)))
    return mean, np.maximum(pair_difference(squares, pair_product(total, mean))[0], 0.0)


def _measurements(y: object) -> Floats:
    values = vector(y, "y")
    if np.asarray(values).dtype.kind not in NUMBERS or np.asarray(values).dtype.kind == "b":
        raise DomainError(f"normal needs measurements y, numbers; got {np.asarray(values).dtype} values.")
    values = np.array(values, dtype=float)
    require_size("normal", "measurements", values, smallest=0.0)
    return values


def _known(sd: object, n: int, size: float) -> Floats:
    given = arms.numbers(sd, "sd=") if axes(sd) else np.asarray(sd)
    if given.dtype.kind not in "iuf" or given.shape not in ((), (n,)):
        raise DomainError(f"normal needs sd=, one number or one per measurement ({n}); got {quoted(sd, 60)}.")
    values = np.broadcast_to(given, (n,)).astype(float)
    good = (values > SMALLEST) & (values < LARGEST)
    if not good.all():
        row = int(np.argmin(good))
        where = "" if given.ndim == 0 else f" at position {row}"
        raise DomainError(f"normal needs sd=, between {SMALLEST:g} and {LARGEST:g}; got {values[row]:.6g}{where}.")
    least = float(values.min())
    if not (size / least < LARGEST and size / least / least < MOST_SUM):
        raise DomainError(
            f"normal takes sums of y / sd^2, which with y of size {size:.1g} and sd of {least:.1g} leave float64. "
            "Change the units of y and sd."
        )
    return values


LARGEST_VALUE = 1e120
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
    if not (np.abs(values) < LARGEST_VALUE).all():
        raise DomainError(f"multivariate_normal needs values below {LARGEST_VALUE:g} in size; change the units of Y.")
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


EXACT = 1e-14
"""1 - r^2 below this is round-off."""


def correlation(formula_or_column: str | ArrayLike, table_or_column: object, /) -> Correlation:
    """The likelihood of the correlation of two columns: `correlation("y ~ x", table)` or `correlation(y, x)`.

    `st.fit` has the correlation r, its test of 0 (Student's t on n - 2 degrees of freedom, as of the slope of `st.ols`)
    and intervals, `kind="fisher"` those of SciPy's and R's tests. Rows with a missing value are dropped and counted.
    Raises DomainError for a column that is constant, for fewer than three rows, and for more than two columns.

    >>> import stattools as st
    >>> fit = st.fit(st.correlation([1.0, 3.0, 2.0, 5.0, 4.0], [1.0, 2.0, 3.0, 4.0, 5.0]))
    >>> fit.table()[["estimate", "statistic", "p_value"]].round(3).to_numpy().tolist()
    [[0.8, 2.309, 0.104]]
    """
    data = read_rows(formula_or_column, table_or_column, None, True)
    y = numeric(data.outcome, data.outcome_name)
    names = [name for name in data.design.names if name != "Intercept"]
    if len(names) != 1 or data.scanned is not None:
        raise DomainError(
            f'correlation needs two columns of numbers in memory, as in "y ~ x"; got {data.outcome_name} and '
            f"{', '.join(names[:6]) or 'no column'}. st.multivariate_normal has those of more."
        )
    x = np.asarray(data.X)[:, data.design.names.index(names[0])]
    return Correlation(
        multivariate_normal(np.column_stack([y, x]), names=[f"{data.outcome_name} ", names[0]]),
        (data.outcome_name, names[0]),
        dropped=data.dropped,
        n_dropped=data.n_dropped,
    )


@dataclass(frozen=True, eq=False, repr=False)
class Correlation(SampleModel):
    """Rows of two columns with one correlation: what `st.correlation` returns; the parameter is rho, from -1 to 1."""

    pairs: MultivariateSample
    columns: tuple[str, str]
    kind = "correlation"
    names = ("correlation",)
    title = "Correlation"
    null = "correlation = 0"
    facts = ModelFacts(has_formula=True, has_intervals=True)
    parameters = ()
    ranges = np.array([-1.0]), np.array([1.0]), ("coefficient",)
    tested = ("t test", "t")
    reached = "The maximum is the correlation of the rows."

    def __post_init__(self) -> None:
        if self.n < 3:
            raise DomainError(f"correlation needs three rows or more; got {self.n:,.0f}.")
        flat = np.diagonal(self.pairs.scatter) <= 0.0
        if flat.any():
            raise DomainError(
                f"correlation needs columns that vary; {self.columns[int(np.argmax(flat))]!r} is constant."
            )

    @property
    def n(self) -> float:
        """Number of rows."""
        return float(self.pairs.n)

    @property
    def counted(self) -> str:
        """How many rows there are of what, in words."""
        return f"{' and '.join(self.columns)}, {many(self.n, 'row')}"

    @cached_property
    def r(self) -> float:
        """The correlation of the rows."""
        scatter = self.pairs.scatter
        size = np.sqrt(np.diagonal(scatter))
        return float(np.clip(scatter[0, 1] / size[0] / size[1], -1.0, 1.0))

    @property
    def start(self) -> Floats:
        """Near r, strictly inside (-1, 1), shape (1,)."""
        return np.array([self.r * (1.0 - 1.0 / (self.n + 1.0))])

    def loglik(self, theta: ArrayLike) -> float:
        """Log-likelihood at rho, the means and standard deviations at their maximum for it; -inf beyond (-1, 1)."""
        rho = self.one_number(theta)
        if not abs(rho) < 1.0:
            return -np.inf
        sizes = float(np.log(np.diagonal(self.pairs.scatter) / self.n).sum())
        level = -self.n * (2.0 * HALF_LOG_TWO_PI + 1.0 + 0.5 * sizes)
        return float(level + self.n * (0.5 * np.log1p(-rho * rho) - np.log1p(-self.r * rho)))

    def evaluate(self, theta: ArrayLike, order: int = 2) -> Evaluation:
        """loglik, score (1,) and information (1, 1)."""
        rho, r = self.one_number(theta), self.r
        if not abs(rho) < 1.0:
            return Evaluation(-np.inf)
        rest, beside = 1.0 - rho * rho, 1.0 - r * rho
        score = self.n * (r / beside - rho / rest)
        bend = self.n * ((1.0 + rho * rho) / rest**2 - (r / beside) ** 2)
        return Evaluation(
            self.loglik(rho),
            np.array([score]) if order else NOT_ASKED,
            np.array([[bend]]) if order > 1 else NOT_ASKED,
        )

    def variance(self, theta: ArrayLike) -> float:
        """Variance of the estimate by the information at r, (1 - r^2)^2 / n."""
        return (1.0 - self.one_number(theta) ** 2) ** 2 / self.n

    def maximum(self) -> Floats:
        """r, shape (1,); IdentificationError where the columns are on one line."""
        if 1.0 - self.r**2 < EXACT:
            first, second = self.columns
            raise IdentificationError(
                f"{self.title} has no maximum: all rows of {first} and {second} are on one line, and the "
                f"log-likelihood rises for ever as the correlation goes to {np.sign(self.r):.0f}."
            )
        return np.array([self.r])

    @property
    def intervals(self) -> Mapping[str, Callable[[float], Ends]]:
        """Confidence intervals by kind, each a function of the level.

        "fisher" is tanh(atanh(r) -+ q / sqrt(n - 3)), "likelihood-ratio" the likelihood's own, "wald" r -+ q se, cut at
        -1 and 1.
        """
        return {"fisher": self._fisher, "likelihood-ratio": self._likelihood_ratio, "wald": self._wald}

    def test(self) -> Ends:
        """Test of a correlation of 0: t = r sqrt((n - 2) / (1 - r^2)) and its two-sided p-value."""
        df = self.n - 2.0
        t = self.r * np.sqrt(df / (1.0 - self.r**2))
        return float(t), float(2.0 * stdtr(df, -abs(t)))

    def _fisher(self, level: float) -> Ends:
        if self.n <= 3:
            return -1.0, 1.0  # three rows say nothing: the interval on the scale of atanh is the whole line
        half = arms.normal_quantile(level) / np.sqrt(self.n - 3.0)
        middle = np.arctanh(self.maximum()[0])
        return float(np.tanh(middle - half)), float(np.tanh(middle + half))

    def _wald(self, level: float) -> Ends:
        r = float(self.maximum()[0])
        half = arms.normal_quantile(level) * self.variance(r) ** 0.5
        return max(-1.0, r - half), min(1.0, r + half)

    def _likelihood_ratio(self, level: float) -> Ends:
        r = float(self.maximum()[0])
        wanted = self.loglik(r) - 0.5 * arms.normal_quantile(level) ** 2

        def gap(z: float) -> float:
            return self.loglik(np.tanh(z)) - wanted

        middle, reach = float(np.arctanh(r)), 1.0
        while gap(middle - reach) > 0.0 or gap(middle + reach) > 0.0:
            reach *= 1.5
        sides = [sorted((middle, middle + s * reach)) for s in (-1.0, 1.0)]
        lower, upper = (float(optimize.brentq(gap, *side, xtol=1e-13)) for side in sides)
        return float(np.tanh(lower)), float(np.tanh(upper))

    def arrays(self) -> dict[str, object]:
        """What the log-likelihood depends on, for the hash of the data."""
        return {"n": self.n, "r": self.r, "scatter": np.diagonal(self.pairs.scatter)}
