"""Events at a constant rate, as counts in known exposures or as waiting times between them.

    poisson_rate       log p(counts) = sum y log(rate e) - rate e - log y!     y events in exposure e (time, area)
    exponential_rate   log p(times)  = d log rate - rate T                     d times ended, T their total

Both depend on the rate through D events in a total exposure E only. Times that had not ended when they were last seen
(censored) count in E and not in D.

Each interval is a function of (events, exposure, level) that returns (lower, upper), closed at 0 where nothing
happened. Source: Cox & Hinkley, Theoretical Statistics (1974), ch. 2; Garwood, Biometrika 28 (1936); Lawless,
Statistical Models and Methods for Lifetime Data (2003), ch. 4.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import exp, sqrt
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import xlogy

from stattools.data.tables.arrays import vector
from stattools.data.tables.table import axes
from stattools.errors import DomainError, quoted
from stattools.interface.arguments import as_theta
from stattools.interface.arrays import Floats
from stattools.interface.units import LARGEST, SMALLEST, remedy
from stattools.interface.when_needed import optimize
from stattools.models.evaluation import NOT_ASKED, Evaluation
from stattools.models.samples import arms
from stattools.models.samples.arms import Ends, Grouping, Ints, Labels, Limits, SampleModel
from stattools.numerics.distributions.counts import deviance_part, log_poisson_pmf
from stattools.numerics.distributions.gamma import log_quantile
from stattools.numerics.sums import ExactSum
from stattools.text.columns import many
from stattools.text.one_line import headline


def poisson_rate(
    counts: object, table: object = None, /, *, exposure: object = None, by: object = None, data: object = None
) -> EventRates:
    """The Poisson likelihood of counts of events, each seen in its `exposure` (1 by default), at one rate per arm.

    `counts` is a whole number or a column of them, `exposure` a positive number or a column, `by` the labels of the
    arms: without it all counts share one rate. Columns may be named, with the table as `data`; or a formula says what
    they are, `poisson_rate("events ~ arm", table, exposure="days")`, and rows with a missing value are dropped and
    counted. Raises DomainError for counts that are negative, fractional or missing and exposures that are not positive,
    with their position.

    >>> import stattools as st
    >>> st.posterior(st.poisson_rate([3, 0, 2], exposure=[2.0, 1.0, 1.0]), prior=st.Gamma(2, 1))
    Gamma(7, 5)
    """
    if (rows := arms.arm_rows("poisson_rate", counts, table, by, data, exposure=exposure)) is not None:
        return rows.model(lambda: poisson_rate(rows.outcome, exposure=rows.beside["exposure"], by=rows.by))
    arms.require_formula("poisson_rate", table)
    counts, exposure, by = arms.columns("poisson_rate", data, counts=counts, exposure=exposure, by=by).values()
    events = arms.counts([counts] if axes(counts) == 0 else counts, "counts")
    time = 1.0 if exposure is None else exposure
    time = np.full(len(events), time) if axes(time) == 0 else time
    e = arms.numbers(time, "exposure")
    if (e <= 0.0).any():
        raise arms.refused("exposure", "positive numbers", e, e <= 0.0, "Leave out what was not observed.")
    return _rates("poisson_rate", "poisson rate", events, e, by, counts)


def exponential_rate(
    times: object, table: object = None, /, *, censored: object = None, by: object = None, data: object = None
) -> EventRates:
    """The exponential likelihood of waiting times at one rate per arm.

    `times` is a number or a column, each at least 0; `censored` (False by default) says of each whether it had not
    ended when last seen; `by` are the labels of the arms. Columns may be named, with the table as `data`; or a formula
    says what they are, `exponential_rate("time ~ arm", table, censored="alive")`, and rows with a missing value are
    dropped and counted. Raises DomainError for times that are negative or missing, with their position, and for an arm
    whose times add to 0.

    >>> import stattools as st
    >>> st.posterior(st.exponential_rate([2.0, 1.5, 4.0], censored=[False, False, True]), prior=st.Gamma(1, 1))
    Gamma(3, 8.5)
    """
    if (rows := arms.arm_rows("exponential_rate", times, table, by, data, censored=censored)) is not None:
        return rows.model(lambda: exponential_rate(rows.outcome, censored=rows.beside["censored"], by=rows.by))
    arms.require_formula("exponential_rate", table)
    times, over, by = arms.columns("exponential_rate", data, times=times, censored=censored, by=by).values()
    t = arms.numbers([times] if axes(times) == 0 else times, "times")
    if (t < 0.0).any():
        raise arms.refused("times", "numbers, at least 0", t, t < 0.0, "A waiting time ends after it starts.")
    over = np.zeros(len(t)) if over is None else vector([over] if axes(over) == 0 else over, "censored=")
    if len(over) != len(t) or over.dtype.kind not in "biuf" or not np.isin(over, (0, 1)).all():
        raise DomainError(f"exponential_rate needs censored=, one True or False per time; got {quoted(censored)}.")
    ended = 1 - np.asarray(over).astype(np.int64)
    return _rates("exponential_rate", "exponential rate", ended, t, by, times)


@dataclass(frozen=True, eq=False, repr=False)
class EventRates(SampleModel):
    """`events` in `exposure`, one entry per observation; what `poisson_rate` and `exponential_rate` return.

    `index` says to which arm each belongs, `arms` are the labels (None: all share one rate). The parameters are the
    rates, positive.
    """

    events: Ints
    exposure: Floats
    index: Ints
    arms: Labels | None = field()
    kind: Literal["poisson rate", "exponential rate"]
    parameters = ("rate",)
    null = "rate = 1"

    @property
    def ranges(self) -> tuple[Floats, Floats, tuple[str, ...]]:
        """All rates are positive."""
        return np.zeros(self.size), np.full(self.size, np.inf), ("coefficient",) * self.size

    def _headline(self) -> str:
        arms = "" if self.arms is None else many(self.size, "arm")
        return headline(
            self, self.kind, "", f"{many(self.n, 'observation')}, {many(int(self.events.sum()), 'event')}", arms
        )

    @property
    def counted(self) -> str:
        """What was counted, in words."""
        arms = "" if self.arms is None else f", {self.size:,} arms"
        per = "exposure" if self.kind == "poisson rate" else "total time"
        events, whole = int(self.events.sum()), float(self.exposures.sum())
        return f"{many(self.n, 'observation')}, {many(events, 'event')}, {per} {whole:g}{arms}"

    @property
    def n(self) -> int:
        """Number of observations."""
        return len(self.events)

    @property
    def start(self) -> Floats:
        """Positive rates near the maximum, shape (m,)."""
        return (self.totals + 0.5) / self.exposures

    @cached_property
    def totals(self) -> Ints:
        """Events per arm, shape (m,)."""
        sums = np.zeros(self.size, dtype=np.int64)
        np.add.at(sums, self.index, self.events)
        return sums

    @cached_property
    def exposure_sums(self) -> ExactSum:
        """The exact sums of the exposures per arm."""
        return ExactSum.of(self.exposure, self.index, self.size)

    @cached_property
    def exposures(self) -> Floats:
        """Exposure per arm, shape (m,)."""
        return self.exposure_sums.rounded()[0]

    def over(self, labels: Labels) -> EventRates:
        """The same data with the arms of `labels`, which hold them all; the others saw nothing."""
        places = np.array([labels.index(label) for label in self.arms or ()])
        return replace(self, index=places[self.index], arms=labels)

    def pointwise(self, rate: ArrayLike) -> Floats:
        """Log probability (density) of each observation at the rates, shape (..., m): shape (..., n)."""
        each = np.asarray(rate, dtype=float)[..., self.index]
        if self.kind == "poisson rate":
            with np.errstate(divide="ignore"):  # log 0 = -inf at rate 0, where a count above 0 is impossible
                return log_poisson_pmf(self.events, each * self.exposure, np.log(each) + np.log(self.exposure))
        return xlogy(self.events, each) - each * self.exposure

    def log_probability(self, rate: ArrayLike) -> Floats:
        """Log-likelihood of each arm at its rate, shape (m,)."""
        return np.bincount(self.index, self.pointwise(rate), minlength=self.size)

    def loglik(self, rate: ArrayLike) -> float | Floats:
        """Log-likelihood at the rates, shape (m,); for one rate also at each of an array of them."""
        rate = as_theta(rate, self.title, self.arms)
        if not (rate >= 0.0).all():
            raise DomainError(f"{self.title} needs rates that are at least 0; got {quoted(rate.tolist())}.")
        if self.arms is None:
            return self.pointwise(rate[..., None]).sum(axis=-1)[()]
        return float(self.pointwise(self._checked(rate)).sum())

    def evaluate(self, rate: ArrayLike, order: int = 2) -> Evaluation:
        """loglik, score (m,) and information (m, m), which is diagonal; both infinite where the data are impossible."""
        rate = self._checked(rate)
        with np.errstate(divide="ignore"):  # infinite at rate 0 where something happened
            share = np.divide(self.totals, rate, out=np.zeros_like(rate), where=self.totals > 0)
            bend = np.divide(share, rate, out=np.zeros_like(rate), where=self.totals > 0)
        value = float(self.loglik(rate[0] if self.arms is None else rate))
        score = share - self.exposures if order >= 1 else NOT_ASKED
        return Evaluation(value, score, np.diag(bend) if order >= 2 else NOT_ASKED)

    def maximum(self) -> Floats:
        """The maximum-likelihood estimates D / E, shape (m,)."""
        self.require_fitted(self.size, "st.Gamma(1, 1)")
        if self.kind == "exponential rate" and not self.totals.all():
            empty = "" if self.arms is None else f" of arm {self.arms[int(np.argmin(self.totals))]!r}"
            raise DomainError(
                f"exponential_rate: no time{empty} ended, and the rate is highest at 0. Observe for longer, "
                "or use st.posterior with a prior st.Gamma(shape, rate)."
            )
        return self.totals / self.exposures

    def variance(self, rate: ArrayLike) -> float | Floats:
        """Variance of the estimates, rate / E: rate^2 / D at the maximum; shape of `rate`."""
        value = np.asarray(rate, dtype=float) / self.exposures
        return float(value[0]) if self.arms is None else value

    @property
    def intervals(self) -> Mapping[str, Callable[[float], Limits]]:
        """Confidence intervals by kind, each a function of the level (`stattools/models/samples/rates.py`)."""
        found = {"wald": wald, "score": score, "likelihood-ratio": likelihood_ratio}
        if self.kind == "poisson rate":
            found["exact"] = garwood
        else:
            found["score"] = wald
            if self.totals.sum() == self.n:
                found["exact"] = waiting
        return self.by_arm(found, self.totals, self.exposures)

    def test(self) -> Limits:
        """Score test of rate = 1: z = (D - E) / sqrt(E), for waiting times / sqrt(D), and its two-sided p-value."""
        variance = self.exposures if self.kind == "poisson rate" else np.maximum(self.totals, 1)
        return arms.two_sided((self.totals - self.exposures) / np.sqrt(variance))

    def _checked(self, rate: ArrayLike) -> Floats:
        rate = np.asarray(rate, dtype=float).reshape(-1)
        if rate.shape != (self.size,):
            raise DomainError(f"{self.title} has {self.size} coefficients; got rates of shape {rate.shape}.")
        return rate


def _rates(who: str, kind: Any, events: Ints, exposure: Floats, by: object, first: object) -> EventRates:
    if len(exposure) != len(events):
        raise DomainError(f"{who} needs one exposure per count; got {len(exposure)} for {len(events)}.")
    if by is None:
        groups = Grouping(None, np.zeros(len(events), dtype=np.int64), 1)
    else:
        groups = arms.grouping(who, by, first, len(events))
    if exposure.size and not exposure.max() < LARGEST:
        raise DomainError(
            f"{who} squares times, of which the longest is {exposure.max():.1g}. {remedy(exposure.max())}"
        )
    model = EventRates(events, exposure, groups.index, groups.labels, kind)
    if not (model.exposures > 0.0).all():
        where = "" if by is None else f" of {groups.name(int(np.argmin(model.exposures)))}"
        raise DomainError(f"{who} needs times that add to more than 0; those{where} do not.")
    if not (model.exposures > SMALLEST).all():
        size = float(model.exposures.min())
        raise DomainError(f"{who} squares times, and some add to {size:.1g} only. {remedy(size)}")
    return model


def wald(events: int, exposure: float, level: float) -> Ends:
    """The estimate -+ z standard errors, cut at 0."""
    half = arms.normal_quantile(level) * sqrt(events)
    return max(0.0, (events - half) / exposure), (events + half) / exposure


def score(events: int, exposure: float, level: float) -> Ends:
    """The rates that the score test of a Poisson count does not reject: roots of a quadratic, free of cancellation."""
    z = arms.normal_quantile(level)
    root = events + 0.5 * z * z + z * sqrt(events + 0.25 * z * z)
    return events * (events / root) / exposure, root / exposure


def likelihood_ratio(events: int, exposure: float, level: float) -> Ends:
    """The rates that the likelihood-ratio test does not reject, solved for on the log of the rate."""
    z = arms.normal_quantile(level)
    if not events:
        return 0.0, 0.5 * z * z / exposure

    def excess(t: float) -> float:
        return 2.0 * float(deviance_part(events, events * exp(t), -t)) - z * z

    far = 1.0 + z * z / events  # D(events, m) exceeds z^2 / 2 at both of these
    lower: Any = optimize.brentq(excess, -far, 0.0, xtol=1e-15)
    upper: Any = optimize.brentq(excess, 0.0, sqrt(2.0 * far) + far, xtol=1e-15)
    return events * exp(lower) / exposure, events * exp(upper) / exposure


def garwood(events: int, exposure: float, level: float) -> Ends:
    """The rates that neither exact one-sided test of a Poisson count at (1 - level) / 2 rejects: quantiles of Gamma(D)
    and Gamma(D + 1), over E.
    """
    lower = _gamma(events, arms.tail_area(level), exposure) if events else 0.0
    return lower, _gamma(events + 1, 1.0 - arms.tail_area(level), exposure)


def waiting(events: int, exposure: float, level: float) -> Ends:
    """The rates that neither exact one-sided test rejects, given complete times: 2 E rate is chi-squared on 2 D."""
    tail = arms.tail_area(level)
    return _gamma(events, tail, exposure), _gamma(events, 1.0 - tail, exposure)


def _gamma(shape: float, p: float, rate: float) -> float:
    return shape * exp(float(log_quantile(p, 1.0 - p, shape))) / rate
