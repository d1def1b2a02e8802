"""Every likelihood, predictor, solver, regression and conjugate pair once: the contract tests run over these lists, and
a new one adds a row here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from scipy import special, stats

import stattools as st
from stattools.likelihoods import Cumulative
from stattools.likelihoods.linked import Linked
from stattools.likelihoods.links import LINKS
from stattools.models.predictor import Linear
from stattools.models.regressions.glm import GENERALIZED
from tests.cloglog import cloglog
from tests.families import ALONE, CASES, REFUSED, law_of
from tests.gumbel import Gumbel, gumbel
from tests.zeros import Behind, Inflated

Floats = NDArray[np.float64]


def rng(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


@dataclass(frozen=True)
class LikelihoodCase:
    """A likelihood, a reference log-likelihood of it, outcomes to try, and outcomes that it must refuse."""

    name: str
    likelihood: Any
    reference: Callable[[Floats, Floats], Floats]
    outcomes: Callable[[np.random.Generator, int], Floats]
    refused: tuple[Any, ...]
    spread: float = 2.0
    center: float = 0.0
    arranged: Callable[[Floats], Floats] = np.asarray

    def draw(self, generator: np.random.Generator, n: int = 40) -> tuple[Floats, Floats]:
        width = self.likelihood.width
        eta = self.spread * generator.standard_normal(n if width == 1 else (n, width))
        eta[(slice(None), 0)[: eta.ndim]] += self.center
        return self.arranged(eta), self.outcomes(generator, n)

    def __str__(self) -> str:
        return self.name


def _categorical_reference(eta: Floats, y: Floats) -> Floats:
    full = np.column_stack([np.zeros(len(eta)), eta])
    p = special.softmax(full, axis=1)
    return stats.multinomial.logpmf(np.eye(full.shape[1])[y.astype(int)], 1, p)


def _weibull(y: Floats, scale: Floats, shape: Floats) -> Floats:
    z = y / scale
    return np.log(shape / scale) + (shape - 1.0) * np.log(z) - z**shape


def _with_cuts(eta: Floats) -> Floats:
    """Three thresholds in order and apart, small effects at each cut and small scales, where there are any."""
    eta[:, 1:4] = np.cumsum(0.3 + np.abs(eta[:, 1:4]), axis=1) - 2.0
    eta[:, 4:] *= 0.1
    return eta


def _cumulative_reference(law: Any) -> Callable[[Floats, Floats], Floats]:
    def reference(eta: Floats, y: Floats) -> Floats:
        effects = eta[:, 4:7] if eta.shape[1] > 6 else 0.0
        scale = np.exp(eta[:, -1:]) if eta.shape[1] in (5, 8) else 1.0
        ends = np.full((len(eta), 1), np.inf)
        cuts = np.column_stack([-ends, (eta[:, 1:4] - eta[:, :1] - effects) / scale, ends])
        rows, y = np.arange(len(eta)), y.astype(int)
        a, b = cuts[rows, y], cuts[rows, y + 1]
        return np.log(np.where(a > 0.0, law.sf(a) - law.sf(b), law.cdf(b) - law.cdf(a)))

    return reference


OWN = {
    "scipy real": st.likelihood(stats.logistic, parameters={"loc": "identity", "scale": "log"}),
    "scipy count": st.likelihood(stats.poisson, parameters={"mu": "log"}),
    "functions": st.likelihood(
        "Weibull",
        _weibull,
        parameters={"scale": "log", "shape": "log"},
        outcome="positive",
        mean=lambda scale, shape: scale * special.gamma(1.0 + 1.0 / shape),
        variance=lambda scale, shape: stats.weibull_min.var(shape, scale=scale),
        cdf=lambda y, scale, shape: -np.expm1(-((y / scale) ** shape)),
        quantile=lambda p, scale, shape: scale * (-np.log1p(-p)) ** (1.0 / shape),
        sample=lambda scale, shape, size, random_state: scale * random_state.weibull(shape, size),
    ),
}
"""Likelihoods of one's own."""


LIKELIHOODS = [
    LikelihoodCase(
        "bernoulli",
        st.Bernoulli(),
        lambda eta, y: stats.bernoulli.logpmf(y, special.expit(eta)),
        lambda g, n: g.integers(0, 2, n).astype(float),
        (0.5, 2, -1, np.nan, np.inf, "yes"),
    ),
    LikelihoodCase(
        "binomial",
        st.Binomial(trials=12),
        lambda eta, y: stats.binom.logpmf(y, 12, special.expit(eta)),
        lambda g, n: g.integers(0, 13, n).astype(float),
        (0.5, 13, -1, np.nan, "yes"),
    ),
    LikelihoodCase(
        "binomial with trials in y",
        st.Binomial(),
        lambda eta, y: stats.binom.logpmf(y[:, 0], y[:, 1], special.expit(eta)),
        lambda g, n: np.sort(g.integers(0, 9, (n, 2)), axis=1).astype(float),
        ([3, 2], [1, 2.5], [np.nan, 2], [-1, 2]),
    ),
    LikelihoodCase(
        "gaussian",
        st.Gaussian(scale=1.7),
        lambda eta, y: stats.norm.logpdf(y, eta, 1.7),
        lambda g, n: 3.0 * g.standard_normal(n),
        (np.nan, np.inf, "tall"),
    ),
    LikelihoodCase(
        "poisson",
        st.Poisson(),
        lambda eta, y: stats.poisson.logpmf(y, np.exp(eta)),
        lambda g, n: g.poisson(4.0, n).astype(float),
        (0.5, -1, np.nan, np.inf, "many"),
    ),
    LikelihoodCase(
        "probit",
        st.Probit(),
        lambda eta, y: stats.norm.logcdf((2 * y - 1) * eta),
        lambda g, n: g.integers(0, 2, n).astype(float),
        (0.5, 2, -1, np.nan, "yes"),
    ),
    LikelihoodCase(
        "negative binomial",
        st.NegativeBinomial(),
        lambda eta, y: stats.nbinom.logpmf(y, np.exp(-eta[:, 1]), 1 / (1 + np.exp(eta.sum(axis=1)))),
        lambda g, n: g.poisson(4.0, n).astype(float),
        (0.5, -1, np.nan, np.inf, "many"),
        spread=1.0,
    ),
    LikelihoodCase(
        "beta-binomial",
        st.BetaBinomial(trials=12),
        lambda eta, y: stats.betabinom.logpmf(
            y, 12, np.exp(eta[:, 1] + special.log_expit(eta[:, 0])), np.exp(eta[:, 1] + special.log_expit(-eta[:, 0]))
        ),
        lambda g, n: g.integers(0, 13, n).astype(float),
        (0.5, 13, -1, np.nan, "yes"),
        spread=1.0,
    ),
    LikelihoodCase(
        "gamma",
        st.GammaFamily(),
        lambda eta, y: stats.gamma.logpdf(y, np.exp(-eta[:, 1]), scale=np.exp(eta.sum(axis=1))),
        lambda g, n: g.gamma(2.0, size=n),
        (0, -1, np.nan, np.inf, "dear"),
        spread=1.0,
    ),
    LikelihoodCase(
        "categorical",
        st.Categorical(4),
        _categorical_reference,
        lambda g, n: g.integers(0, 4, n).astype(float),
        (4, -1, 0.5, np.nan, "red"),
    ),
    LikelihoodCase(
        "categorical of two",
        st.Categorical(2),
        lambda eta, y: stats.bernoulli.logpmf(y, special.expit(eta)),
        lambda g, n: g.integers(0, 2, n).astype(float),
        (2, 0.5),
        spread=1.0,
    ),
    *(
        LikelihoodCase(
            f"cumulative {words}".strip(),
            Cumulative(4, link, (), "partial" in words, "scale" in words),
            _cumulative_reference(law),
            lambda g, n: g.integers(0, 4, n).astype(float),
            (4, -1, 0.5, np.nan, "red"),
            spread=1.0,
            arranged=_with_cuts,
        )
        for words, link, law in (
            ("", "logit", stats.logistic),
            ("probit", "probit", stats.norm),
            ("cloglog", "cloglog", stats.gumbel_l),
            ("loglog", "loglog", stats.gumbel_r),
            ("partial", "logit", stats.logistic),
            ("scale", "logit", stats.logistic),
            ("probit partial scale", "probit", stats.norm),
        )
    ),
    LikelihoodCase(
        "gumbel",
        Gumbel(),
        lambda eta, y: stats.gumbel_r.logpdf(y, eta[:, 0], np.exp(eta[:, 1])),
        lambda g, n: g.gumbel(size=n),
        (np.nan, np.inf, "tall"),
        spread=0.5,
    ),
    *(
        LikelihoodCase(
            name,
            GENERALIZED[name].likelihood,
            lambda eta, y, name=name: law_of(name, eta[:, 0], eta[:, 1]).logpdf(y),
            lambda g, n, name=name: CASES[name].drawn(g, np.full(n, 0.5)),
            REFUSED[GENERALIZED[name].likelihood.outcome],
            spread=0.5 if name == "normal" else 1.0,
        )
        for name in (*ALONE, "normal")
    ),
    *(
        LikelihoodCase(
            name,
            make(),
            lambda eta, y, law=law: law(stats.poisson(np.exp(eta[:, 0])), special.expit(eta[:, 1])).logpmf(y),
            lambda g, n: g.poisson(2.0, n).astype(float),
            (0.5, -1, np.nan, np.inf, "many"),
            spread=1.0,
        )
        for name, make, law in (("zero-inflated", st.ZeroInflated, Inflated), ("hurdle", st.Hurdle, Behind))
    ),
    *(
        LikelihoodCase(
            f"{name} negative binomial",
            make(st.NegativeBinomial()),
            lambda eta, y, law=law: law(
                stats.nbinom(np.exp(-eta[:, 2]), special.expit(-eta[:, 0] - eta[:, 2])), special.expit(eta[:, 1])
            ).logpmf(y),
            lambda g, n: g.poisson(2.0, n).astype(float),
            (0.5, -1, np.nan, np.inf, "many"),
            spread=1.0,
        )
        for name, make, law in (("zero-inflated", st.ZeroInflated, Inflated), ("hurdle", st.Hurdle, Behind))
    ),
    LikelihoodCase(
        "zero-truncated",
        st.ZeroTruncated(),
        lambda eta, y: stats.poisson.logpmf(y, np.exp(eta)) - np.log(-np.expm1(-np.exp(eta))),
        lambda g, n: 1.0 + g.poisson(2.0, n),
        (0, 0.5, -1, np.nan, np.inf, "many"),
        spread=1.0,
    ),
    LikelihoodCase(
        "zero-truncated negative binomial",
        st.ZeroTruncated(st.NegativeBinomial()),
        lambda eta, y: Behind(stats.nbinom(np.exp(-eta[:, 1]), special.expit(-eta.sum(axis=1))), 0.0).logpmf(y),
        lambda g, n: 1.0 + g.poisson(2.0, n),
        (0, 0.5, -1, np.nan, np.inf, "many"),
        spread=1.0,
    ),
    LikelihoodCase(
        "bernoulli log",
        Linked(st.Bernoulli(), LINKS["log"]),
        lambda eta, y: stats.bernoulli.logpmf(y, np.exp(eta)),
        lambda g, n: g.integers(0, 2, n).astype(float),
        (0.5, 2, -1, np.nan, np.inf, "yes"),
        spread=0.9,
        center=-3.0,
    ),
    LikelihoodCase(
        "gamma inverse",
        Linked(st.GammaFamily(), LINKS["inverse"]),
        lambda eta, y: stats.gamma.logpdf(y, np.exp(-eta[:, 1]), scale=np.exp(eta[:, 1]) / eta[:, 0]),
        lambda g, n: g.gamma(2.0, size=n),
        (0, -1, np.nan, np.inf, "dear"),
        spread=0.3,
        center=2.0,
    ),
    *(
        LikelihoodCase(
            f"bernoulli {name}",
            Linked(st.Bernoulli(), LINKS[name]),
            lambda eta, y, mean=mean: stats.bernoulli.logpmf(y, mean(eta)),
            lambda g, n: g.integers(0, 2, n).astype(float),
            (0.5, 2, -1, np.nan, np.inf, "yes"),
            spread=0.7,
        )
        for name, mean in {
            "cloglog": lambda eta: -np.expm1(-np.exp(eta)),
            "loglog": lambda eta: np.exp(-np.exp(-eta)),
            "cauchit": stats.cauchy.cdf,
        }.items()
    ),
    LikelihoodCase(
        "binomial probit",
        Linked(st.Binomial(trials=12), LINKS["probit"]),
        lambda eta, y: stats.binom.logpmf(y, 12, special.ndtr(eta)),
        lambda g, n: g.integers(0, 13, n).astype(float),
        (0.5, 13, -1, np.nan, "yes"),
        spread=0.7,
    ),
    LikelihoodCase(
        "gaussian log",
        Linked(st.Gaussian(scale=1.7), LINKS["log"]),
        lambda eta, y: stats.norm.logpdf(y, np.exp(eta), 1.7),
        lambda g, n: g.uniform(-0.02, 4.0, n),
        (np.nan, np.inf, "tall"),
        spread=0.7,
    ),
    LikelihoodCase(
        "poisson sqrt",
        Linked(st.Poisson(), LINKS["sqrt"]),
        lambda eta, y: stats.poisson.logpmf(y, eta**2),
        lambda g, n: g.poisson(4.0, n).astype(float),
        (0.5, -1, np.nan, np.inf, "many"),
        spread=0.2,
        center=2.0,
    ),
    LikelihoodCase(
        "negative binomial sqrt",
        Linked(st.NegativeBinomial(), LINKS["sqrt"]),
        lambda eta, y: stats.nbinom.logpmf(y, np.exp(-eta[:, 1]), 1 / (1 + np.exp(eta[:, 1]) * eta[:, 0] ** 2)),
        lambda g, n: g.poisson(4.0, n).astype(float),
        (0.5, -1, np.nan, np.inf, "many"),
        spread=0.4,
        center=2.0,
    ),
    *(
        LikelihoodCase(
            f"failure time {name}",
            st.FailureTime(name),
            lambda eta, y, law=law: law(eta.reshape(len(eta), -1)).logpdf(y),
            lambda g, n: g.gamma(2.0, size=n),
            (0, -1, np.nan, "late"),
            spread=0.5,
        )
        for name, law in (
            ("weibull", lambda eta: stats.weibull_min(np.exp(-eta[:, 1]), scale=np.exp(eta[:, 0]))),
            ("lognormal", lambda eta: stats.lognorm(np.exp(eta[:, 1]), scale=np.exp(eta[:, 0]))),
            ("exponential", lambda eta: stats.expon(scale=np.exp(eta[:, 0]))),
        )
    ),
    LikelihoodCase(
        "own of SciPy",
        OWN["scipy real"],
        lambda eta, y: stats.logistic.logpdf(y, eta[:, 0], np.exp(eta[:, 1])),
        lambda g, n: 3.0 * g.standard_normal(n),
        (np.nan, np.inf, "tall"),
        spread=1.0,
    ),
    LikelihoodCase(
        "own counts of SciPy",
        OWN["scipy count"],
        lambda eta, y: stats.poisson.logpmf(y, np.exp(eta)),
        lambda g, n: g.poisson(4.0, n).astype(float),
        (0.5, -1, np.nan, np.inf, "many"),
        spread=1.0,
    ),
    LikelihoodCase(
        "own of functions",
        OWN["functions"],
        lambda eta, y: stats.weibull_min.logpdf(y, np.exp(eta[:, 1]), scale=np.exp(eta[:, 0])),
        lambda g, n: g.gamma(2.0, size=n),
        (0, -1, np.nan, np.inf, "dear"),
        spread=0.5,
    ),
]

PREDICTORS = {
    "one mean": Linear(3),
    "softmax": Linear(3, width=2),
    "a mean, and a constant": Linear(3, 2, ((),)),
    "a mean on all columns, the second on two of them": Linear(4, 2, ((0, 3),)),
    "a mean on some columns, the second on others": Linear(4, 2, ((0, 3),), main=(0, 1, 2)),
    "three, on all, on some and on none": Linear(4, 3, ((0, 2), ())),
    "three, on all, on none and on some": Linear(4, 3, ((), (0, 2))),
    "three categories, and a constant": Linear(3, 3, ((),)),
}

SOLVERS = [st.Newton(), st.LBFGS(), st.GradientDescent()]
"""Solvers that take any regression; LeastSquares takes the Gaussian one only."""


@dataclass(frozen=True)
class RegressionCase:
    """A constructor of regressions, and SciPy's distribution of an outcome given what the constructor estimates.

    `distribution(eta, extra, beside)` is that of every row: eta (..., n), or (..., n, K - 1) of K categories, with
    the offset in it; `extra` are the parameters beside the coefficients, and `beside` the columns that stand beside
    the table, by name. `name` is words: the family first, then the columns beside it. Linear predictors are drawn
    about `center`; `links` are those of the parameters beside them, logarithms where nothing is
    said. A table has `rows`: more where half of them would have no maximum. What is `slow` is asked by the tests of a
    night.
    """

    name: str
    make: Callable[..., Any]
    distribution: Callable[[Floats, Any, pd.DataFrame], Any]
    truth: tuple[Any, ...] = ()
    links: tuple[str, ...] = ()
    outcome: str = "count"
    center: float = 0.0
    spread: float = 1.0
    rows: int = 80
    slow: bool = False

    @property
    def words(self) -> frozenset[str]:
        """Of the name, and the kind of outcome: what a question says of whom it has no answer for."""
        return frozenset([*self.name.split(), self.outcome, *["continuous"] * self.is_continuous])

    @property
    def is_continuous(self) -> bool:
        return self.outcome in ("real", "positive", "unit")

    @property
    def beside(self) -> tuple[str, ...]:
        return tuple(word for word in self.name.split() if word in BESIDE)

    def table(self, n: int | None = None, seed: int = 18) -> pd.DataFrame:
        """Rows with a number and a factor, all that may stand beside them, and outcomes drawn at the true values."""
        n, g = self.rows if n is None else n, rng(seed)
        frame = pd.DataFrame({"x": g.normal(size=n), "g": np.array(list("abc"))[g.permutation(np.arange(n) % 3)]})
        frame = frame.assign(
            weights=g.integers(1, 4, n),
            offset=0.3 * g.normal(size=n),
            exposure=g.uniform(0.5, 2.0, n),
            trials=g.integers(2, 9, n),
            precision=g.uniform(0.5, 2.0, n),
        )
        eta = 0.4 + 0.7 * frame.x - 0.5 * (frame.g == "b") + 0.3 * (frame.g == "c")
        eta = self.center + self.spread * eta
        eta = eta + frame.offset * ("offset" in self.beside) + np.log(frame.exposure) * ("exposure" in self.beside)
        eta = eta.to_numpy() if self.outcome != "category" else np.outer(eta, [1.0, -0.5])
        y = self.distribution(eta, *self.truth, frame).rvs(random_state=g)
        return frame.assign(y=np.array(["one", "three", "two"])[y] if self.outcome == "category" else y)

    def model(self, formula: str, table: Any) -> Any:
        return self.make(formula, table, **{name: name for name in self.beside})

    def __str__(self) -> str:
        return self.name


BESIDE = ("weights", "offset", "exposure", "trials", "precision")


class Categories:
    """SciPy's multinomial of one trial, whose outcome is the number of the category; eta against the first."""

    def __init__(self, eta: Floats) -> None:
        self.p = special.softmax(np.concatenate([np.zeros((*eta.shape[:-1], 1)), eta], axis=-1), axis=-1)

    def logpmf(self, y: Floats) -> Floats:
        codes = np.broadcast_to(np.asarray(y, dtype=int), self.p.shape[:-1])
        return np.log(np.take_along_axis(self.p, codes[..., None], axis=-1)[..., 0])

    def mean(self) -> Floats:
        return self.p

    def rvs(self, random_state: np.random.Generator) -> Floats:
        u = random_state.random((*self.p.shape[:-1], 1))
        return (u > self.p.cumsum(axis=-1)[..., :-1]).sum(axis=-1)


class Ordered:
    """Labels in order, numbered from 0: P(y <= k) = F(theta_k - eta), F that of a law of SciPy."""

    def __init__(self, eta: Floats, thresholds: tuple[Any, ...], law: Any = stats.logistic) -> None:
        cuts = [law.cdf(theta - eta) for theta in thresholds]
        zero = np.zeros(np.broadcast_shapes(*(cut.shape for cut in cuts)))
        self.below = np.stack([*(cut + zero for cut in cuts), zero + 1.0], axis=-1)
        self.p = np.diff(self.below, prepend=0.0, axis=-1)

    def logpmf(self, y: Floats) -> Floats:
        codes = np.broadcast_to(np.asarray(y, dtype=int), self.p.shape[:-1])
        return np.log(np.take_along_axis(self.p, codes[..., None], axis=-1)[..., 0])

    def cdf(self, y: Floats) -> Floats:
        codes = np.broadcast_to(np.asarray(y, dtype=int), self.p.shape[:-1])
        found = np.take_along_axis(self.below, np.maximum(codes, 0)[..., None], axis=-1)[..., 0]
        return np.where(codes < 0, 0.0, found)

    def mean(self) -> Floats:
        return self.p

    def rvs(self, random_state: np.random.Generator) -> Floats:
        u = random_state.random((*self.p.shape[:-1], 1))
        return (u > self.below[..., :-1]).sum(axis=-1)


def _shares(eta: Floats, log_precision: Any, beside: pd.DataFrame) -> Any:
    s = np.exp(log_precision)
    return stats.betabinom(beside.trials.to_numpy(), s * special.expit(eta), s * special.expit(-eta))


def _negative_binomial(eta: Floats, log_alpha: Any, beside: pd.DataFrame) -> Any:
    return stats.nbinom(np.exp(-log_alpha), special.expit(-log_alpha - eta))


def _family(make: Any, distribution: Any, *names: str, nightly: int = 0, **options: Any) -> list[RegressionCase]:
    """One row per name; the last `nightly` of them are slow."""
    late = names[len(names) - nightly :]
    return [RegressionCase(name, make, distribution, **({"slow": name in late} | options)) for name in names]


def _times(formula: Any, table: Any, **options: Any) -> Any:
    """Times that were all seen, of a formula "y ~ x"."""
    return st.aft(formula.replace("y ~", "survival(y) ~"), table, **options)


_times.func = st.aft  # type: ignore[attr-defined]


def _own(likelihood: Any, formula: Any, table: Any, **options: Any) -> Any:
    return st.regression(formula, table, likelihood, **options)


REGRESSIONS = [
    *_family(st.ols, lambda eta, sd, b: stats.norm(eta, sd), "ols", "ols weights offset", truth=(0.8,), outcome="real"),
    *_family(
        st.ols,
        lambda eta, sd, b: stats.norm(eta, sd / np.sqrt(b.precision.to_numpy())),
        "ols precision",
        truth=(0.8,),
        outcome="real",
    ),
    *_family(
        st.logistic,
        lambda eta, b: stats.bernoulli(special.expit(eta)),
        "logistic",
        "logistic weights offset",
        outcome="binary",
    ),
    *_family(
        st.logistic,
        lambda eta, b: stats.binom(b.trials.to_numpy(), special.expit(eta)),
        "logistic trials",
        "logistic trials weights offset",
        outcome="trials",
    ),
    *_family(
        st.probit,
        lambda eta, b: stats.bernoulli(special.ndtr(eta)),
        "probit",
        "probit weights offset",
        outcome="binary",
    ),
    *_family(st.softmax, lambda eta, b: Categories(eta), "softmax", "softmax weights", outcome="category"),
    *_family(
        st.ordinal,
        lambda eta, one, two, b: Ordered(eta, (one, two)),
        "ordinal",
        "ordinal weights offset",
        truth=(-0.2, 1.2),
        links=("identity", "identity"),
        outcome="ordered",
        slow=True,
    ),
    *_family(
        partial(st.ordinal, link="probit"),
        lambda eta, one, two, b: Ordered(eta, (one, two), stats.norm),
        "ordinal scores",
        truth=(-0.2, 1.2),
        links=("identity", "identity"),
        outcome="ordered",
        slow=True,
    ),
    *_family(
        st.poisson,
        lambda eta, b: stats.poisson(np.exp(eta)),
        "poisson",
        "poisson weights exposure",
        "poisson offset exposure",
    ),
    *_family(
        st.negative_binomial,
        _negative_binomial,
        "negative_binomial",
        "negative_binomial weights exposure",
        "negative_binomial offset exposure",
        truth=(0.0,),
        nightly=2,
    ),
    *_family(
        st.beta_binomial,
        _shares,
        "beta_binomial trials",
        "beta_binomial trials weights offset",
        truth=(1.0,),
        nightly=1,
        outcome="trials",
    ),
    *_family(
        st.gamma,
        lambda eta, log_dispersion, b: stats.gamma(np.exp(-log_dispersion), scale=np.exp(eta + log_dispersion)),
        "gamma",
        "gamma weights exposure",
        "gamma offset exposure",
        truth=(-1.0,),
        nightly=2,
        outcome="positive",
    ),
    *_family(
        _times,
        lambda eta, log_scale, b: stats.weibull_min(np.exp(-log_scale), scale=np.exp(eta)),
        "aft",
        "aft weights offset",
        truth=(-0.5,),
        outcome="positive",
        slow=True,
    ),
    *_family(
        partial(st.glm, family="binomial", link="loglog"),
        lambda eta, b: stats.binom(b.trials.to_numpy(), np.exp(-np.exp(-eta))),
        "glm loglog trials weights offset",
        outcome="trials",
        slow=True,
    ),
    *_family(
        partial(st.glm, family="gamma", link="inverse"),
        lambda eta, log_dispersion, b: stats.gamma(np.exp(-log_dispersion), scale=np.exp(log_dispersion) / eta),
        "glm inverse",
        truth=(-1.0,),
        outcome="positive",
        center=4.0,
        spread=0.5,
        slow=True,
    ),
    *(
        case
        for name in ALONE
        for case in _family(
            partial(st.glm, family=name),
            lambda eta, log_last, b, name=name: law_of(name, eta, log_last),
            f"glm {name}",
            f"glm {name} weights {'exposure' if 'exposure' in GENERALIZED[name].takes else 'offset'}",
            truth=(float(np.log(CASES[name].last)),),
            outcome=GENERALIZED[name].likelihood.outcome.name.lower(),
            slow=True,
        )
    ),
    *_family(
        partial(st.glm, family="normal", link="log"),
        lambda eta, log_scale, b: stats.norm(np.exp(eta), np.exp(log_scale)),
        "glm normal weights offset",
        truth=(-0.5,),
        outcome="real",
        center=1.5,
        spread=0.3,
        slow=True,
    ),
    *_family(
        partial(st.glm, family="poisson", link="identity"),
        lambda eta, b: stats.poisson(eta),
        "glm identity",
        center=5.0,
        spread=0.5,
        slow=True,
    ),
    *_family(
        partial(st.glm, family="binomial", link="log"),
        lambda eta, b: stats.bernoulli(np.exp(eta)),
        "glm log",
        outcome="binary",
        center=-1.2,
        spread=0.2,
        slow=True,
    ),
    *_family(
        partial(st.glm, family="negative-binomial", link="sqrt"),
        lambda eta, log_alpha, b: stats.nbinom(np.exp(-log_alpha), 1.0 / (1.0 + np.exp(log_alpha) * eta**2)),
        "glm sqrt",
        truth=(-0.5,),
        center=3.0,
        spread=0.5,
        slow=True,
    ),
    *_family(
        st.zero_inflated,
        lambda eta, zero, b: Inflated(stats.poisson(np.exp(eta)), special.expit(zero)),
        "zero_inflated",
        "zero_inflated weights offset",
        truth=(-0.5,),
        links=("logit",),
        center=0.8,
        rows=200,
        slow=True,
    ),
    *_family(
        partial(st.zero_inflated, family="negative-binomial"),
        lambda eta, zero, log_alpha, b: Inflated(_negative_binomial(eta, log_alpha, b), special.expit(zero)),
        "zero_inflated dispersed exposure",
        truth=(-0.5, -1.5),
        links=("logit", "log"),
        center=1.5,
        rows=200,
        slow=True,
    ),
    *_family(
        st.hurdle,
        lambda eta, zero, b: Behind(stats.poisson(np.exp(eta)), special.expit(zero)),
        "hurdle",
        "hurdle weights exposure",
        truth=(-0.5,),
        links=("logit",),
        center=0.8,
        slow=True,
    ),
    *_family(
        partial(st.hurdle, family="negative-binomial"),
        lambda eta, zero, log_alpha, b: Behind(_negative_binomial(eta, log_alpha, b), special.expit(zero)),
        "hurdle dispersed offset",
        truth=(-0.5, -1.5),
        links=("logit", "log"),
        center=1.5,
        slow=True,
    ),
    *_family(st.one_vs_rest, lambda eta, b: Categories(eta), "one_vs_rest", "one_vs_rest weights", outcome="category"),
    *_family(
        cloglog,
        lambda eta, b: stats.bernoulli(-np.expm1(-np.exp(eta))),
        "cloglog weights offset",
        outcome="binary",
    ),
    *_family(
        gumbel,
        lambda eta, tau, b: stats.gumbel_r(eta, np.exp(tau)),
        "gumbel",
        "gumbel weights offset",
        truth=(0.5,),
        outcome="real",
    ),
    *_family(
        partial(_own, OWN["scipy real"]),
        lambda eta, tau, b: stats.logistic(eta, np.exp(tau)),
        "own scipy weights offset",
        truth=(-0.5,),
        outcome="real",
        slow=True,
    ),
    *_family(
        partial(_own, OWN["scipy count"]),
        lambda eta, b: stats.poisson(np.exp(eta)),
        "own mu",
        slow=True,
    ),
    *_family(
        partial(_own, OWN["functions"]),
        lambda eta, tau, b: stats.weibull_min(np.exp(tau), scale=np.exp(eta)),
        "own weibull weights offset",
        truth=(0.5,),
        outcome="positive",
        slow=True,
    ),
]


def at_length(*quick: str) -> list[Any]:
    """The regressions: the README's command asks those called `quick`, the long tests the others.

    Those that differ from one before by what stands beside the table only are asked at night.
    """
    made: list[Any] = []
    found: list[Any] = []
    for case in REGRESSIONS:
        again = (case.make, case.outcome) in made and case.beside not in ((), ("trials",))
        made.append((case.make, case.outcome))
        mark = pytest.mark.nightly if again else pytest.mark.slow
        found.append(case if case.name in quick else pytest.param(case, marks=mark))
    return found


@dataclass(frozen=True)
class ConjugatePair:
    """A prior, the data model of raw draws, and how to draw them; the contract tests run over all pairs.

    `draw(theta, generator)` gives raw data at one theta, a number, a vector or a dict of them, and `model(raw)` the
    likelihood of it. `first(theta)` is what the intervals of the posterior hold.
    """

    name: str
    prior: Any
    model: Callable[[Any], Any]
    draw: Callable[[Any, np.random.Generator], Any]
    first: Callable[[Any], Any] = lambda theta: theta

    def __str__(self) -> str:
        return self.name

    def thetas(self, count: int, generator: np.random.Generator) -> list[Any]:
        """Parameters from the prior."""
        sample = self.prior.sample(count, seed=generator)
        if isinstance(sample, dict):
            return [{name: values[i] for name, values in sample.items()} for i in range(count)]
        return list(sample)


SLOPED = np.array([-2.0, -1.0, -0.5, 0.0, 0.3, 1.0, 1.5, 2.5])
OFFSET, PRECISE = 0.3 * SLOPED**2, np.array([1.0, 2.0, 0.5, 4.0, 1.0, 1.0, 3.0, 0.25])

CONJUGATE_PAIRS = [
    ConjugatePair("flips", st.Beta(1.5, 2.0), st.coin, lambda p, g: (g.random(9) < p).astype(int)),
    ConjugatePair("count", st.Beta(0.7, 1.3), lambda k: st.binomial(int(k), 12), lambda p, g: g.binomial(12, p)),
    ConjugatePair("geometric", st.Beta(3.0, 2.0), st.geometric, lambda p, g: g.geometric(p, 6) - 1),
    ConjugatePair(
        "pascal",
        st.Beta(4.0, 3.0),
        lambda f: st.pascal(f, successes=[2, 1, 4]),
        lambda p, g: np.array([g.negative_binomial(r, p) for r in (2, 1, 4)]),
    ),
    ConjugatePair(
        "counts in exposures",
        st.Gamma(2.0, 0.8),
        lambda y: st.poisson_rate(y, exposure=[0.1, 1.3, 2.7]),
        lambda rate, g: g.poisson(rate * np.array([0.1, 1.3, 2.7])),
    ),
    ConjugatePair("times", st.Gamma(1.5, 2.0), st.exponential_rate, lambda rate, g: g.exponential(1.0 / rate, 5)),
    ConjugatePair(
        "censored times",
        st.Gamma(2.0, 2.0),
        lambda t: st.exponential_rate(t, censored=t >= 1.5),
        lambda rate, g: np.minimum(g.exponential(1.0 / rate, 5), 1.5),
    ),
    ConjugatePair(
        "counts of arms",
        st.Beta([2.0, 1.5], [3.0, 4.0], arms=("A", "B")),
        lambda k: st.binomial(k, [9, 14], by=["A", "B"]),
        lambda p, g: g.binomial([9, 14], p),
    ),
    ConjugatePair(
        "measurements",
        st.Normal(1.0, 2.0),
        lambda y: st.normal(y, sd=[0.5, 1.0, 2.0, 4.0]),
        lambda mean, g: g.normal(mean, [0.5, 1.0, 2.0, 4.0]),
    ),
    ConjugatePair(
        "measurements of unknown sd",
        st.NormalInverseGamma(1.0, 0.5, 3.0, 4.0),
        st.normal,
        lambda theta, g: g.normal(theta["mean"], theta["sd"], 7),
        lambda theta: theta["mean"],
    ),
    ConjugatePair(
        "regression",
        st.NormalInverseGammaRegression([1.0, -1.0], [[1.0, 0.3], [0.3, 2.0]], 3.0, 4.0, names=("Intercept", "x")),
        lambda y: st.ols("y ~ x", {"y": y, "x": SLOPED}, offset=OFFSET, precision=PRECISE),
        lambda theta, g: g.normal(
            np.column_stack([np.ones(8), SLOPED]) @ theta["coefficients"] + OFFSET, theta["sigma"] / np.sqrt(PRECISE)
        ),
        lambda theta: theta["coefficients"],
    ),
    ConjugatePair(
        "labels",
        st.Dirichlet([1.5, 2.0, 0.7], names=("a", "b", "c")),
        lambda labels: st.categories(labels, names=("a", "b", "c")),
        lambda p, g: g.choice(["a", "b", "c"], 9, p=p).tolist(),
    ),
    ConjugatePair(
        "counts of categories",
        st.Dirichlet([1.5, 2.0, 0.7], names=("a", "b", "c")),
        lambda n: st.multinomial(n, names=("a", "b", "c")),
        lambda p, g: g.multinomial(12, p),
    ),
    ConjugatePair(
        "multivariate rows",
        st.NormalInverseWishart([0.0, 1.0], 2.0, 5.0, [[2.0, 0.5], [0.5, 1.0]]),
        st.multivariate_normal,
        lambda theta, g: g.multivariate_normal(theta["mean"], theta["covariance"], 6),
        lambda theta: theta["mean"],
    ),
]
"""Every pair with a closed form; `tests/bayes/conjugate/test_contract.py` says which is missing."""
