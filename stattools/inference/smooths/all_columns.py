"""A fit with curves seen as one of single rows whose columns are those of X and of all curves: what averages over rows
ask, means, their differences and derivatives, is then what they ask of every regression.

    mean_i = h(x_i'beta + sum_k B_k(x_ki)'M_k b_k),   Cov(beta, b) given the data and the variances
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from stattools.data.curved_design import CurvedDesign
from stattools.errors import IncompatibleError
from stattools.inference.fitted import Fit
from stattools.inference.smooths.beside_curves import beside_curves
from stattools.solvers.mixed.fitted_curves import whole_covariance


def all_columns(fit: Any, view: Fit) -> Fit:
    """The `view` of a regression's fit, of typical groups or of their population, with the columns of its curves."""
    return beside_curves(fit, view, view.model, fit.model.smooths)[0]


def all_columns_of_normal(fit: Any) -> Fit:
    """The fit of a normal outcome; IncompatibleError where its rows are not in memory."""
    model, found = fit.model, fit.found
    if model.summed is not None:
        raise IncompatibleError(
            f"averages over the rows of {model.title} need these in memory: its curves were summed where they are. "
            "predict(table) has the mean at any rows."
        )
    fixed = model.fixed
    X = np.column_stack([np.asarray(fixed.rows.X), *(term.columns for term in model.smooths)])
    theta = np.concatenate([fit.estimate, *(curve.wiggly for curve in found.of_curves)])
    made = replace(
        fixed,
        predictor=replace(fixed.predictor, columns=X.shape[1]),
        rows=replace(fixed.rows, X=X),
        start=theta,
        design=CurvedDesign.of(fixed.design, model.read),
    )
    return Fit(
        made, theta, whole_covariance(found), fit.loglik, fit.solution, fit.scale, fit.level, t_df=fit.t_df,
        degrees=fit.degrees,  # type: ignore[arg-type]
    )  # fmt: skip
