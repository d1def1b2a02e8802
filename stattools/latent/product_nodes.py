"""Gauss-Hermite nodes of standard normal effects: one rule along each of up to three axes, and all their products.

    E f(t) = sum_k w_k f(t_k),   t ~ N(0, I)      exact where f is a polynomial of degree 2 m - 1 along each axis

Source: Golub & Welsch, Mathematics of Computation 23 (1969), 221-230.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy.special import roots_hermitenorm

from stattools.interface.arrays import Floats
from stattools.interface.record import record

NOTHING = 1e-14
"""Corners that lie farther out than the last node of an axis are left out where their weight is below this share of the
largest. On the axes all nodes stay: where effects have longer tails than the normal curve about their mode, as in
groups whose outcomes are all alike, the far ones count.
"""


@record
class ProductNodes:
    """The nodes t (q, K), and log w + t't / 2 (K,): what is added to the logarithm of a function that is integrated
    about its mode, where N(0, I) is the normal curve of the same mode and curvature.
    """

    t: Floats
    log_weight: Floats


@lru_cache(maxsize=64)
def product_nodes(count: int, effects: int) -> ProductNodes:
    """The rule of `count` nodes along each of so many axes.

    >>> product_nodes(1, 2).t.tolist(), product_nodes(1, 2).log_weight.tolist()
    ([[0.0], [0.0]], [0.0])
    >>> nodes = product_nodes(5, 1)
    >>> round(float(np.exp(nodes.log_weight - 0.5 * nodes.t[0] ** 2) @ nodes.t[0] ** 4), 12)  # E t^4
    3.0
    """
    t, w = roots_hermitenorm(count)
    t, w = 0.5 * (t - t[::-1]), 0.5 * (w + w[::-1]) / w.sum()
    t, log_w = t[w > 0.0], np.log(w[w > 0.0])  # beyond 27 standard deviations weights are below float64
    grid = np.array(np.meshgrid(*(t,) * effects, indexing="ij")).reshape(effects, -1)
    each = np.array(np.meshgrid(*(log_w,) * effects, indexing="ij")).reshape(effects, -1).sum(axis=0)
    kept = (each >= each.max() + np.log(NOTHING)) | ((grid**2).sum(axis=0) <= 1.001 * t[-1] ** 2)
    grid, each = np.ascontiguousarray(grid[:, kept]), each[kept]
    found = ProductNodes(grid, each + 0.5 * (grid**2).sum(axis=0))
    found.t.flags.writeable = found.log_weight.flags.writeable = False
    return found
