"""Residuals of fits with random effects against fitted values, with the effects of the groups taken away or without."""

from __future__ import annotations

from typing import Any

from stattools import figures
from stattools.errors import IncompatibleError
from stattools.inference.plots.drawing import Drawing
from stattools.inference.plots.residuals import CAPTION, SEED, trend_of
from stattools.inference.plots.words import mean_of

BEFORE_GROUPS = ("marginal", "quantile")
"""Residuals of what the model expects without what is known of the groups."""


def mixed_residuals(fit: Any, kind: str | None, seed: Any) -> Drawing:
    """See `Fit.plot`: by default conditional residuals of a normal outcome, Pearson's where there are curves, and
    quantile residuals elsewhere.
    """
    fixed = fit.model.fixed
    normal, weight, outcome = fixed.has_scale, fixed.rows.weight, figures.plain(fit.model.outcome_name)
    if kind is None:
        plain = "conditional" if fixed.rows.precision is None else "pearson"
        kind = plain if normal else "pearson" if fit.model.smooths else "quantile"  # curves have no average over groups
    if kind != "quantile" and seed is not None:
        raise IncompatibleError(f"{kind} residuals are not randomized: leave seed= out.")
    options = {"seed": SEED if seed is None else seed} if kind == "quantile" and not normal else {}
    residual = fit.residuals_of(kind, align=False, **options)
    known = kind not in BEFORE_GROUPS
    fitted = fit.predict(groups="known" if known else "population", align=False)
    whose = "with the effects of groups" if known else "without effects of groups"
    axis = f"fitted {outcome if normal else mean_of(fixed)}, {whose}"
    sd = 1.0 if kind == "quantile" or (normal and kind == "pearson") else None
    return Drawing(
        lambda on: figures.residuals(
            fitted,
            residual,
            fitted_label=axis,
            residual_label=f"{kind} residual",
            sd=sd,
            trend=trend_of(fitted, residual, weight),
            weight=weight,
            on=on,
        ),
        alt=f"{kind.capitalize()} residuals against fitted values, {whose}, and normal quantiles",
        caption=CAPTION,
    )
