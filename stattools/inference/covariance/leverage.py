"""Scores of rows, corrected for what their leverage takes from them.

    s_i = J_i^T u_i,   G_i = J_i C J_i^T,   u -> (I - W_i G_i)^-power u_i

J_i (width, p) is the derivative of row i's linear predictors, u_i and W_i the score and the information in them. For
one linear predictor W G is the leverage h of the row.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from stattools.errors import DomainError
from stattools.interface.arrays import Floats

LEVERAGE_LIMIT = 1.0 - 1e-10
"""A row with more leverage fixes a coefficient alone: its residual is 0 whatever its error was."""


POWER: dict[str, Callable[[Floats], Floats | float]] = {
    "HC0": lambda relative: 0.0,
    "HC1": lambda relative: 0.0,
    "robust": lambda relative: 0.0,
    "HC2": lambda relative: 0.5,
    "HC3": lambda relative: 1.0,
    "HC4": lambda relative: 0.5 * np.minimum(4.0, relative),
}
"""The score of a row with leverage h is divided by (1 - h) to this power of the row's leverage relative to the average
one, n h / p.
"""

NO_LEVERAGE = ("HC0", "HC1", "robust")
"""The kinds that leave scores as they are."""


def unshrunk(u: Floats, information: Floats, G: Floats, kind: str, average: float, start: int) -> Floats:
    """(1 - h)^-power u with h = information G; where these are matrices, (I - W G)^-power u, with the trace of W G as
    the row's leverage; `average` is p / n.

    Power 1 makes C s_i the estimate's change when row i is left out, to first order; power 1/2 makes the variance of
    the residual that of the error where the model is true; that of HC4 grows with the leverage, up to 2. By
    f(W G) = I + W R g(R W R) R, g(h) = (f(h) - 1) / h, G = R R symmetric.
    """
    if u.ndim == 1:
        h = information * G
        _require_leverage(h, kind, start)
        return u * (1.0 - h) ** -POWER[kind](h / average)
    values, Q = np.linalg.eigh(G)
    R = (Q * np.sqrt(np.maximum(values, 0.0))[:, None, :]) @ Q.transpose(0, 2, 1)
    h, P = np.linalg.eigh(R @ information @ R)
    _require_leverage(h.max(axis=1), kind, start)
    power = np.broadcast_to(POWER[kind](h.sum(axis=1, keepdims=True) / average), h.shape)
    g = np.divide(np.expm1(-power * np.log1p(-h)), h, out=power.copy(), where=h != 0)
    inner = P @ (g[:, :, None] * (P.transpose(0, 2, 1) @ (R @ u[:, :, None])))
    return u + (information @ (R @ inner))[:, :, 0]


def _require_leverage(h: Floats, kind: str, start: int) -> None:
    if h.max() > LEVERAGE_LIMIT:
        row = int(np.argmax(h))
        why = (
            "it alone fixes a coefficient. Use 'HC1', or leave out the column that belongs to this row"
            if h[row] < 1.0 + 1e-6
            else "leverage has a meaning below 1 only, and the log-likelihood is not concave here. Use 'HC1'"
        )
        raise DomainError(
            f"{kind} divides by 1 - leverage, and row {start + row} (counting from 0) has leverage "
            f"{h[row]:.10g}: {why}."
        )
