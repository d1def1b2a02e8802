"""Fits of outcomes that were drawn from a model, at so many rows: how often a test rejects and an interval covers.

    rejected: (b - 0)^T V^-1 (b - 0) > q,   covered: (b - beta)^T V^-1 (b - beta) <= q

b are the estimates of the coefficients in question, V their covariance, q the quantile of chi2, or k times that of
F(k, n - p) where a scale is estimated. For one coefficient these are Wald's test and its interval. A share of m draws
has the standard error sqrt(s (1 - s) / (m + 4)), s = (hits + 2) / (m + 4), which is not 0 where all draws agree.
Source: Agresti & Coull, The American Statistician 52 (1998).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from stattools.errors import IncompatibleError, StattoolsError
from stattools.inference.fitting import fit
from stattools.inference.fitting_many import replicated, together
from stattools.inference.many_fits import ManyFits
from stattools.inference.resampling import kind_of_failure
from stattools.inference.simulated_outcomes import outcomes
from stattools.interface.arrays import Floats
from stattools.models.model import Model

ENTRIES = 1_000_000
"""So many outcomes are drawn at a time."""


@dataclass(frozen=True, eq=False)
class Truth:
    """What the outcomes are drawn from, and what is asked of their fits.

    `model` has the rows of the design, one for each observation; `theta` and `scale` are true; `which` are the numbers
    of the coefficients in question; `cov` is the covariance of the fits, `level` that of their intervals.
    """

    model: Model
    theta: Floats
    scale: float
    which: NDArray[np.intp]
    cov: Any
    level: float


@dataclass(frozen=True)
class Simulated:
    """What m draws at so many rows came to; `reasons` counts those that have no maximum, by why."""

    rows: int
    draws: int
    rejected: int
    covered: int
    reasons: Counter[str]

    @property
    def fitted(self) -> int:
        """Number of draws that have a maximum, and so an interval."""
        return self.draws - sum(self.reasons.values())

    @property
    def record(self) -> dict[str, Any]:
        """The row of a table: a draw without a maximum is not rejected, and has no interval that could cover."""
        power, power_se = share(self.rejected, self.draws)
        coverage, coverage_se = share(self.covered, self.fitted)
        found = {"rows": self.rows, "power": power, "power_se": power_se, "coverage": coverage}
        return found | {"coverage_se": coverage_se, "no_maximum": self.draws - self.fitted}


@dataclass(frozen=True, eq=False)
class SimulatedEstimates:
    """Estimates (m, k), covariances (m, k, k) and degrees of freedom (m,) of the draws that have a maximum, and a word
    for why each of the others has none.
    """

    estimate: Floats
    covariance: Floats
    df: Floats
    why: list[str]


def share(hits: int, of: int) -> tuple[float, float]:
    """The share of hits and its standard error.

    >>> [round(value, 4) for value in share(800, 1000)]
    [0.8, 0.0127]
    """
    middle = (hits + 2.0) / (of + 4.0)
    return hits / of, float(np.sqrt(middle * (1.0 - middle) / (of + 4.0)))


def simulated(truth: Truth, rows: int, draws: int, random: np.random.Generator) -> Simulated:
    """Draw outcomes at so many rows, fit them, and count.

    Each row of the design is taken rows // n times, and the others are drawn without replacement, anew for each draw.
    """
    rejected = covered = 0
    reasons: Counter[str] = Counter()
    chunk = max(1, ENTRIES // rows)
    for start in range(0, draws, chunk):
        m = min(chunk, draws - start)
        found = _fits(truth, rows, m, random)
        reasons.update(found.why)
        if len(found.estimate):
            q = _quantile(len(truth.which), found.df, truth.level)
            rejected += int(np.count_nonzero(_squared(found.estimate, found.covariance) > q))
            gap = found.estimate - truth.theta[truth.which]
            covered += int(np.count_nonzero(_squared(gap, found.covariance) <= q))
    return Simulated(rows, draws, rejected, covered, reasons)


def _quantile(k: int, df: Floats, level: float) -> Floats:
    """The quantile of chi2(k), or where df is finite k times that of F(k, df)."""
    some = np.isfinite(df)
    of_f = k * special.fdtri(k, np.where(some, df, 1.0), level)
    return np.where(some, of_f, special.chdtri(k, 1.0 - level))


def _squared(gap: Floats, V: Floats) -> Floats:
    """gap^T V^-1 gap of each draw, shape (m,)."""
    root = np.linalg.cholesky(V)
    with np.errstate(over="ignore"):  # beyond float64 it is infinite, and so beyond any quantile
        return np.square(np.linalg.solve(root, gap[..., None])[..., 0]).sum(axis=1)


def _fits(truth: Truth, rows: int, m: int, random: np.random.Generator) -> SimulatedEstimates:
    """The fits of m draws."""
    model, n = truth.model, len(truth.model.rows.X)
    times, rest = divmod(rows, n)
    eta, whole = model.eta(truth.theta), np.tile(np.arange(n), times)
    if rest:
        models = (_dealt(truth, eta, whole, rest, random) for _ in range(m))
        if truth.cov != "information":
            return _one_by_one(truth, models)
        return _those_found(truth, together(list(models), tuple(range(m))))
    design = model.subset(whole)
    Y = outcomes(design, eta[whole], truth.scale, m, random)
    if truth.cov != "information":
        return _one_by_one(truth, (replace(design, rows=replace(design.rows, y=y)) for y in Y))
    return _those_found(truth, replicated(design, Y, None))


def _those_found(truth: Truth, many: ManyFits) -> SimulatedEstimates:
    """The estimates of those of many fits that have a maximum."""
    some, which = np.isfinite(many.decrement), truth.which
    b, V = many.estimate[some][:, which], many.covariance[some][:, which[:, None], which]
    return SimulatedEstimates(b, V, many.df[some], [kind_of_failure(reason) for reason in many.reasons.values()])


def _dealt(truth: Truth, eta: Floats, whole: NDArray[np.intp], rest: int, random: np.random.Generator) -> Model:
    """The model of one draw, where rows of the design are drawn too."""
    taken = np.concatenate([whole, random.choice(len(eta), rest, replace=False)])
    design = truth.model.subset(taken)
    y = outcomes(design, eta[taken], truth.scale, 1, random)[0]
    return replace(design, rows=replace(design.rows, y=y))


def _one_by_one(truth: Truth, models: Iterator[Model]) -> SimulatedEstimates:
    """The fits with another covariance than that of the information."""
    estimates, covariances, df, why = [], [], [], []
    for model in models:
        try:
            found = fit(model, cov=truth.cov)
        except IncompatibleError:  # what was asked for, not what was drawn
            raise
        except StattoolsError as error:
            why.append(kind_of_failure(error.message))
            continue
        estimates.append(found.estimate[truth.which])
        covariances.append(found.covariance[np.ix_(truth.which, truth.which)])
        df.append(found.t_df)
    return SimulatedEstimates(np.array(estimates), np.array(covariances), np.array(df), why)
