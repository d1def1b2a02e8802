"""What default priors need to know of a model's rows: where its columns and its outcome lie, and how wide they are."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from math import sqrt
from typing import Any, NamedTuple

import numpy as np

from stattools.data.rows.rows import Block
from stattools.data.rows.units import VARIES
from stattools.interface.arrays import Floats
from stattools.likelihoods import Likelihood
from stattools.likelihoods.outcomes import Outcome
from stattools.models.model import Model
from stattools.numerics.moments import SampleMoments
from stattools.text.one_line import prints


@prints
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


@prints
class _Sums(NamedTuple):
    """SampleMoments of the columns in their units and of a response, its size, and what the likelihood sums; adds with
    `+`.
    """

    columns: Any
    response: SampleMoments
    size: float
    sums: Floats

    def __add__(self, other: _Sums) -> _Sums:  # type: ignore[override]
        return _Sums(
            self.columns + other.columns,
            self.response + other.response,
            max(self.size, other.size),
            self.sums + other.sums,
        )


def overview(model: Model) -> Overview:
    """The overview of a regression's rows, wherever they are: one read, about the means of those in memory.

    >>> import stattools as st
    >>> found = overview(st.ols("y ~ x", {"y": [1.0, 3.0, 5.0, 7.0], "x": [10, 20, 30, 40]}))
    >>> found.mean[1:], found.constant, found.level
    (array([25.]), 0, array([4.]))
    """
    rows, offset = model.rows, model.rows.sampled.offset
    standard, _ = rows.standardized()
    shift = 0.0 if offset is None or not len(offset) else float(offset.max())
    found: _Sums = standard.total(partial(_of_block, model.likelihood, shift))
    about, response = found.columns, found.response
    spread = np.sqrt(about.square / about.n)
    sd = standard.scale * np.where(spread > VARIES, spread, 1.0)
    held = np.flatnonzero(np.isfinite(rows.constants))
    constant = int(held[0]) if held.size else None
    own = sqrt(response.square / response.n) if response.n else 0.0
    return Overview(
        standard.center + standard.scale * about.mean,
        sd,
        constant,
        1.0 if constant is None else float(rows.constants[constant]),
        own if own > VARIES * found.size else 1.0,
        model.likelihood.level(found.sums) - shift,
    )


def _of_block(likelihood: Likelihood, shift: float, block: Block) -> _Sums:
    weight = np.ones(len(block.X)) if block.weight is None else block.weight
    offset = np.zeros(len(block.X)) if block.offset is None else block.offset
    response, size = SampleMoments(), 0.0
    if likelihood.outcome is Outcome.REAL:
        response, size = SampleMoments.of(block.y - offset, weight), float(np.abs(block.y - offset).max())
    # exponentials of offsets stay within float64
    sums = likelihood.sums(block.y, weight, offset - shift)
    return _Sums(SampleMoments.of_columns(block.X, weight), response, size, sums)
