"""Posteriors of one or two parameters by adding up SciPy's likelihood times SciPy's prior, arm by arm.

Adaptive quadrature for Beta, Gamma and Normal; a grid of log sd and (mu - m) / sd, on which the trapezoid rule
converges exponentially, for a normal mean with its standard deviation.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import xlog1py, xlogy

from stattools.bayes.conjugate.beta_binomial import Beta
from stattools.bayes.conjugate.gamma_poisson import Gamma
from stattools.bayes.conjugate.normal import Normal
from stattools.interface.arrays import Floats
from stattools.interface.when_needed import integrate, stats
from stattools.validation.references.densities import observed
from stattools.validation.verdict import PosteriorMoments

MOST_ARMS = 50
"""So many arms are checked, evenly spread."""

PIECES = np.array([-40.0, -12.0, -6.0, -3.0, -1.0, 0.0, 1.0, 3.0, 6.0, 12.0, 40.0])
"""Quadrature is done piece by piece between these, standard deviations around the posterior's mean."""


def one_parameter(belief: Beta | Gamma | Normal) -> PosteriorMoments:
    """Beta, Gamma and Normal, arm by arm."""
    size = np.size(belief.mean)
    arms = np.unique(np.linspace(0, size - 1, min(size, MOST_ARMS)).astype(int))
    labels = belief.arms if belief.arms is not None else range(size)
    logs, means, sds = np.zeros((3, len(arms)))
    centers, spreads = np.ravel(belief.mean), np.ravel(belief.sd)
    low, high = belief.support
    for place, arm in enumerate(arms):
        kernel = _kernel(belief, int(arm))
        center, spread = float(centers[arm]), float(spreads[arm])
        ends = np.unique(np.clip(center + spread * PIECES, low, high))
        height = max(kernel(0.5 * (a + b)) for a, b in pairwise(ends))
        whole, first, second = _integrals(kernel, height, ends, center)
        logs[place], means[place] = height + np.log(whole), center + first / whole
        sds[place] = np.sqrt(second / whole - (first / whole) ** 2)
    proper = belief.prior.is_proper
    own = float(np.sum(np.ravel(belief.log_evidence)[arms])) if proper else None
    name = type(belief).__name__.lower()
    terms = [name if size == 1 else str(labels[arm]) for arm in arms]
    evidence = float(logs.sum()) if proper else None
    how = "Quadrature of SciPy's likelihood times prior"
    return PosteriorMoments(terms, centers[arms], spreads[arms], means, sds, evidence, own, how)


def _integrals(kernel: Callable[[float], float], height: float, ends: Floats, center: float) -> Floats:
    """The integrals of exp(kernel - height) times 1, x - center and its square."""
    total = np.zeros(3)
    for a, b in pairwise(ends):
        for power in range(3):

            def density(x: float, power: int = power) -> float:
                return float(np.exp(kernel(x) - height)) * (x - center) ** power

            total[power] += integrate.quad(density, a, b, epsabs=0.0, epsrel=1e-11, limit=200, full_output=1)[0]
    return total


def _at(value: ArrayLike, arm: int) -> float:
    flat = np.ravel(value)
    return float(flat[arm if len(flat) > 1 else 0])


def _kernel(belief: Any, arm: int) -> Callable[[float], float]:
    """Log prior plus log-likelihood of one arm."""
    prior = PRIORS[type(belief).__name__](belief.prior, arm)
    seen = [observed(batch).of_arm(arm) for batch in belief.seen.batches]
    return lambda x: float(prior(x)) + sum(data(x) for data in seen)


def _beta(prior: Beta, arm: int) -> Callable[[float], Floats | float]:
    a, b = _at(prior.a, arm), _at(prior.b, arm)
    if not prior.is_proper:
        return lambda p: xlogy(a - 1.0, p) + xlog1py(b - 1.0, -p)
    return lambda p: stats.beta.logpdf(p, a, b)


def _gamma(prior: Gamma, arm: int) -> Callable[[float], Floats | float]:
    shape, rate = _at(prior.shape, arm), _at(prior.rate, arm)
    if not prior.is_proper:
        return lambda x: xlogy(shape - 1.0, x) - rate * x
    return lambda x: stats.gamma.logpdf(x, shape, scale=1.0 / rate)


def _normal(prior: Normal, arm: int) -> Callable[[float], Floats | float]:
    if not prior.is_proper:
        return lambda x: 0.0
    mean, sd = _at(prior.mean, arm), _at(prior.sd, arm)
    return lambda x: stats.norm.logpdf(x, mean, sd)


PRIORS: dict[str, Callable[[Any, int], Callable[[float], Any]]] = {"Beta": _beta, "Gamma": _gamma, "Normal": _normal}
"""The log density of one arm's prior, up to a constant where it is improper, by the family of the posterior."""


def two_parameters(belief: Any) -> PosteriorMoments:
    """Arm by arm over a grid of log sd and (mu - m) / sd."""
    size = np.size(belief.mean)
    arms = np.unique(np.linspace(0, size - 1, min(size, MOST_ARMS)).astype(int))
    labels = belief.arms if belief.arms is not None else range(size)
    proper, total = belief.prior.is_proper, 0.0
    terms, ours, sds, means, theirs = [], [], [], [], []
    for arm in arms:
        m, k, a, b = (_at(getattr(belief, name), arm) for name in ("mean", "strength", "shape", "scale"))
        y = np.concatenate([batch.values[batch.arm_of == arm] for batch in belief.seen.batches])
        width = 1.0 / np.sqrt(a)
        log_sd = 0.5 * np.log(b / a) + np.linspace(-14.0, 40.0, 2401) * width
        z = np.linspace(-12.0, 12.0, 241)
        sd = np.exp(log_sd)[:, None]
        mu = m + sd * z / np.sqrt(k)
        # two points with the mean and the variance of the arm, each for half of it, have its log-likelihood
        logs = sum(0.5 * len(y) * stats.norm.logpdf(y.mean() + side * y.std(), mu, sd) for side in (-1.0, 1.0))
        if proper:
            prior = [_at(getattr(belief.prior, name), arm) for name in ("mean", "strength", "shape", "scale")]
            logs += stats.norm.logpdf(mu, prior[0], sd / np.sqrt(prior[1]))
            logs += stats.invgamma.logpdf(sd**2, prior[2], scale=prior[3]) + np.log(2.0 * sd)  # of sd
        else:
            shape = _at(belief.prior.shape, arm)
            logs += np.log(2.0) - 2.0 * (shape + 1.0) * np.log(sd)
        logs += 2.0 * np.log(sd) - 0.5 * np.log(k)  # dmu d(sd) = sd / sqrt(k) dz sd d(log sd)
        height = logs.max()
        weight = np.exp(logs - height)
        total += float(height + np.log(weight.sum() * (log_sd[1] - log_sd[0]) * (z[1] - z[0])))
        weight /= weight.sum()
        mean = float(np.sum(weight * mu))
        means.append(mean)
        theirs.append(float(np.sqrt(np.sum(weight * (mu - mean) ** 2))) if a > 1.0 else np.inf)
        ours.append(m)
        sds.append(_at(belief.sd, arm))
        terms.append("mean" if size == 1 else str(labels[arm]))
    evidence, own = (total, float(np.sum(np.ravel(belief.log_evidence)[arms]))) if proper else (None, None)
    how = "Quadrature over mean and standard deviation"
    return PosteriorMoments(terms, np.array(ours), np.array(sds), np.array(means), np.array(theirs), evidence, own, how)
