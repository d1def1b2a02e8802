"""What default priors need to know of a model's rows: where its columns and its outcome lie, and how wide they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from stattools.data.rows.rows import Block
from stattools.interface.arrays import Floats
from stattools.likelihoods.outcomes import Outcome
from stattools.models.model import Model
from stattools.numerics.moments import SampleMoments
from stattools.solvers.samples.surrogate import held_elsewhere


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
    if model.likelihood.outcome is Outcome.REAL:
        y = rows.y if rows.offset is None else rows.y - rows.offset
        spread = _or_one(float(np.sqrt(np.cov(y, aweights=rows.importance, ddof=0))), float(np.abs(y).max(initial=0.0)))
    value = 1.0 if constant is None else float(X[0, constant])
    return Overview(np.asarray(mean), sd, constant, value, spread, _level(model))


def _or_one(sd: float, size: float) -> float:
    return sd if sd > 1e-13 * size and sd > 0 else 1.0


def _level(model: Model) -> Floats:
    rows = model.rows
    weight = np.ones(len(rows.y)) if rows.importance is None else rows.importance
    offset = np.zeros(len(rows.y)) if rows.offset is None else rows.offset
    shift = float(offset.max(initial=-np.inf)) if len(offset) else 0.0  # exponentials of offsets stay within float64
    return model.likelihood.level(model.likelihood.sums(rows.y, weight, offset - shift)) - shift


class _Sums(NamedTuple):
    """Moments of the columns and of the outcome less its offset, sizes, and what the likelihood sums; adds with
    `+`.
    """

    columns: Any
    response: SampleMoments
    size: Floats
    sums: Floats

    def __add__(self, other: _Sums) -> _Sums:  # type: ignore[override]
        return _Sums(
            self.columns + other.columns,
            self.response + other.response,
            np.maximum(self.size, other.size),
            self.sums + other.sums,
        )


def _of_files(model: Model) -> Overview:
    rows: Any = model.rows
    sample = rows.sampled
    p, likelihood = len(model.terms), model.likelihood
    shift = 0.0 if sample.offset is None else float(sample.offset.max())

    def of(block: Block) -> _Sums:
        n = len(block.X)
        weight = np.ones(n) if block.weight is None else block.weight
        offset = np.zeros(n) if block.offset is None else block.offset
        size = np.append(np.abs(block.X).max(axis=0), np.abs(block.y - offset).max())
        response, sums = SampleMoments.of(block.y - offset, weight), likelihood.sums(block.y, weight, offset - shift)
        return _Sums(moments_of_columns(block.X, weight), response, size, sums)

    found = rows.total(of)
    n = found.response.n
    spread = np.sqrt(found.columns.square / n)
    flat = spread <= 1e-13 * found.size[:p]
    sd = np.where(flat, np.where(found.size[:p] > 0, found.size[:p], 1.0), np.where(spread > 0, spread, 1.0))
    constants = rows.constants
    held = np.flatnonzero(np.isfinite(constants))
    constant = int(held[0]) if held.size else None
    value = 1.0 if constant is None else float(constants[constant])
    own = (
        _or_one(float(np.sqrt(found.response.square / n)), float(found.size[p]))
        if likelihood.outcome is Outcome.REAL
        else 1.0
    )
    level = likelihood.level(found.sums) - shift
    return Overview(found.columns.mean, sd, constant, value, own, level)


def moments_of_columns(X: Floats, weight: Floats) -> Any:
    """Moments of all columns at once."""
    n = float(weight.sum())
    if not n:
        return SampleMoments()
    mean = weight @ X / n
    return SampleMoments(n, mean, weight @ np.square(X - mean))  # type: ignore[arg-type]
