"""Fits of regressions with random effects that tests share."""

from functools import cache

import numpy as np

import stattools as st

LEVELS, EACH = 24, 8
NODES, SHARE = np.polynomial.hermite_e.hermegauss(120)
SHARE = SHARE / SHARE.sum()


@cache
def table():
    """Rows of 24 groups: an event, a count, labels in order, a positive number, and successes out of trials."""
    random = np.random.default_rng(26)
    g = np.repeat(np.arange(LEVELS), EACH)
    x, u = random.normal(size=len(g)), random.normal(size=(LEVELS, 2))
    eta = 0.8 * x + 1.2 * u[g, 0]
    return {
        "y": (random.random(len(g)) < 1.0 / (1.0 + np.exp(0.4 - eta))).astype(int),
        "k": random.poisson(np.exp(0.3 + 0.5 * eta + 0.4 * u[g, 1] * x)),
        "o": np.digitize(eta + random.logistic(size=len(g)), [-1.0, 1.0]),
        "v": random.gamma(4.0, np.exp(0.5 * eta) / 4.0),
        "s": random.binomial(5, 1.0 / (1.0 + np.exp(-eta))),
        "n": np.full(len(g), 5),
        "x": x,
        "w": np.where(random.random(len(g)) < 0.5, "a", "b"),
        "g": np.array([f"g{k:02d}" for k in g]),
        "h": random.permutation(len(g)) % 6,
    }


CALLS = {
    "logistic": lambda: st.logistic("y ~ x + w + (1 | g)", table()),
    "probit": lambda: st.probit("y ~ x + (1 | g)", table()),
    "slopes": lambda: st.poisson("k ~ x + (x | g)", table()),
    "ordinal": lambda: st.ordinal("o ~ x + (1 | g)", table()),
    "gamma": lambda: st.glm("v ~ x + (1 | g)", table(), family="gamma"),
    "binomial": lambda: st.logistic("s ~ x + (1 | g)", table(), trials="n"),
    "crossed": lambda: st.poisson("k ~ x + (1 | g) + (1 | h)", table()),
}


@cache
def fit(name):
    """The fit of one of `CALLS`."""
    return st.fit(CALLS[name]())


def rows(n=3):
    """The first rows of the table."""
    return {name: column[:n] for name, column in table().items()}
