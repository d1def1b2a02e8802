"""What a Gamma posterior has seen: totals, evidence, and the batches, from which each observation can be left out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from stattools.bayes.conjugate.data.leave_one_out import LeaveOneOut
from stattools.bayes.conjugate.improper import Improper
from stattools.interface.arrays import Floats
from stattools.interface.memory import draws_shape
from stattools.interface.seeds import generator, recorded
from stattools.numerics.exact_sum import ExactSum
from stattools.numerics.gamma_distribution import log_density_of_log
from stattools.text.one_line import prints

if TYPE_CHECKING:
    from xarray import DataTree


@prints
@dataclass(frozen=True, eq=False)
class EventsSeen:
    """The prior, the data as they came, their totals (the exposure as exact sums), and the log evidence."""

    prior: Any
    batches: tuple[Any, ...]
    events: Any
    exposures: ExactSum
    log_evidence: Any

    @property
    def exposure(self) -> Any:
        """The total exposure: a float, or one per arm."""
        each = self.exposures.rounded()[0]
        return each if np.ndim(self.events) else float(each[0])


def log_evidence(before: Any, after: Any, data: Any) -> Any:
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


def exact_leave_one_out(gamma: Any) -> LeaveOneOut:
    """p(y_i | y_-i) by Bayes' identity, p(y_i | theta) f(theta | y_-i) / f(theta | y), at the posterior mean."""
    batches, exposures = ((), ExactSum({}, 0)) if gamma.seen is None else (gamma.seen.batches, gamma.seen.exposures)
    a, b = np.ravel(gamma.shape), np.ravel(gamma.rate)
    mean, exact = a / b, []
    for batch in batches:
        arm = batch.index
        fewer = _each(gamma.prior.shape, len(a))[arm] + (np.ravel(gamma.events)[arm] - batch.events)
        own = ExactSum.of(batch.exposure, np.arange(len(arm)), len(arm))
        less = total_rate(exposures.at(arm) - own, _each(gamma.prior.rate, len(a))[arm])
        if isinstance(gamma.prior, Improper):
            gamma.prior.require("one observation left out", shape=fewer, rate=less)
        before = log_density_of_log(np.log(mean[arm] * (less / fewer)), fewer)
        after = log_density_of_log(np.zeros(len(arm)), a[arm])
        exact.append(batch.pointwise(mean) + before - after)

    def log_likelihood(draws: int, seed: int | np.random.Generator) -> Floats:
        theta = gamma.sample(draws, seed=seed).reshape(draws, -1)
        return np.concatenate([batch.pointwise(theta) for batch in batches], axis=1)

    arm = np.concatenate([batch.index for batch in batches]) if batches else np.zeros(0, dtype=np.int64)
    labels = gamma.arms if gamma.arms is not None else range(len(a))
    return LeaveOneOut(
        pointwise=np.concatenate(exact) if batches else np.zeros(0),
        counts=np.ones(len(arm), dtype=np.int64),
        observations=tuple(text for batch in batches for text in _shown(batch)),
        arms=tuple(labels[i] for i in arm) if np.ndim(gamma.shape) else None,
        alone=np.bincount(arm, minlength=len(a))[arm] == 1,
        log_likelihood=log_likelihood,
    )


def tree(gamma: Any, draws: int, seed: int | np.random.Generator) -> DataTree:
    """Draws of posterior and prior, their predictives, log-likelihoods and the data, for ArviZ."""
    from stattools.inference.arviz.arviz import datatree

    draws = draws_shape(draws)[0]
    random = generator(seed)
    several, size = np.ndim(gamma.shape) > 0, np.size(gamma.shape)
    batches = () if gamma.seen is None else gamma.seen.batches
    kinds = list(dict.fromkeys(batch.kind for batch in batches))
    beliefs = {"posterior": gamma} | ({} if isinstance(gamma.prior, Improper) else {"prior": gamma.prior})
    groups: dict[str, dict[str, Any]] = {}
    for name, belief in beliefs.items():
        rates = random.standard_gamma(belief.shape, (draws, size)) / belief.rate
        groups[name] = {"rate": rates[None] if several else rates[None, :, 0]}
        predicted = {NAMES[kind]: _drawn(kind, batches, rates, random)[None] for kind in kinds}
        groups[f"{name}_predictive"] = predicted
        if name == "posterior":
            if not isinstance(gamma.prior, Improper):
                log_prior = np.asarray(gamma.prior.log_density(rates))
                groups["log_prior"] = {"rate": log_prior[None] if several else log_prior[None, :, 0]}
            groups["log_likelihood"] = {
                NAMES[kind]: np.concatenate([b.pointwise(rates) for b in batches if b.kind == kind], axis=1)[None]
                for kind in kinds
            }
    groups["observed_data"] = {NAMES[kind]: _observed(kind, batches) for kind in kinds}
    groups["constant_data"] = {
        f"exposure of {NAMES[kind]}": np.concatenate([b.exposure for b in batches if b.kind == kind])
        for kind in kinds
        if kind == "poisson rate"
    }
    groups = {name: group for name, group in groups.items() if group} if batches else {"prior": groups["prior"]}
    attrs: dict[str, Any] = {"seed": recorded(seed), "prior": repr(gamma.prior)}
    if not isinstance(gamma.prior, Improper):
        attrs["log_evidence"] = float(np.sum(gamma.log_evidence))
    labels = [str(label) for label in (gamma.arms if gamma.arms is not None else range(size))]
    axes: dict[str, list[str]] = {"rate": ["arm"]} if several else {}
    coords: dict[str, Any] = {"arm": labels} if several else {}
    for kind in kinds:
        axis = f"obs of {NAMES[kind]}" if len(kinds) > 1 else "obs"
        axes |= {NAMES[kind]: [axis], f"exposure of {NAMES[kind]}": [axis]}
        coords[axis] = np.arange(sum(batch.n for batch in batches if batch.kind == kind))
    return datatree(groups, dims=axes, coords=coords, attrs=attrs)


NAMES = {"poisson rate": "counts", "exponential rate": "times"}


def _observed(kind: str, batches: tuple[Any, ...]) -> Any:
    of_kind = [batch for batch in batches if batch.kind == kind]
    return np.concatenate([batch.events if kind == "poisson rate" else batch.exposure for batch in of_kind])


def _drawn(kind: str, batches: tuple[Any, ...], rates: Floats, random: np.random.Generator) -> Any:
    """New data of the same design, shape (draws, n): counts in the same exposures, or times to the end."""
    of_kind = [batch for batch in batches if batch.kind == kind]
    if kind == "poisson rate":
        return np.concatenate([random.poisson(rates[:, b.index] * b.exposure) for b in of_kind], axis=1)
    scale = [1.0 / rates[:, b.index] for b in of_kind]
    return np.concatenate([random.standard_exponential(part.shape) * part for part in scale], axis=1)


def _shown(batch: Any) -> list[str]:
    pairs = zip(batch.events.tolist(), batch.exposure.tolist(), strict=True)
    if batch.kind == "poisson rate":
        return [f"{y}" if e == 1.0 else f"{y} in {e:.6g}" for y, e in pairs]
    return [f"{e:.6g}" if d else f"more than {e:.6g}" for d, e in pairs]


def _each(values: Any, size: int) -> Floats:
    """One entry per arm; a single prior serves all."""
    return np.broadcast_to(np.ravel(np.asarray(values, dtype=float)), (size,))
