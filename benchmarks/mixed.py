"""Linear mixed models with random slopes and of crossed groups, and logistic ones of pairs, from the formula to
standard errors, beside others.

    uv run --group bench python benchmarks/mixed.py [--quick]

Ours has the certificate in it: the Newton decrement, and the conditions at the boundary. glmm (a port of a Rust
library) and R's lme4 are timed where they are installed; `apart` is how far their fixed effects are from ours in
standard errors. Of pairs glmm takes 25 nodes, the most that it has; ours are doubled until they move nothing by
1e-6 standard errors.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator
from importlib.util import find_spec

import numpy as np
import pandas as pd

import stattools as st
from stattools.benchmarking import RSession, SpeedComparison, has_r, interleaved, show

GLMM, STATSMODELS, LME4 = "glmm", "statsmodels", "lme4"


def table(groups: int, rows: int) -> pd.DataFrame:
    """Groups of so many rows whose level and slope vary."""
    random = np.random.default_rng(0)
    g, x = np.repeat(np.arange(groups), rows), random.normal(size=groups * rows)
    level, slope = random.normal(size=groups)[g], 0.5 * random.normal(size=groups)[g]
    return pd.DataFrame({"y": 1.0 + level + (2.0 + slope) * x + random.normal(size=len(g)), "x": x, "g": g})


def crossed(rows: int, levels: tuple[int, int, int]) -> pd.DataFrame:
    """Rows of three crossed groupings, as ratings of lecturers by students in departments."""
    random = np.random.default_rng(0)
    codes = [random.integers(0, size, rows) for size in levels]
    effects = [sd * random.normal(size=size) for sd, size in zip((0.33, 0.52, 0.1), levels, strict=True)]
    x = random.integers(0, 2, rows).astype(float)
    y = (
        3.2
        - 0.05 * x
        + sum(one[own] for one, own in zip(effects, codes, strict=True))
        + 1.18 * random.normal(size=rows)
    )
    return pd.DataFrame({"y": y, "x": x, "s": codes[0], "d": codes[1], "dept": codes[2]})


def compared(
    title: str, data: pd.DataFrame, random: str, targets: dict[str, float], *, rounds: int = 5
) -> SpeedComparison:
    """Ours beside those that are there; statsmodels where it has a target, for effects of `g`."""
    formula = f"y ~ x + {random}"
    best = st.fit(st.linear_mixed(formula, data))

    def ours() -> np.ndarray:
        fit = st.fit(st.linear_mixed(formula, data))
        assert fit.solution.converged
        return fit.estimate + 0.0 * fit.se

    def statsmodels() -> np.ndarray:
        from statsmodels.formula.api import mixedlm

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return mixedlm("y ~ x", data, groups="g", re_formula="~ x").fit().fe_params.to_numpy()

    def glmm() -> np.ndarray:
        from glmm import fit  # type: ignore[import-not-found]

        return np.asarray(fit(data, formula, satterthwaite=False).beta)

    cases = {"stattools": ours}
    cases |= {STATSMODELS: statsmodels} if STATSMODELS in targets else {}
    cases |= {GLMM: glmm} if find_spec(GLMM) else {}
    return interleaved(
        title,
        cases,
        rounds=rounds,
        targets=targets,
        judge=lambda beta: {"apart": float(np.max(np.abs(beta - best.estimate) / best.se))},
        missing=[] if find_spec(GLMM) else [GLMM],
    )


def pairs(groups: int, targets: dict[str, float], *, rounds: int = 5) -> SpeedComparison:
    """Two events or none of each group, whose log odds have a standard deviation of 2 between groups."""
    random = np.random.default_rng(0)
    g, x = np.repeat(np.arange(groups), 2), random.normal(size=2 * groups)
    eta = 0.3 + 0.5 * x + 2.0 * random.normal(size=groups)[g]
    y = (random.random(len(g)) < 1.0 / (1.0 + np.exp(-eta))).astype(float)
    data, formula = pd.DataFrame({"y": y, "x": x, "g": g}), "y ~ x + (1 | g)"
    best = st.fit(st.logistic(formula, data))

    def ours() -> np.ndarray:
        return st.fit(st.logistic(formula, data)).estimate

    def glmm() -> np.ndarray:
        from glmm import fit  # type: ignore[import-not-found]

        return np.asarray(fit(data.assign(g=data["g"].astype(str)), formula, family="binomial", nagq=25).beta)

    return interleaved(
        f"Logistic regression of {groups:,} pairs",
        {"stattools": ours} | ({GLMM: glmm} if find_spec(GLMM) else {}),
        rounds=rounds,
        targets=targets,
        judge=lambda beta: {"apart": float(np.max(np.abs(beta - best.estimate) / best.se))},
        missing=[] if find_spec(GLMM) else [GLMM],
    )


def crossed_events(
    rows: int, levels: tuple[int, int], targets: dict[str, float], *, rounds: int = 3
) -> SpeedComparison:
    """Events of rows in two crossed groupings, by Laplace's approximation; lme4 in a process of R that has the data."""
    random = np.random.default_rng(1)
    g, h = (random.integers(0, size, rows) for size in levels)
    x, z = random.normal(size=(2, rows))
    eta = -0.5 + 0.6 * x - 0.3 * z + random.normal(size=levels[0])[g] + 0.7 * random.normal(size=levels[1])[h]
    y = (random.random(rows) < 1.0 / (1.0 + np.exp(-eta))).astype(float)
    data, formula = pd.DataFrame({"y": y, "x": x, "z": z, "g": g, "h": h}), "y ~ x + z + (1 | g) + (1 | h)"
    best = st.fit(st.logistic(formula, data))
    cases = {"stattools": lambda: st.fit(st.logistic(formula, data)).estimate}
    if has_r(LME4):
        setup = "library(lme4); d <- data.frame(y, x, z, g = factor(g), h = factor(h))"
        session = RSession({name: data[name].to_numpy() for name in data}, setup)
        cases[LME4] = lambda: session.run(f"fixef(glmer({formula}, data = d, family = binomial))")
    return interleaved(
        f"Logistic regression of {rows:,} rows in {levels[0]:,} x {levels[1]:,} crossed groups",
        cases,
        rounds=rounds,
        targets=targets,
        judge=lambda beta: {"apart": float(np.max(np.abs(beta - best.estimate) / best.se))},
        missing=[] if LME4 in cases else [LME4],
    )


def slopes(groups: int, rows: int, targets: dict[str, float], *, rounds: int = 5) -> SpeedComparison:
    title = f"Random slopes, {groups:,} groups of {rows}"
    return compared(title, table(groups, rows), "(1 + x | g)", targets, rounds=rounds)


def comparisons(quick: bool) -> Iterator[SpeedComparison]:
    yield slopes(200, 10, {STATSMODELS: 20.0})
    yield pairs(1_000, {GLMM: 1.0})
    yield crossed_events(7_600, (300, 24), {LME4: 1.0})
    if quick:
        return
    yield pairs(10_000, {GLMM: 1.0}, rounds=3)
    yield slopes(2_000, 10, {STATSMODELS: 100.0, GLMM: 1.0}, rounds=1)
    yield slopes(20_000, 5, {STATSMODELS: 100.0, GLMM: 1.0}, rounds=1)
    data = crossed(73_000, (3_000, 1_100, 14))
    title = "Crossed groups, 73,000 rows of 3,000 x 1,100 x 14 levels"
    yield compared(title, data, "(1 | s) + (1 | d) + (1 | dept)", {GLMM: 0.9}, rounds=1)


if __name__ == "__main__":
    show(comparisons("--quick" in sys.argv))
