"""Rank: is every column's coefficient determined beside the others?

The triangle R of the standardized columns is read from left to right; a column whose part beyond its predecessors is
within round-off of the data is a combination of them, which the error names. Of a factor kept as codes the columns of a
level are read in its rows, then the other columns, less what the levels make of them. Rows of weight 0 do not count.

Of a log-likelihood that is a sum of others, each of linear predictors of its own, every piece is asked by itself: of a
hurdle, do columns tell zeros from positive counts, and counts of 1 from larger ones?
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from scipy.linalg import solve_triangular

from stattools.data.design.design import Design
from stattools.data.formula.expression import short
from stattools.data.rows.rows import Rows, triangle
from stattools.data.rows.standardization import orthogonal, standard_columns
from stattools.errors import IdentificationError
from stattools.interface.arrays import Floats
from stattools.likelihoods.words import Piece
from stattools.models.model import Model
from stattools.models.predictor import Linear, among
from stattools.numerics.columns import Columns, with_levels
from stattools.numerics.sums import Largest
from stattools.text.columns import first_few

EPS = float(np.finfo(float).eps)


def check_rank_beside_levels(model: Model, X: Columns, terms: Sequence[str]) -> None:
    """IdentificationError naming what the rows do not determine of the columns X of a linear predictor, called
    `terms`.
    """
    importance, factor, levels = model.rows.importance, factor_of(X, terms), orthogonal(X, model.rows.importance)
    if len(empty := np.flatnonzero(~(levels.counts > 0))):
        raise IdentificationError(
            f"{model.title} has no row that counts in {first_few([str(terms[j]) for j in X.places[empty, 0].tolist()])}"
            f"{'' if importance is None else ': all have weight 0'}. Leave the rows of such levels of {factor} out."
        )
    aliased: dict[str, str] = {}
    for level, kind in np.argwhere(levels.aliased).tolist():
        *before, name = [str(terms[j]) for j in X.places[level, : kind + 1].tolist()]
        alone = f"{name} is 0 in all rows that count"
        aliased[name] = f"{name} is a combination of {first_few(before)}" if before else alone
    w = np.ones(len(X)) if importance is None else importance
    work = standard_columns(X, importance)[0]
    within, size = levels.taken_off(X, work.others, w)[0], np.abs(work.others).max(axis=0, initial=1.0)
    share = np.maximum(8.0 * EPS * np.maximum(size, 1.0), 1e-14) * np.sqrt(model.n)
    which, names = "", [str(terms[k]) for k in X.rest.tolist()]
    if X.slopes is not None:
        which = f" (columns such as {first_few([str(terms[j]) for j in X.places[0].tolist()], between=' and ')})"
    found = dependent(within * np.sqrt(w)[:, None], range(len(names)), lambda j, before, by: share[j])
    for j, (before, _) in found.items():
        values, first = work.others[:, j], np.zeros(X.levels + 1)
        first[X.codes + 1] = values
        unlike = np.abs(values - first[X.codes + 1]).max()
        if X.slopes is None and unlike <= 64.0 * EPS * np.abs(values).max():
            aliased[names[j]] = f"{names[j]} is the same in all rows of each level of {factor}"
        else:
            beside = f"{first_few([names[k] for k in before])} and " if before else ""
            aliased[names[j]] = f"{names[j]} is a combination of {beside}the levels of {factor}{which}"
    if aliased:
        said = [aliased[name] for name in terms if name in aliased]
        raise IdentificationError(
            f"{model.title} cannot tell {len(said)} of its {len(terms)} columns from the others: "
            f"{first_few(said, between='; ')}. Leave out one column of each combination."
        )


def dependent(
    V: Floats, order: Sequence[int], round_off: Callable[[int, list[int], Floats], float]
) -> dict[int, tuple[list[int], Floats]]:
    """The columns of V that are, but for `round_off`, combinations of those before them in `order`: of each the numbers
    of these and their coefficients.
    """
    kept: list[int] = []
    found: dict[int, tuple[list[int], Floats]] = {}
    Q, U = np.zeros((len(V), len(order))), np.zeros((len(order), len(order)))  # V[:, kept] = Q U
    for j in order:
        basis = Q[:, : (k := len(kept))]
        along = basis.T @ V[:, j]
        rest = V[:, j] - basis @ along
        again = basis.T @ rest
        rest, along = rest - basis @ again, along + again
        by = solve_triangular(U[:k, :k], along, check_finite=False) if k else np.zeros(0)
        length = float(np.linalg.norm(rest))
        if length > round_off(j, kept, by):
            Q[:, k], U[:k, k], U[k, k] = rest / length, along, length
            kept.append(j)
        else:
            found[j] = list(kept), by
    return found


def factor_of(X: Columns, terms: Sequence[str]) -> str:
    """What the factor is called in the names of the columns of its first and last level: the part that differs."""
    first, last = (terms[int(X.places[level, 0])].split(":") for level in (0, -1))
    parts = [one for one, other in zip(first, last, strict=False) if one != other] or first
    return parts[0].rsplit("[", 1)[0]


def pieces(model: Model) -> list[Model]:
    """Models of the pieces, over rows in memory; none for a likelihood that is one piece."""
    return [of_piece(model, piece) for piece in model.likelihood.facts.pieces]


def of_piece(model: Model, piece: Piece) -> Model:
    """The model of some linear predictors, over the rows that the piece reads."""
    predictor, rows, some = model.predictor, model.rows, piece.rows(model.rows.y)
    first, *others = [predictor.uses[k] for k in piece.predictors]
    own: tuple[tuple[int, ...], ...] = tuple(use or () for use in others)
    X: Any = rows.X[some]
    terms = np.array([piece.called(term) for term in model.terms], dtype=object)
    if first == ():
        X, terms, first = np.ones((len(X), 1)), np.array([piece.label], dtype=object), None
    if not own and first is not None:  # a predictor of one parameter reads all columns that there are
        X, terms, first = among(X, first), terms[list(first)], None
    weight, offset = (None if values is None else values[some] for values in (rows.weight, rows.offset))
    return replace(
        model,
        title=model.title + piece.of,
        likelihood=piece.family,
        predictor=Linear(X.shape[1], piece.family.width, own, first),
        rows=Rows(X, piece.outcome(rows.y[some]), weight, offset if 0 in piece.predictors else None),
        design=Design(tuple(terms.tolist())),
        outcome_name=f"{model.outcome_name} {piece.what}",
        start=np.concatenate([model.start[predictor.parts[k]] for k in piece.predictors]),
        labels=None,
        kept=None,
        source=None,
        origin=None,
    )


def check_rank(model: Model) -> None:
    """IdentificationError naming each column that is a combination of those before it, among the columns of the same
    linear predictor, and of the rows that a piece of the log-likelihood reads.
    """
    labels = ("",) * model.predictor.n_first + model.others
    whose = {use: labels[number] and f" of {labels[number]}" for use, number in reversed(model.predictor.determined)}
    whole = _triangle(model) if with_levels(model.rows.X) is None else None
    for use, said in whose.items():
        if whole is not None:
            _check_columns(model, *whole, range(len(whole[0])) if use is None else use, said)
            continue
        X, terms = among(model.rows.X, use), tuple(model.terms if use is None else (model.terms[k] for k in use))
        if (levels := with_levels(X)) is not None:
            check_rank_beside_levels(model, levels, terms)
            continue
        rows, predictor = replace(model.rows, X=X), Linear(len(terms))
        plain = replace(model, rows=rows, design=Design(terms), predictor=predictor)
        _check_columns(plain, *_triangle(plain), range(len(terms)), said)
    if model.likelihood.facts.pieces and len(model.rows.sampled.X) == len(model.rows.X):
        for piece in pieces(model.sampled):
            check_rank(piece)


def _triangle(model: Model) -> tuple[Floats, Any, Floats]:
    """The triangle of the columns in their own units, these units, and the round-off of the data in them."""
    rows, T = model.standardized_rows()
    return triangle(rows), T, spans(model) * np.abs(np.diagonal(T))


def _check_columns(model: Model, R: Floats, T: Floats, size: Floats, among: Sequence[int], whose: str) -> None:
    """What `check_rank` asks of the columns of one linear predictor, from the triangle of all."""

    def round_off(column: int, kept: list[int], by: Floats) -> float:
        noise = np.finfo(float).eps * np.hypot(size[column], np.linalg.norm(by * size[kept]))
        return max(4.0 * noise, 1e-14) * np.sqrt(model.n)

    found = dependent(R, among, round_off)
    aliased = [_combination(model, T[:, column] - T[:, kept] @ by, column) for column, (kept, by) in found.items()]
    if aliased:
        advice = "Leave out one column of each combination."
        if any(line.startswith(("cr(", "cc(")) for line in aliased):
            advice = "Write constraints='center' into the spline."
        raise IdentificationError(
            f"{model.title} cannot tell {len(aliased)} of its {len(among)} columns{whose} from the others: "
            f"{first_few(aliased, between='; ')}. {advice}"
        )


def spans(model: Model) -> Floats:
    """The largest size of each column, (p,)."""
    return model.rows.total(lambda block: Largest(np.abs(block.X).max(axis=0))).values


def _combination(model: Model, null: Floats, column: int) -> str:
    """`x3 = 2 x1 - x2`, from a vector with X null = 0."""
    coefficients = -null / null[column]
    span = spans(model)
    shown: list[str] = []
    for k, (name, value) in enumerate(zip(model.terms, coefficients, strict=True)):
        if k == column or abs(value) * span[k] <= 1e-7 * span[column]:
            continue
        if abs(value - round(value)) < 1e-6 * abs(value):
            value = round(value)
        sign = "- " if value < 0 else "+ " if shown else ""
        amount = "" if abs(value) == 1 else f"{abs(value):.6g} "
        shown.append(f"{sign}{amount}{short(name)}")
    return f"{short(model.terms[column])} = {first_few(shown, between=' ') if shown else '0'}"
