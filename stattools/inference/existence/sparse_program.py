"""Does a direction separate the outcomes, where levels are kept as codes? One sparse linear program tells.

    maximize the sum of the moves of all rows along d,   no row falls,   |d_k| <= 1

in the columns' own units. Every row that some direction moves is moved by the one that is found, so that the columns
that it moves are those that separate. Cost: as many unknowns as columns, and few numbers for each row.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from stattools.data.rows.slope_units import standard_columns
from stattools.errors import IdentificationError
from stattools.inference.existence.pure_levels import pure_levels
from stattools.inference.existence.rank import pieces
from stattools.interface.arrays import Floats
from stattools.interface.when_needed import optimize
from stattools.likelihoods.likelihood import HalfSpaces
from stattools.models.model import Model
from stattools.models.predictors.read_columns import among
from stattools.numerics.columns import as_columns
from stattools.text.names import first_few

LARGEST_BESIDE_SLOPES = 1e7
"""Rows times columns from which on what separates beside slopes by level is named, and no limit is looked for: that
takes dense programs.
"""

MOVED = 1e-7
"""A coefficient of a direction that is not round-off."""


def may_separate(model: Model) -> bool:
    """Whether a direction separates the outcomes of a model whose levels are codes and of which no level is pure; True
    of other models, for which the usual program tells.
    """
    if parts := pieces(model):
        return any(map(may_separate, parts))
    if _levels(model) is None or ((pure := pure_levels(model)) is not None and pure.any()):
        return True
    return sparse_direction(model) is not None


def require_overlap_beside_slopes(model: Model) -> None:
    """IdentificationError where columns separate the outcomes of a large model of slopes by level, with their names."""
    for piece in pieces(model):
        require_overlap_beside_slopes(piece)
    X = _levels(model)
    if X is None or X.coded is not None or len(X) * float(X.shape[1]) <= LARGEST_BESIDE_SLOPES:
        return
    if (step := sparse_direction(model)) is None:
        return
    main = model.predictor.main
    terms = model.terms if main is None else [model.terms[k] for k in main]
    names = terms if len(step) == len(terms) else model.names
    moved = [str(names[k]) for k in np.flatnonzero(np.abs(step) > MOVED).tolist()]
    raise IdentificationError(
        f"{model.title} has no maximum: {first_few(moved)} separate the values of {model.outcome_name}, so that the "
        "log-likelihood rises for ever. Use penalty=st.Ridge(strength), leave slopes of such levels out, merge levels, "
        "or collect rows that overlap."
    )


def sparse_direction(model: Model) -> Floats | None:
    """A direction that separates the outcomes, of the columns of the first linear predictor, or of all coefficients
    where half-spaces are of several, in their own units; None where there is none.
    """
    X, weight = _levels(model), model.rows.weight
    if (spaces := model.likelihood.half_spaces(model.rows.y)) is not None:
        A_ub, held = -_moves(model, spaces), None
        A_ub = A_ub if weight is None else A_ub[weight[spaces.rows] > 0]
    else:
        side = np.asarray(model.likelihood.side(model.rows.y))
        used = np.flatnonzero(~np.isnan(side) if weight is None else ~np.isnan(side) & (weight > 0))
        A, side = standard_columns(X, None)[0][used].sparse(), side[used]
        A_ub, held = -A[side != 0].multiply(side[side != 0, None]).tocsr(), A[side == 0]
    goal = np.asarray(A_ub.sum(axis=0)).ravel()
    rest = {} if held is None or not held.shape[0] else {"A_eq": held, "b_eq": np.zeros(held.shape[0])}
    options = {"A_ub": A_ub, "b_ub": np.zeros(A_ub.shape[0]), "bounds": (-1.0, 1.0), "method": "highs"}
    found = optimize.linprog(goal, **options, **rest)
    if found.x is None:
        return np.zeros(len(goal))
    return found.x if float(-goal @ found.x) > 1e-6 * max(np.abs(goal).max(), 1.0) else None


def _levels(model: Model) -> Any:
    """The columns of the first linear predictor, whose levels are codes and whose rows may run off, or None."""
    X = as_columns(among(model.rows.X, model.predictor.main)).by_levels
    return None if X is None or model.likelihood.side_of_first(model.rows.y) is None else X


def _moves(model: Model, spaces: HalfSpaces) -> Any:
    """How each half-space moves with all coefficients, on columns in their own units, a sparse array."""
    from scipy.sparse import diags_array, hstack

    each = model.predictor.columns_of(model.standardized_rows()[0].X)
    blocks = [as_columns(of[spaces.rows]).sparse() for of in each]
    return hstack([diags_array(along) @ of for of, along in zip(blocks, spaces.normals.T, strict=True)]).tocsr()
