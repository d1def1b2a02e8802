"""A conjugate posterior as a DataTree for ArviZ: independent draws of posterior and prior, replicates, the data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from stattools.bayes.conjugate.arms import parameters
from stattools.bayes.conjugate.data.pair import DeclaredPair, Drawn, NamedObservations
from stattools.interface.memory import draws_shape
from stattools.interface.seeds import generator, recorded

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


def over(belief: Any, prior: Any) -> Any:
    """The prior of each arm of the belief, or of each category: one number serves all, and each draws its own."""
    shape, *_ = map(np.shape, parameters(belief).values())
    own = parameters(prior).values()
    if np.shape(next(iter(own))) == shape:
        return prior
    return type(prior)(*(np.broadcast_to(value, shape) for value in own))


def _by_arm(draw: Any, pair: DeclaredPair, name: str) -> Any:
    """Draws of a parameter of arms with the arms along one axis, as tables have them."""
    alone = name == "parameters" or pair.variables.get(name) == ("arm",)
    return draw.reshape(len(draw), -1) if alone and draw.ndim > 2 else draw


def _log_likelihoods(outcomes: list[NamedObservations], drawn: Drawn) -> dict[str, Any]:
    return {one.of or one.name: one.log_likelihood(drawn) for one in outcomes if one.log_likelihood is not None}


def _axes(
    belief: Any, pair: DeclaredPair, outcomes: list[NamedObservations]
) -> tuple[dict[str, tuple[str, ...]], dict[str, Any]]:
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
