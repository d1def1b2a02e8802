"""The figures of a posterior that was drawn: intervals, distributions, traces, effects, and what it would predict."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools import figures
from stattools.bayes.conjugate.belief import tail
from stattools.bayes.sampling.drawn import Drawn, Kind, ends
from stattools.errors import DomainError, IncompatibleError
from stattools.inference.arviz.datatree import replicates
from stattools.inference.effects.averages import population
from stattools.inference.intervals.coefficients import factors, require_ratios
from stattools.inference.needs import rows, rows_at_hand, variables
from stattools.inference.plots.coefficients import chosen, require_one_scale, spreads
from stattools.inference.plots.drawing import Drawing, Plot, Plots, change_in
from stattools.inference.plots.predictions import drawing, the_variable
from stattools.interface.arrays import Floats
from stattools.interface.seeds import generator
from stattools.interface.when_needed import pd
from stattools.likelihoods.outcomes import Outcome
from stattools.text.columns import percent

PROB = 0.94
MOST_PANELS = 12
SHOWN_PANELS = 6
"""So many parameters have a panel each, unless `terms=` names others."""
MOST_DRAWS = 1000
"""So many draws make an effect, evenly among all."""
REPLICATES = 400
"""So many data sets are drawn beside the one that was seen."""
BINS = 25
"""Of numbers, in the histogram of what was seen."""
MOST_COUNTS = 31
"""So many counts have a bar each, the last with all above it."""


def coefficients(
    posterior: Drawn,
    *,
    terms: str | Sequence[str] | None = None,
    exponentiate: bool = False,
    standardized: bool = False,
    prob: float | None = None,
    kind: object = None,
) -> Drawing:
    """See `Posterior.plot`."""
    require_one_scale(exponentiate, standardized)
    model, (prob, kind) = posterior.model, _interval(prob, kind)
    shown = chosen(posterior.model, terms, posterior.names, "the posterior")
    draws, names = posterior.flat[:, shown], [posterior.names[k] for k in shown]
    regression = model.facts.is_regression
    unit, center, middle = (
        (f"{change_in(model)} per unit" if regression else "value"),
        0.0 if regression else None,
        "mean",
    )
    if exponentiate:
        unit, center, middle = f"{require_ratios(model)}, logarithmic axis", 1.0, "median"
        _require_coefficients(posterior, shown)
        draws = factors(draws, [", ".join(names)] * len(draws))
    elif standardized:
        spread = np.append(spreads(model), np.zeros(len(posterior.names)))[shown]
        draws, names = (draws * spread)[:, spread > 0], [name for name, s in zip(names, spread, strict=True) if s > 0]
        if not names:
            raise DomainError("standardized=True is of columns that vary, and the terms have none: choose others.")
        unit = f"{change_in(model)} per standard deviation of the column"
    lower, upper = ends(draws, prob, kind)
    point = draws.mean(axis=0) if middle == "mean" else np.median(draws, axis=0)
    said = f"posterior {middle} and {percent(prob)} {kind.upper()}"
    return Drawing(
        lambda on: figures.coefficients(
            names, point, lower, upper, xlabel=f"{unit}\n{said}", center=center, log=exponentiate, on=on
        ),
        alt=f"{len(names)} parameters, {said}: {unit}",
    )


def density(
    posterior: Drawn, *, terms: str | Sequence[str] | None = None, prob: float | None = None, kind: object = None
) -> Drawing:
    """See `Posterior.plot`."""
    prob, kind = _interval(prob, kind)
    shown = _panels(posterior, terms)
    names = [posterior.names[k] for k in shown]
    draws = {name: posterior.flat[:, k] for name, k in zip(names, shown, strict=True)}
    lower, upper = ends(posterior.flat[:, shown], prob, kind)
    intervals = {name: (float(low), float(high)) for name, low, high in zip(names, lower, upper, strict=True)}
    priors = {name: _prior(posterior, k) for name, k in zip(names, shown, strict=True)}
    label = f"{percent(prob)} {kind.upper()}"
    return Drawing(
        lambda on: figures.histograms(draws, intervals, priors, label=f"posterior, {label}", on=on),
        alt=f"Histograms of the draws of {', '.join(names)} with their {label}",
        caption="Bars: the draws, the interval darker, their mean a line. Dashes: the prior, where it has a density.",
    )


def trace(posterior: Drawn, *, terms: str | Sequence[str] | None = None) -> Drawing:
    """See `Posterior.plot`."""
    names = [posterior.names[k] for k in _panels(posterior, terms)]
    draws = {name: posterior[name] for name in names}
    return Drawing(
        lambda on: figures.traces(draws, on=on),
        alt=f"Traces of {', '.join(names)} by chain, and the ranks of the draws",
        caption="Chains that agree have ranks within the shaded band, and traces that cannot be told apart.",
    )


def effect(
    posterior: Any,
    variable: str | None = None,
    *,
    by: str | Sequence[str] | None = None,
    values: Sequence[object] | None = None,
    prob: float | None = None,
    kind: object = None,
    data: object = None,
) -> Drawing:
    """See `Posterior.plot`."""
    prob, kind = _interval(prob, kind)
    at = population(posterior.model, data)
    variable = the_variable(at, variable)
    step = max(1, -(-posterior.draws.shape[0] * posterior.draws.shape[1] // MOST_DRAWS))
    some = replace(posterior, draws=posterior.flat[None, ::step])
    asked = {"by": by, "prob": prob, "kind": kind, "data": data}
    said = f"mean and {percent(prob)} {kind.upper()} of {some.draws.shape[1]:,} draws"

    def means(points: Sequence[object]) -> pd.DataFrame:
        return some.means(variable, values=points, **asked)

    return drawing(posterior.model, at, variable, by, values, means, said)


def predictive(posterior: Drawn, *, prob: float | None = None, seed: object = None) -> Drawing:
    """See `Posterior.plot`."""
    prob, model = PROB if prob is None else prob, posterior.model
    aside, _ = tail(prob, "eti")
    random = generator(0 if seed is None else seed)
    made = replicates(model, posterior.sample(REPLICATES, seed=random), seed=random)
    weight = np.ones(len(model.rows.X)) if model.rows.weight is None else model.rows.weight
    seen, names, edges = model.likelihood.observed(model.rows.y), None, None
    outcome = model.likelihood.outcome
    if outcome is Outcome.TRIALS:
        trials = model.likelihood.trials_of(model.rows.y)
        made = made / np.where(trials > 0, trials, 1.0)
    if outcome.has_labels:
        labels = (0, 1) if model.labels is None else model.labels
        names, bins = [str(label) for label in labels], np.arange(len(labels) + 1) - 0.5
    elif outcome is Outcome.COUNT:
        most = min(float(np.quantile(np.append(seen, made[0]), 0.99)), MOST_COUNTS - 1.0)
        bins = np.append(np.arange(np.floor(most) + 1.0), np.inf) - 0.5
    else:
        low, high = np.quantile(np.append(seen, made[: len(made) // 4]), [0.001, 0.999])
        low, high = min(low, seen.min()), max(high, seen.max())
        edges = bins = np.linspace(low, high, BINS + 1)
    observed = np.histogram(seen, bins, weights=weight)[0]
    found = np.array([np.histogram(one, bins, weights=weight)[0] for one in made])
    lower, upper = np.quantile(found, [aside, 1.0 - aside], axis=0)
    if np.isinf(bins[-1]):
        names = [*(f"{k:.0f}" for k in bins[:-2] + 0.5), f"{bins[-2] + 0.5:.0f}+"]
        names = [name if k % (1 + len(names) // 16) == 0 or k == len(names) - 1 else "" for k, name in enumerate(names)]
    outside = int(((observed < lower) | (observed > upper)).sum())
    name = figures.plain(model.outcome_name)
    share = outcome is Outcome.TRIALS
    return Drawing(
        lambda on: figures.replicated(
            observed,
            lower,
            upper,
            xlabel=f"share of successes ({name})" if share else name,
            label=f"{percent(prob)} of replicated",
            edges=edges,
            names=names,
            unit="rows" if model.rows.weight is None else "observations",
            on=on,
        ),
        alt=f"Observed frequencies, {outside} of {len(observed)} outside the intervals of {REPLICATES} replicated ones",
        caption="Bars: what was seen. Lines: where outcomes drawn from the posterior have their frequencies.",
    )


def _panels(posterior: Drawn, terms: str | Sequence[str] | None) -> list[int]:
    """Parameters for a panel each: those that were named, or the first of all."""
    if terms is None:
        return list(range(len(posterior.names)))[:SHOWN_PANELS]
    found = chosen(posterior.model, terms, posterior.names, "the posterior")
    if len(found) > MOST_PANELS:
        raise DomainError(f"a figure shows up to {MOST_PANELS} parameters; got {len(found)}.")
    return found


def _interval(prob: float | None, kind: object) -> tuple[float, Kind]:
    prob = PROB if prob is None else prob
    return prob, tail(prob, "hdi" if kind is None else kind)[1]


def _prior(posterior: Drawn, k: int) -> Callable[[NDArray[np.float64]], Floats] | None:
    """The density of the prior of a parameter; None of a flat one, and of one that is about several parameters."""
    prior, row = posterior.priors.each[k], posterior.priors.rows[k]
    if not prior.is_proper or np.count_nonzero(row) != 1 or row[k] != 1.0:
        return None
    return prior.density


def _require_coefficients(posterior: Drawn, shown: Sequence[int]) -> None:
    for k in shown:
        if posterior.priors.parameters[k].role != "coefficient":
            raise IncompatibleError(
                f"exponentiate=True is of coefficients, and {posterior.names[k]!r} is none: leave it out of terms=."
            )


def chains(posterior: Drawn, name: str) -> None:
    """Chains, which only NUTS has."""
    if posterior.method != "nuts":
        raise IncompatibleError(
            f'{name} shows chains, and these draws are independent ones, by method="{posterior.method}": each is as '
            'good as another. st.posterior(model, method="nuts") has chains.'
        )


PLOTS: Plots = {
    "coefficients": Plot(coefficients),
    "density": Plot(density),
    "trace": Plot(trace, (chains,)),
    "effect": Plot(effect, (rows, variables)),
    "predictive": Plot(predictive, (rows, rows_at_hand)),
}
"""What `posterior.plot` draws."""
