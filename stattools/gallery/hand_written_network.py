"""A network written by hand, with the faults that make it overflow, and the rows that it is to learn from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from stattools.interface.arrays import Floats
from stattools.numerics.threads import one_blas_thread

ROWS, INPUTS, UNITS, RATE = 600, 120, 20, 0.5
LIMIT = 250
"""Epochs that the hand-written network may take."""
SEED, FRESH = 1, 2000


@dataclass(frozen=True)
class DrawnRows:
    """Rows for training and rows for testing."""

    X: Floats
    label: NDArray[np.int64]
    new_X: Floats
    new_label: NDArray[np.int64]


@cache
def sample() -> DrawnRows:
    """The simulated rows; labels are 1, 2, 3."""
    generator = np.random.default_rng(SEED)
    centers = generator.normal(size=(3, INPUTS))
    centers *= 4.5 / np.linalg.norm(centers, axis=1, keepdims=True)

    def draw(n: int) -> tuple[Floats, NDArray[np.int64]]:
        label, side = generator.integers(0, 3, n), generator.choice([-1.0, 1.0], n)
        return generator.normal(size=(n, INPUTS)) + side[:, None] * centers[label], label + 1

    return DrawnRows(*draw(ROWS), *draw(FRESH))


@dataclass(frozen=True)
class Run:
    """The hand-written network: when it broke, its largest output and bias by epoch, its accuracy on the test rows."""

    broke: int | None
    output: list[float]
    bias: list[float]
    accuracy: float


@cache
def by_hand(*, rate: float = RATE, mean: bool = False, renormalize: bool = True, classes: bool = False) -> Run:
    """The script as it was, or with one thing changed: the mean of the rows, no renormalizing, a softmax output."""
    rows, generator = sample(), np.random.default_rng(0)
    center, scale = rows.X.mean(axis=0), rows.X.std(axis=0)
    X, new_X = (rows.X - center) / scale, (rows.new_X - center) / scale
    width = 3 if classes else 1
    goal = np.eye(3)[rows.label - 1] if classes else rows.label[:, None].astype(float)
    W1, b1 = generator.normal(size=(INPUTS, UNITS)), np.zeros(UNITS)
    W2, b2 = generator.normal(size=(UNITS, width)), np.zeros(width)
    output: list[float] = []
    bias: list[float] = []
    # Overflow is what this script is about: it is let through, and seen in the next epoch's output.
    with one_blas_thread(), np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        for epoch in range(LIMIT):
            A = 1.0 / (1.0 + np.exp(-(X @ W1 + b1)))
            out = A @ W2 + b2
            output.append(float(np.abs(out).max()))
            bias.append(float(np.abs(b2).max()))
            if not np.isfinite(out).all():
                return Run(epoch, output, bias, float("nan"))
            error = (_softmax(out) if classes else out) - goal
            if mean:
                error = error / len(X)
            back = error @ W2.T * A * (1.0 - A)
            W2, b2 = W2 - rate * A.T @ error, b2 - rate * error.sum(axis=0)
            W1, b1 = W1 - rate * X.T @ back, b1 - rate * back.sum(axis=0)
            if renormalize:
                W1, W2 = W1 / np.linalg.norm(W1), W2 / np.linalg.norm(W2)
        out = 1.0 / (1.0 + np.exp(-(new_X @ W1 + b1))) @ W2 + b2
    guess = out.argmax(axis=1) + 1 if classes else np.clip(np.round(out[:, 0]), 1, 3)
    return Run(None, output, bias, float((guess == rows.new_label).mean()))


def _softmax(out: Floats) -> Floats:
    weights = np.exp(out - out.max(axis=1, keepdims=True))
    return weights / weights.sum(axis=1, keepdims=True)


def largest_rate() -> str:
    """The largest stable rate of the output's weights, 2 / largest eigenvalue of A^T A at the script's start."""
    rows, generator = sample(), np.random.default_rng(0)
    X = (rows.X - rows.X.mean(axis=0)) / rows.X.std(axis=0)
    A = 1.0 / (1.0 + np.exp(-(X @ generator.normal(size=(INPUTS, UNITS)))))
    A = np.column_stack([A, np.ones(ROWS)])
    return f"{2.0 / float(np.linalg.eigvalsh(A.T @ A)[-1]):.2g}"
