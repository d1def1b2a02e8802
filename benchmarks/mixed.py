"""Mixed models, linear and logistic, of nested and of crossed groups, from the formula to standard errors, beside
others.

    uv run --group bench python benchmarks/mixed.py [--quick]

Ours has the certificate in it: the Newton decrement, the conditions at the boundary, and for one variance the proof
that no higher maximum is left. `certify="local"` is without that proof, and takes at least 0.8 of the time from 1,000
groups up: the proof is at most 20 % of the fit. glmm (a port of a Rust library) and R's lme4 run in processes of their
own that hold the data and say their own seconds; `apart` is how far their fixed effects are from ours in standard
errors. Of pairs glmm takes 25 nodes, the most that it has; ours are doubled until they move nothing by 1e-6 standard
errors.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd

import stattools as st
from stattools.benchmarking import SpeedComparison, asking, interleaved, python_session, r_session, show, with_memory

GLMM, STATSMODELS, LME4 = "glmm", "statsmodels", "lme4"
LOCAL = "stattools, certify='local'"
PROOF = {LOCAL: 0.8}
"""The proof of one variance takes at most 20 % of the fit."""


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


def outside(data: pd.DataFrame) -> dict[str, np.ndarray]:
    """The columns as arrays, for other processes."""
    return {name: data[name].to_numpy() for name in data}


def in_lme4(data: pd.DataFrame, groups: str, call: str) -> Callable[[], object] | None:
    """A call of lme4, of the data as `d` with factors."""
    factors = ", ".join(f"{name} = factor({name})" if name in groups.split() else name for name in data)
    return asking(r_session(LME4, outside(data), f"d <- data.frame({factors})"), f"fixef({call})")


def in_glmm(data: pd.DataFrame, groups: str, call: str) -> Callable[[], object] | None:
    """A call of glmm, of the data as `d` with groups of text."""
    columns = ", ".join(
        f"{name}=" + (f"{name}.astype(int).astype(str)" if name in groups.split() else name) for name in data
    )
    setup = f"from glmm import fit; d = pd.DataFrame(dict({columns}))"
    return asking(python_session([GLMM], outside(data), setup), f"np.asarray({call}.beta)")


def compared(
    title: str,
    model: Callable[[], st.LinearMixed],
    others: dict[str, Callable[[], object] | None],
    targets: dict[str, float],
    *,
    rounds: int,
    **options: str,
) -> SpeedComparison:
    """From the formula on, beside others and beside our own fit with another proof where `options` ask for one."""

    def ours(**options: str) -> np.ndarray:
        fit = st.fit(model(), **options)
        assert fit.solution.converged
        return fit.estimate + 0.0 * fit.se

    best = st.fit(model())
    own = {"stattools": ours} | ({LOCAL: lambda: ours(**options)} if options else {})
    found = interleaved(
        title,
        own | others,
        rounds=rounds,
        targets=targets,
        judge=lambda beta: {"apart": float(np.max(np.abs(beta - best.estimate) / best.se))},
    )
    return with_memory(found, {"stattools": ours})


def linear(
    title: str,
    data: pd.DataFrame,
    random: str,
    groups: str,
    targets: dict[str, float],
    *,
    rounds: int,
    **options: str,
) -> SpeedComparison:
    """A linear mixed model; statsmodels where it has a target, for effects of `g`."""
    formula = f"y ~ x + {random}"

    def statsmodels() -> np.ndarray:
        from statsmodels.formula.api import mixedlm

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return mixedlm("y ~ x", data, groups="g", re_formula="~ x").fit().fe_params.to_numpy()

    others: dict[str, Callable[[], object] | None] = {STATSMODELS: statsmodels} if STATSMODELS in targets else {}
    others[GLMM] = in_glmm(data, groups, f"fit(d, {formula!r}, satterthwaite=False)")
    others[LME4] = in_lme4(data, groups, f"lmer({formula}, data = d)")
    return compared(title, lambda: st.linear_mixed(formula, data), others, targets, rounds=rounds, **options)


def levels(groups: int, rows: int, targets: dict[str, float], *, rounds: int = 5) -> SpeedComparison:
    """One variance, whose profile is proven to have no higher maximum."""
    title = f"Random intercepts, {groups:,} groups of {rows}"
    return linear(title, table(groups, rows), "(1 | g)", "g", targets, rounds=rounds, certify="local")


def slopes(groups: int, rows: int, targets: dict[str, float], *, rounds: int = 5) -> SpeedComparison:
    title = f"Random slopes, {groups:,} groups of {rows}"
    return linear(title, table(groups, rows), "(1 + x | g)", "g", targets, rounds=rounds)


def pairs(groups: int, targets: dict[str, float], *, rounds: int = 5) -> SpeedComparison:
    """Two events or none of each group, whose log odds have a standard deviation of 2 between groups."""
    random = np.random.default_rng(0)
    g, x = np.repeat(np.arange(groups), 2), random.normal(size=2 * groups)
    eta = 0.3 + 0.5 * x + 2.0 * random.normal(size=groups)[g]
    y = (random.random(len(g)) < 1.0 / (1.0 + np.exp(-eta))).astype(float)
    data, formula = pd.DataFrame({"y": y, "x": x, "g": g}), "y ~ x + (1 | g)"
    others = {
        GLMM: in_glmm(data, "g", f"fit(d, {formula!r}, family='binomial', nagq=25)"),
        LME4: in_lme4(data, "g", f"glmer({formula}, data = d, family = binomial, nAGQ = 25)"),
    }
    title = f"Logistic regression of {groups:,} pairs"
    return compared(title, lambda: st.logistic(formula, data), others, targets, rounds=rounds)


def crossed_events(
    rows: int, levels: tuple[int, int], targets: dict[str, float], *, rounds: int = 3
) -> SpeedComparison:
    """Events of rows in two crossed groupings, by Laplace's approximation."""
    random = np.random.default_rng(1)
    g, h = (random.integers(0, size, rows) for size in levels)
    x, z = random.normal(size=(2, rows))
    eta = -0.5 + 0.6 * x - 0.3 * z + random.normal(size=levels[0])[g] + 0.7 * random.normal(size=levels[1])[h]
    y = (random.random(rows) < 1.0 / (1.0 + np.exp(-eta))).astype(float)
    data, formula = pd.DataFrame({"y": y, "x": x, "z": z, "g": g, "h": h}), "y ~ x + z + (1 | g) + (1 | h)"
    others = {
        GLMM: in_glmm(data, "g h", f"fit(d, {formula!r}, family='binomial')"),
        LME4: in_lme4(data, "g h", f"glmer({formula}, data = d, family = binomial)"),
    }
    title = f"Logistic regression of {rows:,} rows in {levels[0]:,} x {levels[1]:,} crossed groups"
    return compared(title, lambda: st.logistic(formula, data), others, targets, rounds=rounds)


def comparisons(quick: bool) -> Iterator[SpeedComparison]:
    yield slopes(18, 10, {GLMM: 0.5})
    yield slopes(200, 10, {STATSMODELS: 20.0, GLMM: 0.5})
    yield levels(200, 10, {})
    for groups, rows in ((1_000, 5), (1_000, 10), (5_000, 5)):
        yield levels(groups, rows, PROOF, rounds=25)
    yield pairs(1_000, {GLMM: 1.0})
    yield crossed_events(7_600, (300, 24), {LME4: 1.0})
    if quick:
        return
    yield levels(20_000, 5, PROOF, rounds=3)
    yield pairs(10_000, {GLMM: 1.0}, rounds=3)
    yield slopes(2_000, 10, {STATSMODELS: 100.0, GLMM: 1.0}, rounds=1)
    yield slopes(20_000, 5, {STATSMODELS: 100.0, GLMM: 1.0}, rounds=1)
    data = crossed(73_000, (3_000, 1_100, 14))
    for random, levels_ in (("(1 | s)", "3,000"), ("(1 | s) + (1 | d)", "3,000 x 1,100")):
        yield linear(f"73,000 rows of {levels_} levels", data, random, "s d dept", {}, rounds=1)
    title = "73,000 rows of 3,000 x 1,100 x 14 levels"
    yield linear(title, data, "(1 | s) + (1 | d) + (1 | dept)", "s d dept", {GLMM: 0.9}, rounds=1)


if __name__ == "__main__":
    show(comparisons("--quick" in sys.argv))
