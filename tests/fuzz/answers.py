"""Verbs by what they are asked about, and answers of plain calls that another call may be given."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

import stattools as st

VERBS = {
    "model": ("fit", "fit", "fit", "posterior", "bootstrap", "separation", "simulate_states", "fit_many", "states",
    "cross_validate", "power", "exact_test", "loglik_conventions"),
    "fit": (
        "validate", "report", "report_table", "sentences", "compare", "bootstrap", "confusion", "held_out", "to_arviz",
        "likelihood_ratio", "score_test", "audit", "explain", "empirical_bayes", "simulate_states", "posterior",
        "power",
    ),
    "belief": (
        "posterior", "validate", "report", "surprise", "tipping_prior", "prior_sensitivity", "probability_best",
        "ledger",
        "difference", "ratio", "rope_probability", "probability_greater", "expected_loss", "predictive_check",
        "compare",
        "report_table", "audit",
    ),
}  # fmt: skip


def _table() -> pd.DataFrame:
    g = np.random.default_rng(5)
    return pd.DataFrame(
        {
            "x": g.normal(size=30),
            "g": np.array(list("abc"))[np.arange(30) % 3],
            "y": g.normal(size=30),
            "k": g.integers(0, 5, 30),
            "u": g.permutation(np.arange(30) % 2),
        }
    )


READY: dict[str, Callable[[], Any]] = {
    "coin": lambda: st.coin([0, 1, 1, 0, 1]),
    "ols": lambda: st.ols("y ~ x + g", _table()),
    "fit of ols": lambda: st.fit(st.ols("y ~ x + g", _table())),
    "fit of ols without g": lambda: st.fit(st.ols("y ~ x", _table())),
    "fit of logistic": lambda: st.fit(st.logistic("u ~ x + g", _table())),
    "fit of poisson": lambda: st.fit(st.poisson("k ~ x", _table())),
    "fit of softmax": lambda: st.fit(st.softmax("g ~ x", _table())),
    "fit of a coin": lambda: st.fit(st.coin([0, 1, 1, 0, 1])),
    "odds ratio": lambda: st.odds_ratio([[3, 1], [1, 3]]),
    "beta": lambda: st.posterior(st.coin([0, 1, 1, 0, 1]), prior=st.Beta(1, 1)),
    "betas": lambda: st.posterior(st.binomial([3, 4, 9], [10, 10, 12]), prior=st.Beta(1, 1)),
    "gammas": lambda: st.posterior(st.poisson_rate([3, 4, 9], by=["a", "b", "a"]), prior=st.Gamma(1, 1)),
    "normal": lambda: st.posterior(st.normal([1.0, 2.0, 4.0], sd=1.0), prior=st.Normal(0, 1)),
    "laplace": lambda: st.posterior(st.logistic("u ~ x", _table()), method="laplace", draws=50),
    "local level": lambda: st.local_level(np.cumsum(_table().y)),
    "fit of a local level": lambda: st.fit(st.local_level(np.cumsum(_table().y))),
}
