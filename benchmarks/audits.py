"""An audit of a right claim beside the fit that it needs: at most twice a fit from the formula to standard errors.

    uv run python benchmarks/audits.py [--quick]

The claim is a dict of estimates with se= and p=, six digits each. A fit is st.fit(model).se and an audit
st.audit(claim, model, se=..., p=...), both with the model made from its formula, from arrays, or once outside of what
is timed. Promised is the first: reading nine numbers and comparing them costs about as much as the sums of a least
squares fit of 1,000 rows, so that small fits from arrays, and of a model that is there already, take less than half.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

import stattools as st
from stattools.benchmarking import SpeedComparison, interleaved, show

type Make = Callable[[dict[str, np.ndarray]], Any]

FORMULAS: dict[str, Make] = {
    "OLS": lambda table: st.ols("y ~ x + z", table),
    "logistic": lambda table: st.logistic("up ~ x + z", table),
    "Poisson": lambda table: st.poisson("count ~ x + z", table),
    "gamma": lambda table: st.glm("cost ~ x + z", table, family="gamma", link="log"),
    "negative binomial": lambda table: st.negative_binomial("spread ~ x + z", table),
    "ordinal": lambda table: st.ordinal("grade ~ x + z", table),
    "Cox": lambda table: st.cox("survival(time, died) ~ x + z", table),
    "mixed": lambda table: st.linear_mixed("y ~ x + z + (1 | group)", table),
}
ARRAYS: dict[str, Make] = {
    "OLS": lambda table: st.ols(table["y"], table["X"]),
    "logistic": lambda table: st.logistic(table["up"], table["X"]),
    "Poisson": lambda table: st.poisson(table["count"], table["X"]),
    "gamma": lambda table: st.glm(table["cost"], table["X"], family="gamma", link="log"),
    "negative binomial": lambda table: st.negative_binomial(table["spread"], table["X"]),
    "ordinal": lambda table: st.ordinal(table["grade"], table["X"]),
}
"""Those that are made of arrays; models of times and of groups have formulas only."""
SIZES = (200, 1_000, 10_000)


def data(n: int) -> dict[str, np.ndarray]:
    """Outcomes of every kind that depend on x and z, with 20 rows a group."""
    random = np.random.default_rng(0)
    X = random.normal(size=(n, 2))
    eta = 0.3 + X @ [0.5, -0.2]
    return {
        "x": X[:, 0].copy(),
        "z": X[:, 1].copy(),
        "X": X,
        "y": eta + random.normal(size=n),
        "up": (random.random(n) < 1.0 / (1.0 + np.exp(-eta))).astype(float),
        "count": random.poisson(np.exp(eta)).astype(float),
        "cost": random.gamma(2.0, np.exp(eta)),
        "spread": random.negative_binomial(2, 1.0 / (1.0 + 0.5 * np.exp(eta))).astype(float),
        "grade": np.digitize(eta + random.logistic(size=n), [-1.0, 1.0]),
        "time": random.exponential(np.exp(-eta)) + 0.01,
        "died": (random.random(n) < 0.7).astype(float),
        "group": np.arange(n) % (n // 20),
    }


def claimed(model: Any) -> tuple[dict[str, float], dict[str, dict[str, float]]]:
    """The estimates of a model by term, and what goes beside them."""
    rows = st.fit(model).table()

    def by_term(column: str) -> dict[str, float]:
        pairs = zip(rows["term"], rows[column], strict=True)
        return {term: float(f"{value:.6g}") for term, value in pairs if np.isfinite(value)}

    return by_term("estimate"), {"se": by_term("se"), "p": by_term("p_value")}


def beside_a_fit(title: str, make: Callable[[], Any], rounds: int, promised: bool) -> SpeedComparison:
    """An audit of a right claim beside the fit."""
    claim, beside = claimed(make())
    if not st.audit(claim, make(), **beside).ok:
        raise RuntimeError(f"{title}: the audit of a right claim says that it is wrong")
    return interleaved(
        title,
        {"stattools, audit": lambda: st.audit(claim, make(), **beside), "stattools, fit": lambda: st.fit(make()).se},
        rounds=rounds,
        targets={"stattools, fit": 0.5} if promised else None,
    )


def _itself(model: Any) -> Any:
    return model


def comparisons(quick: bool) -> Iterator[SpeedComparison]:
    rounds = 3 if quick else 15
    for family, make in FORMULAS.items():
        for n in (SIZES[0], SIZES[-1]) if quick else SIZES:
            table = data(n)
            columns = {name: values for name, values in table.items() if name != "X"}
            model = make(columns)
            yield beside_a_fit(f"{family}, n = {n:,}, from a formula", partial(make, columns), rounds, True)
            if arrays := ARRAYS.get(family):
                yield beside_a_fit(f"{family}, n = {n:,}, from arrays", partial(arrays, table), rounds, False)
            yield beside_a_fit(f"{family}, n = {n:,}, the model made", partial(_itself, model), rounds, False)


if __name__ == "__main__":
    show(comparisons("--quick" in sys.argv))
