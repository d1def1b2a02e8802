"""A view of a fit as one of single rows, and its curves, whose columns stand beside those of its first predictor.

    eta_1 = x'beta + sum_k B_k(x_k)'M_k b_k

with the covariance of beta and b together, given the variances.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from stattools.data.curved_design import CurvedDesign
from stattools.data.smooth_term import SmoothTerm
from stattools.inference.fitted import Fit
from stattools.interface.arrays import Floats
from stattools.models.mixed.by_category import beside
from stattools.models.model import Model
from stattools.solvers.mixed.marginal_curves import whole_curves


def beside_curves(fit: Any, view: Fit, at: Model, terms: Sequence[SmoothTerm]) -> tuple[Fit, Model]:
    """The `view` of a mixed regression's `fit` and its rows `at`, with the curves `terms` over these rows."""
    if not terms:
        return view, at
    b, covariance = whole_curves(fit.found)
    if fit.model.by_category:
        return _of_categories(fit, at, terms, np.concatenate([view.estimate, b]), covariance)
    p, old, Q = np.shape(at.rows.X)[1], at.predictor, len(b)
    main = tuple(range(p)) if old.main is None else old.main
    first, size, n = len(main), len(view.estimate), len(fit.estimate)
    own = fit.model.fixed.predictor
    places = np.arange(n) + np.where(np.arange(n) < own.size_first, 0, first - own.size_first)
    whole = np.zeros((size + Q, size + Q))
    whole[:size, :size], whole[size:, size:] = view.covariance, covariance[n:, n:]
    whole[places, size:] = covariance[:n, n:]
    whole[size:, places] = covariance[n:, :n]
    order = np.concatenate([np.arange(first), np.arange(size, size + Q), np.arange(first, size)])
    theta = np.concatenate([view.estimate, b])[order]
    predictor = replace(old, columns=p + Q, main=(*main, *range(p, p + Q)))
    X = np.column_stack([np.asarray(at.rows.X), *(term.columns for term in terms)])
    design = CurvedDesign.of(at.design, fit.model.read)
    made = replace(at, predictor=predictor, rows=replace(at.rows, X=X), start=theta, design=design)
    return Fit(made, theta, whole[np.ix_(order, order)], fit.loglik, fit.solution, 1.0, fit.level), made


def _of_categories(
    fit: Any, at: Model, terms: Sequence[SmoothTerm], theta: Floats, covariance: Floats
) -> tuple[Fit, Model]:
    """The same where each category has coefficients of its own, which stand together."""
    made = beside(at, np.column_stack([term.columns for term in terms]))
    K, p, size = made.predictor.width, np.shape(at.rows.X)[1], len(fit.estimate)
    Q = made.predictor.columns - p
    order = np.concatenate([np.r_[a * p : (a + 1) * p, size + a * Q : size + (a + 1) * Q] for a in range(K)])
    made = replace(made, start=theta[order], design=CurvedDesign.of(at.design, fit.model.read))
    return Fit(made, theta[order], covariance[np.ix_(order, order)], fit.loglik, fit.solution, 1.0, fit.level), made


def along_curves(fit: Any, terms: Sequence[SmoothTerm], n: int) -> Floats:
    """What the wiggly parts of all curves add to the first linear predictor of n rows."""
    pairs = zip(terms, fit.found.of_curves, strict=True)
    return sum((term.columns @ curve.wiggly for term, curve in pairs), np.zeros(n))
