"""How the expected information of rows moves, contracted as the derivatives of log det I need it.

With Q_i = J_i I^-1 J_i^T for the Jacobian J_i of the linear predictors of row i, and K3, K4 the cumulants of its
outcome, or slope and bend of its information where the link is not canonical:

    d log det I = sum_i J_i^T (K3_i : Q_i),    d2 log det I = sum_i J_i^T (K4_i : Q_i) J_i - tr(I^-1 I' I^-1 I')

Source: McCullagh & Nelder (1989), 2.2; Bull, Mak & Greenwood (2002) for categories.
"""

from __future__ import annotations

import numpy as np

from stattools.interface.arrays import Floats


def leverage(W: Floats, X: Floats, width: int) -> Floats:
    """Q_i[a, b] = x_i^T [W W^T]_ab x_i, shape (n, width, width)."""
    parts = [X @ W[a * X.shape[1] : (a + 1) * X.shape[1]] for a in range(width)]
    return np.stack([np.stack([(one * two).sum(axis=1) for two in parts], axis=-1) for one in parts], axis=-2)


def change_of_information(skewness: Floats, X: Floats) -> Floats:
    """d I / d theta_K for every coefficient K, shape (P, P, P): sums of skewness_abk x_r x_s x_t."""
    width, p = skewness.shape[1], X.shape[1]
    total = np.zeros((width, p, width, p, width, p))
    for a in range(width):
        for b in range(a, width):
            for k in range(b, width):
                weighted = X * skewness[:, a, b, k, None]
                cube = np.stack([X.T @ (weighted * X[:, t, None]) for t in range(p)])
                for i, j, m in {(a, b, k), (a, k, b), (b, a, k), (b, k, a), (k, a, b), (k, b, a)}:
                    total[i, :, j, :, m, :] = cube
    return total.reshape(width * p, width * p, width * p)


def change_of_weights(slopes: Floats, X: Floats) -> Floats:
    """d X^T diag(w) X / d theta_K, shape (P, p, p), where row i of `slopes` (n, P) is that of its weight in theta."""
    return np.stack([X.T @ (X * slope[:, None]) for slope in slopes.T])


def flat(values: Floats) -> Floats:
    """(n, 1) and (n, 1, 1) as the (n,) that predictors of width 1 take."""
    return values.reshape(len(values)) if values[0].size == 1 else values
