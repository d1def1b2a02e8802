"""Marginal likelihoods of small data by brute force: the slow exact twins of quadrature and Laplace's method.

    log L = sum over groups of log of the integral of prod_i p(y_i | eta_i + z_i'T u) phi(u) du

by the trapezoidal rule on a dense grid of up to three effects, about the mode that `scipy.optimize` finds. For an
analytic integrand that falls off at both ends its error e is exponentially small in 1 / step: 0.7 of a step leaves less
than e^1.4, and steps shorten until the change is 1e-10. Densities are SciPy's, so that nothing of the package is used.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special, stats

Floats = NDArray[np.float64]
Codes = NDArray[np.intp]
FAR = 40.0
"""How far below its top the logarithm of an integrand is where the grid ends."""


def _count(out_of: Floats, k: Floats) -> Floats:
    return special.gammaln(out_of + 1.0) - special.gammaln(k + 1.0) - special.gammaln(out_of - k + 1.0)


def bernoulli(eta: Floats, y: Floats, others: Floats) -> Floats:
    return special.log_expit((2.0 * y - 1.0) * eta)


def probit(eta: Floats, y: Floats, others: Floats) -> Floats:
    return special.log_ndtr((2.0 * y - 1.0) * eta)


def binomial(eta: Floats, y: Floats, others: Floats) -> Floats:
    """y (n, 2): successes and trials."""
    k, n = y.T
    return _count(n, k) + k * special.log_expit(eta) + (n - k) * special.log_expit(-eta)


def poisson(eta: Floats, y: Floats, others: Floats) -> Floats:
    return y * eta - np.exp(eta) - special.gammaln(y + 1.0)


def negative_binomial(eta: Floats, y: Floats, others: Floats) -> Floats:
    """others (n, 1): log alpha."""
    log_alpha = others[:, 0]
    r, odds = np.exp(-log_alpha), eta + log_alpha
    return (
        special.gammaln(y + r) - special.gammaln(r) - special.gammaln(y + 1.0)
        + r * special.log_expit(-odds) + y * special.log_expit(odds)
    )  # fmt: skip


def gamma(eta: Floats, y: Floats, others: Floats) -> Floats:
    """others (n, 1): log dispersion."""
    k = np.exp(-others[:, 0])
    return k * (np.log(k * y) - eta - y * np.exp(-eta)) - special.gammaln(k) - np.log(y)


def ordinal(eta: Floats, y: Floats, others: Floats) -> Floats:
    """others (n, K - 1): thresholds; P(y <= j) = expit(theta_j - eta)."""
    return _between(eta, y, others, stats.logistic)


def ordinal_probit(eta: Floats, y: Floats, others: Floats) -> Floats:
    return _between(eta, y, others, stats.norm)


def _between(eta: Floats, y: Floats, cuts: Floats, law: stats.rv_continuous) -> Floats:
    ends, rows, code = np.full((len(y), 1), np.inf), np.arange(len(y)), y.astype(int)
    cuts = np.hstack([-ends, cuts, ends])
    low, high = cuts[rows, code] - eta, cuts[rows, code + 1] - eta
    up = low > 0.0
    a, b = np.where(up, law.logsf(low), law.logcdf(high)), np.where(up, law.logsf(high), law.logcdf(low))
    return a + np.log1p(-np.exp(b - a))


@dataclass(frozen=True)
class Term:
    """Effects T u of groups: `codes` (n,), `z` (n, q), `T` (q, q)."""

    codes: Codes
    z: Floats
    T: Floats

    def of(self, rows: Codes) -> Term:
        """The term over some of the rows, its groups numbered from 0."""
        return Term(np.unique(self.codes[rows], return_inverse=True)[1], self.z[rows], self.T)


class Rows(NamedTuple):
    """Outcomes y (n,) or (n, 2), their linear predictors eta (n, width) without effects, and frequency weights."""

    law: Callable[[Floats, Floats, Floats], Floats]
    eta: Floats
    y: Floats
    weight: Floats

    def of(self, which: Codes) -> Rows:
        return Rows(self.law, self.eta[which], self.y[which], self.weight[which])

    def loglik(self, shift: Floats) -> Floats:
        """The sum over rows where effects shift the first linear predictors: (..., n) to (...)."""
        return self.law(self.eta[:, 0] + shift, self.y, self.eta[:, 1:]) @ self.weight


class Integral(NamedTuple):
    """The logarithm of an integral over effects u, their mean and covariance under the integrand."""

    log: float
    mean: Floats
    covariance: Floats


def rows(law: Callable[..., Floats], eta: Floats, y: Floats, weight: Floats | None = None) -> Rows:
    eta = np.asarray(eta, dtype=float)
    eta = eta[:, None] if eta.ndim == 1 else eta
    return Rows(
        law, eta, np.asarray(y, dtype=float), np.ones(len(eta)) if weight is None else np.asarray(weight, float)
    )


def integral(log_density: Callable[[Floats], Floats], dim: int, speed: float) -> Integral:
    """Of exp(log_density(u)) phi(u) over u in R^dim; log_density takes (m, dim). `speed` is how quickly linear
    predictors move with u, which limits how near to the real line an integrand may have poles.
    """

    def value(u: Floats) -> Floats:
        return log_density(u) - 0.5 * (u * u).sum(axis=1) - 0.5 * dim * np.log(2.0 * np.pi)

    def fall(u: Floats) -> float:
        return -float(value(u[None])[0])

    found = optimize.minimize(fall, np.zeros(dim), method="Nelder-Mead", options={"xatol": 1e-4, "fatol": 1e-9})
    mode, h, eye = found.x, 1e-3, np.eye(dim)
    bend = np.array([
        [sum(s * t * fall(mode + h * (s * a + t * b)) for s in (1, -1) for t in (1, -1)) / (4 * h * h) for a in eye]
        for b in eye
    ])  # fmt: skip
    values, axes = np.linalg.eigh(0.5 * (bend + bend.T))
    axes = axes / np.sqrt(np.maximum(values, 0.5))
    top = -fall(mode)
    ends = [[_end(value, mode, side * axis, top) for side in (-1.0, 1.0)] for axis in axes.T]
    step, before = min(1.0, 1.0 / max(speed * float(np.linalg.norm(axes, 2)), 1e-9)), None
    while True:
        grids = [np.arange(np.floor(-low / step), np.ceil(high / step) + 1) * step for low, high in ends]
        t = np.stack([g.ravel() for g in np.meshgrid(*grids, indexing="ij")], axis=1)
        u = mode + t @ axes.T
        logs = np.concatenate([value(part) for part in np.array_split(u, max(len(u) // 20_000, 1))])
        mass = np.exp(logs - top)
        now = top + np.log(mass.sum()) + dim * np.log(step) + np.linalg.slogdet(axes)[1]
        if before is not None and abs(now - before) < 1e-10:
            share = mass / mass.sum()
            mean = share @ u
            return Integral(float(now), mean, (u - mean).T * share @ (u - mean))
        before, step = now, 0.7 * step


def _end(value: Callable[[Floats], Floats], mode: Floats, axis: Floats, top: float) -> float:
    """How far along an axis, in its lengths, the integrand is as good as 0, with room for slanted ridges."""
    t = 4.0
    while value((mode + t * axis)[None])[0] > top - FAR:
        t *= 1.25
    return t


def by_group(data: Rows, term: Term) -> list[Integral]:
    """One grouping factor: the integral of each group's rows over its q effects."""
    found = []
    for j in range(term.codes.max() + 1):
        which = np.flatnonzero(term.codes == j)
        mine, loads = data.of(which), term.z[which] @ term.T
        speed = float(np.abs(loads).sum(axis=1).max(initial=0.0))
        found.append(integral(lambda u, mine=mine, loads=loads: mine.loglik(u @ loads.T), term.T.shape[1], speed))
    return found


def one_factor(data: Rows, term: Term) -> float:
    """The marginal log-likelihood of one grouping factor."""
    return sum(each.log for each in by_group(data, term))


def crossed(data: Rows, many: Term, few: Term) -> float:
    """Of two crossed terms of one effect each, the second with at most 3 groups: a grid over the effects of these
    around the product over groups of the first of integrals of one effect.
    """
    J = int(few.codes.max()) + 1
    loads = few.z @ few.T
    groups = [np.flatnonzero(many.codes == j) for j in range(many.codes.max() + 1)]
    inner, size = _grid(float(np.abs(many.T).max(initial=0.0) * np.abs(many.z).max()))

    def log_density(u: Floats) -> Floats:
        shift = u[:, few.codes] * loads[:, 0]  # (m, n)
        total = np.zeros(len(u))
        for which in groups:
            move = shift[:, None, which] + (inner[:, None] * (many.z[which] @ many.T).T)[None]  # (m, t, n_j)
            logs = data.of(which).loglik(move) - 0.5 * inner**2
            total += special.logsumexp(logs, axis=1) + np.log(size) - 0.5 * np.log(2.0 * np.pi)
        return total

    return integral(log_density, J, float(np.abs(loads).max(initial=0.0))).log


def nested(data: Rows, inner: Term, outer: Term) -> float:
    """Of two terms of one effect each, every group of the first within one group of the second."""
    total = 0.0
    for j in range(outer.codes.max() + 1):
        which = np.flatnonzero(outer.codes == j)
        total += crossed(data.of(which), inner.of(which), outer.of(which))
    return total


def _grid(speed: float) -> tuple[Floats, float]:
    """Points over the whole of a standard normal effect, so near to each other that no likelihood of small data is
    missed: 1/4 of its spread, or of the distance in which a linear predictor moves by 1.
    """
    step = 0.25 / max(speed, 1.0)
    return np.arange(-np.ceil(9.0 / step), np.ceil(9.0 / step) + 1) * step, step


def slopes(f: Callable[[Floats], float], theta: Sequence[float] | Floats, h: float = 2e-3) -> Floats:
    """The gradient of f by central differences of order 6: digits to about 1e-10."""
    theta = np.asarray(theta, dtype=float)
    steps = ((1.0, 3.0 / 4.0), (2.0, -3.0 / 20.0), (3.0, 1.0 / 60.0))
    return np.array([
        sum(w * (f(theta + k * h * e) - f(theta - k * h * e)) for k, w in steps) / h for e in np.eye(len(theta))
    ])  # fmt: skip


def bends(f: Callable[[Floats], float], theta: Sequence[float] | Floats, h: float = 1e-2) -> Floats:
    """The matrix of minus the second derivatives of f, by differences of `slopes`: digits to about 1e-7."""
    theta = np.asarray(theta, dtype=float)
    steps = ((1.0, 3.0 / 4.0), (2.0, -3.0 / 20.0), (3.0, 1.0 / 60.0))
    H = np.array([
        sum(w * (slopes(f, theta + k * h * e) - slopes(f, theta - k * h * e)) for k, w in steps) / h
        for e in np.eye(len(theta))
    ])  # fmt: skip
    return -0.5 * (H + H.T)


def maximum(f: Callable[[Floats], float], start: Sequence[float] | Floats) -> tuple[Floats, float]:
    """Where a brute-force log-likelihood is largest, to about 1e-8, and its value: Newton's method by differences."""
    theta = optimize.minimize(lambda t: -f(t), np.asarray(start, float), method="Nelder-Mead",
                              options={"xatol": 1e-4, "fatol": 1e-7, "maxiter": 4000}).x  # fmt: skip
    H = bends(f, theta)
    for _ in range(20):
        step = np.linalg.solve(H, slopes(f, theta))
        theta = theta + step
        if np.abs(step).max() < 1e-10:
            break
    return theta, f(theta)
