"""Log densities of samples by SciPy: of each observation, given the parameters of its arm.

One row of `LAWS` per class of models. Fits are climbed from their sum, posteriors are integrals of it times a prior,
and log-likelihoods are compared with it. They share no formula with `models/samples/`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import xlog1py, xlogy

from stattools.interface.arrays import Floats
from stattools.interface.when_needed import stats
from stattools.models.samples.normal import Correlation, NormalSample
from stattools.models.samples.proportions import BernoulliTrials, BinomialArms, Waits
from stattools.models.samples.rates import EventRates
from stattools.models.samples.tables import ConditionalOdds

SMALLEST = 1e-290
"""SciPy's probability of a binomial count has more digits than its logarithm, down to about the least float64."""


class SampleDensity(NamedTuple):
    """`law(*data, *parameters)` is the log density of each observation; `data` are columns of the observations, and
    `arm` (n,) is the number of the arm that each belongs to.
    """

    law: Callable[..., Any]
    data: tuple[Any, ...]
    arm: NDArray[np.intp]

    def of_arm(self, arm: int) -> Callable[..., float]:
        """The log-likelihood of one arm as a function of its parameters, numbers."""
        data = [column[self.arm == arm] for column in self.data]
        return lambda *parameters: float(np.sum(self.law(*data, *parameters)))

    def loglik(self, theta: Floats) -> float:
        """The log-likelihood of all arms: theta has the first parameter of every arm, then the second, if any."""
        parameters = np.reshape(theta, (-1, int(self.arm.max()) + 1))[:, self.arm]
        with np.errstate(divide="ignore", invalid="ignore"):  # a climb may step out of the domain
            total = float(np.sum(self.law(*self.data, *parameters)))
        return total if np.isfinite(total) else -1e300


def observed(model: Any) -> SampleDensity:
    """The observations of a sample with their law.

    >>> import stattools as st
    >>> round(observed(st.binomial(6, 10)).loglik(np.array([0.6])), 6)
    -1.383009
    """
    return LAWS[type(model)](model)


def _sequence(ones: Any, n: Any, p: Any) -> Any:
    return xlogy(ones, p) + xlog1py(n - ones, -p)


def _successes(k: Any, n: Any, p: Any) -> Any:
    probability = stats.binom.pmf(k, n, p)
    usable = probability > SMALLEST
    return np.where(usable, np.log(np.where(usable, probability, 1.0)), stats.binom.logpmf(k, n, p))


def _of_trials(model: BernoulliTrials) -> SampleDensity:
    data = np.array([model.successes]), np.array([model.trials])
    return SampleDensity(_sequence if model.kind == "coin" else _successes, data, np.zeros(1, dtype=np.intp))


def _of_arms(model: BinomialArms) -> SampleDensity:
    law = _sequence if model.observed == "coin" else _successes
    return SampleDensity(law, (model.successes, model.trials), np.arange(len(model.trials)))


def _of_waits(model: Waits) -> SampleDensity:
    return SampleDensity(
        stats.nbinom.logpmf, (model.failures, model.wanted), np.zeros(len(model.failures), dtype=np.intp)
    )


def _of_rates(model: EventRates) -> SampleDensity:
    """Counts in known exposures, or waiting times of which some ended: a density of those, a survival of the others."""
    laws = {
        "poisson rate": lambda y, exposure, rate: stats.poisson.logpmf(y, rate * exposure),
        "exponential rate": lambda ended, time, rate: np.where(
            ended == 1, stats.expon.logpdf(time, scale=1.0 / rate), stats.expon.logsf(time, scale=1.0 / rate)
        ),
    }
    return SampleDensity(laws[model.kind], (model.events, model.exposure), model.index)


def _of_normal(model: NormalSample) -> SampleDensity:
    """Of their means where standard deviations are known, of both where they are not."""
    if model.sd is None:
        return SampleDensity(stats.norm.logpdf, (model.values,), model.arm_of)
    sd = np.broadcast_to(model.sd, model.values.shape)
    return SampleDensity(lambda y, sd, mean: stats.norm.logpdf(y, mean, sd), (model.values, sd), model.arm_of)


def _of_tables(model: ConditionalOdds) -> SampleDensity:
    """SciPy's noncentral hypergeometric distribution of the first cell of each table."""
    tables = model.tables
    data = tables[:, 0, 0], tables.sum(axis=(1, 2)), tables[:, 0].sum(axis=1), tables[:, :, 0].sum(axis=1)
    law = stats.nchypergeom_fisher
    return SampleDensity(
        lambda *cells: law.logpmf(*cells[:-1], np.exp(cells[-1])), data, np.zeros(len(tables), dtype=np.intp)
    )


def _of_pairs(model: Correlation) -> SampleDensity:
    """SciPy's bivariate normal density of four points with the scatter of the rows, each for a quarter of them, at the
    best standard deviations for each rho.
    """
    n, sizes, r = float(model.pairs.n), np.sqrt(np.diagonal(model.pairs.scatter)), model.r
    corners = np.array([[1.0, -1.0, 0.0, 0.0], [0.0, 0.0, 1.0, -1.0]])
    points = (np.linalg.cholesky(np.array([[1.0, r], [r, 1.0]])) @ corners).T * sizes * np.sqrt(2.0 / n)

    def law(x: Floats, y: Floats, rho: Floats) -> Any:
        if not abs(rho[0]) < 1.0:
            return -np.inf
        sd = sizes / np.sqrt(n) * np.sqrt((1.0 - r * rho[0]) / (1.0 - rho[0] ** 2))
        spread = np.array([[1.0, rho[0]], [rho[0], 1.0]]) * np.outer(sd, sd)
        normal: Any = stats.multivariate_normal
        return 0.25 * n * normal.logpdf(np.column_stack([x, y]), np.zeros(2), spread)

    return SampleDensity(law, tuple(points.T), np.zeros(4, dtype=np.intp))


LAWS: dict[type, Callable[[Any], SampleDensity]] = {
    BernoulliTrials: _of_trials,
    BinomialArms: _of_arms,
    Waits: _of_waits,
    EventRates: _of_rates,
    NormalSample: _of_normal,
    ConditionalOdds: _of_tables,
    Correlation: _of_pairs,
}
"""The law of the samples of each class; that of categories has one vector of probabilities for all counts, and stands
where it is climbed, in `scipy_likelihoods.py`.
"""
