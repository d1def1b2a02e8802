"""A table of times for Cox's regression with curves, and what mgcv says of it.

R 4.5, mgcv 1.9-3: gam(time ~ s(x, bs = "ps", k = 12, m = c(2, 2)), family = cox.ph(), weights = event, method = "REML",
control = gam.control(epsilon = 1e-13, newton = list(conv.tol = 1e-13))) of this table; strata are cbind(time, g).
"""

import numpy as np

n = np.arange(1.0, 151.0)
X, U, V, W = (
    (n * root) % 1.0 for root in (0.6180339887498949, 0.4142135623730951, 0.7320508075688772, 0.2360679774997898)
)
T, C = -np.log(U) * np.exp(-np.sin(6.0 * X)), 1.5 * (0.3 + V)
TABLE = {
    "x": X,
    "u": W,
    "z": V - 0.5,
    "time": np.round(np.minimum(T, C), 3) + 0.001,
    "event": (T <= C).astype(int),
    "g": (n % 2).astype(int),
}

MGCV = [
    ("s(x, k=12)", {}, -445.1641538371, 3.89645558034),
    ("z + s(x, k=12) + s(u, k=8)", {}, -442.8404809121, 4.20634303627),
    ("C(g) + s(x, k=8, by=C(g))", {}, -445.5513039471, 5.40085430827),
    ("s(x, k=12)", {"strata": "g"}, -371.933233101, 3.86556966213),
]
"""The restricted log-likelihood, and effective degrees of freedom of all curves."""
