"""The default priors: weakly informative on standardized columns, so that units and origins of columns do not matter.

    slope of column j    Normal(0, 2.5 u / sd(x_j)),       u = sd(y) for `st.ols`, 1 for logarithms and quantiles,
                                                           the link of the mean outcome for others, as the inverse
    intercept            the predictor at the mean of the columns ~ Normal(link(mean outcome), 2.5 u)
    sigma                Exponential(1 / sd(y))
    alpha, dispersion    Exponential(1)                    those of `st.negative_binomial` and `st.gamma`
    precision            Exponential(0.1)                  that of `st.beta_binomial`, in trials
    zero                 Uniform(0, 1)                     the probability of a zero of `st.zero_inflated`, `st.hurdle`
    threshold            the threshold at the mean of the columns ~ Normal(0, 5), in their order
    log scale: x         as slope and intercept of a logarithm, in units of 1, that of "log scale" about log sd(y)
    sd(x | g)            Exponential(sd(x) / sd(y)), that of a level Exponential(1 / sd(y)); for other
                         likelihoods with 1 of the linear predictor for sd(y); correlations Uniform(-1, 1)

A slope of 2.5 multiplies the odds by 12 per standard deviation of its column. Source: Gabry & Goodrich, "Prior
distributions for rstanarm models" (2020); Gelman et al. (2008). The mean and standard deviation of `st.normal` get the
priors of an intercept and of sigma. A probability gets Uniform(0, 1), a positive parameter
of another model HalfCauchy(its starting value), and your own likelihood, whose scales nobody knows, a flat prior.

A mixed model has those of the regression without groups, and of what varies between groups:

    sd of a level        Exponential(1 / sd(y))
    sd of a slope of x   Exponential(sd(x) / sd(y))     effects as large as sd(y) per standard deviation of the column
    correlations         Uniform(-1, 1)                 given the effects before, where there are three or more

For other likelihoods 1 of the linear predictor, such as a log odds of 1, stands in the place of sd(y).

An exponential prior has its highest density at 0: where groups do not differ it does not hold the effects away from 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from math import sqrt
from typing import Any

import numpy as np

from stattools.bayes.conjugate.normal import Normal
from stattools.bayes.priors.families import Exponential, Flat, HalfCauchy, OfLogarithm, Uniform
from stattools.bayes.priors.parameters import Parameter
from stattools.bayes.priors.parameters import parameters as parameters_of
from stattools.data.files.source import AddedByName
from stattools.data.rows.rows import Block
from stattools.data.rows.standardization import VARIES, standard_others
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.likelihoods import Likelihood
from stattools.likelihoods.outcomes import Outcome
from stattools.models.mixed.density import Effects, JointDensity, MixedDensity
from stattools.models.model import Model
from stattools.models.samples.normal import NormalSample
from stattools.numerics.columns import with_levels
from stattools.numerics.sums import Largest, SampleMoments


@dataclass(frozen=True)
class Default:
    """A prior, what it is about where that is not its own parameter, and in which units it was chosen.

    `row` are the weights of the coefficients of which the prior speaks, by position.
    """

    prior: Any
    why: str
    row: dict[int, float] | None = None


def of_mixed(model: MixedDensity, regression: tuple[Default, ...]) -> tuple[Default, ...]:
    """The defaults of the parameters in their order, from those of the `regression` on the fixed effects."""
    *fixed, sigma = regression
    return (*fixed, *_between(model.effects, float(sigma.prior.rate), "sd(y)"), sigma)


def of_joint(model: JointDensity, regression: tuple[Default, ...], unit: float) -> tuple[Default, ...]:
    """The same of another likelihood, whose linear predictor has this `unit`, and of the effects in it."""
    size = f"{unit:.6g} of {model.mixed.likelihood.facts.words.predictor}"
    outer = (*regression, *_between(model.effects, 1.0 / unit, size))
    return (*outer, *[Default(Normal(0.0, 1.0), "")] * (len(model.names) - len(outer)))


def _between(effects: Sequence[Effects], rate: float, size: str) -> list[Default]:
    """Of the standard deviations and correlations of effects; `size` is the mean 1 / rate of a level's, in words."""
    found = []
    for one in effects:
        for spread in one.spread.tolist():
            about = f"mean {size}" if spread == 1.0 else f"mean {size} per standard deviation of the column"
            found.append(Default(Exponential(rate * spread), about))
        found += [Default(Uniform(-1.0, 1.0), "every value alike")] * (len(one.called) - len(one.names))
    return found


@record
class Overview:
    """Means and standard deviations of the columns (p,), the first one that is constant (None: none) and its value.

    A column that does not vary has its size for a standard deviation. `spread` is the standard deviation of the outcome
    less its offset, 1 where that does not vary; `level` the linear predictor of the mean outcome, one per block of
    coefficients.
    """

    mean: Floats
    sd: Floats
    constant: int | None
    value: float
    spread: float
    level: Floats


def overview(model: Model) -> Overview:
    """The overview of a regression's rows, wherever they are: one read, about the means of those in memory.

    >>> import stattools as st
    >>> found = overview(st.ols("y ~ x", {"y": [1.0, 3.0, 5.0, 7.0], "x": [10, 20, 30, 40]}))
    >>> found.mean[1:], found.constant, found.level
    (array([25.]), 0, array([4.]))
    """
    rows, offset = model.rows, model.rows.sampled.offset
    if (levels := with_levels(rows.X)) is None:
        standard, _ = rows.standardized()
        center, scale = standard.center, standard.scale
    else:  # whose columns stay as they are
        center, scale, _ = standard_others(levels, rows.importance)
        center, scale = levels.joined(0.0, center), levels.joined(1.0, scale)
        standard = replace(rows, X=(levels - center) / scale)
    shift = 0.0 if offset is None or not len(offset) else float(offset.max())
    found = standard.total(partial(_of_block, model.likelihood, shift))
    about, response, size = found["columns"], found["response"], float(found["size"].values)
    spread = np.sqrt(about.square / about.n)
    sd = scale * np.where(spread > VARIES, spread, 1.0)
    held = np.flatnonzero(np.isfinite(rows.constants))
    constant = int(held[0]) if held.size else None
    own = sqrt(response.square / response.n) if response.n else 0.0
    return Overview(
        center + scale * about.mean,
        sd,
        constant,
        1.0 if constant is None else float(rows.constants[constant]),
        own if own > VARIES * size else 1.0,
        model.likelihood._level(found["sums"]) - shift,
    )


def _of_block(likelihood: Likelihood, shift: float, block: Block) -> AddedByName:
    """Moments of the columns and of a response, its size, and what the likelihood sums for its level."""
    weight = np.ones(len(block.X)) if block.weight is None else block.weight
    offset = np.zeros(len(block.X)) if block.offset is None else block.offset
    response, size = SampleMoments(), 0.0
    if likelihood.outcome is Outcome.REAL:
        response, size = SampleMoments.of(block.y - offset, weight), float(np.abs(block.y - offset).max())
    # exponentials of offsets stay within float64
    sums = likelihood._sums(block.y, weight, offset - shift)
    columns = SampleMoments.of_columns(block.X, weight)
    return AddedByName(columns=columns, response=response, size=Largest(np.array(size)), sums=sums)


WIDTH = 2.5
"""Standard deviations per standard deviation of a column."""

AS_LARGE = Default(Exponential(1.0), "mean 1: a standard deviation about as large as the mean")

SHARED: dict[tuple[str, str], Default] = {
    ("negative_binomial", "alpha"): AS_LARGE,
    ("gamma", "dispersion"): AS_LARGE,
    ("beta_binomial", "precision"): Default(Exponential(0.1), "mean 10: two trials of a group correlate by about 0.1"),
    ("zero_inflated", "alpha"): AS_LARGE,
    ("zero_inflated", "zero"): Default(Uniform(0.0, 1.0), "every probability alike"),
    ("hurdle", "alpha"): AS_LARGE,
    ("hurdle", "zero"): Default(Uniform(0.0, 1.0), "every probability alike"),
    ("aft", "scale"): Default(Exponential(1.0), "mean 1: the scale of a constant hazard"),
    ("glm", "alpha"): AS_LARGE,
    ("glm", "dispersion"): AS_LARGE,
    ("glm", "precision"): Default(Exponential(0.1), "mean 10: a standard deviation of about 0.15 about a mean of 1/2"),
}
"""Defaults of the parameters that all rows share beside the coefficients, by the kind of model and their names."""

THRESHOLD = Normal(0.0, 2.0 * WIDTH)
"""Of a threshold at the mean of the columns: wide enough for labels that one row in a thousand has."""


def defaults(model: Any, parameters: tuple[Parameter, ...]) -> tuple[Default, ...]:
    """One default per parameter.

    >>> import stattools as st
    >>> from stattools.bayes.priors.parameters import parameters
    >>> model = st.logistic("ill ~ dose", {"ill": [0, 1, 0, 1], "dose": [10, 20, 30, 40]})
    >>> for default in defaults(model, parameters(model)):
    ...     print(repr(default.prior), "|", default.why)
    Normal(0, 2.5) | the log odds at the mean of the columns
    Normal(0, 0.223606797749979) | 2.5 per standard deviation of the column
    """
    if model.facts.is_regression:
        return tuple(_of_regression(model, parameters))
    if model.facts.is_density:
        fixed = model.mixed.fixed
        own = tuple(_of_regression(fixed, parameters_of(fixed)))
        return (
            of_mixed(model, own)
            if isinstance(model, MixedDensity)
            else of_joint(model, own, _unit(fixed, overview(fixed))[0])
        )
    if all(np.isfinite(parameter.high) for parameter in parameters):
        return tuple(_of_range(parameter) for parameter in parameters)
    if model.facts.exponential:
        one = (
            f"the logarithm of {'an' if model.facts.exponential[0] in 'aeiou' else 'a'} {model.facts.exponential} of 1"
        )
        return tuple(
            Default(
                Normal(0.0, WIDTH / sd),
                f"within {WIDTH:g} of 0, {one}" if sd == 1.0 else f"{WIDTH:g} per standard deviation of the column",
            )
            for sd in model.column_sds.tolist()
        )
    if isinstance(model, NormalSample):
        return tuple(_of_sample(model, parameters))
    return tuple(
        Default(Flat(), "flat: no scale is known for your own likelihood")
        if parameter.is_free
        else Default(HalfCauchy(abs(float(start)) or 1.0), "half of it below the starting value")
        for parameter, start in zip(parameters, model.start, strict=True)
    )


def _of_range(parameter: Parameter) -> Default:
    """Every value between two ends alike."""
    what = "probability" if (parameter.low, parameter.high) == (0.0, 1.0) else "value"
    return Default(Uniform(parameter.low, parameter.high), f"every {what} alike")


def _of_sample(model: NormalSample, parameters: tuple[Parameter, ...]) -> list[Default]:
    """As for `st.ols` of an intercept: in units of the standard deviation of all measurements."""
    sd = float(np.std(model.values))
    unit = sd if sd > 1e-13 * float(np.abs(model.values).max()) else 1.0
    mean = Default(Normal(float(np.mean(model.values)), WIDTH * unit), "2.5 sd(y) around the mean of y")
    scale = Default(Exponential(1.0 / unit), "mean sd(y)")
    return [scale if parameter.role == "scale" else mean for parameter in parameters]


def _of_regression(model: Model, parameters: tuple[Parameter, ...]) -> list[Default]:
    rows, predictor = overview(model), model.predictor
    main = tuple(range(predictor.columns)) if predictor.main is None else predictor.main
    unit, units = _unit(model, rows)
    found: list[Default] = []
    for block in range(predictor.n_first):
        level = Normal(float(rows.level[block]), WIDTH * unit)
        found += _of_columns(rows, main, level, model.likelihood.facts.words.predictor, units, len(found))
    for own, called in zip(predictor.own, model.others, strict=True):
        if own:
            level = Normal(float(np.log(rows.spread)) if called == "log scale" else 0.0, WIDTH)
            found += _of_columns(rows, own, level, called, "2.5", len(found))
            continue
        found.append(_of_shared(model, parameters[len(found)], rows.spread))
    found += [_of_shared(model, parameter, rows.spread) for parameter in parameters[len(found) :]]
    for cut in sorted({cut for _, to in predictor.taken_up for cut in to}):
        at = predictor.parts[cut].start
        row = {at: 1.0}
        for part in (predictor.parts[number] for number, to in predictor.taken_up if cut in to):
            columns = zip(range(part.start, part.stop), predictor.column[part].tolist(), strict=True)
            row |= {k: -float(rows.mean[column]) for k, column in columns}
        found[at] = Default(THRESHOLD, "the threshold at the mean of the columns, in their order", row)
    return found


def _of_columns(
    rows: Overview, columns: tuple[int, ...], level: Normal, about: str, units: str, first: int
) -> list[Default]:
    """The default beliefs about the coefficients of one linear predictor, the `first` of which has this number."""
    found = []
    for j in columns:
        if j == rows.constant:
            row = {first + k: rows.value if i == j else float(rows.mean[i]) for k, i in enumerate(columns)}
            found.append(Default(level, f"{about} at the mean of the columns", row))
        else:
            scale = float(level.sd) / abs(float(rows.sd[j]))
            found.append(Default(Normal(0.0, scale), f"{units} per standard deviation of the column"))
    return found


def _of_shared(model: Model, parameter: Parameter, spread: float) -> Default:
    """The default belief about a parameter that all rows share."""
    is_spread = parameter.name == "scale" and model.likelihood.outcome is Outcome.REAL
    if is_spread or parameter.role == "scale":
        return Default(Exponential(1.0 / spread), "mean sd(y)")
    if model.likelihood.facts.edge.power < 0.0:
        about = "mean 1 / the mean of y: a standard deviation about as large as the mean"
        return Default(Exponential(float(model.rows.outcome.mean)), about)
    if not model.likelihood.facts.knows_ends:  # a flat prior may have no posterior
        wide = Normal(0.0, WIDTH)
        if np.isfinite(parameter.low) and np.isfinite(parameter.high):
            return Default(Uniform(parameter.low, parameter.high), "every value alike")
        if parameter.is_free:
            return Default(wide, "within 2.5 of 0: no scale is known")
        return Default(OfLogarithm(wide), "its logarithm within 2.5 of 0: no scale is known")
    flat = Default(Flat(), f"flat: no scale is known for {parameter.name}")
    return SHARED.get((model.kind, parameter.name), flat)


def _unit(model: Model, rows: Overview) -> tuple[float, str]:
    """The unit of a linear predictor, and 2.5 of them in words: that of the outcome where it is a mean of numbers, 1
    where it is a logarithm or a quantile, and otherwise its size.
    """
    link = next(iter(model.likelihood.parameters.values()))
    if link == "identity" and model.likelihood.outcome is Outcome.REAL:
        return rows.spread, "2.5 sd(y)"
    if model.likelihood.facts.domain == (0.0, np.inf):
        return abs(float(rows.level[0])), f"2.5 times {model.likelihood.facts.words.predictor} of all"
    return 1.0, "2.5"
