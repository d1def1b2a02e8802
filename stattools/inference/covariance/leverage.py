"""Scores of rows, corrected for what their leverage takes from them.

    s_i = J_i^T u_i,   G_i = J_i C J_i^T,   u -> (I - W_i G_i)^-power u_i

J_i (width, p) is the derivative of row i's linear predictors, u_i and W_i the score and the information in them. For
one linear predictor W G is the leverage h of the row.
"""

from __future__ import annotations

import numpy as np

from stattools.errors import DomainError
from stattools.interface.arrays import Floats

LEVERAGE_LIMIT = 1.0 - 1e-10
"""A row with more leverage fixes a coefficient alone: its residual is 0 whatever its error was."""


def unshrunk(u: Floats, information: Floats, G: Floats, power: float, kind: str, start: int) -> Floats:
    """(1 - h)^-power u with h = information G; where these are matrices, (I - W G)^-power u.

    Power 1 makes C s_i the estimate's change when row i is left out, to first order; power 1/2 makes the variance of
    the residual that of the error where the model is true. By f(W G) = I + W R g(R W R) R, G = R R symmetric.
    """
    if u.ndim == 1:
        h = information * G
        _require_leverage(h, kind, start)
        return u * (1.0 - h) ** -power
    values, Q = np.linalg.eigh(G)
    R = (Q * np.sqrt(np.maximum(values, 0.0))[:, None, :]) @ Q.transpose(0, 2, 1)
    h, P = np.linalg.eigh(R @ information @ R)
    _require_leverage(h.max(axis=1), kind, start)
    g = 1.0 / (1.0 - h) if power == 1.0 else 1.0 / (np.sqrt(1.0 - h) * (1.0 + np.sqrt(1.0 - h)))
    inner = P @ (g[:, :, None] * (P.transpose(0, 2, 1) @ (R @ u[:, :, None])))
    return u + (information @ (R @ inner))[:, :, 0]


def _require_leverage(h: Floats, kind: str, start: int) -> None:
    if h.max() > LEVERAGE_LIMIT:
        row = int(np.argmax(h))
        raise DomainError(
            f"{kind} divides by 1 - leverage, and row {start + row} (counting from 0) has leverage {h[row]:.10g}: it "
            "alone fixes a coefficient. Use 'HC1', or leave out the column that belongs to this row."
        )
