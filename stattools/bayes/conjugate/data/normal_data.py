"""What a posterior of normal measurements has seen: the batches, their exact sums, the evidence; leaving one out.

The posterior without measurement i comes from the exact sums less that measurement, by the formula of the posterior, so
that nothing is lost where a measurement is nearly all that is known.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from stattools.bayes.conjugate.data.leave_one_out import LeaveOneOut
from stattools.bayes.conjugate.improper import Improper
from stattools.errors import DomainError
from stattools.interface.arrays import Floats
from stattools.interface.memory import draws_shape
from stattools.interface.seeds import generator, recorded
from stattools.models.samples.normal import NormalSample
from stattools.numerics.exact_sum import ExactSum, pair_difference, pair_product
from stattools.numerics.saddle_point import HALF_LOG_TWO_PI
from stattools.text.one_line import prints

if TYPE_CHECKING:
    from xarray import DataTree
Pair = tuple[Floats, Floats]
MOST_CELLS = 20_000_000
"""Draws times measurements that a data tree may hold."""


@prints
@dataclass(frozen=True, eq=False)
class MeasurementsSeen:
    """The prior, the data as they came, the counts per arm and the two exact sums of all; the log evidence per arm."""

    prior: Any
    batches: tuple[NormalSample, ...]
    counts: NDArray[np.int64]
    sums: tuple[ExactSum, ExactSum]
    log_evidence: Any


def added(seen: MeasurementsSeen | None, data: NormalSample) -> tuple[NDArray[np.int64], tuple[ExactSum, ExactSum]]:
    """Counts and exact sums of what was seen together with the new data."""
    if seen is None:
        return data.counts, data.sums
    return seen.counts + data.counts, (seen.sums[0] + data.sums[0], seen.sums[1] + data.sums[1])


@prints
@dataclass(frozen=True, eq=False)
class Measurements:
    """All measurements of a posterior in the order they came, with the number of each one's arm and its weight."""

    values: Floats
    arm_of: NDArray[np.intp]
    weight: Floats
    shape: tuple[int, ...]
    arms: Any

    @staticmethod
    def of(belief: Any, shape: tuple[int, ...]) -> Measurements:
        """What `belief` has seen."""
        batches = () if belief.seen is None else belief.seen.batches
        none: tuple[Floats, NDArray[np.intp], Floats] = (np.zeros(0), np.zeros(0, dtype=np.intp), np.zeros(0))
        parts = [(batch.values, batch.arm_of, batch.weight) for batch in batches]
        values, arm_of, weight = (np.concatenate(part) for part in zip(none, *parts, strict=True))
        return Measurements(values, arm_of, weight, shape, belief.arms)

    def without(self, seen: MeasurementsSeen | None, first: Pair) -> tuple[Pair, Pair]:
        """The two sums of each measurement's arm without it: `first` is what it adds to the first sum, and that times
        its value what it adds to the second.
        """
        if seen is None:
            return first, first
        sums = [tuple(part[self.arm_of] for part in total.rounded()) for total in seen.sums]
        second = pair_product(first, (self.values, np.zeros_like(self.values)))
        return pair_difference(sums[0], first), pair_difference(sums[1], second)  # type: ignore[arg-type]

    def leave_one_out(self, pointwise: Floats, log_likelihood: Callable[..., Floats]) -> LeaveOneOut:
        """The result, one entry per measurement."""
        counts = np.bincount(self.arm_of, minlength=1)
        names = None if self.arms is None else tuple(self.arms[i] for i in self.arm_of)
        alone = counts[self.arm_of] == 1
        ones = np.ones(len(self.values), dtype=np.int64)
        return LeaveOneOut(pointwise, ones, tuple(self.values.tolist()), names, alone, log_likelihood)

    def at(self, draws: Any) -> Floats:
        """Draws of a parameter, (draws, *shape), at each measurement: (draws, n)."""
        return (
            np.broadcast_to(draws[:, None], (len(draws), len(self.values))) if not self.shape else draws[:, self.arm_of]
        )

    def log_density(self, mean: Floats, sd: Floats) -> Floats:
        """log p(y_i | mean, sd) where both are given at each measurement, (draws, n)."""
        z = (self.values - mean) / sd
        return -0.5 * z * z - np.log(sd) - HALF_LOG_TWO_PI


def tree(belief: Any, data: Measurements, draws: int, seed: int | np.random.Generator) -> DataTree:
    """Posterior and prior draws, replicated measurements, pointwise log-likelihood, and the measurements.

    `belief.draw(draws, random)` gives the named parameters, `mean` and where it is not known `sd`. Where draws times
    measurements exceed 20 million the groups per measurement are left out, and the attribute `per_measurement` is 0.
    """
    from stattools.inference.arviz.arviz import datatree

    draws = draws_shape(draws)[0]
    random, groups = generator(seed), {}
    whole = draws * len(data.values) <= MOST_CELLS
    for name, part in {"posterior": belief, "prior": belief.prior}.items():
        if isinstance(part, Improper) or (name == "posterior" and belief.seen is None):
            continue
        parameters = {key: _shaped(values, data.shape) for key, values in part.draw(draws, random).items()}
        groups[name] = {key: values[None] for key, values in parameters.items()}
        if name == "posterior" and not isinstance(belief.prior, Improper):
            own = [parameters[key] for key in ("mean", "variance") if key in parameters]
            density = np.asarray(belief.prior.log_density(*own))[None]
            groups["log_prior"] = {"mean" if len(own) == 1 else "parameters": density}
        if belief.seen is None or not whole:
            continue
        mean = data.at(parameters["mean"])
        sd = data.at(parameters["sd"]) if "sd" in parameters else 1.0 / np.sqrt(data.weight)
        groups[f"{name}_predictive"] = {"y": (mean + sd * random.standard_normal(mean.shape))[None]}
        if name == "posterior":
            groups["log_likelihood"] = {"y": data.log_density(mean, sd)[None]}
    if belief.seen is not None:
        groups["observed_data"] = {"y": data.values}
    attrs: dict[str, Any] = {"seed": recorded(seed), "prior": repr(belief.prior), "per_measurement": int(whole)}
    if not isinstance(belief.prior, Improper):
        attrs["log_evidence"] = float(np.sum(belief.log_evidence))
    axes: dict[str, list[str]] = {"y": ["obs"]}
    coords: dict[str, Any] = {"obs": range(len(data.values))}
    if data.shape and belief.arms is not None:
        axes |= {name: ["arm"] for name in ("mean", "sd", "variance", "parameters")}
        coords["arm"] = list(map(str, belief.arms))
    present = {name for group in groups.values() for name in group}
    return datatree(groups, dims={k: v for k, v in axes.items() if k in present}, coords=coords, attrs=attrs)


def at_arm(parameter: Any, arm_of: Any) -> Any:
    """The parameter of each arm asked for; one number serves all."""
    values = np.asarray(parameter, dtype=float)
    return values if values.ndim == 0 else values[arm_of]


def require_rest(belief: Any, data: Measurements, enough: Any) -> None:
    """DomainError where leaving one measurement out leaves an improper posterior."""
    enough = np.broadcast_to(enough, data.values.shape)
    if not enough.all():
        first = int(np.argmin(enough))
        arm = "" if data.arms is None else f" of arm {data.arms[data.arm_of[first]]!r}"
        raise DomainError(
            f"loo needs a proper posterior without each measurement; under {belief.prior!r} there is none without "
            f"measurement {first}{arm}. Use a proper prior."
        )


def _shaped(draws: Floats, shape: tuple[int, ...]) -> Floats:
    """Draws of one prior for each arm alike."""
    return draws if draws.shape[1:] == shape else np.broadcast_to(draws[:, None], (len(draws), *shape))
