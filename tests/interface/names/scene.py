"""Objects of ours by the names that the table of foreign names gives them, and whether its code runs on them."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

import stattools as st

G = np.random.default_rng(0)
N = 60
TABLE = pd.DataFrame({"x": G.normal(size=N), "z": G.normal(size=N), "g": ["a", "b", "c"] * 20})
TABLE["y"] = TABLE.x + G.normal(size=N)
TABLE["b"] = (TABLE.y + G.normal(size=N) > 0).astype(int)
TABLE["k"] = G.negative_binomial(1, 0.2, size=N)
TABLE["c"] = np.exp(0.3 * TABLE.y)
TABLE["share"] = 1.0 / (1.0 + TABLE.c)
TABLE["time"], TABLE["died"], TABLE["case"] = 10.0 * TABLE.c, TABLE.b, TABLE.b
TABLE["dose"], TABLE["set"], TABLE["id"] = TABLE.x, np.arange(N) // 4, np.arange(N) // 4
TABLE["exposed"] = TABLE.index % 2
TABLE["o"], TABLE["w"], TABLE["t"], TABLE["n"], TABLE["group"] = 0.0, 1.0, 2.0, 90, TABLE.g
Y, X = TABLE.y.to_numpy(), TABLE[["x", "z"]].to_numpy()


@cache
def fits() -> tuple[Any, ...]:
    """One fit of each kind that answers something of its own."""
    model = st.network("g ~ x + z", TABLE, hidden=[2])
    few = st.LBFGS(max_steps=20)
    return (
        st.fit(st.ols("y ~ x + g", TABLE)),
        st.fit(st.logistic("b ~ x + z", TABLE)),
        st.fit(st.local_level(Y)),
        st.fit(model, solver=few, seed=1),
        st.fit(model, solver=few, seed=1, members=2),
        st.fit(st.one_vs_rest("g ~ x", TABLE)),
        st.fit(st.cox("survival(time, died) ~ x", TABLE)),
        st.fit(st.linear_mixed("y ~ x + (1 | g)", TABLE)),
        st.fit(st.ordinal("g ~ x", TABLE, levels=["a", "b", "c"])),
    )


@cache
def objects() -> dict[str, tuple[Any, ...]]:
    """What a noun of the table may be."""
    fit, logistic, series, network, ensemble, rest, times, mixed, ordinal = fits()
    smaller = st.fit(st.ols("y ~ 1", TABLE))
    clustered = st.fit(st.ols("y ~ x", TABLE), cov=st.Cluster("g"))
    arms = st.posterior(st.binomial([6, 4], [10, 10]))
    draws = st.posterior(st.logistic("b ~ x", TABLE), method="laplace", draws=100, chains=1, seed=1)
    exact = st.posterior(st.binomial(6, 10), prior=st.Beta(1, 1))
    return {
        "fit": (fit, logistic, series, network, ensemble, rest, clustered, times, mixed, ordinal),
        "smaller": (smaller,),
        "model": (st.ols(Y, X[:, :1]),),
        "posterior": (draws, exact, st.Gamma(2, 1), st.Dirichlet([1, 2]), arms),
        "other": (st.posterior(st.binomial(6, 10), prior=st.Beta(2, 3)),),
        "fits": (st.fit_many("y ~ x", TABLE, by="g", model=st.ols),),
        "found": (st.cross_validate(smaller.model, folds=2, seed=1),),
        "planned": (st.power(smaller, "Intercept", rows=20, draws=10, seed=1),),
        "wild": (clustered.wild_bootstrap("x", seed=1),),
        "bootstrap": (st.bootstrap(smaller, draws=20, seed=1),),
        "test": (fit.test("x = 0"),),
        "check": (
            st.validate(smaller),
            st.Audit("fit", TABLE, True, "", (), 0.0, 0.0, 0.0, True),
        ),
        "comparison": (st.compare(fit, smaller),),
        "interval": (fit.interval(0.95),),
        "solution": (fit.solution,),
    }


BESIDE = {"st": st, "np": np, "table": TABLE, "new": TABLE[:3], "y": Y, "X": X, "groups": TABLE.g.to_numpy()}
BESIDE |= {"more": st.binomial(1, 2), "loglik": lambda theta: -float(theta @ theta), "labels": list("aab")}
UNSEEN = re.compile(
    r"to_arviz|st\.(report|reproduce|to_arviz|validate|audit|scan|read_idx|load|network|tipping_prior|posterior\((fit|model|st\.ols))\b|\.\.\.|scan|path"
)
"""Code that takes long, or reads what is not there: only its names are looked at."""


def runs(code: str) -> bool:
    """Whether code of the table runs on one of the objects that its nouns may be; False where a name is not there."""
    if UNSEEN.search(code):
        return all(hasattr(st, name) for name in re.findall(r"\bst\.(\w+)", code))
    nouns = [noun for noun in objects() if re.search(rf"(?<![\w.=]){noun}\b(?!\()(?!=)", code)]
    choices: list[dict[str, Any]] = [{}]
    for noun in nouns:
        choices = [{**chosen, noun: one} for chosen in choices for one in objects()[noun]]
    return any(_runs(code, chosen) for chosen in choices)


def _runs(code: str, chosen: dict[str, Any]) -> bool:
    try:
        eval(code, {**BESIDE, "print": str, **chosen})
    except (st.StattoolsError, AttributeError, TypeError, NameError, KeyError, RuntimeWarning):
        return False
    return True
