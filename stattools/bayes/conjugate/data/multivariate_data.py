"""What a posterior of multivariate normal rows has seen: batches, exact sums, evidence; leaving one row out; draws.

With e = y - m', k = strength', c = k / (k - 1): the scale without the row is scale' - c e e^T, by the formula of the
posterior, and its mean lies c e from y. Determinant and inverse follow from those of scale'.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.linalg import solve_triangular

from stattools.bayes.conjugate.data.leave_one_out import LeaveOneOut
from stattools.bayes.conjugate.improper import Improper
from stattools.bayes.conjugate.positive_definite import positive_root
from stattools.bayes.conjugate.student_t import log_t_density
from stattools.errors import DomainError
from stattools.interface.arrays import Floats
from stattools.interface.memory import draws_shape
from stattools.interface.seeds import generator, recorded
from stattools.models.samples.multivariate_normal import MultivariateSample
from stattools.numerics.exact_sum import ExactSum
from stattools.numerics.saddle_point import HALF_LOG_TWO_PI
from stattools.text.one_line import prints

if TYPE_CHECKING:
    from xarray import DataTree
MOST_CELLS = 20_000_000
"""Draws times values that a data tree may hold."""


@prints
@dataclass(frozen=True, eq=False)
class VectorsSeen:
    """The prior, the data as they came, the number of rows, the exact sums, and the log evidence."""

    prior: Any
    batches: tuple[MultivariateSample, ...]
    n: int
    sums: tuple[ExactSum, ExactSum]
    log_evidence: float | None

    @property
    def rows(self) -> Floats:
        """All rows in the order they came."""
        return np.concatenate([batch.values for batch in self.batches])


def leave_one_out(belief: Any) -> LeaveOneOut:
    """The exact result; DomainError where one row is all that makes the posterior proper."""
    d = len(belief.mean)
    Y = np.zeros((0, d)) if belief.seen is None else belief.seen.rows
    improper, df = isinstance(belief.prior, Improper), belief.t_df - 1.0
    rest = belief.prior.strength + max(len(Y) - 1, 0)
    root, left = np.eye(d), np.zeros(len(Y))
    q = np.zeros(len(Y))
    if len(Y) and rest > 0 and df > 0:
        root = positive_root(np.asarray(belief.scale), d, "scale")
        q = np.square(solve_triangular(root, (Y - belief.mean).T, trans=1)).sum(axis=0)
        left = 1.0 - belief.strength / rest * q
    if improper and not (left > 1e-10).all():
        raise DomainError(
            f"loo needs a proper posterior without each row; under {belief.prior!r} there is none without row "
            f"{int(np.argmin(left))}. Use a proper prior."
        )
    pointwise = np.zeros(len(Y))
    if len(Y):
        c, spread = belief.strength / rest, (1.0 + 1.0 / rest) / df
        log_root = log_diagonal(root) + 0.5 * np.log(left) + 0.5 * d * np.log(spread)
        pointwise = log_t_density(0.0, df, d, c * c * q / left / spread) - log_root

    def log_likelihood(draws: int, seed: int | np.random.Generator) -> Floats:
        return row_log_likelihood(belief.sample(draws, seed=seed), Y)

    ones = np.ones(len(Y), dtype=np.int64)
    observed = tuple(map(tuple, Y.tolist()))
    return LeaveOneOut(np.asarray(pointwise), ones, observed, None, np.full(len(Y), len(Y) == 1), log_likelihood)


def row_log_likelihood(sample: dict[str, Floats], Y: Floats) -> Floats:
    """log p(y_i | mean, covariance) of every draw and row, (draws, n)."""
    root = np.linalg.cholesky(sample["covariance"])
    gap = Y[None, :, :] - sample["mean"][:, None, :]
    z = np.linalg.solve(root, np.swapaxes(gap, 1, 2))
    log_root = np.log(np.diagonal(root, axis1=1, axis2=2)).sum(axis=1)
    return -0.5 * np.square(z).sum(axis=1) - log_root[:, None] - Y.shape[1] * HALF_LOG_TWO_PI


def log_diagonal(root: Floats) -> float:
    """log |det| of a triangular matrix."""
    return float(np.log(np.abs(np.diagonal(root))).sum())


def tree(belief: Any, draws: int, seed: int | np.random.Generator) -> DataTree:
    """Posterior and prior draws, replicated rows, pointwise log-likelihood `row`, and the rows.

    Where draws times values exceed 20 million the groups per row are left out, and the attribute `per_row` is 0.
    """
    from stattools.inference.arviz.arviz import datatree

    draws = draws_shape(draws)[0]
    random = generator(seed)
    groups: dict[str, dict[str, Any]] = {}
    Y = None if belief.seen is None else belief.seen.rows
    whole = Y is not None and draws * Y.size <= MOST_CELLS
    for name, part in {"posterior": belief, "prior": belief.prior}.items():
        if isinstance(part, Improper) or (name == "posterior" and Y is None):
            continue
        sample = part.sample(draws, seed=random)
        groups[name] = {key: value[None] for key, value in sample.items()}
        if name == "posterior" and not isinstance(belief.prior, Improper):
            lower = np.linalg.cholesky(sample["covariance"])
            groups["log_prior"] = {"parameters": belief.prior.log_density_by_root(sample["mean"], lower)[None]}
        if Y is not None and whole:
            root = np.swapaxes(np.linalg.cholesky(sample["covariance"]), 1, 2)
            noise = random.standard_normal((draws, *Y.shape)) @ root
            groups[f"{name}_predictive"] = {"y": (sample["mean"][:, None, :] + noise)[None]}
            if name == "posterior":
                groups["log_likelihood"] = {"row": row_log_likelihood(sample, Y)[None]}
    names = list(belief.terms)
    dims = {"mean": ["component"], "covariance": ["component", "other"]}
    coords: dict[str, Any] = {"component": names, "other": names}
    if Y is not None:
        groups["observed_data"] = {"y": Y}
        dims |= {"y": ["obs", "component"]} | ({"row": ["obs"]} if whole else {})
        coords["obs"] = range(len(Y))
    attrs: dict[str, Any] = {"seed": recorded(seed), "prior": repr(belief.prior), "per_row": int(whole)}
    if not isinstance(belief.prior, Improper):
        attrs["log_evidence"] = belief.log_evidence
    return datatree(groups, dims=dims, coords=coords, attrs=attrs)
