"""Outcomes drawn from a mixed regression of any likelihood, and what is made by fitting to them anew.

    u* ~ N(0, Sigma_hat) for each group, y* ~ p(y | x'beta_hat + z'u*)

Source: Davison & Hinkley, Bootstrap Methods and their Application (1997).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from stattools.errors import REFUSALS, IncompatibleError
from stattools.inference.mixed import replicates as parametric_replicates
from stattools.inference.mixed.variances import Nulls
from stattools.inference.prediction.predict import outcomes
from stattools.interface.arrays import Floats
from stattools.models.mixed.mixed_model import CurvedCox, LinearMixed, MixedRegression
from stattools.solvers.mixed.null import (
    again,
    bootstrapped_ratios,
    drawn_ratios,
    with_outcome,
    without,
    without_marginal,
)


def varying(found: Any) -> tuple[tuple[str, ...], Floats]:
    """The standard deviations of effects, with their names."""
    names = tuple(f"sd({name} | {term.group})" for term in found.model.random for name in term.columns)
    return names, deviations(found)


def deviations(found: Any) -> Floats:
    """The standard deviations of the effects of all terms."""
    return np.concatenate([np.sqrt((root**2).sum(axis=1)) for root in found.roots])


def drawn_outcomes(model: Any, estimate: Floats, roots: Any, m: int, random: np.random.Generator) -> Iterator[Floats]:
    """m outcomes of a model with these coefficients, and roots of the covariances of its effects."""
    model.require_groups_alone("drawing outcomes")
    fixed = model.fixed
    if fixed.rows.weight is not None and not (fixed.rows.weight == 1).all():
        raise IncompatibleError("outcomes are drawn one a row, and weights= say more. Repeat the rows.")
    eta = fixed.eta(estimate)
    for _ in range(m):
        moved = eta.copy()
        first = moved if moved.ndim == 1 else moved[:, 0]
        for term, root in zip(model.random, roots, strict=True):
            effects = random.standard_normal((term.n_levels, root.shape[1])) @ root.T
            first += np.einsum("iq,iq->i", effects[term.codes], term.z)
        yield outcomes(fixed, moved, 1.0, 1, random)[0]


def replicates(
    model: Any, kind: str, asked: int, random: np.random.Generator, whole: Any
) -> tuple[Floats, dict[int, str]]:
    """Coefficients and standard deviations (k, p + s) of the replicates that have a maximum, and why the others have
    none.
    """
    parametric_replicates.require_parametric(model, kind, "outcomes")
    kept: list[Floats] = []
    reasons: dict[int, str] = {}
    for k, y in enumerate(drawn_outcomes(model, whole.estimate, whole.found.roots, asked, random)):
        try:
            found = again(whole.found, with_outcome(model, y))
        except REFUSALS as error:
            reasons[k] = error.message
            continue
        kept.append(np.concatenate([found.estimate, deviations(found)]))
    return np.array(kept).reshape(len(kept), -1), reasons


def _ratios(found: Any, null: Any, count: int, random: np.random.Generator) -> Iterator[float]:
    roots = null.found.roots if null.model.random else ()
    return drawn_ratios(found, null, drawn_outcomes(null.model, null.found.estimate, roots, count, random))


DRAWN_GROUPS: dict[type, tuple[Any, Any]] = {
    LinearMixed: (parametric_replicates.replicates, parametric_replicates.varying),
    MixedRegression: (replicates, varying),
    CurvedCox: (replicates, varying),
}
"""By the class of a mixed model, how replicates are drawn and fitted, and what they have beside coefficients."""

NULLS: dict[type, Nulls] = {
    LinearMixed: Nulls(without, bootstrapped_ratios),
    MixedRegression: Nulls(without_marginal, _ratios),
}
"""By the class of a mixed model, how its variances are tested."""
