"""The fit of Cox's regression with curves: seen as one of all columns, and as a page."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from stattools.data.smooth_term import SmoothTerm
from stattools.inference.mixed.mixed_regression_page import curved_certificate, integral_line
from stattools.inference.mixed.page import effects
from stattools.inference.summary import coefficients
from stattools.models.page import told
from stattools.solvers.mixed.marginal_curves import whole_curves
from stattools.text.page import Page


def of_all_columns(fit: Any) -> Any:
    """The fit of all columns, those of curves among them, with the covariance that these have given the data."""
    b, covariance = whole_curves(fit.found)
    estimate = np.concatenate([fit.estimate, b])
    return replace(fit, model=fit.model.whole, estimate=estimate, covariance=covariance, found=None)


def curves_at(model: Any, data: Any) -> list[SmoothTerm]:
    """The curves over the rows of the fit, or over new ones."""
    if data is None:
        return list(model.smooths)
    return [term for curve in model.whole.design.curves for term in curve.terms(data)]


def curved_page(fit: Any) -> Page:
    """The page that `print(fit)` shows."""
    title, *rest = told(fit.model)
    line = f"restricted log-likelihood {fit.loglik:.4f}   AIC {fit.aic:.2f}   BIC {fit.bic:.2f}"
    foot = [line, integral_line(fit), curved_certificate(fit), *fit.model.remarks]
    foot += [f"Standard errors: inverse information, variances taken as known. Intervals: {fit.level:.4g}, Wald."]
    return Page(f"{title} by restricted maximum likelihood", *rest, "", coefficients(fit), "", *effects(fit), *foot)
