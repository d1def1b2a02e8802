"""A univariate distribution of SciPy as a likelihood: its density, tails, moments and draws answer all questions.

Densities are asked of SciPy's own formula for a row at standard location and scale, without its checks of arguments.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from itertools import product
from typing import Any

import numpy as np

from stattools.errors import DomainError, IncompatibleError, quoted
from stattools.interface.arguments import is_number
from stattools.interface.arrays import Floats
from stattools.interface.when_needed import stats
from stattools.likelihoods.links import LINKS
from stattools.likelihoods.outcomes import Outcome
from stattools.likelihoods.own.own_likelihood import OwnLikelihood

TRIED = (0.0, 0.7, -0.7, 2.0, -2.0, 4.0)
"""Linear predictors at which a distribution is looked at."""

APART = 0.35
"""Those of parameters may lie so far from each other: two ends of a range are not alike."""


def of_distribution(distribution: Any, parameters: Mapping[str, str], fixed: Mapping[str, float]) -> OwnLikelihood:
    """The likelihood of a distribution, its `parameters` by name with their links, the others `fixed`.

    Raises IncompatibleError for what is no distribution with known shapes, and for one whose support moves with a
    parameter, which has no regular maximum; DomainError for a link that leaves the domain of its parameter.
    """
    known = getattr(stats, distribution.name, None) is distribution
    name = f"scipy.stats.{distribution.name}" if known else distribution.name
    continuous = isinstance(distribution, stats.rv_continuous)
    shapes = tuple(part.strip() for part in (distribution.shapes or "").split(",") if part.strip())
    known = (*shapes, "loc", "scale") if continuous else (*shapes, "loc")
    for word in (*parameters, *fixed):
        if word not in known:
            raise IncompatibleError(f"{name} has no parameter {word!r}; its parameters are {', '.join(known)}.")
    for word, value in fixed.items():
        if not is_number(value):
            raise DomainError(f"fixed= gives numbers by name; got {word}={quoted(value)}.")
    for word in (word for word in fixed if word in parameters):
        raise IncompatibleError(f"{word!r} of {name} is in parameters= and in fixed=: it is fitted, or given.")
    missing = [shape for shape in shapes if shape not in parameters and shape not in fixed]
    if missing:
        raise IncompatibleError(
            f"{name} has the shape {missing[0]!r}, which is neither fitted nor given: add it to parameters= with a "
            f"link, or give fixed={{{missing[0]!r}: ...}}."
        )
    _check_links(distribution, parameters, known)
    settled = {key: float(value) for key, value in fixed.items()}
    bases = _bases(distribution, parameters, settled)
    low, high = _support(distribution, parameters, settled, bases)
    density = LogDensity(distribution, shapes, settled, continuous)
    methods = {"mean": distribution.mean, "variance": distribution.var, "cdf": distribution.cdf}
    methods |= {"survival": distribution.sf, "quantile": distribution.ppf, "sample": distribution.rvs}
    methods["log_density"] = distribution.logpdf if continuous else distribution.logpmf
    answers = {word: partial(method, **settled) for word, method in methods.items()}
    kind = _outcome(name, continuous, low, high)
    made = OwnLikelihood(name, density, parameters, kind, answers, Allowed(density, tuple(bases[:2]), low, high))
    return replace(made, distribution=distribution, fixed=settled)


@dataclass(frozen=True, eq=False)
class LogDensity:
    """The log density of (y, **parameters); an object, for functions inside of functions cannot be pickled."""

    distribution: Any
    shapes: tuple[str, ...]
    settled: Mapping[str, float]
    continuous: bool

    def __call__(self, y: Floats, **values: Any) -> Any:
        given = {**self.settled, **values}
        loc, scale = given.get("loc", 0.0), given.get("scale", 1.0)
        own = [given[shape] for shape in self.shapes]
        if self.continuous:
            return self.distribution._logpdf((y - loc) / scale, *own) - np.log(scale)
        return self.distribution._logpmf(y - loc, *own)


@dataclass(frozen=True, eq=False)
class Allowed:
    """Which outcomes have a density: within the support, and finite at some parameters."""

    density: LogDensity
    bases: tuple[dict[str, float], ...]
    low: float
    high: float

    def __call__(self, y: Floats) -> Any:
        with np.errstate(all="ignore"):  # outcomes without a density are told
            finite = np.isfinite([self.density(y, **base) for base in self.bases]).all(axis=0)
        return finite & (y >= self.low) & (y <= self.high)


def _check_links(distribution: Any, parameters: Mapping[str, str], known: tuple[str, ...]) -> None:
    """DomainError where a link makes numbers that the parameter cannot be."""
    try:
        infos = distribution._shape_info()
    except AttributeError:  # a class of a user's own says no ranges of its shapes; `_bases` asks what it takes
        infos = []
    domains = {info.name: info for info in infos} | {
        "loc": None,
        "scale": stats.gamma._shape_info()[0],  # above 0
    }
    for word, link in parameters.items():
        info = domains.get(word)
        if info is None:
            continue
        low, high = (
            0.0 if 0.0 < end < 1e-300 else 1.0 if end == np.nextafter(1.0, 0.0) else end for end in info.domain
        )
        ends = _range(link)
        if ends[0] < low or ends[1] > high:
            usual = "log" if high == np.inf and low == 0.0 else "logit" if (low, high) == (0.0, 1.0) else None
            advice = f" Use the link {usual!r}." if usual else " Give it by fixed=."
            raise DomainError(
                f"{word!r} of {distribution.name} lies between {low:g} and {high:g}, and the link {link!r} leaves "
                f"that range.{advice}"
            )


def _range(link: str) -> tuple[float, float]:
    """The numbers that a link makes of all linear predictors."""
    at = np.concatenate([-np.geomspace(1e-3, 1e3, 13), np.geomspace(1e-3, 1e3, 13)])
    values = LINKS[link].mean(at)
    values = values[np.isfinite(values)]
    return (0.0 if values.min() >= 0.0 else -np.inf), (1.0 if LINKS[link].ends == (0.0, 1.0) else np.inf)


def _bases(distribution: Any, parameters: Mapping[str, str], settled: Mapping[str, float]) -> list[dict[str, float]]:
    """Some parameters that the distribution can have."""
    found = []
    for eta, apart in [*product(TRIED, (0.0,)), *product(TRIED, (APART,))]:
        values = {
            word: float(LINKS[link].mean(np.array(eta + apart * k)))
            for k, (word, link) in enumerate(parameters.items())
        }
        low, high = distribution.support(**settled, **values)
        if np.isfinite([*values.values()]).all() and not (np.isnan(low) or np.isnan(high)):
            found.append(values)
    if not found:
        given = ", ".join(f"{word}={value:g}" for word, value in settled.items())
        raise DomainError(f"{distribution.name} has no density with {given or 'these links'}: check fixed= and links.")
    return found


def _support(
    distribution: Any, parameters: Mapping[str, str], settled: Mapping[str, float], bases: list[dict[str, float]]
) -> tuple[float, float]:
    """The support, the same for all parameters."""
    for base in bases:
        ends = distribution.support(**settled, **base)
        for word, link in parameters.items():
            for move in (-0.3, 0.3):
                with np.errstate(all="ignore"):  # a parameter at the end of its range has no linear predictor
                    eta = float(LINKS[link].of(base[word])) + move
                if not np.isfinite(eta):
                    continue
                moved = distribution.support(**settled, **{**base, word: float(LINKS[link].mean(np.array(eta)))})
                if np.isnan(moved).any():
                    raise IncompatibleError(
                        f"{word!r} of {distribution.name} cannot move a little from {base[word]:g}, as where it is a "
                        "whole number: it has no derivative. Give it by fixed=."
                    )
                if tuple(map(float, moved)) != tuple(map(float, ends)):
                    raise IncompatibleError(
                        f"the support of {distribution.name} moves with {word!r}: the outcomes at its end decide, and "
                        f"there is no regular maximum. Give {word!r} by fixed=, or take another distribution."
                    )
    low, high = distribution.support(**settled, **bases[0])
    return float(low), float(high)


def _outcome(name: str, continuous: bool, low: float, high: float) -> Outcome:
    """What kind of thing an outcome is, by the support."""
    if continuous:
        known = {(0.0, np.inf): Outcome.POSITIVE, (0.0, 1.0): Outcome.UNIT}
        return known.get((low, high), Outcome.REAL)
    if low < 0.0 or low != np.floor(low):
        raise IncompatibleError(f"{name} has outcomes below 0, or that are not whole; counts 0, 1, 2, ... are taken.")
    return Outcome.BINARY if (low, high) == (0.0, 1.0) else Outcome.COUNT
