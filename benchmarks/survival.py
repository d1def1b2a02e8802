"""Times until an event: Cox's and Weibull's regressions with standard errors, beside lifelines and R's survival.

    uv run --group bench python benchmarks/survival.py [--quick]

R and lifelines run in processes of their own that hold the data and say their own seconds. The decrement is the
distance from the maximum of our likelihood in standard errors. The certificate is one evaluation of the likelihood
with its derivatives at the estimate, as a share of our time.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd

import stattools as st
from stattools.benchmarking import (
    SpeedComparison,
    asking,
    decrement,
    interleaved,
    python_session,
    r_session,
    show,
    with_certificate,
    with_memory,
)

R, LIFELINES = "R's survival", "lifelines"


def table(n: int, p: int, times: int | None = None) -> pd.DataFrame:
    """Weibull times of shape 1.3, of which about a third are censored; in so many tied times where they are given."""
    random = np.random.default_rng(0)
    X = random.normal(size=(n, p))
    eta = X @ (0.5 / np.sqrt(p) * random.normal(size=p))
    time = (random.exponential(size=n) * np.exp(-eta)) ** (1 / 1.3)
    end = 3.0 * random.random(n)
    columns = {f"x{j}": X[:, j] for j in range(p)}
    rows = pd.DataFrame({"time": np.minimum(time, end), "died": (time <= end).astype(float), **columns})
    if times is not None:
        rows["time"] = 1.0 + rows["time"].rank(method="first").sub(1).floordiv(n / times)
    return rows


def formula(rows: pd.DataFrame) -> str:
    return "survival(time, died) ~ " + " + ".join(rows.columns[2:])


def compared(
    title: str,
    make: Callable[[], st.Model],
    rows: pd.DataFrame,
    r: str,
    lifelines: str | None,
    targets: dict[str, float],
    rounds: int,
) -> SpeedComparison:
    """From the formula on, beside expressions of R and lifelines where they are to be had."""

    def ours() -> np.ndarray:
        fit = st.fit(make())
        return fit.estimate + 0.0 * fit.se

    model, estimate = make(), ours()  # what they import is not timed
    parts = {"time": rows["time"], "died": rows["died"], "X": rows.iloc[:, 2:].to_numpy()}
    cases = {"stattools": ours, R: asking(r_session("survival", parts), r)}
    if lifelines is not None:
        table = "rows = pd.DataFrame(X, columns=[f'x{j}' for j in range(X.shape[1])]).assign(time=time, died=died)"
        cases[LIFELINES] = asking(python_session([LIFELINES], parts, f"import lifelines; {table}"), lifelines)
    found = interleaved(
        title,
        cases,
        rounds=rounds,
        warm=int(rounds > 1),
        targets=targets,
        judge=lambda theta: {"decrement": decrement(model, theta)},
    )
    return with_certificate(with_memory(found, {"stattools": ours}), lambda: model.evaluate(estimate))


def cox(n: int, p: int, targets: dict[str, float], *, times: int | None = None, rounds: int = 3) -> SpeedComparison:
    rows = table(n, p, times)
    said = formula(rows)
    tied = "" if times is None else f", {times:,} tied times"
    return compared(
        f"Cox regression, n = {n:,}, p = {p}{tied}",
        lambda: st.cox(said, rows),
        rows,
        "coef(coxph(Surv(time, died) ~ X))",
        "lifelines.CoxPHFitter().fit(rows, 'time', 'died').params_.to_numpy()",
        targets,
        rounds,
    )


def exact(n: int, times: int, targets: dict[str, float], rounds: int) -> SpeedComparison:
    """All events, in so many tied times."""
    rows = table(n, 3, times).assign(died=1.0)
    said = formula(rows)
    return compared(
        f"Cox regression, exact ties, n = {n:,} in {times} tied times",
        lambda: st.cox(said, rows, ties="exact"),
        rows,
        'coef(coxph(Surv(time, died) ~ X, ties = "exact"))',
        None,
        targets,
        rounds,
    )


def weibull(n: int, p: int, targets: dict[str, float], *, rounds: int = 3) -> SpeedComparison:
    """At its usual tolerance lifelines stops 0.004 standard errors away, so it is asked for the last digits."""
    rows = table(n, p)
    said = formula(rows)
    return compared(
        f"Weibull regression, n = {n:,}, p = {p}",
        lambda: st.aft(said, rows),
        rows,
        "{ f <- survreg(Surv(time, died) ~ X, control = list(rel.tolerance = 1e-12)); c(coef(f), log(f$scale)) }",
        "(lambda b: np.array([b['lambda_'][c] for c in ['Intercept', *rows.columns[:-2]]] + [-b['rho_']['Intercept']]))"
        "(lifelines.WeibullAFTFitter().fit(rows, 'time', 'died', fit_options={'ftol': 1e-15}).params_)",
        targets,
        rounds,
    )


def comparisons(quick: bool) -> Iterator[SpeedComparison]:
    if quick:
        yield cox(5_000, 5, {})
        yield cox(5_000, 5, {}, times=20)
        yield exact(60, 6, {}, 1)
        yield weibull(5_000, 3, {})
        return
    yield cox(200, 3, {})
    yield cox(10_000, 20, {})
    yield cox(100_000, 20, {})
    yield cox(100_000, 20, {}, times=100)
    yield cox(1_000_000, 20, {R: 3.0, LIFELINES: 20.0}, rounds=1)
    yield exact(300, 30, {R: 1.0}, 3)
    yield exact(300, 10, {R: 1.0}, 3)
    yield weibull(1_000, 10, {})
    yield weibull(100_000, 10, {})
    yield weibull(1_000_000, 10, {LIFELINES: 20.0}, rounds=1)


if __name__ == "__main__":
    show(comparisons("--quick" in sys.argv))
