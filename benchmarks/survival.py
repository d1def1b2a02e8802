"""Times until an event: Cox's and Weibull's regressions with standard errors, beside lifelines and R's survival.

    uv run --group bench python benchmarks/survival.py [--quick]

R runs in a process of its own that holds the data, lifelines where it is installed beside. The decrement is the
distance from the maximum of our likelihood in standard errors.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec

import numpy as np
import pandas as pd

import stattools as st
from stattools.benchmarking import RSession, SpeedComparison, decrement, has_r, interleaved, show

R, LIFELINES = "R's survival", "lifelines"


def table(n: int, p: int) -> pd.DataFrame:
    """Weibull times of shape 1.3, of which about a third are censored."""
    random = np.random.default_rng(0)
    X = random.normal(size=(n, p))
    eta = X @ (0.5 / np.sqrt(p) * random.normal(size=p))
    time = (random.exponential(size=n) * np.exp(-eta)) ** (1 / 1.3)
    end = 3.0 * random.random(n)
    columns = {f"x{j}": X[:, j] for j in range(p)}
    return pd.DataFrame({"time": np.minimum(time, end), "died": (time <= end).astype(float), **columns})


def formula(rows: pd.DataFrame) -> str:
    return "survival(time, died) ~ " + " + ".join(rows.columns[2:])


def session(rows: pd.DataFrame) -> RSession:
    parts = {"time": rows["time"], "died": rows["died"], "X": rows.iloc[:, 2:].to_numpy()}
    return RSession(parts, setup="suppressMessages(library(survival))")


def compared(
    title: str,
    ours: Callable[[], np.ndarray],
    model: st.Model,
    rows: pd.DataFrame,
    theirs: dict[str, Callable[[], np.ndarray]],
    in_r: str,
    targets: dict[str, float],
    rounds: int,
) -> SpeedComparison:
    """Ours beside lifelines and an expression of R, each where it is installed; what takes long is not run twice."""
    cases = {"stattools": ours}
    missing = [name for name in theirs if find_spec(name) is None]
    cases |= {name: run for name, run in theirs.items() if name not in missing}
    options = {
        "rounds": rounds,
        "warm": int(rounds > 1),
        "targets": targets,
        "judge": lambda theta: {"decrement": decrement(model, theta)},
    }
    ours()  # what it imports is not timed
    if not has_r("survival"):
        return interleaved(title, cases, missing=[*missing, R], **options)
    with session(rows) as r:
        return interleaved(title, cases | {R: lambda: r.run(in_r)}, missing=missing, **options)


def cox(n: int, p: int, targets: dict[str, float]) -> SpeedComparison:
    rows = table(n, p)
    said = formula(rows)

    def ours() -> np.ndarray:
        fit = st.fit(st.cox(said, rows))
        return fit.estimate + 0.0 * fit.se

    def lifelines() -> np.ndarray:
        from lifelines import CoxPHFitter

        return CoxPHFitter().fit(rows, "time", "died").params_.to_numpy()

    in_r = "coef(coxph(Surv(time, died) ~ X))"
    title = f"Cox regression, n = {n:,}, p = {p}"
    return compared(title, ours, st.cox(said, rows), rows, {LIFELINES: lifelines}, in_r, targets, 1)


def exact(n: int, times: int, targets: dict[str, float], rounds: int) -> SpeedComparison:
    """All events, in so many tied times."""
    rows = table(n, 3)
    rows["time"] = 1.0 + rows["time"].rank(method="first").sub(1).floordiv(n / times)
    rows["died"] = 1.0
    said = formula(rows)

    def ours() -> np.ndarray:
        fit = st.fit(st.cox(said, rows, ties="exact"))
        return fit.estimate + 0.0 * fit.se

    in_r = 'coef(coxph(Surv(time, died) ~ X, ties = "exact"))'
    title = f"Cox regression, exact ties, n = {n:,} in {times} tied times"
    return compared(title, ours, st.cox(said, rows, ties="exact"), rows, {}, in_r, targets, rounds)


def weibull(n: int, p: int, targets: dict[str, float]) -> SpeedComparison:
    rows = table(n, p)
    said = formula(rows)

    def ours() -> np.ndarray:
        fit = st.fit(st.aft(said, rows))
        return fit.estimate + 0.0 * fit.se

    def lifelines() -> np.ndarray:
        from lifelines import WeibullAFTFitter

        # At its usual tolerance it stops 0.004 standard errors away.
        found = WeibullAFTFitter().fit(rows, "time", "died", fit_options={"ftol": 1e-15}).params_
        slopes = found["lambda_"]
        names = ["Intercept", *rows.columns[2:]]
        return np.array([*(slopes[name] for name in names), -found["rho_"]["Intercept"]])

    in_r = "{ f <- survreg(Surv(time, died) ~ X, control = list(rel.tolerance = 1e-12)); c(coef(f), log(f$scale)) }"
    title = f"Weibull regression, n = {n:,}, p = {p}"
    return compared(title, ours, st.aft(said, rows), rows, {LIFELINES: lifelines}, in_r, targets, 1)


def comparisons(quick: bool) -> Iterator[SpeedComparison]:
    if quick:
        yield cox(5_000, 5, {})
        yield exact(60, 6, {}, 1)
        yield weibull(5_000, 3, {})
        return
    yield cox(1_000_000, 20, {R: 3.0, LIFELINES: 20.0})
    yield exact(300, 30, {R: 1.0}, 3)
    yield weibull(1_000_000, 10, {LIFELINES: 20.0})


if __name__ == "__main__":
    show(comparisons("--quick" in sys.argv))
