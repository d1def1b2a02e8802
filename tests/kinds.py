"""A model of every kind of model, made of the columns of one table: what holds for all kinds is asked over these."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.stats

import stattools as st

N = 60
GUMBEL = st.likelihood(scipy.stats.gumbel_r, parameters={"loc": "identity", "scale": "log"})


def columns() -> dict[str, Any]:
    """New arrays of the same values each time."""
    g = np.random.default_rng(44)
    x = g.normal(size=N)
    return {
        "x": x,
        "z": g.normal(size=N),
        "y": x + g.normal(size=N),
        "many": np.minimum(g.negative_binomial(1.2, 0.3, size=N), 9) * (g.random(N) < 0.7) * 1.0,
        "yes": (g.random(N) < 0.5) * 1.0,
        "time": g.exponential(size=N),
        "died": (g.random(N) < 0.7) * 1.0,
        "part": g.uniform(0.1, 0.9, N),
        "times": g.integers(1, 4, N) * 1.0,
        "shift": 0.1 * g.normal(size=N),
        "trials": np.full(N, 9.0),
        "g": np.array(list("abcdef") * 10),
        "set": np.repeat(np.arange(20.0), 3),
        "case": np.array([1.0, 0.0, 0.0] * 20),
    }


def matrix(table: Any) -> Any:
    """Columns that are no part of a table, for models of arrays."""
    return np.column_stack([table["x"], table["z"]])


OF_TABLES: dict[str, Callable[[Any], Any]] = {
    "ols": lambda t: st.ols("y ~ x + g", t),
    "ols, weighted": lambda t: st.ols("y ~ x", t, weights="times", offset=t["shift"], precision=t["part"]),
    "ols, curved": lambda t: st.glm("y ~ s(x, k=6)", t, family="normal"),
    "logistic": lambda t: st.logistic("yes ~ x", t),
    "logistic, grouped": lambda t: st.logistic("many ~ x", t, trials=t["trials"]),
    "probit": lambda t: st.probit("yes ~ x", t),
    "softmax": lambda t: st.softmax("g ~ x", t),
    "one_vs_rest": lambda t: st.one_vs_rest("g ~ x", t),
    "ordinal": lambda t: st.ordinal("g ~ x", t, levels=list("abcdef")),
    "poisson": lambda t: st.poisson("many ~ x", t, exposure=t["time"]),
    "negative_binomial": lambda t: st.negative_binomial("many ~ x", t),
    "zero_inflated": lambda t: st.zero_inflated("many ~ x", t),
    "hurdle": lambda t: st.hurdle("many ~ x", t),
    "gamma": lambda t: st.gamma("time ~ x", t),
    "inverse gaussian": lambda t: st.glm("time ~ 1", t, family="inverse gaussian", link="log"),
    "beta": lambda t: st.glm("part ~ x", t, family="beta"),
    "beta_binomial": lambda t: st.beta_binomial("many ~ x", t, trials=t["trials"]),
    "aft": lambda t: st.aft("survival(time, died) ~ x", t),
    "aft, gamma": lambda t: st.aft("survival(time, died) ~ x", t, distribution="gamma"),
    "cox": lambda t: st.cox("survival(time, died) ~ x + g", t, weights=t["times"]),
    "conditional_logit": lambda t: st.conditional_logit("case ~ x", t, strata="set"),
    "linear_mixed": lambda t: st.linear_mixed("y ~ x + (1 | g)", t),
    "poisson, mixed": lambda t: st.poisson("many ~ x + (1 | g)", t),
    "own": lambda t: st.regression("y ~ x", t, GUMBEL),
    "network": lambda t: st.network("y ~ x + z", t, hidden=[2]),
}
"""By what they are; each takes a table, and arrays of its columns beside it."""

OF_ARRAYS: dict[str, Callable[[Any], Any]] = {
    "ols of arrays": lambda t: st.ols(t["y"], t["X"], intercept=False, weights=t["times"], offset=t["shift"]),
    "logistic of arrays": lambda t: st.logistic(t["yes"], t["X"]),
    "network of arrays": lambda t: st.network(t["y"], t["X"], hidden=[2]),
    "coin": lambda t: st.coin(t["yes"]),
    "binomial": lambda t: st.binomial(t["many"][:4], t["trials"][:4]),
    "poisson_rate": lambda t: st.poisson_rate(t["many"]),
    "exponential_rate": lambda t: st.exponential_rate(t["time"]),
    "geometric": lambda t: st.geometric(t["many"] + 1.0),
    "normal": lambda t: st.normal(t["y"]),
    "normal, arms": lambda t: st.normal(t["y"], by=t["g"]),
    "correlation": lambda t: st.correlation(t["x"], t["y"]),
    "multinomial": lambda t: st.multinomial(t["trials"][:5]),
    "odds_ratio": lambda t: st.odds_ratio(t["counts"]),
    "local_level": lambda t: st.local_level(t["y"]),
    "local_level, columns": lambda t: st.local_level(t["y"], X=t["X"]),
    "local_linear_trend": lambda t: st.local_linear_trend(t["y"]),
    "smooth_trend": lambda t: st.smooth_trend(t["y"]),
}


def arrays() -> dict[str, Any]:
    """The columns, with matrices beside them."""
    found = columns()
    return found | {"X": matrix(found), "counts": np.array([[5.0, 3.0], [2.0, 7.0]])}
