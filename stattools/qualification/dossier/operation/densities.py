"""Regressions beside their likelihood written with scipy.stats: the maximum, the log-likelihood, standard errors.

At the estimate theta the score must be 0 in units of standard errors, l(theta) the sum of SciPy's log densities, and
the standard errors the square roots of the diagonal of the inverse observed information, minus the second derivative
of that sum, by differences over a thousandth of a standard error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

import stattools as st
from stattools.interface.arrays import Floats
from stattools.interface.when_needed import pd
from stattools.qualification.dossier.procedure import SideBySide

STEP = 2e-3
"""Standard errors that derivatives are differenced over: they err by about its square."""
X = ("x", "z")
type Drawn = dict[str, Floats | NDArray[np.int64] | int]


@dataclass(frozen=True)
class Density:
    """A regression `make(formula, table)` of the outcome that `draw(generator, eta)` gives; `logp(theta, table, D)` is
    the sum of SciPy's log densities, with D (n, 3) the columns 1, x, z, in the order of the fit's own parameters.
    """

    make: Callable[[str, pd.DataFrame], st.Model]
    draw: Callable[[np.random.Generator, Floats], Drawn]
    logp: Callable[[Floats, pd.DataFrame, Floats], float]
    formula: str = "y ~ x + z"


def table_of(density: Density, n: int = 150) -> tuple[pd.DataFrame, Floats]:
    """The rows of a regression and the columns of its design."""
    rng = np.random.default_rng(17)
    frame = pd.DataFrame({"x": rng.normal(size=n), "z": rng.integers(0, 2, n).astype(float)})
    D = np.column_stack([np.ones(n), frame["x"], frame["z"]])
    return frame.assign(**density.draw(rng, D @ [0.3, 0.6, -0.4])), D


def compared(density: Density) -> Iterator[SideBySide]:
    """Score, log-likelihood and standard errors of the fit, beside those of SciPy's density."""
    table, D = table_of(density)
    fit = st.fit(density.make(density.formula, table))
    theta, se = np.asarray(fit.estimate, dtype=float), np.asarray(np.sqrt(np.diagonal(fit.covariance)))
    scored = partial(_score, lambda at: density.logp(at, table, D), se)
    yield SideBySide("the log-likelihood", fit.loglik, density.logp(theta, table, D))
    # differences of a log-likelihood have five digits
    yield SideBySide("the score times the standard error", scored(theta) * se, np.zeros(len(se)), 2e-4, unit=1.0)
    steps = STEP * np.diag(se)
    H = np.array([(scored(theta - step) - scored(theta + step)) for step in steps]) / (2.0 * STEP * se[:, None])
    right = np.sqrt(np.diagonal(np.linalg.inv(0.5 * (H + H.T))))
    yield SideBySide("the standard errors", se, right, 2e-4)


def _score(logp: Callable[[Floats], float], se: Floats, theta: Floats) -> Floats:
    steps = STEP * np.diag(se)
    return np.array([logp(theta + step) - logp(theta - step) for step in steps]) / (2.0 * STEP * se)


def _mean(theta: Floats, D: Floats) -> Floats:
    return D @ theta[:3]


def _binary(link: Callable[[Floats], Floats]) -> Callable[[Floats, pd.DataFrame, Floats], float]:
    return lambda t, d, D: float(stats.bernoulli.logpmf(d["y"], link(_mean(t, D))).sum())


def _draw_binary(rng: np.random.Generator, eta: Floats) -> Drawn:
    return {"y": (rng.random(len(eta)) < special.expit(eta)).astype(int)}


def _negative_binomial(eta: Floats, alpha: float) -> Any:
    return stats.nbinom(1.0 / alpha, 1.0 / (1.0 + alpha * np.exp(eta)))


def _categories(t: Floats, d: pd.DataFrame, D: Floats) -> float:
    eta = np.column_stack([np.zeros(len(D)), D @ t[:3], D @ t[3:]])
    return float((eta[np.arange(len(D)), d["y"]] - special.logsumexp(eta, axis=1)).sum())


def _ordered(t: Floats, d: pd.DataFrame, D: Floats) -> float:
    eta = D[:, 1:] @ t[:2]
    cuts = np.column_stack([np.full(len(D), -np.inf), t[2] - eta, t[3] - eta, np.full(len(D), np.inf)])
    rows = np.arange(len(D))
    return float(np.log(special.expit(cuts[rows, d["y"] + 1]) - special.expit(cuts[rows, d["y"]])).sum())


def _zeros(inflated: bool, t: Floats, d: pd.DataFrame, D: Floats) -> float:
    rate, share, y = np.exp(_mean(t, D)), special.expit(t[3]), d["y"].to_numpy()
    p = stats.poisson.pmf(y, rate)
    if inflated:
        return float(np.log(np.where(y == 0, share + (1 - share) * p, (1 - share) * p)).sum())
    return float(np.log(np.where(y == 0, share, (1 - share) * p / -np.expm1(-rate))).sum())


def _times(t: Floats, d: pd.DataFrame, D: Floats) -> float:
    law: Any = stats.weibull_min(np.exp(-t[3]), scale=np.exp(_mean(t, D)))
    return float(np.where(d["died"] == 1, law.logpdf(d["y"]), law.logsf(d["y"])).sum())


def _draw_times(rng: np.random.Generator, eta: Floats) -> Drawn:
    time, end = np.exp(eta) * rng.weibull(1.5, len(eta)), rng.uniform(0.5, 4.0, len(eta))
    return {"y": np.minimum(time, end), "died": (time <= end).astype(int)}


def _beta(t: Floats, d: pd.DataFrame, D: Floats) -> float:
    mean, precision = special.expit(_mean(t, D)), np.exp(t[3])
    return float(stats.beta.logpdf(d["y"], mean * precision, (1 - mean) * precision).sum())


def _beta_binomial(t: Floats, d: pd.DataFrame, D: Floats) -> float:
    mean, precision = special.expit(_mean(t, D)), np.exp(t[3])
    return float(stats.betabinom.logpmf(d["y"], 9, mean * precision, (1 - mean) * precision).sum())


def _trials(rng: np.random.Generator, eta: Floats) -> Drawn:
    return {"y": rng.binomial(9, rng.beta(8 * special.expit(eta), 8 * special.expit(-eta))), "m": 9}


DENSITIES: dict[str, Density] = {
    "logistic": Density(st.logistic, _draw_binary, _binary(special.expit)),
    "probit": Density(st.probit, _draw_binary, _binary(special.ndtr)),
    "glm, binomial, cloglog": Density(
        lambda f, d: st.glm(f, d, family="binomial", link="cloglog"),
        _draw_binary,
        _binary(lambda e: -np.expm1(-np.exp(e))),
    ),
    "poisson": Density(
        st.poisson,
        lambda rng, eta: {"y": rng.poisson(np.exp(eta))},
        lambda t, d, D: float(stats.poisson.logpmf(d["y"], np.exp(_mean(t, D))).sum()),
    ),
    "negative_binomial": Density(
        st.negative_binomial,
        lambda rng, eta: {"y": rng.poisson(np.exp(eta) * rng.gamma(1.5, 1 / 1.5, len(eta)))},
        lambda t, d, D: float(_negative_binomial(_mean(t, D), np.exp(t[3])).logpmf(d["y"]).sum()),
    ),
    "gamma": Density(
        st.gamma,
        lambda rng, eta: {"y": rng.gamma(2.0, np.exp(eta) / 2.0)},
        lambda t, d, D: float(stats.gamma.logpdf(d["y"], np.exp(-t[3]), scale=np.exp(_mean(t, D) + t[3])).sum()),
    ),
    "glm, inverse Gaussian": Density(
        lambda f, d: st.glm(f, d, family="inverse-gaussian"),
        lambda rng, eta: {"y": rng.wald(np.exp(eta), 2.0)},
        lambda t, d, D: float(stats.invgauss.logpdf(d["y"], np.exp(_mean(t, D) + t[3]), scale=np.exp(-t[3])).sum()),
    ),
    "glm, beta": Density(
        lambda f, d: st.glm(f, d, family="beta"),
        lambda rng, eta: {"y": rng.beta(6 * special.expit(eta), 6 * special.expit(-eta))},
        _beta,
    ),
    "beta_binomial": Density(lambda f, d: st.beta_binomial(f, d, trials="m"), _trials, _beta_binomial),
    "softmax": Density(
        st.softmax,
        lambda rng, eta: {
            "y": np.argmax(np.column_stack([0 * eta, eta, -eta]) + rng.gumbel(size=(len(eta), 3)), axis=1)
        },
        _categories,
    ),
    "ordinal": Density(
        st.ordinal, lambda rng, eta: {"y": np.digitize(eta + rng.logistic(size=len(eta)), [-0.5, 1.0])}, _ordered
    ),
    "zero_inflated": Density(
        st.zero_inflated,
        lambda rng, eta: {"y": rng.poisson(np.exp(eta + 0.5)) * (rng.random(len(eta)) < 0.7)},
        partial(_zeros, True),
    ),
    "hurdle": Density(
        st.hurdle,
        lambda rng, eta: {"y": rng.poisson(np.exp(eta + 0.5)) * (rng.random(len(eta)) < 0.7)},
        partial(_zeros, False),
    ),
    "aft": Density(st.aft, _draw_times, _times, "survival(y, died) ~ x + z"),
}
"""By the name of a regression."""

TESTS = {f"density: {name}": partial(compared, density) for name, density in DENSITIES.items()}
