"""The bootstrap of Cox's regression and of matched sets: who may depend on each other is drawn together.

Drawn are the groups of `cluster=`, else the persons of `id=`, else the matched sets, each drawn set a set of its own,
else rows. Source: Burr, JASA 89 (1994), 1290-1302.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stattools.errors import IncompatibleError, StattoolsError
from stattools.inference.covariance.sandwich import add_by_group
from stattools.inference.covariance.survival_rows import SurvivalScores
from stattools.inference.existence.monotone import certified_partial
from stattools.interface.arrays import Floats
from stattools.models.survival.conditional_logit import ConditionalLogit
from stattools.models.survival.cox import CoxRegression
from stattools.solvers import Newton

Codes = NDArray[np.intp]


def resampled(
    model: CoxRegression, kind: str, asked: int, random: np.random.Generator, whole: Any = None
) -> tuple[Floats, dict[int, str]]:
    """The estimates of the replicates that have one, and why the others have none."""
    if kind != "pairs":
        why = {
            "parametric": "draws outcomes from the model, which says nothing of the hazard that rows share",
            "bayesian": "gives rows weights that are no whole numbers, and tied events are counted one by one",
        }
        raise IncompatibleError(f"kind={kind!r} {why[kind]}; for {model.title} use kind='pairs'.")
    found: list[Floats] = []
    reasons: dict[int, str] = {}
    for k, (which, strata) in zip(range(asked), _draws(model, random), strict=False):
        try:
            found.append(certified_partial(_of(model, which, strata), Newton())[1].estimate)
        except StattoolsError as error:
            reasons[k] = error.message
    return np.array(found).reshape(len(found), len(model.names)), reasons


def units_of_rows(model: CoxRegression) -> Codes | None:
    """The codes of what is drawn as a whole; None for rows."""
    labels = model.said.labels
    of_sets = ("strata",) if isinstance(model, ConditionalLogit) else ()
    return next((labels[key][0] for key in ("cluster", "id", *of_sets) if key in labels), None)


def influence_of_units(model: CoxRegression, theta: Floats, covariance: Floats) -> tuple[Floats, Floats]:
    """How each unit that is drawn pulls the estimate, and how often it stands in the data."""
    scores, weights, codes = SurvivalScores(model, theta, covariance).scores, model.said.weights, units_of_rows(model)
    if codes is None:
        return scores @ covariance, np.ones(len(scores)) if weights is None else weights
    total = np.zeros((int(codes.max()) + 1, scores.shape[1]))
    add_by_group(total, codes, scores, weights)
    return total @ covariance, np.ones(len(total))


def _draws(model: CoxRegression, random: np.random.Generator) -> Iterator[tuple[Codes, Codes | None]]:
    """The numbers of the rows of each replicate, and of drawn sets which row is in which."""
    codes, weights = units_of_rows(model), model.said.weights
    n = model.said.n
    if codes is None:
        owner = np.arange(n) if weights is None else np.repeat(np.arange(n), weights.astype(np.intp))
        while True:
            yield owner[random.integers(0, len(owner), len(owner))], None
    sets_apart = isinstance(model, ConditionalLogit)
    order, sizes = np.argsort(codes, kind="stable"), np.bincount(codes)
    begin = np.cumsum(sizes) - sizes
    while True:
        drawn = random.integers(0, len(sizes), len(sizes))
        of = np.repeat(np.arange(len(drawn)), sizes[drawn])
        inside = np.arange(len(of)) - np.repeat(np.cumsum(sizes[drawn]) - sizes[drawn], sizes[drawn])
        yield order[begin[drawn][of] + inside], of if sets_apart else None


def _of(model: Any, which: Codes, strata: Codes | None) -> Any:
    """The model of drawn rows; those that weights repeat were drawn one by one."""
    if units_of_rows(model) is None and model.said.weights is not None:
        model = replace(model, said=replace(model.said, weights=None))
    return model.taken(which, strata)
