"""Log densities of families, written again with NumPy and SciPy's `loggamma` and `log_ndtr` alone.

One row of `DENSITIES` per kind of model, or of a family and a link: log p(y) of y (n,), or (n, 2) of successes and
trials, at the linear predictor eta (n,) and the parameters that all rows share beside the coefficients, if any. They
take complex numbers, so that derivatives are complex steps without round-off; they share no formula with
`likelihoods/`.

Log densities of samples by SciPy: of each observation, given the parameters of its arm.

One row of `LAWS` per class of models. Fits are climbed from their sum, posteriors are integrals of it times a prior,
and log-likelihoods are compared with it. They share no formula with `models/samples/`.

Log-likelihood, score and information of a regression over rows from its log density in `densities.py` alone.

They share no formula with `likelihoods/`: slopes in the linear predictors are complex steps, which have no round-off,
and curvatures are differences of slopes, right to about 1e-10. theta is as in the model: coefficients, of categories
one block each, then a dispersion's logarithm.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_ndtr, loggamma, ndtr, xlog1py, xlogy

from stattools.interface.arrays import Floats
from stattools.interface.when_needed import stats
from stattools.likelihoods.likelihood import unlinked
from stattools.models.model import Model
from stattools.models.predictor import Linear
from stattools.models.regressions.glm import GENERALIZED
from stattools.models.samples.normal import Correlation, NormalSample
from stattools.models.samples.proportions import BernoulliTrials, BinomialArms, Waits
from stattools.models.samples.rates import EventRates
from stattools.models.samples.tables import ConditionalOdds

type Numbers = NDArray[np.inexact]
"""Of rows, real or complex."""

type Shared = Numbers | np.inexact | float
"""A parameter that all rows share: one number, or one for each."""

type Density = Callable[..., Numbers]

DENSITIES: dict[str, Density] = {}


def density(kind: str) -> Callable[[Density], Density]:
    """Enters a log density for the models of a kind."""
    return lambda function: DENSITIES.setdefault(kind, function)


def named(model: Model) -> str:
    """The row of a model in tables of references: its kind, or its family and its link."""
    likelihood = model.likelihood
    first = likelihood.facts.form or next(iter(likelihood.parameters.values()))
    key = " ".join((type(unlinked(likelihood)).__name__, first, *likelihood.facts.added))
    return key if key in DENSITIES else model.kind


def predictors(predictor: Linear, X: Numbers, theta: Numbers) -> list[Numbers]:
    """Every linear predictor without the offset, of complex numbers too; a number for one without columns."""
    each = zip(predictor.constant, predictor.uses, predictor.parts, strict=True)
    return [theta[p.start] if alone else (X if u is None else X[:, list(u)]) @ theta[p] for alone, u, p in each]


@density("logistic")
def _logistic(y: Numbers, eta: Numbers) -> Numbers:
    """The log density of events, or of (n, 2) successes and trials."""
    if y.ndim == 1:
        return y * eta - _log1p_exp(eta)
    k, n = y.T
    return k * eta - n * _log1p_exp(eta) - np.log1p(n) - _log_beta(k + 1.0, n - k + 1.0)


@density("probit")
def _probit(y: Numbers, eta: Numbers) -> Numbers:
    return log_ndtr((2.0 * y - 1.0) * eta)


@density("poisson")
def _poisson(y: Numbers, eta: Numbers) -> Numbers:
    return y * eta - np.exp(eta) - loggamma(y + 1.0)


@density("negative_binomial")
def _negative_binomial(y: Numbers, eta: Numbers, tau: Shared) -> Numbers:
    r, total = np.exp(-tau), np.log1p(np.exp(eta + tau))
    return loggamma(y + r) - loggamma(r) - loggamma(y + 1.0) - r * total + y * (eta + tau - total)


@density("beta_binomial")
def _beta_binomial(y: Numbers, eta: Numbers, tau: Shared) -> Numbers:
    (k, n), odds, s = y.T, np.exp(eta), np.exp(tau)
    a, b = s * odds / (1.0 + odds), s / (1.0 + odds)
    return _log_beta(a + k, b + n - k) - _log_beta(a, b) - np.log1p(n) - _log_beta(k + 1.0, n - k + 1.0)


@density("gamma")
def _gamma(y: Numbers, eta: Numbers, tau: Shared) -> Numbers:
    k = np.exp(-tau)
    return k * (np.log(y) - eta - tau - y * np.exp(-eta)) - loggamma(k) - np.log(y)


@density("zero_inflated")
def _zero_inflated(y: Numbers, eta: Numbers, zero: Shared, *alpha: Shared) -> Numbers:
    p = 1.0 / (1.0 + np.exp(-zero))
    none, some = np.exp(_count(0.0 * y, eta, *alpha)), _count(y, eta, *alpha)
    return np.where(y > 0, np.log(1.0 - p) + some, np.log(p + (1.0 - p) * none))


@density("hurdle")
def _hurdle(y: Numbers, eta: Numbers, zero: Shared, *alpha: Shared) -> Numbers:
    p = 1.0 / (1.0 + np.exp(-zero))
    none, some = _count(0.0 * y, eta, *alpha), _count(y, eta, *alpha)
    positive = np.where(np.real(eta) < -36.0, eta, np.log(-np.expm1(none)))  # of a small mean it is the mean
    return np.where(y > 0, np.log(1.0 - p) + some - positive, np.log(p))


def _count(y: object, eta: object, *alpha: Shared) -> Numbers:
    """Of Poisson counts, or with log alpha of negative binomial ones."""
    return _negative_binomial(y, eta, *alpha) if alpha else _poisson(y, eta)


def _log1p_exp(eta: Numbers) -> Numbers:
    """log(1 + exp(eta)), for large eta too."""
    up = np.real(eta) > 0
    return np.where(up, eta, 0.0) + np.log1p(np.exp(np.where(up, -eta, eta)))


def _log_beta(a: Numbers, b: Numbers) -> Numbers:
    return loggamma(a) + loggamma(b) - loggamma(a + b)


OF_MEAN: dict[str, Density] = {
    "Bernoulli": lambda y, m: np.where(y > 0, np.log(m), np.log(1.0 - m)),
    "Binomial": lambda y, m: (
        y[:, 0] * np.log(m)
        + (y[:, 1] - y[:, 0]) * np.log(1.0 - m)
        - np.log1p(y[:, 1])
        - _log_beta(y[:, 0] + 1.0, y[:, 1] - y[:, 0] + 1.0)
    ),
    "Poisson": lambda y, m: _poisson(y, np.log(m)),
    "NegativeBinomial": lambda y, m, tau: _negative_binomial(y, np.log(m), tau),
    "GammaFamily": lambda y, m, tau: _gamma(y, np.log(m), tau),
    "InverseGaussian": lambda y, m, tau: (
        -0.5 * (np.log(2.0 * np.pi) + tau + 3.0 * np.log(y)) - 0.5 * (y - m) ** 2 / (np.exp(tau) * m * m * y)
    ),
    "BetaFamily": lambda y, m, tau: (
        (np.exp(tau) * m - 1.0) * np.log(y)
        + (np.exp(tau) * (1.0 - m) - 1.0) * np.log1p(-y)
        - _log_beta(np.exp(tau) * m, np.exp(tau) * (1.0 - m))
    ),
    "LocationScale": lambda y, m, tau: -0.5 * ((y - m) / np.exp(tau)) ** 2 - tau - 0.5 * np.log(2.0 * np.pi),
}
"""Log densities at the mean and the parameter that all rows share."""

MEANS: dict[str, Callable[[Numbers], Numbers]] = {
    "identity": lambda eta: eta,
    "log": np.exp,
    "logit": lambda eta: 1.0 / (1.0 + np.exp(-eta)),
    "probit": ndtr,
    "cloglog": lambda eta: -np.expm1(-np.exp(eta)),
    "loglog": lambda eta: np.exp(-np.exp(-eta)),
    "cauchit": lambda eta: 0.5 + np.arctan(eta) / np.pi,
    "inverse": lambda eta: 1.0 / eta,
    "inverse-squared": lambda eta: 1.0 / np.sqrt(eta),
    "sqrt": lambda eta: eta * eta,
}
"""The mean behind each link."""


def _linked(name: str, link: str) -> Density:
    density, mean = OF_MEAN[name], MEANS[link]
    return lambda y, eta, *others: density(y, mean(eta), *others)


for _family in GENERALIZED.values():
    for _link in _family.links:
        _name = type(_family.likelihood).__name__
        if _link not in _family.named:
            DENSITIES[f"{_name} {_link}"] = _linked(_name, _link)
        if _name == "Binomial" and _link not in _family.named:
            DENSITIES[f"Bernoulli {_link}"] = _linked("Bernoulli", _link)

DENSITIES["LocationScale identity"] = _linked("LocationScale", "identity")

DENSITIES["Binomial probit"] = _linked("Binomial", "probit")

CUTS: dict[str, tuple[Callable[[Numbers], Numbers], Callable[[Numbers], Numbers]]] = {
    "logit": (lambda x: 1.0 / (1.0 + np.exp(-x)), lambda x: 1.0 / (1.0 + np.exp(x))),
    "probit": (ndtr, lambda x: ndtr(-x)),
    "cloglog": (lambda x: -np.expm1(-np.exp(x)), lambda x: np.exp(-np.exp(x))),
    "loglog": (lambda x: np.exp(-np.exp(-x)), lambda x: -np.expm1(-np.exp(-x))),
}
"""F and 1 - F of labels in order, by the link."""


def _cumulative(link: str, effects: bool, scale: bool) -> Density:
    """Of the number of a label: thresholds, then the effects at each, then the log scale, as far as there are any."""
    F, S = CUTS[link]

    def density(y: Numbers, eta: Numbers, *others: Shared) -> Numbers:
        count = (len(others) - scale) // (1 + effects)
        shifts = others[count : 2 * count] if effects else (0.0,) * count
        unit = np.exp(-others[-1]) if scale else 1.0
        cuts = [(threshold - eta - shift) * unit for threshold, shift in zip(others, shifts, strict=False)]
        zero, rows, k = 0.0 * eta, np.arange(len(y)), y.astype(int)
        below = np.stack([zero, *map(F, cuts), zero + 1.0], axis=1)
        above = np.stack([zero + 1.0, *map(S, cuts), zero], axis=1)
        left, right = below[rows, k + 1] - below[rows, k], above[rows, k] - above[rows, k + 1]
        return np.log(np.where(np.real(below[rows, k]) > 0.5, right, left))

    return density


for _link in CUTS:
    for _effects in (False, True):
        for _scale in (False, True):
            _added = " nonparallel" * _effects + " scale" * _scale
            DENSITIES[f"Cumulative {_link}{_added}"] = _cumulative(_link, _effects, _scale)


def _late(kind: Callable[..., Numbers]) -> Density:
    """Of the ends (n, 2) between which a time lies and, where there is one, the entry after which it does: a density
    beside the probability of ends, given what the density is of, `kind(low, high, eta, log_scale)`.
    """

    def density(y: Numbers, eta: object, *scale: Shared) -> Numbers:
        low, high, *entry = y.T
        log_scale = scale[0] if scale else 0.0
        found = kind(low, high, eta, log_scale)
        if not entry:
            return found
        late = entry[0] > 0.0
        since = np.where(late, entry[0], 1.0)
        return found - np.where(late, kind(since, np.full(len(low), np.inf), eta, log_scale), 0.0)

    return density


def _log_time(log_density: Density, log_beyond: Density, log_below: Density) -> Density:
    """By log f, log(1 - F) and log F of the log of a time in units of the scale."""

    def density(low: Numbers, high: Numbers, eta: Numbers, log_scale: Shared) -> Numbers:
        seen, above, below = low == high, high == np.inf, low == 0.0
        a = (np.log(np.where(below, 1.0, low)) - eta) / np.exp(log_scale)
        b = (np.log(np.where(above, 1.0, high)) - eta) / np.exp(log_scale)
        between = np.where(
            np.real(a + b) > 0.0,
            log_beyond(a) + np.log(1.0 - np.exp(np.where(seen | above | below, -1.0, log_beyond(b) - log_beyond(a)))),
            log_below(b) + np.log(1.0 - np.exp(np.where(seen | above | below, -1.0, log_below(a) - log_below(b)))),
        )
        one = np.where(above, log_beyond(a), np.where(below, log_below(b), between))
        return np.where(seen, log_density(a) - log_scale - np.log(np.where(below, 1.0, low)), one)

    return _late(density)


def _gamma_time(low: Numbers, high: Numbers, eta: Numbers, log_scale: Shared) -> Numbers:
    """The log density of gamma times, which is summed over panels between the ends."""
    eta, k = np.broadcast_arrays(eta, np.exp(-2.0 * np.asarray(log_scale)))

    def log_density(log_time: Numbers, eta: Numbers, k: Shared) -> Numbers:
        z = k * np.exp(log_time - eta)
        return k * (np.log(k) + log_time - eta) - z - loggamma(k)

    k, at, seen = k + np.zeros(len(low)), np.real(eta), low == high
    start = np.where(low > 0.0, np.log(np.where(low > 0.0, low, 1.0)), at - 40.0 - 40.0 / np.real(k))
    stop = np.where(high < np.inf, np.log(np.where(high < np.inf, high, 1.0)), np.maximum(at, start) + 3.0)
    stop = np.where(high < np.inf, stop, stop + np.log1p(60.0 / np.real(k)))
    ends = start + (stop - start) * np.linspace(0.0, 1.0, 65)[:, None]
    half = 0.5 * (ends[1:] - ends[:-1])
    total = 0.0
    for node, weight in zip(*np.polynomial.legendre.leggauss(8), strict=True):
        total = total + (weight * half * np.exp(log_density(ends[:-1] + half * (1.0 + node), eta, k))).sum(axis=0)
    return np.where(seen, log_density(start, eta, k) - start, np.log(np.where(seen, 1.0, total)))


_extreme = _log_time(lambda z: z - np.exp(z), lambda z: -np.exp(z), lambda z: np.log(1.0 - np.exp(-np.exp(z))))

TIMES: dict[str, Density] = {
    "weibull": _extreme,
    "exponential": _extreme,
    "lognormal": _log_time(
        lambda z: -0.5 * z * z - 0.5 * np.log(2.0 * np.pi), lambda z: log_ndtr(-z), lambda z: log_ndtr(z)
    ),
    "loglogistic": _log_time(lambda z: z - 2.0 * _log1p_exp(z), lambda z: -_log1p_exp(z), lambda z: -_log1p_exp(-z)),
    "gamma": _late(_gamma_time),
}
"""Log densities of times that may be censored, by the distribution."""

DENSITIES |= {f"FailureTime {_name}": _density for _name, _density in TIMES.items()}


def _softmax(y: Numbers, *eta: Numbers) -> Numbers:
    """The log density of the number of a category, whose first one has the linear predictor 0."""
    every = np.column_stack([0.0 * eta[0], *eta])
    top = np.real(every).max(axis=1)
    return every[np.arange(len(y)), y.astype(int)] - top - np.log(np.exp(every - top[:, None]).sum(axis=1))


UP_TO_SCALE: dict[str, Density] = {"ols": lambda y, eta: -0.5 * (y - eta) ** 2}
"""Those whose log density at the maximum over the scale follows from what is here: minus half a squared residual."""

KERNELS = DENSITIES | UP_TO_SCALE | {"softmax": _softmax}
"""What is summed over rows, of each kind of regression; softmax's has one linear predictor per category but one."""

SMALLEST = 1e-290
"""SciPy's probability of a binomial count has more digits than its logarithm, down to about the least float64."""


class SampleDensity(NamedTuple):
    """`law(*data, *parameters)` is the log density of each observation; `data` are columns of the observations, and
    `arm` (n,) is the number of the arm that each belongs to.
    """

    law: Callable[..., Numbers | float]
    data: tuple[NDArray[np.number], ...]
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


def _sequence(ones: Numbers, n: Numbers, p: Numbers) -> Numbers:
    return xlogy(ones, p) + xlog1py(n - ones, -p)


def _successes(k: object, n: object, p: object) -> Numbers:
    probability = stats.binom.pmf(k, n, p)
    usable = probability > SMALLEST
    return np.where(usable, np.log(np.where(usable, probability, 1.0)), stats.binom.logpmf(k, n, p))


def _of_trials(model: BernoulliTrials | BinomialArms) -> SampleDensity:
    law, data = _sequence if model.observed == "coin" else _successes, (model.successes, model.trials)
    return SampleDensity(law, tuple(np.atleast_1d(one) for one in data), np.arange(np.size(model.trials)))


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

    def law(x: Floats, y: Floats, rho: Floats) -> Numbers | float:
        if not abs(rho[0]) < 1.0:
            return -np.inf
        sd = sizes / np.sqrt(n) * np.sqrt((1.0 - r * rho[0]) / (1.0 - rho[0] ** 2))
        spread = np.array([[1.0, rho[0]], [rho[0], 1.0]]) * np.outer(sd, sd)
        normal: Any = stats.multivariate_normal
        return 0.25 * n * normal.logpdf(np.column_stack([x, y]), np.zeros(2), spread)

    return SampleDensity(law, tuple(points.T), np.zeros(4, dtype=np.intp))


LAWS: dict[type, Callable[[Any], SampleDensity]] = {
    BernoulliTrials: _of_trials,
    BinomialArms: _of_trials,
    Waits: _of_waits,
    EventRates: _of_rates,
    NormalSample: _of_normal,
    ConditionalOdds: _of_tables,
    Correlation: _of_pairs,
}
"""The law of the samples of each class; that of categories has one vector of probabilities for all counts, and stands
where it is climbed, in `references/likelihoods.py`.
"""

TINY = 1e-30
"""A complex step."""

STEP = 1e-5
"""A step of differences of slopes: h^2 / 6 is 2e-11, and round-off divided by it 1e-11."""


class Again(NamedTuple):
    """Sums over rows: observations, log-likelihood, score (q,), information (q, q) and sum of squares of the scores
    of single rows (q, q); for `ols` the log-likelihood is minus half the residual sum of squares. Adds with `+`.
    """

    rows: int
    n: float
    loglik: float
    score: Floats
    information: Floats
    squares: Floats

    def __add__(self, other: Again) -> Again:  # type: ignore[override]
        return Again._make(a + b for a, b in zip(self, other, strict=True))


def again(
    kind: str,
    theta: Floats,
    X: Floats,
    y: Floats,
    weight: Floats | None,
    offset: Floats | None,
    predictor: Linear,
) -> Again:
    """The sums of a model of this kind at theta; `predictor` says which columns of X each parameter has.

    >>> found = again("poisson", np.zeros(1), np.ones((2, 1)), np.array([0.0, 3.0]), None, None, Linear(1))
    >>> round(found.loglik, 6), found.score.tolist(), found.information.round(9).tolist()
    (-3.791759, [1.0], [[2.0]])
    """
    n, density = len(X), KERNELS[kind]
    w = np.ones(n) if weight is None else weight
    J, at = _predictors(predictor, theta, X, offset)
    # Where slopes are straight lines a long step loses least.
    h = 1.0 + np.abs(y).max() if kind in UP_TO_SCALE else STEP

    def stepped(at: list[Numbers]) -> Numbers:
        """log densities and, times TINY, their slopes in each linear predictor: complex numbers (m, k)."""
        return np.column_stack([density(y, *_moved(at, j, TINY * 1j)) for j in range(len(at))])

    def curvature(j: int) -> Floats:
        """Minus the slopes of the slopes in the linear predictor j."""
        return (stepped(_moved(at, j, -h)).imag - stepped(_moved(at, j, h)).imag) / (2.0 * h * TINY)

    found, H = stepped(at), np.stack([curvature(j) for j in range(len(at))], axis=1)
    score_rows = np.einsum("mk,mkq->mq", found.imag / TINY, J)
    information = np.einsum("m,mka,mkl,mlb->ab", w, J, H, J, optimize=True)
    loglik = float(w @ found[:, 0].real)
    return Again(n, float(w.sum()), loglik, w @ score_rows, information, (score_rows.T * w) @ score_rows)


def log_likelihood(
    density: Density,
    theta: Floats,
    X: Floats,
    y: Floats,
    weight: Floats | None,
    offset: Floats | None,
    predictor: Linear,
) -> float:
    """The log-likelihood of a log density alone."""
    logs = np.real(density(y, *_predictors(predictor, theta, X, offset)[1]))
    return float(logs.sum() if weight is None else weight @ logs)


def _predictors(predictor: Linear, theta: Floats, X: Floats, offset: Floats | None) -> tuple[Floats, list[Numbers]]:
    """For each row d eta / d theta (m, k, q), and the linear predictors, of which the first has the offset."""
    J = np.zeros((len(X), predictor.width, len(theta)))
    for j, (use, part) in enumerate(zip(predictor.uses, predictor.parts, strict=True)):
        J[:, j, part] = X if use is None else X[:, list(use)] if use else 1.0
    first, *others = (J @ theta).T
    return J, [first if offset is None else first + offset, *others]


def _moved(at: list[Numbers], j: int, step: complex) -> list[Numbers]:
    return [value + step if i == j else value for i, value in enumerate(at)]
