"""Averages of the mean outcome over a population, where variables are moved, with their gradients in the coefficients.

    level       the average over rows of mean(level), everything else as it was
    slope       the average over rows of d mean / d x

The columns of X are differenced in x (central, in steps of 6e-6), the mean is differentiated exactly. Of rows in files
each batch is a population of its own, whose averages count by its observations.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from stattools.data.files.source import Batch, at
from stattools.data.formula.coding import Coding
from stattools.data.rows.rows import Block
from stattools.inference.effects.held_rows import holding
from stattools.inference.effects.moved_rows import STEP, Population, population_of_batch
from stattools.interface.arrays import Floats
from stattools.interface.units import finite
from stattools.models.model import Model
from stattools.numerics.columns import as_columns


class Derivative(Enum):
    """Stands for the derivative in a variable, in the place of one of its values; the same one wherever it is sent."""

    SLOPE = "slope"


SLOPE = Derivative.SLOPE


@dataclass(frozen=True, eq=False)
class Average:
    """Average means, shape (K,), with their gradients in the coefficients, (K, p)."""

    value: Floats
    gradient: Floats

    def __sub__(self, other: Average) -> Average:
        return Average(self.value - other.value, self.gradient - other.gradient)

    def __add__(self, other: Average) -> Average:
        return Average(self.value + other.value, self.gradient + other.gradient)

    def __mul__(self, factor: float) -> Average:
        return Average(self.value * factor, self.gradient * factor)


@dataclass(frozen=True, eq=False)
class Averages:
    """Averages over `n` observations; `+` gives those over the observations of both."""

    each: tuple[Average, ...]
    n: float

    def __add__(self, other: Averages) -> Averages:
        n = self.n + other.n
        share, rest = self.n / n, other.n / n
        return Averages(tuple(a * share + b * rest for a, b in zip(self.each, other.each, strict=True)), n)


class Move(NamedTuple):
    """A variable at a value in all rows, or with `SLOPE` the derivative of the mean in it, while others are `held` at
    values of theirs; no name where nothing moves.
    """

    name: str | None
    value: Any
    held: tuple[tuple[str, Any], ...] = ()

    @property
    def moved(self) -> dict[str, Any]:
        """All variables that are set, with their values."""
        return dict(self.held) | ({} if self.name is None else {self.name: self.value})


def averages(
    theta: Floats, rows: Population, moves: Sequence[Move], discrete: tuple[str, ...] = ()
) -> dict[Move, Average]:
    """The average of each move over a population; of rows elsewhere in one read, which finds out whether the `discrete`
    columns hold 0 and 1.
    """
    work, there = partial(_of_population, theta, tuple(moves), discrete), rows.elsewhere
    found = work(rows) if there is None else there.over_batches(partial(_of_batch, there.coding, rows.model, work))
    return dict(zip(moves, found.each, strict=True))


def _of_batch(coding: Coding, model: Model, work: Callable[[Population], Averages], batch: Batch) -> Averages | None:
    there = population_of_batch(coding, model, batch)
    if there is None or not there.model.n:
        return None
    with at(batch.where):
        return work(there)


def _of_population(theta: Floats, moves: Sequence[Move], discrete: tuple[str, ...], rows: Population) -> Averages:
    for name in discrete:
        rows.levels(name, discrete)  # refuses others than 0 and 1
    return Averages(
        tuple(
            _slope(theta, holding(rows, dict(move.held)), str(move.name))
            if move.value is SLOPE
            else _average(theta, rows, move.moved)
            for move in moves
        ),
        rows.model.n,
    )


def _average(theta: Floats, rows: Population, moved: Mapping[str, Any]) -> Average:
    """The average mean with some variables moved."""
    block, model = rows.block(rows.X(moved) if moved else rows.unmoved), rows.model
    weight = np.asarray(block.weight)
    eta, pullback = model.predictor.forward(theta, block)
    mean = model.likelihood.mean(eta).reshape(len(eta), -1)
    slope = model.likelihood.slope(eta) * weight[:, None, None]
    return Average(weight @ mean, np.stack([_pulled(pullback, slope[:, k]) for k in range(mean.shape[1])]))


def _slope(theta: Floats, rows: Population, name: str) -> Average:
    """The average derivative of the mean in a number: d mean = mean'(eta) dX theta, and its gradient.

    In theta: mean'(eta) dX + (mean'(eta))' x, the last derivative along d eta, by a central difference in eta; of every
    linear predictor, also where the mean moves with the dispersion.
    """
    model = rows.model
    block, change = sloping(rows, name)
    eta, pullback, moving, pull_change, pull_still = _moving(theta, model, block, change)
    size = np.abs(moving).reshape(len(eta), -1).max(axis=1).reshape(-1, *[1] * (eta.ndim - 1))
    unit = np.divide(moving, size, out=np.zeros_like(moving), where=size > 0) * STEP
    slope = model.likelihood.slope(eta)
    ahead, behind = model.likelihood.slope(eta + unit), model.likelihood.slope(eta - unit)
    bend = (ahead - behind) / (2.0 * STEP) * size.reshape(-1, 1, 1)
    weight = np.asarray(block.weight)
    with np.errstate(over="ignore", invalid="ignore"):  # told below
        value = _along(slope, moving, weight)
        slope, bend = slope * weight[:, None, None], bend * weight[:, None, None]
        gradient = [
            _pulled(pull_change, slope[:, k]) - _pulled(pull_still, slope[:, k]) + _pulled(pullback, bend[:, k])
            for k in range(slope.shape[1])
        ]
    what = f"the average slope in {name!r} or its gradient"
    return Average(finite(value, model.title, what), finite(np.stack(gradient), model.title, what))


def sloping(rows: Population, name: str) -> tuple[Block, Block]:
    """The rows as they are, and the derivatives of their columns in a number."""
    return rows.block(rows.unmoved), rows.block(rows.derivative(name))._replace(offset=None)


def average_slope(theta: Floats, model: Model, block: Block, change: Block) -> Floats:
    """The average derivative of the mean, (K,), at rows and derivatives of their columns from `sloping`."""
    eta, _, moving, _, _ = _moving(theta, model, block, change)
    return _along(model.likelihood.slope(eta), moving, np.asarray(block.weight))


def _moving(theta: Floats, model: Model, block: Block, change: Block) -> tuple[Floats, Any, Floats, Any, Any]:
    """The linear predictors with their pullback, and their derivative with the pullbacks of its two parts.

    What all rows share, such as log alpha, does not move with x: it is the second part, and is subtracted.
    """
    eta, pullback = model.predictor.forward(theta, block)
    still, pull_still = model.predictor.forward(theta, change._replace(X=as_columns(change.X).nothing()))
    moving, pull_change = model.predictor.forward(theta, change)
    return eta, pullback, moving - still, pull_change, pull_still


def _along(slope: Floats, moving: Floats, weight: Floats) -> Floats:
    """The average of slopes (m, K, width) along the movement of the linear predictors."""
    return weight @ (slope * moving.reshape(len(moving), 1, -1)).sum(axis=2)


def _pulled(pullback: Any, slope: Floats) -> Floats:
    """A gradient in eta, (m, width), as one in theta."""
    return pullback(slope[:, 0] if slope.shape[1] == 1 else slope)
