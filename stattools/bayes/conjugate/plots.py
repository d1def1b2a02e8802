"""The figures of an exact posterior: the density beside its prior, and intervals of arms, categories or terms."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from stattools import figures
from stattools.bayes.conjugate.belief import tail
from stattools.errors import DomainError, IncompatibleError
from stattools.inference.plots.drawing import Drawing, Plot, Plots
from stattools.interface.arrays import Floats
from stattools.interface.when_needed import pd
from stattools.text.columns import percent

PROB = 0.94
MOST_ARMS = 30
"""So many arms are drawn."""
MOST_CURVES = 10
LABELS = ("arm", "category", "component", "parameter", "term")
"""Columns of a posterior's table that name a row."""


def density(belief: Any, *, prob: float | None = None, kind: object = None) -> Drawing:
    """See `plot` of a conjugate posterior."""
    curve = belief._curve()
    prob, kind = interval_of(belief, prob, kind)
    if np.ndim(curve.mean) == 0:
        return _of_one(belief, curve, prob, kind)
    names = [str(name) for name in belief._labels()]
    if len(names) > MOST_CURVES:
        raise DomainError(
            f'plot("density") shows up to {MOST_CURVES} arms, and there are {len(names)}: plot("coefficients") has '
            "their intervals, belief[[...]] takes some of them."
        )
    low, high = np.min(curve.quantile(1e-4)), np.max(curve.quantile(1.0 - 1e-4))
    x = _between(belief, low, high)
    heights = [np.asarray([curve.density(point) for point in x], dtype=float)[:, k] for k in range(len(names))]
    panels = {"": {name: (y, np.zeros(len(x)), y) for name, y in zip(names, heights, strict=True)}}
    return Drawing(
        lambda on: figures.effect_curves(x, panels, xlabel=belief._symbol, ylabel="density", on=on),
        alt=f"Densities of {belief._symbol} in {len(names)} arms: {', '.join(names)}",
        caption="What is believed of each arm.",
    )


def _between(belief: object, low: float, high: float) -> Floats:
    """Where a density is drawn. DomainError where one number of float64 has nearly all of the probability."""
    if low == high:
        raise DomainError(
            f"a density is drawn over a range, and nearly all of the probability of {belief!r} lies at {low:g}, which "
            "is one number in float64: see table()."
        )
    return np.linspace(low, high, 501)


def _of_one(belief: Any, curve: Any, prob: float, kind: str) -> Drawing:
    theta = _between(belief, float(curve.quantile(1e-5)), float(curve.quantile(1.0 - 1e-5)))
    height, prior, symbol = np.asarray(curve.density(theta), dtype=float), None, belief._symbol
    if belief.seen is None:
        return Drawing(
            lambda on: figures.densities(
                theta, {figures.plain(repr(belief), 60): height}, xlabel=symbol, ylabel="density", on=on
            ),
            alt=f"Density of {symbol}, {belief!r}",
        )
    if belief.prior.is_proper:
        prior = np.asarray(belief.prior._curve().density(theta), dtype=float)
    interval, label = curve.interval(prob, kind=kind), f"{percent(prob)} {kind.upper()}"
    return Drawing(
        lambda on: figures.posterior(
            theta,
            height,
            prior,
            interval=(float(interval.lower), float(interval.upper)),
            label=label,
            mean=float(curve.mean),
            xlabel=symbol,
            on=on,
        ),
        alt=f"Density of {symbol} before the data, {belief.prior!r}, and after, {belief!r}, with its {label} shaded",
        caption=f"What is believed before and after the data; the shaded part holds {percent(prob)} of the "
        "probability, the line in it is the mean.",
    )


def coefficients(belief: Any, *, prob: float | None = None, kind: object = None) -> Drawing:
    """See `plot` of a conjugate posterior: the rows of the table that are comparable."""
    prob, kind = interval_of(belief, prob, kind)
    table, named = comparable(belief, prob, kind)
    if len(table) > MOST_ARMS:
        raise DomainError(f"a figure shows up to {MOST_ARMS} intervals, and there are {len(table)}: see table().")
    names = [str(name) for name in table[named]] if named else [belief._symbol]
    plural = "parameter" if not named else "categories" if named == "category" else f"{named}s"
    mean, lower, upper = (table[name].to_numpy(dtype=float) for name in ("mean", "lower", "upper"))
    said = f"{percent(prob)} {kind.upper()}"
    return Drawing(
        lambda on: figures.coefficients(names, mean, lower, upper, xlabel=f"posterior mean and {said}", on=on),
        alt=f"Posterior mean and {said} of {len(names)} {plural}",
        caption=f"One line per {named or 'parameter'}: the posterior mean, and where the parameter lies with "
        f"probability {percent(prob)}.",
    )


def comparable(belief: Any, prob: float, kind: str) -> tuple[pd.DataFrame, str]:
    """The rows of the table of the first parameter, no scale among coefficients, and the column that names them."""
    table: Any = belief.table(prob, kind)
    if "parameter" in table:
        table = table[table["parameter"] == table["parameter"].iloc[0]]
    if "term" in table:
        table = table[table["term"] != "sigma"]
    named = [name for name in labels(table) if name != "parameter"]
    return table, named[-1] if named else ""


def labels(table: pd.DataFrame) -> list[str]:
    """The columns of a posterior's table that say what a row is about; the arm of one arm says nothing."""
    several = "arm" in table and int(np.max(table["arm"].nunique())) > 1
    return [name for name in LABELS if name in table and (several or name != "arm")]


def interval_of(belief: Any, prob: float | None, kind: object) -> tuple[float, Literal["hdi", "eti"]]:
    """Probability and kind: by default highest density, or equal tails where some density has two peaks."""
    prob = PROB if prob is None else prob
    if kind is not None:
        return prob, tail(prob, kind)[1]
    tail(prob, "eti")
    try:
        belief.interval(prob, kind="hdi")
    except DomainError:
        return prob, "eti"
    return prob, "hdi"


def a_curve(belief: Any, name: str) -> None:
    """One number for each arm, of which there is a density."""
    if belief._curve() is None:
        raise IncompatibleError(
            f"{name} is of one number for each arm, and {type(belief).__name__} is of several at once."
        )


PLOTS: Plots = {"density": Plot(density, (a_curve,)), "coefficients": Plot(coefficients)}
"""What `plot` of an exact posterior draws."""
