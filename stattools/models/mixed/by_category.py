"""All coefficients of a regression of categories with curves: each category but the reference has its own of each.

    log(P(y = a) / P(y = reference)) = x' beta_a + sum over k of f_ka(x_k),   a = 1 .. K - 1

As in mgcv's multinom each f_ka has a roughness of its own.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.linalg import block_diag

from stattools.data.rows.rows import Rows
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.models.evaluation import Evaluation
from stattools.models.mixed.by_coefficients import AllCoefficients
from stattools.models.mixed.orthonormal_model import OrthonormalModel
from stattools.models.model import Model


@record
class RowsOfCategories:
    """The log-likelihood of a regression of categories, and how its information moves: third cumulants of rows."""

    model: Model

    def evaluate(self, theta: ArrayLike, order: int = 2) -> Evaluation:
        """Log-likelihood (order 0), score (1) and information (2)."""
        return self.model.evaluate(theta, order)

    def information_slopes(self, theta: Floats, W: Floats) -> Floats:
        """How the trace of W' I W moves with each coefficient, (m,)."""
        predictor, block = self.model.predictor, self.model.rows.whole
        eta, pullback = predictor.forward(theta, block)
        each = np.array([block.X @ W[part] for part in predictor.parts])
        weight = np.ones(len(eta)) if block.weight is None else block.weight
        rows: Any = self.model.likelihood.cumulants(eta, block.y, weight)
        return pullback(rows.third(np.einsum("anr,bnr->nab", each, each, optimize=True)))


def beside(model: Model, columns: Floats) -> Model:
    """The regression with columns (n, Q) beside those of X, for every category."""
    X, old = np.asarray(model.rows.X), model.predictor
    predictor = replace(old, columns=X.shape[1] + columns.shape[1])
    rows = Rows(np.column_stack([X, columns]), model.rows.y, model.rows.weight, model.rows.offset)
    return replace(model, predictor=predictor, rows=rows, start=np.zeros(predictor.size))


def coefficients_of_categories(model: Any) -> AllCoefficients:
    """All coefficients of a mixed regression of categories, in coordinates without origin and unit of columns."""
    made = OrthonormalModel.of(model)
    p, categories = np.shape(made.fixed.rows.X)[1], model.fixed.categories
    Z = [smooth.columns for smooth in model.smooths]
    sizes = np.array([np.sqrt((one**2).sum() / len(one)) for one in Z])
    whole = beside(made.fixed, np.column_stack([one / size for one, size in zip(Z, sizes, strict=True)]))
    width = whole.predictor.columns
    back = [np.eye(one.shape[1]) / size for one, size in zip(Z, sizes, strict=True)]
    lifts = [made.lift[a * p : (a + 1) * p, a * p : (a + 1) * p] for a in range(len(categories))]
    to_user = np.asarray(block_diag(*(block_diag(lift, *back) for lift in lifts)))
    flat = np.concatenate([a * width + np.arange(p) for a in range(len(categories))])
    smooths, blocks = [], []
    for a, category in enumerate(categories):
        at = a * width + p
        for smooth in model.smooths:
            slope, height = (None if k is None else a * p + k for k in (smooth.slope, smooth.height))
            name = f"{category}: {smooth.name}"
            smooths.append(replace(smooth, name=name, slope=slope, height=height, category=category))
            blocks.append(np.arange(at, at + smooth.width))
            at += smooth.width
    return AllCoefficients(
        RowsOfCategories(whole), to_user, flat, tuple(smooths), tuple(blocks), np.tile(sizes, len(categories))
    )
