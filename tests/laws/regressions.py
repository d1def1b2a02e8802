"""Every regression once, with random rows that it fits and all that may stand beside them.

A new constructor of regressions adds a row here, and an entry in each law that is no theorem for it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import expit

import stattools as st
from stattools.likelihoods.outcomes import Outcome
from stattools.models.regressions.glm import GENERALIZED
from tests.families import ALONE

Random = np.random.Generator
Floats = np.ndarray


@dataclass(frozen=True)
class Regression:
    """A constructor, outcomes for linear predictors eta (n,), what may stand beside its table, its penalties."""

    make: Callable[..., Any]
    outcome: Callable[[Random, pd.DataFrame, Floats], Any]
    beside: Sequence[str] = ()
    required: Sequence[str] = ()
    penalties: Sequence[str] = ("Ridge",)
    left: str = "y"

    @property
    def maker(self) -> Callable[..., Any]:
        """The public name behind `make`, where some of its options are given."""
        return self.make.func if isinstance(self.make, partial) else self.make


def _thirds(g: Random, table: pd.DataFrame, eta: Floats) -> Any:
    return np.array(["one", "three", "two"])[np.argmax(g.gumbel(size=(len(eta), 3)) + np.outer(eta, [0, 0.6, -0.4]), 1)]


def _grades(g: Random, table: pd.DataFrame, eta: Floats) -> Any:
    return np.digitize(eta + g.logistic(size=len(eta)), [-0.7, 0.9])


def _coins(g: Random, table: pd.DataFrame, eta: Floats) -> Any:
    return (g.random(len(eta)) < expit(eta)).astype(int)


def _shares(g: Random, table: pd.DataFrame, eta: Floats) -> Any:
    return g.binomial(table.trials, expit(0.7 * eta + 0.8 * g.normal(size=len(eta))))


def _counts(g: Random, table: pd.DataFrame, eta: Floats) -> Any:
    return g.poisson(2.0 * table.exposure * np.exp(0.4 * eta) * g.gamma(2.0, 0.5, len(eta)))


def _with_zeros(g: Random, table: pd.DataFrame, eta: Floats) -> Any:
    return np.where(g.random(len(eta)) < 0.4, 0, g.poisson(3.0 * table.exposure * np.exp(0.4 * eta)))


def _amounts(g: Random, table: pd.DataFrame, eta: Floats) -> Any:
    return table.exposure * np.exp(eta) * g.gamma(2.0, 0.5, len(eta))


def _parts(g: Random, table: pd.DataFrame, eta: Floats) -> Any:
    return g.beta(6.0 * expit(0.5 * eta), 6.0 * expit(-0.5 * eta))


def _times(g: Random, table: pd.DataFrame, eta: Floats) -> Any:
    table["seen"] = (g.random(len(eta)) < 0.7).astype(int)
    return np.exp(1.0 + eta) * g.weibull(1.5, len(eta))


BOTH = ("Ridge", "Jeffreys")

REGRESSIONS = {
    "ols": Regression(st.ols, lambda g, t, eta: eta + g.normal(size=len(eta)), ("weights", "offset", "precision")),
    "logistic": Regression(st.logistic, _coins, ("weights", "offset"), penalties=BOTH),
    "logistic of trials": Regression(st.logistic, _shares, ("weights", "offset", "trials"), ("trials",), BOTH),
    "probit": Regression(st.probit, _coins, ("weights", "offset")),
    "probit of trials": Regression(st.probit, _shares, ("weights", "offset", "trials"), ("trials",)),
    "poisson": Regression(st.poisson, _counts, ("weights", "offset", "exposure"), penalties=BOTH),
    "negative_binomial": Regression(st.negative_binomial, _counts, ("weights", "offset", "exposure")),
    "beta_binomial": Regression(st.beta_binomial, _shares, ("weights", "offset", "trials"), ("trials",)),
    "zero_inflated": Regression(partial(st.zero_inflated, zero="~ z"), _with_zeros, ("weights", "offset", "exposure")),
    "hurdle": Regression(partial(st.hurdle, zero="~ z"), _with_zeros, ("weights", "offset", "exposure")),
    "gamma": Regression(st.gamma, _amounts, ("weights", "offset", "exposure")),
    "glm cloglog": Regression(
        partial(st.glm, family="binomial", link="cloglog"), _shares, ("weights", "offset", "trials"), ("trials",)
    ),
    **{
        f"glm {name}": Regression(
            partial(st.glm, family=name),
            {Outcome.POSITIVE: _amounts, Outcome.UNIT: _parts}[GENERALIZED[name].likelihood.outcome],
            ("weights", "offset", *[word for word in ("exposure",) if word in GENERALIZED[name].takes]),
        )
        for name in ALONE
    },
    "aft": Regression(st.aft, _times, ("weights", "offset"), left="survival(y, seen)"),
    "aft gamma": Regression(
        partial(st.aft, distribution="gamma"), _times, ("weights", "offset"), left="survival(y / 3, y, seen)"
    ),
    "softmax": Regression(st.softmax, _thirds, ("weights",), penalties=BOTH),
    "ordinal": Regression(st.ordinal, _grades, ("weights", "offset"), penalties=BOTH),
    "one_vs_rest": Regression(st.one_vs_rest, _thirds, ("weights",), penalties=BOTH),
}

AMOUNTS = [name for name, one in REGRESSIONS.items() if one.outcome is _amounts]
"""Those of positive numbers that were all seen."""

NO_LAWS = {
    "network": "several hidden units have several maxima, and the random start says which one is found",
    "permutation_test": "it is no likelihood: its laws are in tests/inference/hypotheses/test_permutation.py",
    "regression": "its laws are those of the likelihood that it gets: tests/models/regressions/test_own_regression.py",
}

ROBUST = ("HC0", "HC1", "HC2", "HC3", "HC4", "robust")

FITS: dict[str, dict[str, Any]] = {
    "information": {},
    **{kind: {"cov": kind} for kind in ROBUST},
    "HAC": {"cov": st.HAC(2)},
    "HAC auto": {"cov": st.HAC("auto", prewhiten=True)},
    "Cluster": {"cov": st.Cluster("cluster", kind="CR1")},
    "CR2": {"cov": st.Cluster("cluster", kind="CR2")},
    "two ways": {"cov": st.Cluster("cluster", "way", correction="none")},
    "Ridge": {"penalty": st.Ridge(0.5)},
    "Jeffreys": {"penalty": st.Jeffreys()},
}


@dataclass(frozen=True)
class Case:
    """A regression of a table: y on the columns a, b and the factor g, with columns beside by name.

    `terms` is the right side of the formula, `options` go to the constructor, `how` to `st.fit`.
    """

    regression: Regression
    table: Any
    beside: tuple[str, ...]
    fit: str
    terms: str = "a + b + g"
    options: dict[str, Any] = field(default_factory=dict)

    def fitted(self) -> Any:
        """The fits: one, or those of one-vs-rest."""
        beside = {name: name for name in self.beside}
        model = self.regression.make(f"{self.regression.left} ~ {self.terms}", self.table, **beside, **self.options)
        return st.fit(model, **FITS[self.fit])

    def over(self, table: Any, **changes: Any) -> Case:
        """The same regression of another table."""
        return replace(self, table=table, **changes)

    def with_columns(self, **columns: Any) -> Case:
        """The same table with columns changed or added."""
        return replace(self, table=self.table.assign(**columns))


def random_case(name: str, fit: str, seed: int) -> Case:
    """Random rows of a regression."""
    g, n = np.random.default_rng(seed), 70
    regression = REGRESSIONS[name]
    table = pd.DataFrame(
        {
            "a": g.normal(size=n),
            "b": 2.0 + 0.5 * g.normal(size=n),
            "g": np.array(list("pqr"))[g.permutation(np.arange(n) % 3)],
            "weights": g.integers(1, 4, n),
            "offset": 0.3 * g.normal(size=n),
            "exposure": g.uniform(0.5, 2.0, n),
            "precision": g.uniform(0.5, 2.0, n),
            "trials": g.integers(2, 9, n),
            "cluster": g.integers(0, 12, n),
            "way": g.integers(0, 9, n),
        }
    )
    eta = 0.2 + 0.6 * table.a - 0.4 * (table.b - 2.0) + 0.5 * (table.g == "q")
    chosen = [key for key in regression.beside if key in regression.required or g.random() < 0.5]
    if fit.startswith("HAC") and "weights" in chosen:
        chosen.remove("weights")
    if "exposure" not in chosen:
        table["exposure"] = 1.0
    table["y"] = regression.outcome(g, table, eta.to_numpy())
    table["z"] = g.normal(size=n)
    return Case(regression, table, tuple(chosen), fit)
