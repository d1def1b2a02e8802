"""What a regression posterior has seen, as rows: the triangle of a model, leaving one row out, draws for ArviZ.

    without row i, of leverage h_i = w_i x_i^T P^-1 x_i under the posterior precision P and residual e_i:
    y_i ~ t with 2 shape - 1 df around y_i - e_i / (1 - h_i),  scale^2 = b_i / (shape - 1/2) / (w_i (1 - h_i)),
    b_i = scale - w_i e_i^2 / (2 (1 - h_i))

Source: Geisser & Eddy (1979) for the sum; Cook & Weisberg (1982), sec. 2.2 for the updates.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve_triangular

from stattools.bayes.conjugate.data.leave_one_out import LeaveOneOut
from stattools.bayes.conjugate.improper import Improper
from stattools.bayes.conjugate.inverse_wishart import log_determinant
from stattools.bayes.conjugate.student_t import log_t_density
from stattools.data.rows.triangle import triangle
from stattools.errors import DomainError
from stattools.interface.arrays import Floats
from stattools.interface.memory import draws_shape
from stattools.interface.seeds import generator, recorded
from stattools.models.model import Model
from stattools.numerics.saddle_point import HALF_LOG_TWO_PI
from stattools.text.one_line import prints

if TYPE_CHECKING:
    from xarray import DataTree
MOST_CELLS = 20_000_000
"""Draws times rows that a data tree may hold."""


@prints
@dataclass(frozen=True, eq=False)
class RegressionSeen:
    """The prior, the models as they came, and the log evidence of all (None after an improper prior)."""

    prior: Any
    batches: tuple[Model, ...]
    log_evidence: float | None


def stacked(model: Model) -> Floats:
    """p + 1 rows that say all that the data do: [root, z; 0, rho] with (p + 1) columns, by QR of standardized columns.

    |y - X beta|^2 = |z - root beta|^2 + rho^2, weighted, whatever beta is.
    """
    work, T = model.standardized()
    R = triangle(work.rows, beside=True)
    R[:, :-1] = np.linalg.solve(T.T, R[:, :-1].T).T
    return R


def triangular(rows: Floats) -> tuple[Floats, Floats, float]:
    """root (p, p) upper triangular, z (p,) and the sum of squares left over, of stacked rows [X, y]."""
    p = rows.shape[1] - 1
    if len(rows) <= p:
        rows = np.concatenate([rows, np.zeros((p + 1 - len(rows), p + 1))])
    unit = np.abs(rows).max(axis=0)
    unit = np.where(unit > 0, unit, 1.0)
    R = np.linalg.qr(rows / unit, mode="r") * unit
    R = R * np.where(np.diagonal(R) < 0, -1.0, 1.0)[:, None]
    return R[:p, :p], R[:p, p], float(R[p, p] ** 2)


@prints
@dataclass(frozen=True, eq=False)
class RegressionRows:
    """All rows of a posterior in the order they came: X, y less its offset, precision (n,), counts (n,)."""

    X: Floats
    y: Floats
    offset: Floats
    precision: Floats
    counts: NDArray[np.int64]

    @staticmethod
    def of(batches: tuple[Model, ...]) -> RegressionRows:
        """The rows of the models that count at all."""
        parts = []
        for model in batches:
            rows, n = model.rows, len(model.rows.y)
            offset = np.zeros(n) if rows.offset is None else rows.offset
            precision = np.ones(n) if rows.precision is None else rows.precision
            counts = np.ones(n) if rows.weight is None else rows.weight
            some = counts > 0
            parts.append(tuple(part[some] for part in (rows.X, rows.y - offset, offset, precision, counts)))
        if not parts:
            raise DomainError("there are no observations: this distribution has seen none. Update it with data first.")
        X, y, offset, precision, counts = (np.concatenate(part) for part in zip(*parts, strict=True))
        return RegressionRows(X, y, offset, precision, counts.astype(np.int64))

    def log_density(self, coefficients: Floats, sigma: Floats) -> Floats:
        """log p(y_i | coefficients, sigma) of every draw and row, (draws, n)."""
        sd = sigma[:, None] / np.sqrt(self.precision)
        z = (self.y - coefficients @ self.X.T) / sd
        return -0.5 * z * z - np.log(sd) - HALF_LOG_TWO_PI

    def leave_one_out(self, belief: Any, log_likelihood: Callable[..., Floats]) -> LeaveOneOut:
        """The exact result; DomainError where a row is all that makes the posterior proper."""
        weight = self.precision
        leverage = weight * np.square(solve_triangular(belief.root, self.X.T, trans=1)).sum(axis=0)
        rest, shape = 1.0 - leverage, belief.shape - 0.5
        gap = self.y - self.X @ belief.mean
        scale = belief.scale - 0.5 * weight * gap * (gap / np.where(rest > 0, rest, 1.0))
        good = (rest > 1e-10) & (scale > 1e-10 * belief.scale) & (shape > 0)
        if isinstance(belief.prior, Improper) and not good.all():
            raise DomainError(
                f"loo needs a proper posterior without each row; under {belief.prior!r} there is none without row "
                f"{int(np.argmin(good))}, whose leverage is {leverage[np.argmin(good)]:.6g}. Use a proper prior."
            )
        spread = np.sqrt(scale / shape / rest / weight)
        pointwise = log_t_density(gap / rest / spread, 2.0 * shape) - np.log(spread)
        alone = np.full(len(self.y), int(self.counts.sum()) == 1)
        observed = tuple((self.y + self.offset).tolist())
        return LeaveOneOut(pointwise, self.counts, observed, None, alone, log_likelihood)


def tree(belief: Any, draws: int, seed: int | np.random.Generator) -> DataTree:
    """Posterior and prior draws of `beta` (dimension coef) and `sigma`, replicated rows, log-likelihood, data.

    Where draws times rows exceed 20 million the groups per row are left out, and the attribute `per_row` is 0.
    """
    from stattools.inference.arviz.arviz import datatree

    draws = draws_shape(draws)[0]
    random = generator(seed)
    groups: dict[str, dict[str, Any]] = {}
    data = None if belief.seen is None else RegressionRows.of(belief.seen.batches)
    whole = data is not None and draws * len(data.y) <= MOST_CELLS
    for name, part in {"posterior": belief, "prior": belief.prior}.items():
        if isinstance(part, Improper) or (name == "posterior" and data is None):
            continue
        sample = part.sample(draws, seed=random)
        groups[name] = {"beta": sample["coefficients"][None], "sigma": sample["sigma"][None]}
        if name == "posterior" and not isinstance(belief.prior, Improper):
            beta, sigma = sample["coefficients"], sample["sigma"]
            given = log_density_of_coefficients(belief.prior, beta, sigma**2)
            groups["log_prior"] = {"parameters": (given + belief.prior.sigma.log_density(sigma))[None]}
        if data is not None and whole:
            mean = sample["coefficients"] @ data.X.T + data.offset
            sd = sample["sigma"][:, None] / np.sqrt(data.precision)
            groups[f"{name}_predictive"] = {"y": (mean + sd * random.standard_normal(mean.shape))[None]}
            if name == "posterior":
                density = data.log_density(sample["coefficients"], sample["sigma"])
                groups["log_likelihood"] = {"y": density[None]}
    coords: dict[str, Any] = {"coef": list(belief.terms)}
    axes = {"beta": ["coef"]}
    if data is not None:
        groups["observed_data"] = {"y": data.y + data.offset}
        groups["constant_data"] = {"count": data.counts, "precision": data.precision}
        axes |= {"y": ["obs"], "count": ["obs"], "precision": ["obs"]}
        coords["obs"] = range(len(data.y))
    attrs: dict[str, Any] = {"seed": recorded(seed), "prior": repr(belief.prior), "per_row": int(whole)}
    if not isinstance(belief.prior, Improper):
        attrs["log_evidence"] = belief.log_evidence
    return datatree(groups, dims=axes, coords=coords, attrs=attrs)


def log_density_of_coefficients(belief: Any, coefficients: Floats, variance: Any) -> Any:
    """log p(beta | variance) at draws or a single point: coefficients (..., p), variance (...)."""
    z = (coefficients - belief.mean) @ belief.root.T
    logs = float(log_determinant(belief.root)) - len(belief.mean) * (HALF_LOG_TWO_PI + 0.5 * np.log(variance))
    return logs - 0.5 * np.square(z).sum(axis=-1) / variance


def leave_one_out(belief: Any) -> LeaveOneOut:
    """The exact result of all rows seen."""
    data = RegressionRows.of(() if belief.seen is None else belief.seen.batches)

    def log_likelihood(draws: int, seed: int | np.random.Generator) -> Floats:
        sample = belief.sample(draws, seed=seed)
        return data.log_density(sample["coefficients"], sample["sigma"])

    return data.leave_one_out(belief, log_likelihood)
