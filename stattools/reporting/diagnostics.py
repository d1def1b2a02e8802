"""The figures of a report, which are those of `fit.plot`; which of them a regression is shown with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from stattools.inference.fits.fit import Fit
from stattools.inference.plots import coefficients as of_coefficients
from stattools.inference.plots import predictions as of_calibration
from stattools.inference.plots import predictions as of_residuals
from stattools.inference.plots.drawing import Drawing
from stattools.likelihoods.outcomes import Outcome
from stattools.models.model import Model
from stattools.reporting.document import Figure


def figure(name: str, drawing: Drawing) -> Figure:
    """A drawing as a figure of a report."""
    return Figure(name, lambda: drawing.draw(None), alt=drawing.alt, caption=drawing.caption)


def residuals(fit: Fit, name: str = "residuals") -> Figure:
    """Residuals against fitted values, and their normal quantiles."""
    return figure(name, of_residuals.residuals(fit))


def calibration(fit: Fit, name: str = "calibration") -> Figure:
    """Observed share of the event in groups of rows of similar predicted probability."""
    return figure(name, of_calibration.events(fit))


def means(fit: Fit, name: str = "means") -> Figure:
    """Observed mean in groups of rows of similar predicted mean."""
    return figure(name, of_calibration.means(fit))


def frequencies(*fits: Fit, name: str = "frequencies") -> Figure:
    """How often each small count occurs, and how often the models expect it."""
    return figure(name, of_calibration.frequencies(*fits))


def coefficients(fit: Fit, name: str = "coefficients") -> Figure:
    """Estimates times the standard deviation of their columns, so that all are on one scale; of more than `READ` the
    `STRONGEST`.
    """
    strength = np.abs(fit.estimate) * of_coefficients.spreads(fit.model)
    if np.count_nonzero(strength) <= READ:
        return figure(name, of_coefficients.coefficients(fit, standardized=True))
    strongest = np.sort(np.argsort(-strength, kind="stable")[:STRONGEST])
    drawing = of_coefficients.coefficients(fit, terms=[fit.names[k] for k in strongest], standardized=True)
    said = f"Shown are the {STRONGEST} of {np.count_nonzero(strength):,} that are farthest from zero."
    return figure(name, replace(drawing, caption=f"{drawing.caption} {said}"))


READ, STRONGEST = 1_000, 100
"""So many coefficients are drawn at most, and so many of more: a figure of two thousand lines is read by nobody."""


FIGURES: dict[str, Callable[[Fit], Figure]] = {
    "residuals": residuals,
    "calibration": calibration,
    "means": means,
    "frequencies": frequencies,
}
"""The figures by the names that the words of a likelihood call them."""

BY_OUTCOME: dict[Outcome, tuple[str, ...]] = {
    Outcome.REAL: ("means",),
    Outcome.POSITIVE: ("means",),
    Outcome.UNIT: ("means",),
    Outcome.COUNT: ("frequencies", "means"),
    Outcome.BINARY: ("calibration",),
    **dict.fromkeys((Outcome.TRIALS, Outcome.CATEGORY, Outcome.ORDERED, Outcome.TIME), ()),
}
"""Those of a likelihood that names none, by what its outcomes are."""


def suited(model: Model) -> tuple[Callable[[Fit], Figure], ...]:
    """The figures that a regression is shown with, beside its coefficients."""
    names = model.likelihood.facts.words.figures
    return tuple(FIGURES[name] for name in (BY_OUTCOME[model.likelihood.outcome] if names is None else names))
