"""Counts and waiting times for a Gamma prior: the evidence of a batch, each observation left out, and replicates."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from stattools.bayes.conjugate.data.pair import Drawn, LeftOut, NamedObservations, at_arm
from stattools.interface.arrays import Floats
from stattools.interface.seeds import poisson_counts
from stattools.models.samples.rates import EventRates
from stattools.numerics.distributions.gamma import log_density_of_log
from stattools.numerics.sums import ExactSum

NAMES = {"poisson rate": "counts", "exponential rate": "times"}
"""What the observations of each kind are called in a data tree."""


def log_evidence(before: Any, after: Any, data: EventRates) -> Any:
    """log p(data) by Bayes' identity, p(data | theta) f(theta) / f(theta | data), at the posterior mean."""
    mean = np.asarray(after.mean)
    first = log_density_of_log(np.log(mean * (before.rate / before.shape)), before.shape)
    last = log_density_of_log(np.log(mean * (after.rate / after.shape)), after.shape)
    return data.log_probability(np.atleast_1d(mean)).reshape(mean.shape) + first - last


def total_rate(exposures: ExactSum, prior: ArrayLike) -> Floats:
    """prior + exposure, one per arm, rounded once."""
    m = exposures.groups
    start = np.broadcast_to(np.asarray(prior, dtype=float), m)
    return (exposures + ExactSum.of(start, np.arange(m), m)).rounded()[0]


def left_out(gamma: Any) -> LeftOut:
    """p(y_i | y_-i) by Bayes' identity, p(y_i | theta) f(theta | y_-i) / f(theta | y), at the posterior mean."""
    batches, (events, exposures) = gamma.seen.batches, gamma.seen.total
    arm, y, exposure = (np.concatenate(each) for each in zip(*map(_columns, batches), strict=True))
    a, b = np.ravel(gamma.shape), np.ravel(gamma.rate)
    fewer = at_arm(gamma.prior.shape, arm) + (np.ravel(events)[arm] - y)
    own = ExactSum.of(exposure, np.arange(len(arm)), len(arm))
    less = total_rate(exposures.at(arm) - own, at_arm(gamma.prior.rate, arm))
    if not gamma.prior.is_proper:
        gamma.prior.require("one observation left out", shape=fewer, rate=less)
    before = log_density_of_log(np.log((a / b)[arm] * (less / fewer)), fewer)
    after = log_density_of_log(np.zeros(len(arm)), a[arm])
    shown = tuple(text for batch in batches for text in _shown(batch))
    pointwise = _log_likelihood(batches, a / b) + before - after
    ones = np.ones(len(arm), dtype=np.int64)
    return LeftOut(pointwise, ones, shown, arm, lambda drawn: _log_likelihood(batches, _rates(drawn)))


def outcomes(gamma: Any) -> list[NamedObservations]:
    """All counts, with their exposures, and all times."""
    kinds = dict.fromkeys(batch.kind for batch in gamma.seen.batches)
    return [_outcome(kind, gamma.seen.batches, len(kinds) > 1) for kind in kinds]


def _outcome(kind: str, batches: tuple[EventRates, ...], is_one_of_two: bool) -> NamedObservations:
    of_kind, name = [batch for batch in batches if batch.kind == kind], NAMES[kind]
    _, events, exposure = (np.concatenate(each) for each in zip(*map(_columns, of_kind), strict=True))
    counted = kind == "poisson rate"

    def replicate(drawn: Drawn, random: np.random.Generator) -> Any:
        """New data of the same design: counts in the same exposures, or times to the end."""
        parts = [(_rates(drawn)[:, batch.index], batch.exposure) for batch in of_kind]
        if counted:
            return np.concatenate([poisson_counts(random, rates * e) for rates, e in parts], axis=1)
        return np.concatenate([random.standard_exponential(rates.shape) * (1.0 / rates) for rates, _ in parts], axis=1)

    return NamedObservations(
        name,
        events if counted else exposure,
        replicate,
        lambda drawn: _log_likelihood(of_kind, _rates(drawn)),
        {f"exposure of {name}": exposure} if counted else {},
        (f"obs of {name}" if is_one_of_two else "obs",),
    )


def _columns(batch: EventRates) -> tuple[Any, ...]:
    return batch.index, batch.events, batch.exposure


def _rates(drawn: Drawn) -> Floats:
    """One column per arm."""
    return drawn["rate"].reshape(len(drawn["rate"]), -1)


def _log_likelihood(batches: Any, rates: Floats) -> Floats:
    """log p(y_i | rate of its arm), (..., n), of rates (..., arms)."""
    return np.concatenate([batch.pointwise(rates) for batch in batches], axis=-1)


def _shown(batch: EventRates) -> list[str]:
    pairs = zip(batch.events.tolist(), batch.exposure.tolist(), strict=True)
    if batch.kind == "poisson rate":
        return [f"{y}" if e == 1.0 else f"{y} in {e:.6g}" for y, e in pairs]
    return [f"{e:.6g}" if d else f"more than {e:.6g}" for d, e in pairs]
