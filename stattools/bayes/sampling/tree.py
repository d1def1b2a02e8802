"""Draws as a DataTree for ArviZ: every group that the model has, with named axes and where it all came from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from stattools.bayes.sampling.diagnostics import METHODS
from stattools.bayes.sampling.drawn import Drawn
from stattools.errors import DomainError
from stattools.inference.arviz.datatree import Observations, datatree, layout, rows_said
from stattools.inference.arviz.datatree import observations_of as observations
from stattools.interface.arrays import Floats
from stattools.models.questions import AnyModel

if TYPE_CHECKING:
    from xarray import DataTree


CELLS = 100_000_000
"""Numbers that a group of the DataTree may hold: 0.8 GB."""


def tree(posterior: Drawn) -> DataTree:
    """The groups of a posterior that was drawn; see `Posterior.to_arviz`."""
    shape = layout(posterior.model)
    split, dims, coords = shape.split, dict(shape.dims), dict(shape.coords)
    chains, draws, q = posterior.draws.shape
    groups: dict[str, dict[str, Any]] = {
        "posterior": split(posterior.draws),
        "log_prior": split(posterior.priors.pointwise(posterior.flat).reshape(posterior.draws.shape)),
    }
    if posterior.statistics:
        groups["sample_stats"] = dict(posterior.statistics)
    random = np.random.default_rng([posterior.seed, 1])
    before = posterior.priors.sample(chains * draws, seed=random) if posterior.priors.is_proper else None
    if before is not None:
        groups["prior"] = split(before.reshape(chains, draws, q))
    data = observations(posterior.model)
    attrs = _attributes(posterior, data)
    if data is not None:
        _require_room(posterior, data)
        name, each, flat = data.name, (chains, draws, -1), posterior.flat
        groups["log_likelihood"] = {name: data.pointwise(flat).reshape(each)}
        groups["posterior_predictive"] = {name: data.stored(data.replicate(flat, random)).reshape(each)}
        edges = posterior.model.facts.is_regression and np.isfinite(posterior.model.likelihood.facts.domain).any()
        if edges:
            attrs["prior_predictive"] = "none: the priors do not know which coefficients give every row a mean"
        elif before is not None and not data.conditional:
            groups["prior_predictive"] = {
                name: data.stored(possible(posterior.model, data, before, random)).reshape(each)
            }
        groups["observed_data"] = {name: data.stored(data.observed)}
        if data.constant:
            groups["constant_data"] = dict(data.constant)
        dims |= data.dims
        coords |= data.coords
        if data.conditional:
            attrs["pointwise"] = "each value given those before it"
    if posterior.model.facts.is_function and (said := rows_said(posterior.model)) is not None:
        groups["log_likelihood"] = {"y": said(posterior.flat).reshape(chains, draws, -1)}
    return datatree(groups, dims=dims, coords=coords, attrs=attrs)


def possible(model: AnyModel, data: Observations, theta: Floats, random: np.random.Generator) -> Floats:
    """Replicates under the prior. Raises DomainError where it reaches counts that a generator cannot draw."""
    try:
        return data.replicate(theta, random)
    except ValueError as error:
        raise DomainError(
            f"the prior predictive of {model.title} reaches counts that no generator can draw ({error}): the priors "
            "are too wide for a log link. Give narrower ones."
        ) from error


def _attributes(posterior: Drawn, data: Observations | None) -> dict[str, Any]:
    model = posterior.model
    said = "; ".join(posterior.priors.lines())
    attrs = {"model": model.title, "method": METHODS[posterior.method], "seed": posterior.seed, "prior": said}
    if model.formulas:
        attrs["formula"] = "; ".join(model.formulas)
    if getattr(model, "labels", None) is not None:
        attrs["labels"] = [str(label) for label in model.labels]
    if data is None and model.facts.is_regression:
        attrs["rows"] = f"{model.rows.place}: no log_likelihood, predictives and data of single rows"
    return attrs if posterior.pareto_k is None else attrs | {"pareto_k": posterior.pareto_k}


def _require_room(posterior: Drawn, data: Observations) -> None:
    rows, draws = len(data.observed), len(posterior.flat)
    if rows * draws > CELLS:
        raise DomainError(
            f"to_arviz would hold {rows:,} rows times {draws:,} draws, {8e-9 * rows * draws:.1f} GB "
            "in each of four groups. Take fewer draws= or rows; summary(), table() and predict() need no DataTree."
        )
