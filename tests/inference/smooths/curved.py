"""Small fits with curves that the tests of this folder share."""

from functools import cache

import numpy as np

import stattools as st
from tests.cases import rng

N = 80


def table() -> dict:
    random = rng(26)
    x = np.sort(random.uniform(2.0, 12.0, N))
    g = np.where(np.arange(N) % 2, "a", "b")
    y = np.sin(x) + np.where(g == "a", 0.2 * x, 0.0) + 0.3 * random.normal(size=N)
    return {"x": x, "g": g, "y": y, "h": np.arange(N) % 7, "counts": random.poisson(np.exp(1.0 + np.sin(x)))}


@cache
def fitted(formula: str = "y ~ s(x, k=12)") -> st.LinearMixedFit:
    return st.fit(st.linear_mixed(formula, table()))
