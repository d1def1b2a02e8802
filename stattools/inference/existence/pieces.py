"""A log-likelihood that is a sum of others, each of linear predictors of its own: a model of each of them.

Whether the outcomes of the whole are separated is a question to each piece: of a hurdle, do columns tell zeros from
positive counts, and counts of 1 from larger ones?
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from stattools.data.design import Design
from stattools.data.rows.rows import Rows
from stattools.models.model import Model
from stattools.models.predictors.linear import Linear


def pieces(model: Model) -> list[Model]:
    """Models of the pieces, over rows in memory; none for a likelihood that is one piece.

    >>> import stattools as st
    >>> zeros, counts = pieces(st.hurdle("y ~ x", {"y": [0, 2, 0, 1, 5], "x": [1, 2, 4, 3, 3]}, zero="~ x"))
    >>> zeros.names, zeros.rows.y.tolist(), counts.names, counts.rows.y.tolist()
    (('zero: Intercept', 'zero: x'), [1.0, 0.0, 1.0, 0.0, 0.0], ('Intercept', 'x'), [2.0, 1.0, 5.0])
    """
    found, predictor, rows = [], model.predictor, model.rows
    for piece in model.likelihood.pieces:
        first, *others = [predictor.uses[k] for k in piece.predictors]
        own: tuple[tuple[int, ...], ...] = tuple(use or () for use in others)
        some = piece.rows(rows.y)
        X, terms = rows.X[some], np.array([piece.called(term) for term in model.terms], dtype=object)
        if first == ():
            X, terms, first = np.ones((len(X), 1)), np.array([piece.label], dtype=object), None
        if not own and first is not None:  # a predictor of one parameter reads all columns that there are
            X, terms, first = X[:, list(first)], terms[list(first)], None
        weight, offset = (None if values is None else values[some] for values in (rows.weight, rows.offset))
        found.append(
            replace(
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
        )
    return found
