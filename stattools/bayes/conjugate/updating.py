"""A conjugate pair: the family of the prior declares what the data say to it, and the rest follows.

    statistics    T(y), what of the data counts; T(y1 and y2) = T(y1) + T(y2)
    posterior     the parameters of the family given those of the prior and T
    evidence      p(y), the predictive of a batch as a whole
    left_out      p(y_i | y without i), the predictive of each observation

Updates, their memory, leave-one-out and data trees for ArviZ are written once, over these. Leaving out is exact, with
no sampling, for p(y_i | y_-i) is a predictive density whose parameters leave y_i out:

    elpd = sum over i of log p(y_i | y_-i)

Pareto-smoothed importance sampling (PSIS-LOO) estimates the same from draws of the full posterior, and needs y_i to
move the posterior little. Where y_i is all that its arm has, leaving it out leaves the prior, and importance sampling
is invalid, whatever its diagnostic k-hat. Source: Vehtari, Gelman & Gabry, "Practical Bayesian model evaluation using
leave-one-out cross-validation and WAIC" (2017); Vehtari et al., "Pareto smoothed importance sampling" (2024).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from math import log10
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stattools.bayes.conjugate.arms import parameters, plain
from stattools.errors import DomainError
from stattools.interface.arguments import whole_number
from stattools.interface.arrays import Floats
from stattools.interface.memory import draws_shape
from stattools.interface.names.guesses import answers_guesses
from stattools.interface.record import record
from stattools.interface.seeds import generator, recorded
from stattools.interface.when_needed import pd
from stattools.text.one_line import one_line

Drawn = dict[str, Floats]
"""Draws of the parameters by name, each of shape (draws, ...)."""


@record
class Seen:
    """What a posterior has seen: its prior, the data as they came, their statistics (sums over all batches), and the
    log evidence (None after an improper prior).
    """

    prior: Any
    batches: tuple[Any, ...]
    total: tuple[Any, ...]
    log_evidence: Any


class LeftOut(NamedTuple):
    """The different observations of a posterior, one entry each.

    `pointwise` is log p(y_i | y without i), `counts` how often each was seen, `arm` the number of its arm, `shown` what
    was observed; `log_likelihood(drawn)` are log p(y_i | parameters), shape (draws, entries).
    """

    pointwise: Floats
    counts: NDArray[np.int64]
    shown: tuple[Any, ...]
    arm: NDArray[np.intp]
    log_likelihood: Callable[[Drawn], Floats]


class NamedObservations(NamedTuple):
    """Observations of one name in a data tree.

    `replicate(drawn, random)` are new ones, (draws, *shape of `observed`); `log_likelihood(drawn)`, if there is one,
    has the name `of` there. `dims` are their axes and `entries` the labels of the first, 0, 1, ... unless told.
    """

    name: str
    observed: Any
    replicate: Callable[[Drawn, np.random.Generator], Any]
    log_likelihood: Callable[[Drawn], Floats] | None = None
    constant: Mapping[str, Any] = {}
    dims: tuple[str, ...] = ("obs",)
    entries: Sequence[Any] | None = None
    of: str | None = None


@dataclass(frozen=True)
class DeclaredPair:
    """What a family declares to be conjugate to its data; `belief` is a prior or a posterior of the family.

    `models` are the classes of its data, and `raw(belief, more)` makes one of what else callers give, or refuses it.
    `read(belief, data)` are the data in the order of the belief, and labels that the posterior takes from them, as
    keywords. `posterior(belief, data, labels, *total)` raises DomainError where it is improper. `variables` are the
    names of the parameters in a data tree, in the order of the draws, and their axes; `limit` is the attribute that
    says there whether it holds replicates and log-likelihoods, which it does not for too many observations.
    """

    models: tuple[type, ...]
    raw: Callable[[Any, Any], Any]
    read: Callable[[Any, Any], tuple[Any, dict[str, Any]]]
    statistics: Callable[[Any], tuple[Any, ...]]
    posterior: Callable[..., Any]
    log_evidence: Callable[[Any, Any, Any], float | Floats]
    left_out: Callable[[Any, Seen], LeftOut]
    outcomes: Callable[[Any, Seen], list[NamedObservations]]
    variables: Mapping[str, tuple[str, ...]]
    limit: str | None = None

    @property
    def by_arm(self) -> bool:
        """Whether the parameters may be arrays with one entry per arm."""
        return "arm" in next(iter(self.variables.values()))

    def named(self, sample: Drawn | Floats) -> Drawn:
        """Draws by the name of the variable."""
        values = sample.values() if isinstance(sample, dict) else [sample]
        return dict(zip(self.variables, values, strict=True))


def updated(belief: Any, more: object) -> Any:
    """The posterior of a prior or a posterior, proper or not, given more data."""
    pair: DeclaredPair = belief._pair
    prior, seen = belief.prior, belief.seen
    data, labels = pair.read(belief, more if isinstance(more, pair.models) else pair.raw(belief, more))
    total = pair.statistics(data)
    if seen is not None:
        total = tuple(before + new for before, new in zip(seen.total, total, strict=True))
    posterior = pair.posterior(belief, data, labels, *total)
    evidence = None
    if prior.is_proper:
        evidence = plain(belief.log_evidence + pair.log_evidence(belief, posterior, data))
    batches = (*(() if seen is None else seen.batches), data)
    object.__setattr__(posterior, "seen", Seen(prior, batches, total, evidence))
    return posterior


def at_arm(parameter: ArrayLike, arm: NDArray[np.integer] | slice) -> Floats:
    """The parameter of each arm asked for; one number serves all."""
    values = np.asarray(parameter, dtype=float)
    return values if values.ndim == 0 else values[arm]


@answers_guesses
@dataclass(frozen=True, eq=False)
class LeaveOneOut:
    """Exact leave-one-out log predictive densities, one entry per different observation.

    `pointwise` is log p(y_i | y_-i) of each of the `counts[i]` observations alike; `arms` says to which arm it belongs
    (None for one parameter), `observations` what was observed; `alone` marks the only observation of its arm.
    `log_likelihood(draws, seed)` are log p(y_i | theta) at draws of the posterior, shape (draws, entries), for PSIS.

    >>> import stattools as st
    >>> loo = st.Beta(1, 1).update([1, 0, 1]).loo()
    >>> loo.pointwise.round(6).tolist(), loo.counts.tolist()
    ([-0.693147, -1.386294], [2, 1])
    """

    pointwise: Floats
    counts: NDArray[np.int64]
    observations: tuple[Any, ...]
    arms: tuple[Hashable, ...] | None
    alone: NDArray[np.bool_]
    log_likelihood: Callable[[int, int | np.random.Generator], Floats]

    @one_line
    def __repr__(self) -> str:
        return f"LeaveOneOut(elpd={self.elpd:.6g}, se={self.se:.3g}, n={self.n})"

    @property
    def n(self) -> int:
        """Number of observations."""
        return int(self.counts.sum())

    @property
    def elpd(self) -> float:
        """Expected log predictive density: the sum over the observations."""
        return float(self.counts @ self.pointwise)

    @property
    def se(self) -> float:
        """Standard error of `elpd`, sqrt(n Var(pointwise)), the variance with divisor n; 0 for one observation."""
        gap = self.pointwise - self.elpd / self.n
        return float(np.sqrt(self.n * ((self.counts @ gap**2) / self.n)))

    def table(self, draws: int = 4000, *, seed: int | np.random.Generator = 0) -> pd.DataFrame:
        """One row per different observation: [arm,] observation, count, exact, psis, pareto_k, psis_valid, note.

        `psis` is ArviZ's estimate from independent draws, `pareto_k` its k-hat; `psis_valid` is False where k-hat
        exceeds min(1 - 1 / log10(draws), 0.7), and where the observation is the only one of its arm.
        """
        draws = whole_number(draws, "draws", at_least=2)
        psis, k_hat = self.psis(draws, seed=seed)
        limit = min(1.0 - 1.0 / log10(draws), 0.7)
        note = np.where(k_hat > limit, f"k-hat above {limit:.2f}", "")
        note = np.where(self.alone, "the only observation of its arm: leaving it out leaves the prior", note)
        frame = pd.DataFrame(
            {
                "observation": list(self.observations),
                "count": self.counts,
                "exact": self.pointwise,
                "psis": psis,
                "pareto_k": k_hat,
                "psis_valid": ~self.alone & (k_hat <= limit),
                "note": note,
            }
        )
        if self.arms is not None:
            frame.insert(0, "arm", list(self.arms))
        return frame

    def psis(self, draws: int = 4000, *, seed: int | np.random.Generator = 0) -> tuple[Floats, Floats]:
        """PSIS-LOO's estimate of `pointwise`, and k-hat, both of its shape, from `draws` posterior draws."""
        from scipy.special import logsumexp

        from stattools.inference.arviz.datatree import smoothed_weights

        log_likelihood = self.log_likelihood(draws, seed)
        log_weight, k_hat = smoothed_weights(log_likelihood)
        return np.asarray(logsumexp(log_weight + log_likelihood, axis=0), dtype=float), k_hat


def leave_one_out(belief: Any) -> LeaveOneOut:
    """The exact result of a posterior of any pair. Raises DomainError where it has seen no observation."""
    pair: DeclaredPair = belief._pair
    found = None if belief.seen is None else pair.left_out(belief, belief.seen)
    if found is None or not len(found.pointwise):
        raise DomainError("loo needs observations; this distribution has seen none. Update it with data first.")
    labels = belief._labels() if pair.by_arm else None

    def log_likelihood(draws: int, seed: int | np.random.Generator) -> Floats:
        return found.log_likelihood(pair.named(belief.sample(draws, seed=seed)))

    return LeaveOneOut(
        pointwise=found.pointwise,
        counts=found.counts,
        observations=found.shown,
        arms=None if labels is None else tuple(labels[arm] for arm in found.arm),
        alone=np.bincount(found.arm, found.counts)[found.arm] == 1,
        log_likelihood=log_likelihood,
    )


if TYPE_CHECKING:
    from xarray import DataTree

MOST_CELLS = 20_000_000
"""Draws times observed numbers that a data tree may hold."""


def tree(belief: Any, draws: int, seed: int | np.random.Generator) -> DataTree:
    """Draws of posterior and prior with the log density of the prior at the former, replicates of what was observed,
    log-likelihoods, and the data; before any data the prior alone.
    """
    from stattools.inference.arviz.datatree import datatree

    pair: DeclaredPair = belief._pair
    draws, random = draws_shape(draws)[0], generator(seed)
    prior, proper = belief.prior, belief.prior.is_proper
    outcomes = [] if belief.seen is None else pair.outcomes(belief, belief.seen)
    whole = pair.limit is None or draws * sum(np.size(one.observed) for one in outcomes) <= MOST_CELLS
    groups: dict[str, dict[str, Any]] = {}
    beliefs = ({} if belief.seen is None else {"posterior": belief}) | (
        {"prior": over(belief, prior)} if proper else {}
    )
    for name, part in beliefs.items():
        drawn = pair.named(part.sample(draws, seed=random))
        groups[name] = dict(drawn)
        if name == "posterior" and proper:
            density = np.asarray(beliefs["prior"]._log_density_of(drawn))
            own = len(drawn) == 1 and density.shape == next(iter(drawn.values())).shape
            groups["log_prior"] = {next(iter(drawn)) if own else "parameters": density}
        if whole and outcomes:
            groups[f"{name}_predictive"] = {one.name: one.replicate(drawn, random) for one in outcomes}
            if name == "posterior":
                groups["log_likelihood"] = _log_likelihoods(outcomes, drawn)
    groups = {
        name: {key: _by_arm(draw, pair, key)[None] for key, draw in group.items()}
        for name, group in groups.items()
        if group
    }
    groups["observed_data"] = {one.name: one.observed for one in outcomes}
    groups["constant_data"] = {name: value for one in outcomes for name, value in one.constant.items()}
    attrs: dict[str, Any] = {"seed": recorded(seed), "prior": repr(prior)}
    attrs |= {} if pair.limit is None else {pair.limit: int(whole)}
    attrs |= {"log_evidence": float(np.sum(belief.log_evidence))} if proper else {}
    dims, coords = _axes(belief, pair, outcomes)
    present = {name: group for name, group in groups.items() if group}
    names = {name for group in present.values() for name in group}
    dims = {name: axes for name, axes in dims.items() if name in names}
    return datatree(present, dims=dims, coords=coords, attrs=attrs)


def over(belief: object, prior: object) -> Any:
    """The prior of each arm of the belief, or of each category: one number serves all, and each draws its own."""
    shape, *_ = map(np.shape, parameters(belief).values())
    own = parameters(prior).values()
    if np.shape(next(iter(own))) == shape:
        return prior
    return type(prior)(*(np.broadcast_to(value, shape) for value in own))


def _by_arm(draw: Floats, pair: DeclaredPair, name: str) -> Floats:
    """Draws of a parameter of arms with the arms along one axis, as tables have them."""
    alone = name == "parameters" or pair.variables.get(name) == ("arm",)
    return draw.reshape(len(draw), -1) if alone and draw.ndim > 2 else draw


def _log_likelihoods(outcomes: list[NamedObservations], drawn: Drawn) -> dict[str, Floats]:
    return {one.of or one.name: one.log_likelihood(drawn) for one in outcomes if one.log_likelihood is not None}


def _axes(
    belief: Any, pair: DeclaredPair, outcomes: list[NamedObservations]
) -> tuple[dict[str, tuple[str, ...]], dict[str, Sequence[object]]]:
    """The axes of each variable, without the arms where there is one parameter, and the labels of each axis."""
    labels = belief._labels()
    dims: dict[str, tuple[str, ...]] = {}
    coords: dict[str, Any] = {}
    if labels is not None:
        dims = dict(pair.variables)
        coords = {axis: list(map(str, labels)) for axes in dims.values() for axis in axes}
        dims |= {"parameters": ("arm",)} if "arm" in coords else {}
    for one in outcomes:
        axes = tuple(axis for axis in one.dims if axis != "arm" or labels is not None) or ("obs",)
        dims |= {one.of or one.name: axes[:1], one.name: axes} | dict.fromkeys(one.constant, axes)
        if axes[0] not in coords:
            coords[axes[0]] = range(len(one.observed)) if one.entries is None else one.entries
    return dims, coords
