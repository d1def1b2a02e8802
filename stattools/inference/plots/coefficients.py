"""Estimates with their intervals, one line each: as they are, as ratios, or per standard deviation of their columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from stattools import figures
from stattools.errors import DomainError, IncompatibleError, quoted
from stattools.inference.hypotheses.terms import coefficients_of
from stattools.inference.intervals.coefficients import interval
from stattools.inference.intervals.ratios import called, factors, require_ratios
from stattools.inference.plots.columns import summary
from stattools.inference.plots.drawing import Drawing, level_of
from stattools.inference.plots.words import change_in
from stattools.interface.arguments import require_truth, several
from stattools.interface.arrays import Floats
from stattools.models.model import Model
from stattools.text.columns import percent

PREFERRED = ("wilson", "likelihood-ratio", "profile", "score", "wald")
"""The kind of interval that parameters of a sample are shown with: the first that the model has."""

SHOWN = {
    "wald": "Wald",
    "wilson": "Wilson",
    "score": "score",
    "likelihood-ratio": "likelihood-ratio",
    "profile": "profile",
    "clopper-pearson": "Clopper–Pearson",
    "exact": "exact",
}
"""How a kind of interval is called on an axis."""


def require_one_scale(exponentiate: bool, standardized: bool) -> None:
    """Both are True or False, and not True together: ratios are per unit of a column."""
    require_truth(exponentiate, "exponentiate=")
    require_truth(standardized, "standardized=")
    if exponentiate and standardized:
        raise IncompatibleError("exponentiate= and standardized= do not go together: take one of them.")


def coefficients(
    fit: Any,
    *,
    terms: str | Sequence[str] | None = None,
    exponentiate: bool = False,
    standardized: bool = False,
    kind: str | None = None,
    level: float | None = None,
) -> Drawing:
    """See `Fit.plot`."""
    require_one_scale(exponentiate, standardized)
    model, level = fit.model, level_of(fit, level)
    shown = chosen(model, terms)
    estimate, (lower, upper), said = fit.estimate, *_ends(fit, level, kind)
    names, center, unit = fit.names, 0.0 if isinstance(model, Model) else None, "estimate"
    if standardized:
        spread = spreads(model)
        shown = [k for k in shown if spread[k] > 0] or _unscaled(model)
        estimate, lower, upper = estimate * spread, lower * spread, upper * spread
        unit = f"{change_in(model)} per standard deviation of the column"
    elif exponentiate:
        unit, names, center = f"{require_ratios(model)}, logarithmic axis", called(model), 1.0
        estimate = factors(estimate, names)
        lower, upper = _beyond(factors, lower, names), _beyond(factors, upper, names)
    elif isinstance(model, Model):
        unit = f"{change_in(model)} per unit"
    names = [_named(names[k], estimate[k], lower[k]) for k in shown]
    return Drawing(
        lambda on: figures.coefficients(
            names,
            estimate[shown],
            lower[shown],
            upper[shown],
            xlabel=f"{unit}, {said}" if said else unit,
            center=center,
            log=exponentiate,
            on=on,
        ),
        *(_told(percent(level) if said else "") if standardized else (f"{len(names)} estimates, {said or unit}", "")),
    )


def _told(level: str) -> tuple[str, str]:
    """What is seen, and how to read it, of coefficients on one scale."""
    alt = f"Coefficients per standard deviation of their columns{f' with {level} intervals' if level else ''}"
    beside = f", with its {level} interval" if level else ""
    return alt, f"Each coefficient times the standard deviation of its column{beside}: farther from zero is stronger."


def chosen(
    model: Any, terms: str | Sequence[str] | None, names: Sequence[str] = (), whose: str | None = None
) -> list[int]:
    """The numbers of the coefficients of the terms that were named, in their order; by default all of a model that is
    no regression, and of one those of columns: no intercept and no parameter that all rows share, if others are there.

    `names` are by default those of the model, and `whose` they are its title.
    """
    names, whose = names or model.names, whose or model.title
    if terms is None:
        return slopes(model) or list(range(len(names)))
    found: list[int] = []
    for text in several(terms):
        some = [names.index(text)] if _is_name(text, names) else coefficients_of(model, text)
        if not some:
            raise DomainError(f"terms= has {quoted(text)}, and {whose} has {', '.join(map(repr, names))}.")
        found += [k for k in some if k not in found]
    if not found:
        raise DomainError(f"terms= names coefficients or terms of {whose}; got {quoted(terms)}.")
    return found


def slopes(model: Any) -> list[int]:
    """The numbers of the coefficients of columns of a regression."""
    if not isinstance(model, Model):
        return []
    predictor, design = model.predictor, model.design
    found: list[int] = []
    for k, part in enumerate(predictor.parts):
        use = predictor.first if k < predictor.n_first else predictor.uses[k]
        columns = range(predictor.columns) if use is None else use
        columns = range(predictor.columns)[columns] if isinstance(columns, slice) else columns
        found += [part.start + j for j, column in enumerate(columns) if design.names[column] != "Intercept"]
    return found


def spreads(model: Any) -> Floats:
    """Standard deviation of the column of each coefficient of the first parameter; 0 for constants and for those of
    other parameters.
    """
    if not isinstance(model, Model):
        raise IncompatibleError(f"standardized=True is of the columns of a regression; {model.title} has none.")
    spread = model.predictor.of_columns(summary(model).sd, 0.0)
    spread[model.predictor.size_first :] = 0.0
    return spread


def _ends(fit: Any, level: float, kind: str | None) -> tuple[tuple[Floats, Floats], str]:
    """The ends of the intervals, and what they are called; of a fit that has none the estimates, and nothing."""
    if not fit.kinds and kind is None:
        return (fit.estimate, fit.estimate), ""
    if kind is None:
        kind = next(k for k in PREFERRED if k in fit.kinds) if fit.model.intervals else "wald"
    found = interval(fit, level, kind)
    lower, upper = (np.atleast_1d(np.asarray(end, dtype=float)) for end in found)
    return (lower, upper), f"{percent(level)} {SHOWN.get(found.kind, found.kind)} interval"


def _beyond(factors: Any, ends: Floats, names: Sequence[str]) -> Floats:
    """exp of the ends, those that are infinite left so: a ratio of 0 is at no place of a logarithmic axis."""
    infinite = np.isinf(ends)
    return np.where(infinite, ends, factors(np.where(infinite, 0.0, ends), names))


def _unscaled(model: Any) -> list[int]:
    raise DomainError(f"standardized=True is of columns that vary, and {model.title} shows none: choose other terms=.")


def _named(name: str, estimate: float, lower: float) -> str:
    """The name, with what cannot be drawn."""
    if np.isinf(estimate):
        return f"{name} ({'∞' if estimate > 0 else '−∞'})"
    return f"{name} (no interval)" if np.isnan(lower) else name


def _is_name(text: Any, names: Sequence[str]) -> bool:
    return isinstance(text, str) and text in names
