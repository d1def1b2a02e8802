"""A variance of 0: its likelihood ratio and the distribution of that, and mixed regressions fitted again.

Of one effect that leaves q - 1 correlated ones: half chi2_{q-1}, half chi2_q, in many groups (Stram & Lee, Biometrics
50 (1994), 1171-1177). Of the only variance of a model the distribution is known for any number of groups (Crainiceanu &
Ruppert, JRSS B 66 (2004), 165-185): with mu_s the eigenvalues of Z'(I - P_X)Z, w_s independent chi2_1 and S their sum,

    max over lambda >= 0 of  d log(S / D(lambda)) - sum_s log(1 + lambda nu_s),    D = sum_s w_s / (1 + lambda mu_s)

with d = n - p and nu = mu for the restricted likelihood, d = n and nu the eigenvalues of Z'Z for the likelihood.
Elsewhere outcomes are drawn from the model without the variance, and both models are fitted to each. Without a group j
theta is one step of Newton away, theta - (H - H_j)^-1 s_j, with score and information of its rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from scipy import special

from stattools.data.design.latent_terms import RandomTerm
from stattools.errors import ConvergenceError, IncompatibleError
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.latent.blocks import LatentColumns
from stattools.latent.coordinates import Coordinates, coordinates
from stattools.latent.deviance import Deviance, Profile
from stattools.latent.elimination import structure_of
from stattools.models.mixed.marginal import ByQuadrature
from stattools.solvers.metric import Metric
from stattools.solvers.mixed.marginal_maximum import MarginalMaximum, quadrature_maximum
from stattools.solvers.mixed.maximum import MixedMaximum, proven_maximum
from stattools.solvers.newton import Newton

MOST_EIGENVALUES = 3000

GRID = 120

TOGETHER = 4_000_000
"""Numbers that are in memory together."""


@record
class VarianceNull:
    """The model without a variance: its `profile` at the maximum, `coordinates` (None without random terms), and how
    many correlations are `lost` with the variance.
    """

    profile: Profile
    coordinates: Coordinates | None
    lost: int

    @property
    def deviance(self) -> float:
        """-2 log L, restricted where that of the larger model is."""
        return self.profile.value


def terms_without(terms: tuple[RandomTerm, ...], k: int, effect: int | None) -> tuple[tuple[RandomTerm, ...], int]:
    """The terms without the k-th, or without one of its effects, and how many correlations go with the variance."""
    term = terms[k]
    if effect is None or len(term.columns) == 1:
        return (*terms[:k], *terms[k + 1 :]), len(term.columns) * (len(term.columns) + 1) // 2 - 1
    kept = [m for m in range(len(term.columns)) if m != effect]
    smaller = replace(term, columns=tuple(term.columns[m] for m in kept), z=term.z[:, kept])
    return (*terms[:k], smaller, *terms[k + 1 :]), len(kept)


def without(found: MixedMaximum, k: int, effect: int | None) -> VarianceNull:
    """The maximum without term k, or without one of its effects."""
    model = found.model
    terms, lost = terms_without(model.random, k, effect)
    if not terms:
        widths = found.structure.widths
        return VarianceNull(found.deviance.at(np.zeros(sum(q * (q + 1) // 2 for q in widths))), None, lost)
    made = coordinates(model.X, model.y, terms, model.precision, model.names)
    deviance = Deviance.of(structure_of(made.columns), made, found.reml)
    return VarianceNull(proven_maximum(deviance, None)[0].profile, made, lost)


def mixture_tail(statistic: float, lost: int) -> float:
    """P(half chi2_lost + half chi2_{lost + 1} >= statistic), chi2_0 being 0.

    >>> round(mixture_tail(2.705543, 0), 4), mixture_tail(0.0, 0)
    (0.05, 1.0)
    """
    if statistic <= 0.0:
        return 1.0
    below = float(special.chdtrc(lost, statistic)) if lost else 0.0
    return 0.5 * below + 0.5 * float(special.chdtrc(lost + 1, statistic))


def eigenvalues(deviance: Deviance) -> tuple[Floats, Floats]:
    """mu, of Z'(I - P_X)Z, and nu, of Z'Z, of a model of one ratio; both rise.

    Groups of one size k_j = z_j'z_j that are more than columns of X have the eigenvalue k_j as often as they are more:
    only the rest needs a matrix. IncompatibleError where that has more than `MOST_EIGENVALUES` rows.
    """
    at = deviance.structure.evaluate((np.zeros((1, 1)),))
    sizes = at.diagonal_blocks[0][0, 0]
    root = np.linalg.inv(np.linalg.cholesky(at.cross[:-1, :-1]))
    U = (root @ at.projected[0][0, :-1]).T  # (J, p): Z'Q with Q'Q = I
    order = np.argsort(sizes, kind="stable")
    sizes, U = sizes[order], U[order]
    starts = np.flatnonzero(np.r_[True, sizes[1:] > sizes[:-1] * (1 + 1e-12)])
    kept, rows, alone = [], [], []
    for i, j in zip(starts, np.r_[starts[1:], len(sizes)], strict=True):
        part = U[i:j]
        if j - i > U.shape[1]:
            alone.append(np.full(j - i - U.shape[1], sizes[i]))
            part = np.linalg.qr(part, mode="r")
        rows.append(part)
        kept.append(np.full(len(part), sizes[i]))
    a, R = np.concatenate(kept), np.concatenate(rows)
    if len(a) > MOST_EIGENVALUES:
        raise IncompatibleError(
            f"the exact distribution needs eigenvalues of a matrix of {len(a):,} groups; at most {MOST_EIGENVALUES:,} "
            'are taken, and so many groups have that of method="mixture"'
        )
    found = np.linalg.eigvalsh(np.diag(a) - R @ R.T)
    return np.sort(np.concatenate([np.maximum(found, 0.0), *alone])), sizes


def simulated_ratios(deviance: Deviance, draws: int, random: np.random.Generator) -> Floats:
    """Draws (draws,) of the likelihood ratio of the only variance of a model where it is 0."""
    mu, nu = eigenvalues(deviance)
    mu = mu[mu > 1e-10 * mu[-1]]
    rest = deviance.n - deviance.p - len(mu)
    if deviance.reml:
        nu = mu
    d = float(deviance.d)
    values, counts = np.unique(mu, return_counts=True)
    at = np.geomspace(1e-3 / values[-1], 1e5 / values[0], GRID)
    left = 1.0 / (1.0 + np.multiply.outer(values, at))
    height = np.log1p(np.multiply.outer(at, nu)).sum(axis=1)
    found = []
    size = max(1, TOGETHER // max(len(values), GRID))
    for start in range(0, draws, size):
        m = min(size, draws - start)
        w = random.chisquare(counts, (m, len(values)))
        r = random.chisquare(rest, m) if rest else np.zeros(m)
        S = w.sum(axis=1) + r
        best = np.argmax(-d * np.log(w @ left + r[:, None]) - height, axis=1)
        t = np.log(at[best])
        for _ in range(4):  # Newton's method in log lambda from the best of the grid
            lam = np.exp(t)[:, None]
            part = 1.0 / (1.0 + lam * values)
            grown = 1.0 - part
            D = (w * part).sum(axis=1) + r
            D1 = -(w * part * grown).sum(axis=1)
            D2 = -(w * part * grown * (part - grown)).sum(axis=1)
            share = lam * nu / (1.0 + lam * nu)
            slope = -d * D1 / D - share.sum(axis=1)
            bend = -d * (D2 / D - (D1 / D) ** 2) - (share * (1.0 - share)).sum(axis=1)
            t = t + np.clip(np.where(bend < 0.0, -slope / np.where(bend < 0.0, bend, 1.0), 0.0), -0.2, 0.2)
        lam = np.exp(t)[:, None]
        D = (w / (1.0 + lam * values)).sum(axis=1) + r
        top = d * np.log(S / D) - np.log1p(lam * nu).sum(axis=1)
        found.append(np.maximum(top, 0.0))
    return np.concatenate(found)


def bootstrapped_ratios(
    found: MixedMaximum, null: VarianceNull, draws: int, random: np.random.Generator
) -> Iterator[float]:
    """Draws of the likelihood ratio by outcomes from the model without the variance."""
    full = found.coordinates.columns
    small = None if null.coordinates is None else null.coordinates.columns
    Q, n = full.W[:-1], full.W.shape[1]
    for _ in range(draws):
        y = random.standard_normal(n)
        if small is not None:
            for codes, size, z, T in zip(small.codes, small.sizes, small.z, null.profile.factors, strict=True):
                u = T @ random.standard_normal((len(T), size))
                y += np.einsum("qi,qi->i", z, u[:, codes])
        y -= (Q @ y / n) @ Q
        high = proven_maximum(_deviance(found, full, y), None)[0].profile.value
        if small is None:
            low = _deviance(found, full, y).at(np.zeros(len(found.profile.theta))).value
        else:
            low = proven_maximum(_deviance(found, small, y), None)[0].profile.value
        yield max(low - high, 0.0)


def _deviance(found: MixedMaximum, columns: LatentColumns, y: Floats) -> Deviance:
    """The deviance of another outcome, of which only the part beyond X counts."""
    W = np.vstack([columns.W[:-1], y])
    moved = LatentColumns(W, columns.codes, columns.sizes, columns.z)
    return Deviance(structure_of(moved), found.deviance.n, found.deviance.p, found.reml)


@record
class MarginalNull:
    """A model without a variance, which has random terms or none: twice its log-likelihood with the other sign, its
    parameters, and how many correlations are `lost` with the variance.
    """

    model: Any
    deviance: float
    found: Any
    lost: int


def again(found: MarginalMaximum, model: Any) -> MarginalMaximum:
    """The maximum of another model by the integral of this one; ConvergenceError where it is not reached."""
    one = quadrature_maximum(model, found.integral.nodes)  # of one node Laplace's approximation
    if not one.converged:
        raise ConvergenceError(f"{model.title} stopped {one.decrement:.1e} standard errors from a maximum.")
    return one


def without_marginal(found: MarginalMaximum, k: int, effect: int | None) -> MarginalNull:
    """The maximum without term k, or without one of its effects."""
    terms, lost = terms_without(found.model.random, k, effect)
    model = replace(found.model, read=replace(found.model.read, terms=terms))
    best = again(found, model) if terms or found.model.smooths else Newton().solve(model.fixed)
    return MarginalNull(model, -2.0 * best.loglik, best, lost)


def with_outcome(model: Any, y: Floats) -> Any:
    """The model of another outcome."""
    fixed = model.fixed
    return replace(model, fixed=replace(fixed, rows=replace(fixed.rows, y=y)))


def drawn_ratios(found: MarginalMaximum, null: MarginalNull, outcomes: Iterator[Floats]) -> Iterator[float]:
    """The likelihood ratio of each of the outcomes, drawn from the model without the variance."""
    for y in outcomes:
        high = again(found, with_outcome(found.model, y)).loglik
        small = with_outcome(null.model, y)
        low = again(found, small) if small.random or small.smooths else Newton().solve(small.fixed)
        yield max(2.0 * (high - low.loglik), 0.0)


def without_rows(found: MarginalMaximum, rows: Any) -> Floats:
    """The estimate (p,) without some rows, a mask, by one step of Newton from that with them; by a fit without them
    where the likelihood does not bend down there.
    """
    fixed = found.model.fixed
    weight = np.ones(len(fixed.rows.X)) if fixed.rows.weight is None else fixed.rows.weight
    left = replace(fixed, rows=replace(fixed.rows, weight=np.where(rows, 0.0, weight)))
    model = replace(found.model, fixed=left)
    nodes = found.integral.nodes
    of = model.laplace if nodes == 1 else ByQuadrature.of(model, nodes)
    p, theta = len(found.estimate), found.at.copy()
    theta[:p] = np.linalg.solve(of.to_fixed, found.estimate)
    now = of.evaluate(theta, 2)
    free = np.flatnonzero(found.at)  # variances of 0 stay there
    free = np.union1d(np.arange(p), free)
    metric = Metric.where_definite(now.information[np.ix_(free, free)])
    if metric is None:
        return again(found, model).estimate
    theta[free] += metric.solve(now.score[free])
    return of.to_fixed @ theta[:p]
