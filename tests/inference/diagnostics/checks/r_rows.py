"""The rows that the numbers of R in these tests are of, so that R has the same ones:

i <- 1:60; x <- sin(i); z <- cos(2*i) + x; g <- factor(i %% 3)
y <- 3 + x + 2*z + sin(7*i)*(1+abs(x)); count <- floor(exp(0.5 + 0.4*x)*(1 + 3*abs(sin(11*i))))
b <- as.integer(sin(5*i) + x > 0)
"""

from __future__ import annotations

import numpy as np

i = np.arange(1.0, 61.0)
x = np.sin(i)
z = np.cos(2.0 * i) + x
TABLE = {
    "x": x,
    "z": z,
    "g": [str(int(k) % 3) for k in i],
    "y": 3.0 + x + 2.0 * z + np.sin(7.0 * i) * (1.0 + np.abs(x)),
    "count": np.floor(np.exp(0.5 + 0.4 * x) * (1.0 + 3.0 * np.abs(np.sin(11.0 * i)))),
    "b": (np.sin(5.0 * i) + x > 0).astype(int),
}
