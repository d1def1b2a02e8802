"""Normal measurements as a likelihood: of their mean where the standard deviation is known, of both where it is not.

    log p(y) = - sum (y_i - mu)^2 / (2 sigma_i^2) - sum log sigma_i - n log(2 pi) / 2

The data enter through sums that are kept without rounding (`data/exact_sum.py`): n, sum y and sum y^2, or, with known
sigma, sum 1/sigma^2 and sum y/sigma^2. With `by=` there is one sample per arm. Cost: one pass.
Source: Casella & Berger, Statistical Inference (2002), ch. 7.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stattools.data.tables.arrays import NUMBERS, vector
from stattools.data.tables.table import axes
from stattools.errors import DomainError, IdentificationError, quoted
from stattools.interface.arguments import as_theta
from stattools.interface.arrays import Floats
from stattools.interface.units import LARGEST, SMALLEST, require_size
from stattools.models.evaluation import NOT_ASKED, Evaluation
from stattools.models.samples.arms import columns, grouping, numbers
from stattools.models.samples.arms_of_formula import arm_rows, require_formula
from stattools.models.samples.sample_model import SampleModel
from stattools.numerics.exact_sum import ExactSum, pair_difference, pair_product, pair_quotient
from stattools.numerics.saddle_point import HALF_LOG_TWO_PI
from stattools.text.one_line import many

Pair = tuple[Floats, Floats]
MOST_SUM = 1e200
"""Sums of measurements over known variances are below this."""


def normal(
    y: str | ArrayLike,
    table: Any = None,
    /,
    *,
    sd: str | ArrayLike | None = None,
    by: str | ArrayLike | None = None,
    data: Any = None,
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
    if (rows := arm_rows("normal", y, table, by, data, sd=sd)) is not None:
        return rows.model(lambda: normal(rows.outcome, sd=rows.beside["sd"], by=rows.by))
    require_formula("normal", table)
    if not (data is None and sd is None and by is None):
        found = columns("normal", data, y=y, sd=sd, by=by)
        y, sd, by = found["y"], found["sd"], found["by"]
    values = _measurements(y)
    known = None if sd is None else _known(sd, len(values), float(np.abs(values).max()))
    if by is None:
        return NormalSample(values, known)
    arms = grouping("normal", by, y, len(values))
    return NormalSample(values, known, arms.labels, arms.index.astype(np.intp))


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
    is_unconstrained = True

    @property
    def size(self) -> int:
        """Number of arms."""
        return 1 if self.arms is None else len(self.arms)

    @property
    def shape(self) -> tuple[int, ...]:
        """() for one sample, (arms,) with `by=`."""
        return () if self.arms is None else (self.size,)

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
    def positive(self) -> tuple[str, ...]:
        """The names of the standard deviations."""
        return self.names[self.size :]

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
            mean, squares = mean_and_squares(self.counts, *self.sums)
        else:
            total, first = (part.rounded() for part in self.sums)
            mean = pair_quotient(first, _or_one(total))[0]
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

    def log_likelihood_by_arm(self, mean: Any, sd: Any = 1.0) -> Floats:
        """Log-likelihood of each arm at its mean, and at its standard deviation where that is a parameter."""
        weight, center, squares = self.moments
        log_sds = np.bincount(self.arm_of, np.log(self._sds), self.size) + self.counts * np.log(sd)
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

    @property
    def _sds(self) -> Floats:
        return np.ones(len(self.values)) if self.sd is None else self.sd


def mean_and_squares(counts: NDArray[Any], first: ExactSum, second: ExactSum) -> tuple[Floats, Floats]:
    """Mean and sum of squared deviations per arm, from n, sum y and sum y^2, without cancellation.

    >>> y = np.array([1e9, 1e9 + 1, 1e9 + 2])
    >>> mean_and_squares(np.array([3]), ExactSum.of(y), ExactSum.of_products(y, y))[1]
    array([2.])
    """
    mean, squares = squares_about_mean(counts, first.rounded(), second.rounded())
    return mean[0], squares


def squares_about_mean(counts: NDArray[Any], total: Pair, squares: Pair) -> tuple[Pair, Floats]:
    """The same from sums as pairs high + low, the mean as a pair too."""
    n = np.maximum(np.asarray(counts, dtype=float), 1.0)
    mean = pair_quotient(total, (n, np.zeros_like(n)))
    return mean, np.maximum(pair_difference(squares, pair_product(total, mean))[0], 0.0)


def _or_one(pair: Pair) -> Pair:
    return np.where(pair[0] > 0, pair[0], 1.0), pair[1]


def _measurements(y: Any) -> Floats:
    values = vector(y, "y")
    if np.asarray(values).dtype.kind not in NUMBERS or np.asarray(values).dtype.kind == "b":
        raise DomainError(f"normal needs measurements y, numbers; got {np.asarray(values).dtype} values.")
    values = np.array(values, dtype=float)
    require_size("normal", "measurements", values, smallest=0.0)
    return values


def _known(sd: Any, n: int, size: float) -> Floats:
    given = numbers(sd, "sd=") if axes(sd) else np.asarray(sd)
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
