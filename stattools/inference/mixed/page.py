"""The fit of a model with groups or curves as a page: coefficients, what varies, and the certificate."""

from __future__ import annotations

from typing import Any

import numpy as np

from stattools.inference.estimates import Estimates
from stattools.inference.page import coefficients
from stattools.models.questions import told
from stattools.text.columns import number
from stattools.text.page import Grid, Page


def page(fit: Any) -> Page:
    """The page that `print(fit)` shows."""
    title, *rest = told(fit.model)
    which = "restricted " if fit.reml else ""
    line = f"{which}log-likelihood {fit.loglik:.4f}   AIC {fit.aic:.2f}   BIC {fit.bic:.2f}"
    foot = [line, str(fit.certificate), *fit.model.remarks, *_source(fit)]
    return Page(f"{title} by {which}maximum likelihood", *rest, "", coefficients(fit), "", *effects(fit), *foot)


def effects(fit: Estimates) -> list[Grid | str]:
    """The curves of a fit, and what varies between groups, where there are any."""
    curves = [_curves(fit), ""] if fit.model.smooths else []
    return [*curves, components(fit), ""] if fit.model.random or fit.model.has_scale else curves


def _curves(fit: Any) -> Grid:
    """Effective degrees of freedom and penalty of each curve."""
    rows = [
        [one.term.name, number(one.edf), str(one.term.k), "∞" if np.isinf(one.penalty) else number(one.penalty)]
        for one in fit.found.of_curves
    ]
    return Grid(["curve", "edf", "k", "λ"], rows, "lrrr")


def components(fit: Any) -> Grid:
    """Standard deviations and correlations of the effects, one row for each effect."""
    found, rows, widest = fit.found, [], 0
    for term, covariance in zip((*fit.model.random, *fit.model.smooths), found.covariances, strict=False):
        sd = covariance.diagonal() ** 0.5
        for i, name in enumerate(term.effect_names):
            both = [sd[i] * sd[j] for j in range(i)]
            beside = [f"{covariance[i, j] / one:.3f}" if one > 0.0 else "—" for j, one in enumerate(both)]
            rows.append([term.group if i == 0 else "", name, number(sd[i]), *beside])
            widest = max(widest, i)
    if fit.model.has_scale:
        rows.append(["Residual", "", number(fit.scale)])
    rows = [row + [""] * (3 + widest - len(row)) for row in rows]
    head = ["group", "effect", "sd", *(["correlation"] + [""] * (widest - 1) if widest else [])]
    return Grid(head, rows, "ll" + "r" * (1 + widest))


SOURCES = {
    "satterthwaite": "Standard errors: the variances taken as known. t: Satterthwaite's degrees of freedom.",
    "residual": "Standard errors: the variances taken as known. t: rows less effective degrees of freedom.",
    "kenward-roger": "Standard errors and degrees of freedom: Kenward and Roger, adjusted for estimated variances.",
}

NOT_KNOWN = (
    "The likelihood is flat along a combination of the variances, so that Satterthwaite's degrees of freedom are not "
    "known: tests and intervals are normal, which is too sure where groups are few."
)


def _source(fit: Any) -> list[str]:
    intervals = f"Intervals: {fit.level:.4g}, Wald."
    if not fit.model.has_scale:
        known = "taken as known" if fit.model.smooths else "estimated too"
        lines = [f"Standard errors: inverse information, variances {known}. {intervals}"]
        if fit.model.random:
            lines.append("Coefficients are those of a group whose effects are 0, not averages over groups.")
        return lines
    normal = "Standard errors: the variances taken as known."
    if fit.degrees is not None and fit.degrees.are_normal:
        return [f"{normal} {NOT_KNOWN} {intervals}"]
    lines = [f"{normal if fit.degrees is None else SOURCES[fit.degrees.kind]} {intervals}"]
    if fit.degrees is not None and fit.degrees.without:
        terms = " and ".join(fit.degrees.without)
        lines.append(f"A variance of {terms} is 0: the degrees of freedom are those of the model without it.")
    return lines
