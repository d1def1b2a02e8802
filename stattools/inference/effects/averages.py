"""Averages of the mean outcome over a population, where variables are moved, with their gradients in the coefficients.

    level       the average over rows of mean(level), everything else as it was
    slope       the average over rows of d mean / d x

The columns of X are differenced in x (central, in steps of 6e-6), the mean is differentiated exactly. Of rows in files
each batch is a population of its own, whose averages count by its observations.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from stattools.data.files.batch import Batch
from stattools.data.files.source import at
from stattools.data.formula.coding import Coding
from stattools.data.rows.rows import Block
from stattools.inference.effects.held_rows import holding
from stattools.inference.effects.moved_rows import STEP, Population, columns_of_batch
from stattools.interface.arrays import Floats
from stattools.models.model import Model

SLOPE = object()
"""Stands for the derivative in a variable, in the place of one of its values."""


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
    if rows.elsewhere is None:
        return {
            move: _slope(theta, holding(rows, dict(move.held)), str(move.name))
            if move.value is SLOPE
            else _average(theta, rows, move.moved)
            for move in moves
        }
    return _averages_elsewhere(theta, rows, moves, discrete)


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
    value = _along(slope, moving, weight)
    slope, bend = slope * weight[:, None, None], bend * weight[:, None, None]
    gradient = [
        _pulled(pull_change, slope[:, k]) - _pulled(pull_still, slope[:, k]) + _pulled(pullback, bend[:, k])
        for k in range(slope.shape[1])
    ]
    return Average(value, np.stack(gradient))


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
    still, pull_still = model.predictor.forward(theta, change._replace(X=np.zeros_like(change.X)))
    moving, pull_change = model.predictor.forward(theta, change)
    return eta, pullback, moving - still, pull_change, pull_still


def _along(slope: Floats, moving: Floats, weight: Floats) -> Floats:
    """The average of slopes (m, K, width) along the movement of the linear predictors."""
    return weight @ (slope * moving.reshape(len(moving), 1, -1)).sum(axis=2)


def _pulled(pullback: Any, slope: Floats) -> Floats:
    """A gradient in eta, (m, width), as one in theta."""
    return pullback(slope[:, 0] if slope.shape[1] == 1 else slope)


@dataclass(frozen=True, eq=False)
class _Parts:
    """The averages of several populations, each times its observations; adds with `+`."""

    n: float
    each: tuple[Average, ...]

    def __add__(self, other: _Parts) -> _Parts:
        return _Parts(self.n + other.n, tuple(a + b for a, b in zip(self.each, other.each, strict=True)))


@dataclass(frozen=True, eq=False)
class _OfBatch:
    """What a batch adds to the averages; small enough to be sent to where the batch is."""

    coding: Coding
    model: Model
    theta: Floats
    moves: tuple[tuple[Move, bool], ...]
    discrete: tuple[str, ...]

    def __call__(self, batch: Batch) -> _Parts | None:
        rows = self.coding.rows(batch)
        n = 0.0 if rows is None else rows.n
        if rows is None or not n:
            return None
        columns = columns_of_batch(self.coding, batch)
        there = Population(replace(self.model, rows=rows), columns, columns, False)
        with at(batch.where):
            for name in self.discrete:
                there.levels(name, self.discrete)
            found = [
                _slope(self.theta, holding(there, dict(move.held)), str(move.name))
                if slope
                else _average(self.theta, there, move.moved)
                for move, slope in self.moves
            ]
        return _Parts(n, tuple(part * n for part in found))


def _averages_elsewhere(
    theta: Floats, rows: Population, moves: Sequence[Move], discrete: tuple[str, ...]
) -> dict[Move, Average]:
    """The averages over rows in files: one read for all."""
    there: Any = rows.elsewhere
    coding = there.coding
    plain = tuple((move._replace(value=None), True) if move.value is SLOPE else (move, False) for move in moves)
    work = _OfBatch(coding, rows.model, theta, plain, discrete)
    found: _Parts = there.over_batches(work)
    return {move: part * (1.0 / found.n) for move, part in zip(moves, found.each, strict=True)}
