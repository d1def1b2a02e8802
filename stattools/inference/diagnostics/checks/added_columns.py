"""Would the square of a column, or of the linear predictor, have something to say? One read of the rows.

    score test of z beside X:   S = u_z^T V^-1 u_z,   V = Z^T W Z - Z^T W X (X^T W X)^-1 X^T W Z

S is also the sum of W (z delta)^2 over rows, delta one step of Newton from 0: how much the curve z delta moves the
linear predictor. Beside it stands what the columns explain, G = sum W (eta - mean)^2, so that sqrt(S / G) is the
standard deviation of what is missing in that of what is there, whatever the number of rows.

The columns are standardized, so origin and unit of a variable change nothing: (x - center)^2 differs from x^2 by a
column and a constant, which the model has. Source: Rao (1948); Pregibon, Applied Statistics 29 (1980), 15-24; Cook &
Weisberg, Biometrika 70 (1983), 1-10.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from stattools.data.rows.rows import Block
from stattools.errors import IncompatibleError
from stattools.inference.diagnostics.checks.variables import units_of
from stattools.interface.arrays import Floats
from stattools.likelihoods import Likelihood
from stattools.models.model import Model
from stattools.models.predictors.linear import Linear
from stattools.numerics.products import weighted

NOTHING_NEW = 1e-8
"""A column with no more than this share of its own is made by the others: the square of 0 and 1."""
SAMPLE = 2_000
MOST = 50
"""Squares that are looked at in one read."""


@dataclass(frozen=True, eq=False)
class Added:
    """The information (P, P) and the score (P,) of the model with added columns, all columns standardized.

    `kept` are the places of the coefficients of the model itself, `curves` the names of the squares and the places of
    their coefficients, `link` those of the square of the linear predictor, empty where there is none. `constants`
    (p, m) span what a shift of the columns moves: intercepts, and the coefficients of other parameters. `phi` are the
    coefficients, `variance` the squared scale.
    """

    information: Floats
    score: Floats
    kept: tuple[int, ...]
    curves: dict[str, tuple[int, ...]]
    link: tuple[int, ...]
    constants: Floats
    phi: Floats
    variance: float

    @property
    def base(self) -> Floats:
        """The information about the coefficients of the model."""
        return self.information[np.ix_(self.kept, self.kept)]

    @property
    def slopes(self) -> Floats:
        """The information (p, p) about the coefficients where the constants are free: that of centered columns."""
        whole, N = self.base, self.constants
        return whole - whole @ N @ np.linalg.solve(N.T @ whole @ N, N.T @ whole)

    @property
    def explained(self) -> float:
        """How much the linear predictor varies, weighted as the rows inform of it, in squared standard errors."""
        return max(float(self.phi @ self.slopes @ self.phi), 0.0) / self.variance

    def test(self, places: tuple[int, ...]) -> tuple[float, int]:
        """The score statistic of added columns and its degrees of freedom; 0 and 0 where they are not new."""
        kept, new = list(self.kept), list(places)
        cross = self.information[np.ix_(kept, new)]
        whole = self.information[np.ix_(new, new)]
        onto = np.linalg.solve(self.base, cross)
        V, u = whole - cross.T @ onto, self.score[new] - onto.T @ self.score[kept]  # penalized, the others are not 0
        if not (V.diagonal() > NOTHING_NEW * np.abs(whole.diagonal())).all():
            return 0.0, 0
        values, Q = np.linalg.eigh(V)
        if values[0] <= NOTHING_NEW * values[-1]:
            return 0.0, 0
        return float(((Q.T @ u) ** 2 / values).sum()) / self.variance, len(new)


def added(model: Model, theta: Floats) -> Added:
    """The model at theta with the square of each of its numbers, and of its linear predictor where there is one."""
    work, T = model.standardized()
    phi = np.linalg.solve(T, theta)
    rows = work.rows.sampled
    some = replace(work, rows=rows if len(rows.X) <= SAMPLE else rows.sample(SAMPLE), source=None)
    eta = some.predictor.forward(phi, some.rows.whole)[0]
    has_link = model.predictor.n_first == 1
    first = eta.reshape(len(eta), -1)[:, 0]
    constant = _constant(some)
    center = float(first.mean()) if constant is not None else 0.0
    unit = float(first.std()) or 1.0
    squares = squares_of(model, phi)
    n_new = len(squares) + has_link
    wide = _widened(model.predictor, n_new)
    columns = list(squares.values())
    part = partial(_block, work.likelihood, work.predictor, wide, phi, columns, (center, unit) if has_link else None)
    found = work.rows.total(part)
    information, score = found[:, :-1], found[:, -1]
    if not np.isfinite(found).all():
        raise IncompatibleError(f"squares of the columns of {model.title} are beyond float64. Change their units.")
    ends = [part.stop for part in wide.parts[: wide.n_first]]
    new = [tuple(end - n_new + k for end in ends) for k in range(n_new)]
    kept = tuple(k for k in range(wide.size) if not any(k in places for places in new))
    curves = dict(zip(squares, new, strict=False))
    N = _free(model.predictor, constant)
    variance = model.dispersion(theta)
    return Added(information, score, kept, curves, new[-1] if has_link else (), N, phi, variance)


def squares_of(model: Any, phi: Floats) -> dict[str, int]:
    """The terms that are one column of numbers, whose variable makes no other curve, with the column of X; of many
    those that explain most.
    """
    units = units_of(model)
    found = {}
    for unit in units:
        alike = [other for other in units if other.variables == unit.variables]
        if len(unit.columns) == len(unit.variables) == len(alike) == 1:
            found[unit.name] = unit.columns[0], max(abs(float(phi[k])) for k in unit.coefficients)
    most = sorted(found, key=lambda name: -found[name][1])[:MOST]
    return {name: column for name, (column, _) in found.items() if name in most}


def _widened(predictor: Linear, more: int) -> Linear:
    """The predictor with more columns for its first parameter, after its own."""
    new = tuple(range(predictor.columns, predictor.columns + more))
    main = predictor.main if predictor.main is None else (*predictor.main, *new)
    return Linear(predictor.columns + more, predictor.width, predictor.own, main)


def _constant(model: Model) -> Floats | None:
    """The combination of the columns of the first parameter that is 1 in all rows of a sample; None for none."""
    if "Intercept" in model.first_terms:
        return np.array([float(name == "Intercept") for name in model.first_terms])
    X = model.rows.whole.X[:, model.predictor.first]
    found = np.linalg.lstsq(X, np.ones(len(X)), rcond=None)[0]
    return found if np.abs(X @ found - 1.0).max() < 1e-8 else None


def _free(predictor: Linear, constant: Floats | None) -> Floats:
    """Directions of the coefficients: the constants of the first parameter, and all coefficients of others."""
    found = []
    for part in predictor.parts[: predictor.n_first]:
        if constant is not None:
            direction = np.zeros(predictor.size)
            direction[part] = constant
            found.append(direction)
    found += list(np.eye(predictor.size)[predictor.size_first :])
    return np.array(found).reshape(-1, predictor.size).T


@np.errstate(over="ignore", invalid="ignore")  # told by the caller
def _block(
    likelihood: Likelihood,
    predictor: Linear,
    wide: Linear,
    phi: Floats,
    columns: list[int],
    link: tuple[float, float] | None,
    block: Block,
) -> Floats:
    """Information and score of the rows of a block, side by side."""
    eta = predictor.forward(phi, block)[0]
    X = np.asarray(block.X)
    new = [X[:, columns] ** 2]
    if link is not None:
        first = eta.reshape(len(eta), -1)[:, :1]
        new.append(((first - link[0]) / link[1]) ** 2)
    wider = block._replace(X=np.concatenate([X, *new], axis=1))
    _, score, information = likelihood.evaluate(eta, block.y)
    score, information = weighted(score, block.weight), weighted(information, block.weight)
    total = wide.information(wider, information)
    return np.column_stack([total, wide.row_scores(wider.X, score).sum(axis=0)])
