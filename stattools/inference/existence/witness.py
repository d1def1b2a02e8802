"""A witness that a maximum exists: numbers that anybody can multiply out.

    sum_i x_i u_i = 0,   u_i with the signs in which the log-likelihood of row i can rise

Along a direction d in which no row loses for ever, x_i'd nowhere has the sign against u_i, and the sum of u_i x_i'd is
0: so d changes no row at all (Stiemke, Mathematische Annalen 76 (1915), 340-342). At the maximum the scores of the rows
are such numbers up to round-off, which is taken off here, each by a share of itself.
"""

from __future__ import annotations

import numpy as np

from stattools.interface.arrays import Floats
from stattools.models.model import Model


def witness(model: Model, theta: Floats) -> Floats | None:
    """u (n, width) at the maximum, times the weights of the rows; None where float64 has no such numbers, as a row is
    so far from its alternative that nothing is left of its score.

    >>> import stattools as st
    >>> model = st.logistic("y ~ x", {"y": [0, 1, 0, 1], "x": [0.0, 1.0, 2.0, 3.0]})
    >>> u = witness(model, st.fit(model).estimate)
    >>> bool(abs(model.rows.X.T @ u).max() < 1e-15), (u[:, 0] > 0).tolist()
    (True, [False, True, False, True])
    """
    rows, predictor = model.rows, model.predictor
    eta = predictor.forward(theta, rows.whole)[0]
    score = np.asarray(model.likelihood.score(eta, rows.y), dtype=float).reshape(len(rows.X), -1)
    u = score if rows.weight is None else score * rows.weight[:, None]
    X = np.asarray(rows.X)
    each = [X[:, list(range(predictor.columns) if use is None else use)] for use in predictor.uses]
    each = [np.ones((len(X), 1)) if alone else of for of, alone in zip(each, predictor.constant, strict=True)]
    if model.shift.any():  # thresholds move against a location, and its score is minus the sum of theirs
        cuts = _balanced(_against(each), u[:, 1:].T.ravel()).reshape(-1, len(u)).T
        found = np.column_stack([-cuts.sum(axis=1), cuts])
    else:
        found = np.column_stack([_balanced(of, v) for of, v in zip(each, u.T, strict=True)])
        found, u = (np.column_stack([v, -v.sum(axis=1)]) for v in (found, u))  # the reference has what is left
    return found[:, : predictor.width] if (np.sign(found) == np.sign(u)).all() else None


def _against(each: list[Floats]) -> Floats:
    """How every threshold of every row moves with the coefficients, against the location."""
    first, *others = each
    cuts = np.repeat(np.eye(len(others)), len(first), axis=0)
    return np.column_stack([-np.tile(first, (len(others), 1)), cuts])


def _balanced(A: Floats, u: Floats) -> Floats:
    """u with A'u = 0, changed by a small share of each number."""
    root = np.sqrt(np.abs(u))
    for _ in range(2):
        rest = np.divide(u, root, out=np.zeros_like(u), where=root > 0)
        u = u - root**2 * (A @ np.linalg.lstsq(root[:, None] * A, rest, rcond=None)[0])
    return u
