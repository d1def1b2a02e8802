"""Posteriors of one or two parameters by adding up SciPy's likelihood times SciPy's prior, arm by arm.

Adaptive quadrature for Beta, Gamma and Normal; a grid of log sd and (mu - m) / sd, on which the trapezoid rule
converges exponentially, for a normal mean with its standard deviation.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
from scipy import stats
from scipy.integrate import quad
from scipy.special import xlog1py, xlogy

from stattools.bayes.conjugate.improper import Improper
from stattools.interface.arrays import Floats
from stattools.models.samples.bernoulli_trials import BernoulliTrials
from stattools.models.samples.waiting import Waits
from stattools.validation.posterior_agreement import Found

MOST_ARMS = 50
"""So many arms are checked, evenly spread."""
PIECES = np.array([-40.0, -12.0, -6.0, -3.0, -1.0, 0.0, 1.0, 3.0, 6.0, 12.0, 40.0])
"""Quadrature is done piece by piece between these, standard deviations around the posterior's mean."""


def one_parameter(belief: Any) -> Found:
    """Beta, Gamma and Normal, arm by arm."""
    size = np.size(belief.mean)
    arms = np.unique(np.linspace(0, size - 1, min(size, MOST_ARMS)).astype(int))
    labels = belief.arms if belief.arms is not None else range(size)
    logs, means, sds = np.zeros((3, len(arms)))
    centers, spreads = np.ravel(belief.mean), np.ravel(belief.sd)
    low, high = belief.support
    for place, arm in enumerate(arms):
        kernel = KERNELS[type(belief).__name__](belief, int(arm))
        center, spread = float(centers[arm]), float(spreads[arm])
        ends = np.unique(np.clip(center + spread * PIECES, low, high))
        height = max(kernel(0.5 * (a + b)) for a, b in pairwise(ends))
        whole, first, second = _integrals(kernel, height, ends, center)
        logs[place], means[place] = height + np.log(whole), center + first / whole
        sds[place] = np.sqrt(second / whole - (first / whole) ** 2)
    proper = not isinstance(belief.prior, Improper)
    own = float(np.sum(np.ravel(belief.log_evidence)[arms])) if proper else None
    name = type(belief).__name__.lower()
    terms = [name if size == 1 else str(labels[arm]) for arm in arms]
    evidence = float(logs.sum()) if proper else None
    how = "Quadrature of SciPy's likelihood times prior"
    return Found(terms, centers[arms], spreads[arms], means, sds, evidence, own, how)


def _integrals(kernel: Callable[[float], float], height: float, ends: Floats, center: float) -> Floats:
    """The integrals of exp(kernel - height) times 1, x - center and its square."""
    total = np.zeros(3)
    for a, b in pairwise(ends):
        for power in range(3):

            def density(x: float, power: int = power) -> float:
                return float(np.exp(kernel(x) - height)) * (x - center) ** power

            total[power] += quad(density, a, b, epsabs=0.0, epsrel=1e-11, limit=200, full_output=1)[0]
    return total


def _at(value: Any, arm: int) -> float:
    flat = np.ravel(value)
    return float(flat[arm if len(flat) > 1 else 0])


def _beta(belief: Any, arm: int) -> Callable[[float], float]:
    a, b = _at(belief.prior.a, arm), _at(belief.prior.b, arm)
    proper = not isinstance(belief.prior, Improper)

    def kernel(p: float) -> float:
        value = float(stats.beta.logpdf(p, a, b)) if proper else float(xlogy(a - 1.0, p) + xlog1py(b - 1.0, -p))
        for batch in belief.seen.batches:
            if isinstance(batch, Waits):
                value += float(np.sum(stats.nbinom.logpmf(batch.failures, batch.wanted, p)))
                continue
            k, n = int(_at(batch.successes, arm)), int(_at(batch.trials, arm))
            ordered = (batch.kind if isinstance(batch, BernoulliTrials) else batch.observed) == "coin"
            value += float(xlogy(k, p) + xlog1py(n - k, -p)) if ordered else float(stats.binom.logpmf(k, n, p))
        return value

    return kernel


def _gamma(belief: Any, arm: int) -> Callable[[float], float]:
    shape, rate = _at(belief.prior.shape, arm), _at(belief.prior.rate, arm)
    proper = not isinstance(belief.prior, Improper)

    def kernel(x: float) -> float:
        prior = stats.gamma.logpdf(x, shape, scale=1.0 / rate) if proper else xlogy(shape - 1.0, x) - rate * x
        value = float(prior)
        for batch in belief.seen.batches:
            some = batch.index == arm
            y, e = batch.events[some], batch.exposure[some]
            counted = batch.kind == "poisson rate"
            value += float(np.sum(stats.poisson.logpmf(y, x * e) if counted else xlogy(y, x) - x * e))
        return value

    return kernel


def _normal(belief: Any, arm: int) -> Callable[[float], float]:
    prior = None if isinstance(belief.prior, Improper) else (_at(belief.prior.mean, arm), _at(belief.prior.sd, arm))

    def kernel(x: float) -> float:
        value = 0.0 if prior is None else float(stats.norm.logpdf(x, *prior))
        for batch in belief.seen.batches:
            some = batch.arm_of == arm
            sd = 1.0 / np.sqrt(np.broadcast_to(batch.weight, batch.values.shape)[some])
            value += float(np.sum(stats.norm.logpdf(batch.values[some], x, sd)))
        return value

    return kernel


KERNELS: dict[str, Callable[[Any, int], Callable[[float], float]]] = {"Beta": _beta, "Gamma": _gamma, "Normal": _normal}


def two_parameters(belief: Any) -> Found:
    """Arm by arm over a grid of log sd and (mu - m) / sd."""
    size = np.size(belief.mean)
    arms = np.unique(np.linspace(0, size - 1, min(size, MOST_ARMS)).astype(int))
    labels = belief.arms if belief.arms is not None else range(size)
    proper, total = not isinstance(belief.prior, Improper), 0.0
    terms, ours, sds, means, theirs = [], [], [], [], []
    for arm in arms:
        m, k, a, b = (_at(getattr(belief, name), arm) for name in ("mean", "strength", "shape", "scale"))
        y = np.concatenate([batch.values[batch.arm_of == arm] for batch in belief.seen.batches])
        width = 1.0 / np.sqrt(a)
        log_sd = 0.5 * np.log(b / a) + np.linspace(-14.0, 40.0, 2401) * width
        z = np.linspace(-12.0, 12.0, 241)
        sd = np.exp(log_sd)[:, None]
        mu = m + sd * z / np.sqrt(k)
        squares = np.sum((y - y.mean()) ** 2) + len(y) * (y.mean() - mu) ** 2
        logs = -len(y) * (np.log(sd) + 0.5 * np.log(2.0 * np.pi)) - 0.5 * squares / sd**2
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
    return Found(terms, np.array(ours), np.array(sds), np.array(means), np.array(theirs), evidence, own, how)
