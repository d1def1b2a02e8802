"""What default priors need to know of a model's rows: where its columns and its outcome lie, and how wide they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stattools.data.moments import Moments
from stattools.data.rows import Block
from stattools.likelihoods import BetaBinomial, Binomial, Categorical, NegativeBinomial, Poisson
from stattools.model import Model
from stattools.solvers.surrogate import held_elsewhere

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Overview:
    """Means and standard deviations of the columns (p,), the first one that is constant (None: none) and its value.

    A column that does not vary has its size for a standard deviation. `spread` is the standard deviation of the outcome
    less its offset, 1 where that does not vary; `level` the linear predictor of the mean outcome, one per block of
    coefficients.
    """

    mean: Floats
    sd: Floats
    constant: int | None
    value: float
    spread: float
    level: Floats


def overview(model: Model) -> Overview:
    """The overview of a regression's rows; of rows in files from one read.

    >>> import stattools as st
    >>> found = overview(st.ols("y ~ x", {"y": [1.0, 3.0, 5.0, 7.0], "x": [10, 20, 30, 40]}))
    >>> found.mean[1:], found.constant, found.level
    (array([25.]), 0, array([4.]))
    """
    return _of_files(model) if held_elsewhere(model) else _of_rows(model)


def _of_rows(model: Model) -> Overview:
    rows, X = model.rows, model.rows.X
    standard, _ = rows.standardized()
    sd, mean = np.asarray(standard.scale, dtype=float), X.mean(axis=0) if standard.center is None else standard.center
    held = np.flatnonzero(np.ptp(X, axis=0) == 0)
    constant = int(held[0]) if held.size else None
    spread = 1.0
    if model.has_scale:
        y = rows.y if rows.offset is None else rows.y - rows.offset
        spread = _or_one(float(np.sqrt(np.cov(y, aweights=rows.importance, ddof=0))), float(np.abs(y).max(initial=0.0)))
    value = 1.0 if constant is None else float(X[0, constant])
    return Overview(np.asarray(mean), sd, constant, value, spread, _level(model, constant))


def _or_one(sd: float, size: float) -> float:
    return sd if sd > 1e-13 * size and sd > 0 else 1.0


def _level(model: Model, constant: int | None) -> Floats:
    rows, likelihood = model.rows, model.likelihood
    weight = np.ones(len(rows.y)) if rows.importance is None else rows.importance
    offset = 0.0 if rows.offset is None else float(weight @ rows.offset / weight.sum())
    if isinstance(likelihood, Poisson | NegativeBinomial):
        return np.zeros(1) if constant is None else np.array([model.start[constant] * rows.X[0, constant]])
    if isinstance(likelihood, Categorical):
        counts = np.bincount(rows.y.astype(int), weights=weight, minlength=likelihood.categories) + 0.5
        return np.log(counts[1:] / counts[0])
    if isinstance(likelihood, BetaBinomial):
        successes, trials = weight @ rows.y
        return np.array([np.log((successes + 0.5) / (trials - successes + 0.5)) - offset])
    if isinstance(likelihood, Binomial):
        mean = float(weight @ rows.y[:, 0] / (weight @ rows.y[:, 1]))
    else:
        mean = float(weight @ rows.y / weight.sum())
    return np.array([float(likelihood.link(mean)) - offset])


class _Sums(NamedTuple):
    """Moments of the columns, of the outcome, of the offset and of their difference, and sums that go with counts and
    categories; adds with `+`.
    """

    columns: Any
    outcome: Moments
    offset: Moments
    response: Moments
    size: Floats
    exposure: float
    counts: Floats

    def __add__(self, other: _Sums) -> _Sums:  # type: ignore[override]
        return _Sums(
            self.columns + other.columns,
            self.outcome + other.outcome,
            self.offset + other.offset,
            self.response + other.response,
            np.maximum(self.size, other.size),
            self.exposure + other.exposure,
            self.counts + other.counts,
        )


def _of_files(model: Model) -> Overview:
    rows: Any = model.rows
    sample = rows.sampled
    p, likelihood = len(model.terms), model.likelihood
    shift = 0.0 if sample.offset is None else float(sample.offset.max())
    kinds = likelihood.categories if isinstance(likelihood, Categorical) else 0

    def of(block: Block) -> _Sums:
        n = len(block.X)
        weight = np.ones(n) if block.weight is None else block.weight
        offset = np.zeros(n) if block.offset is None else block.offset
        size = np.append(np.abs(block.X).max(axis=0), np.abs(block.y - offset).max())
        counts = np.bincount(block.y.astype(int), weight, kinds) if kinds else np.zeros(0)
        outcome, shifts, response = (Moments.of(values, weight) for values in (block.y, offset, block.y - offset))
        exposure = float(weight @ np.exp(offset - shift))
        return _Sums(moments_of_columns(block.X, weight), outcome, shifts, response, size, exposure, counts)

    found = rows.total(of)
    n = found.outcome.n
    spread = np.sqrt(found.columns.square / n)
    flat = spread <= 1e-13 * found.size[:p]
    sd = np.where(flat, np.where(found.size[:p] > 0, found.size[:p], 1.0), np.where(spread > 0, spread, 1.0))
    constants = rows.constants
    held = np.flatnonzero(np.isfinite(constants))
    constant = int(held[0]) if held.size else None
    value = 1.0 if constant is None else float(constants[constant])
    own = _or_one(float(np.sqrt(found.response.square / n)), float(found.size[p])) if model.has_scale else 1.0
    if kinds:
        level = np.log((found.counts[1:] + 0.5) / (found.counts[0] + 0.5))
    elif isinstance(likelihood, Poisson | NegativeBinomial):
        rate = n * found.outcome.mean / found.exposure
        level = np.zeros(1) if constant is None else np.array([float(likelihood.link(rate)) - shift])
    else:
        level = np.array([float(likelihood.link(found.outcome.mean)) - found.offset.mean])
    return Overview(found.columns.mean, sd, constant, value, own, level)


def moments_of_columns(X: Floats, weight: Floats) -> Any:
    """Moments of all columns at once."""
    n = float(weight.sum())
    if not n:
        return Moments()
    mean = weight @ X / n
    return Moments(n, mean, weight @ np.square(X - mean))  # type: ignore[arg-type]
